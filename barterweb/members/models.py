"""Tables of the network's members: regions and their dated terms, clusters, companies, people, roles, memberships."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barterweb.db import Model, Timestamp

VAT_REGIMES = ("normal", "franchise")
COMPANY_STATUSES = ("applied", "active", "standby", "suspended", "left", "insolvent", "refused")
ROLE_KINDS = ("trader", "administrator", "accountant", "staff", "operator", "funder")


class Region(Model):
    """Owner of the fees, limits and clusters of one area."""

    __tablename__ = "regions"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))


class RegionTerms(Model):
    """Fees and limits of a region from a date on; the latest row that has started is in force."""

    __tablename__ = "region_terms"
    __table_args__ = (
        UniqueConstraint("region_id", "starts_on"),
        CheckConstraint("commission_rate_bp BETWEEN 0 AND 10000", name="commission_rate"),
        CheckConstraint("commission_payer IN ('seller', 'buyer', 'shared')", name="commission_payer"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("regions.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    commission_rate_bp: Mapped[int]
    commission_payer: Mapped[str] = mapped_column(String(8))
    commission_waived: Mapped[bool]
    membership_fee_cents: Mapped[int] = mapped_column(BigInteger)
    membership_waived: Mapped[bool]
    credit_limit_cents: Mapped[int] = mapped_column(BigInteger)
    balance_cap_cents: Mapped[int] = mapped_column(BigInteger)
    soft_threshold_bp: Mapped[int] = mapped_column(default=8000)


class Cluster(Model):
    """A competitiveness cluster (pôle) and the origins allowed to frame its pages."""

    __tablename__ = "clusters"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("regions.id"), index=True)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    city: Mapped[str] = mapped_column(String(80))
    department: Mapped[str] = mapped_column(String(60))
    theme: Mapped[str] = mapped_column(Text)
    frame_origins: Mapped[list[str]] = mapped_column(JSON, default=list)

    region: Mapped[Region] = relationship()


company_clusters = Table(
    "company_clusters",
    Model.metadata,
    Column("company_id", String(40), ForeignKey("companies.id"), primary_key=True),
    Column("cluster_id", String(40), ForeignKey("clusters.id"), primary_key=True),
    Index("ix_company_clusters_cluster_id", "cluster_id", "company_id"),
)


_NOT_REFUSED = text("status <> 'refused'")


class Company(Model):
    """A member firm, or one that applied. `account_id` names its account in the ledger once approved.

    The invoicing mandate (CGI, art. 289, I-2) is accepted for the text named by `mandate_version` and the SHA-256 in
    `mandate_sha256`, and may be revoked. `vat_on_debits` is the option of CGI, art. 269, 2-c. `electronic_address` is where
    e-invoices reach it (EN 16931, BT-34 and BT-49, scheme 0225), its SIREN unless it says otherwise; `logo_sha256` names a
    picture in the archive of documents.

    A company that was refused may apply again, with a new row: only the others hold their SIRET. `search_text` is what
    the directory searches, folded and beginning with the name, by which lists are sorted.
    `member_until` is the last day of its last year of membership, `offers_until` the last day of its last offer online,
    `traded_since` the day on which it first agreed on a trade: what would have to be looked for among rows that only grow in
    number (docs/decisions/0136). `capacities` says what the company can
    lend a hand with, one a line; `hidden_parts` are the parts of its page that it keeps to itself. A purchase above
    `purchase_cap_cents` is decided by an administrator, whoever negotiates it.
    """

    __tablename__ = "companies"
    __table_args__ = (
        Index(
            "uq_companies_siret",
            "siret",
            unique=True,
            sqlite_where=_NOT_REFUSED,
            postgresql_where=_NOT_REFUSED,
        ),
        UniqueConstraint("account_id"),
        CheckConstraint(
            "status IN ('applied', 'active', 'standby', 'suspended', 'left', 'insolvent', 'refused')",
            name="status",
        ),
        CheckConstraint("purchase_cap_cents >= 1", name="purchase_cap"),
        CheckConstraint("(status = 'left') <= (left_on IS NOT NULL)", name="left_on"),
        CheckConstraint("vat_regime IN ('normal', 'franchise')", name="vat_regime"),
        Index("ix_companies_status_name", "status", "name"),
        Index("ix_companies_search_text", "search_text", "id", "status"),
        Index("ix_companies_status_joined_on", "status", "joined_on", "id", "offers_until", "traded_since"),
        Index("ix_companies_status_member_until", "status", "member_until", "id"),
        Index("ix_companies_department_status", "department", "status"),
        Index("ix_companies_naf_status", "naf", "status"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    region_id: Mapped[str] = mapped_column(ForeignKey("regions.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    legal_form: Mapped[str] = mapped_column(String(20))
    capital_cents: Mapped[int | None] = mapped_column(BigInteger)
    siren: Mapped[str] = mapped_column(String(9), index=True)
    siret: Mapped[str] = mapped_column(String(14))
    rcs_city: Mapped[str] = mapped_column(String(80))
    vat_number: Mapped[str | None] = mapped_column(String(20))
    vat_regime: Mapped[str] = mapped_column(String(10))
    street: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(5))
    city: Mapped[str] = mapped_column(String(80))
    department: Mapped[str] = mapped_column(String(60))
    sector: Mapped[str] = mapped_column(String(120))
    naf: Mapped[str] = mapped_column(String(6))
    size_band: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10), default="applied")
    account_id: Mapped[str | None] = mapped_column(String(40))
    terms_version: Mapped[str] = mapped_column(String(20))
    terms_accepted_at: Mapped[datetime] = mapped_column(Timestamp)
    mandate_accepted_at: Mapped[datetime | None] = mapped_column(Timestamp)
    mandate_version: Mapped[str | None] = mapped_column(String(20))
    mandate_sha256: Mapped[str | None] = mapped_column(String(64))
    mandate_revoked_at: Mapped[datetime | None] = mapped_column(Timestamp)
    vat_on_debits: Mapped[bool] = mapped_column(default=False)
    iban: Mapped[str | None] = mapped_column(String(34))
    bic: Mapped[str | None] = mapped_column(String(11))
    electronic_address: Mapped[str | None] = mapped_column(String(125))
    logo_sha256: Mapped[str | None] = mapped_column(String(64))
    joined_on: Mapped[date | None] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    member_until: Mapped[date | None] = mapped_column(Date)
    offers_until: Mapped[date | None] = mapped_column(Date)
    traded_since: Mapped[date | None] = mapped_column(Date)
    capacities: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    public_email: Mapped[str] = mapped_column(String(254), default="")
    public_phone: Mapped[str] = mapped_column(String(20), default="")
    hidden_parts: Mapped[list[str]] = mapped_column(JSON, default=list)
    purchase_cap_cents: Mapped[int | None] = mapped_column(BigInteger)

    region: Mapped[Region] = relationship()
    clusters: Mapped[list[Cluster]] = relationship(secondary=company_clusters, order_by=Cluster.name)

    @property
    def has_mandate(self) -> bool:
        """Whether the operator may draw up the company's invoices today."""
        return self.mandate_accepted_at is not None and self.mandate_revoked_at is None


class Application(Model):
    """A company's request to join, with its first offer or need and what staff decided.

    `question` is what staff asked and `answer` what the applicant wrote back; `reason` explains a refusal. `via_cluster_id`
    is the cluster whose framed page led the applicant here.
    """

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("status IN ('received', 'question', 'approved', 'refused')", name="status"),
        CheckConstraint("first_listing_kind IN ('offer', 'need')", name="first_listing_kind"),
        Index("ix_applications_status_created_at", "status", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"), index=True)
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_email: Mapped[str] = mapped_column(String(254))
    first_listing_kind: Mapped[str] = mapped_column(String(5))
    first_listing_title: Mapped[str] = mapped_column(String(80))
    first_listing_description: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10), default="received")
    question: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    decided_at: Mapped[datetime | None] = mapped_column(Timestamp)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    email_verified_at: Mapped[datetime | None] = mapped_column(Timestamp)
    via_cluster_id: Mapped[str | None] = mapped_column(ForeignKey("clusters.id"), index=True)

    company: Mapped[Company] = relationship()


class Person(Model):
    """Who signs in. `session_stamp` changes with the password, so that a sign-in half done with the old one ends."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_stamp: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    disabled_at: Mapped[datetime | None] = mapped_column(Timestamp)


class Role(Model):
    """What a person may do, for one company, cluster or region; it starts, may end and may be revoked."""

    __tablename__ = "roles"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('trader', 'administrator', 'accountant', 'staff', 'operator', 'funder')", name="kind"
        ),
        CheckConstraint(
            "(kind IN ('trader', 'administrator', 'accountant')) = (company_id IS NOT NULL)"
            " AND (kind = 'staff') = (cluster_id IS NOT NULL) AND (kind = 'funder') = (region_id IS NOT NULL)",
            name="scope",
        ),
        CheckConstraint("spending_cap_cents >= 1", name="spending_cap"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(String(14))
    company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"), index=True)
    cluster_id: Mapped[str | None] = mapped_column(ForeignKey("clusters.id"), index=True)
    region_id: Mapped[str | None] = mapped_column(ForeignKey("regions.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    revoked_at: Mapped[datetime | None] = mapped_column(Timestamp)
    spending_cap_cents: Mapped[int | None] = mapped_column(BigInteger)

    person: Mapped[Person] = relationship()
    company: Mapped[Company | None] = relationship()
    cluster: Mapped[Cluster | None] = relationship()
    region: Mapped[Region | None] = relationship()


class Invitation(Model):
    """A single-use link to choose a password; only the hash of its token is kept."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    expires_at: Mapped[datetime] = mapped_column(Timestamp)
    used_at: Mapped[datetime | None] = mapped_column(Timestamp)

    person: Mapped[Person] = relationship()


class Membership(Model):
    """One year of a company's membership; fee in cents of euro excl. VAT, or waived.

    What is not waived is due on `due_on`; the operator records the transfer that paid it, with its reference. Rows are
    facts: the fee and the waiver are those in force when the year was opened.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("company_id", "starts_on"),
        CheckConstraint(
            "(paid_on IS NULL) = (payment_reference IS NULL) AND (paid_on IS NULL) = (recorded_at IS NULL)",
            name="payment",
        ),
        Index("ix_memberships_paid_on_due_on", "paid_on", "due_on"),
        Index(
            "ix_memberships_waived",
            "due_on",
            "id",
            sqlite_where=text("waived IS 1"),
            postgresql_where=text("waived IS true"),
        ),
        Index(
            "ix_memberships_paid",
            "due_on",
            "id",
            sqlite_where=text("paid_on IS NOT NULL"),
            postgresql_where=text("paid_on IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    waived: Mapped[bool]
    due_on: Mapped[date] = mapped_column(Date)
    reminders: Mapped[int] = mapped_column(default=0)
    paid_on: Mapped[date | None] = mapped_column(Date)
    payment_reference: Mapped[str | None] = mapped_column(String(140))
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(Timestamp)

    company: Mapped[Company] = relationship()


class AcceptedText(Model):
    """A text that somebody agreed to, word for word, under the SHA-256 of its bytes; never changed."""

    __tablename__ = "accepted_texts"
    __table_args__ = (CheckConstraint("kind IN ('terms', 'mandate')", name="kind"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    version: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)


class Acceptance(Model):
    """Who agreed to which text for which company, and when; `revoked_at` ends a mandate."""

    __tablename__ = "acceptances"
    __table_args__ = (Index("ix_acceptances_company_id_accepted_at", "company_id", "accepted_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("accepted_texts.sha256"))
    accepted_at: Mapped[datetime] = mapped_column(Timestamp)
    accepted_by: Mapped[str] = mapped_column(String(400))
    revoked_at: Mapped[datetime | None] = mapped_column(Timestamp)

    text: Mapped[AcceptedText] = relationship()


class LimitChange(Model):
    """A credit line and a ceiling set for a company, with the reason; cents of Barter. Only ever inserted."""

    __tablename__ = "limit_changes"
    __table_args__ = (Index("ix_limit_changes_company_id_set_at", "company_id", "set_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    set_at: Mapped[datetime] = mapped_column(Timestamp)
    credit_limit_cents: Mapped[int] = mapped_column(BigInteger)
    balance_cap_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    set_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class AuditEvent(Model):
    """Something that those concerned may want to see later: who did what, for whom. Only ever inserted.

    `acted_as` is for whom the person acted then: the company, the cluster or the operator, as their page said.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_company_id_at", "company_id", "at"),
        Index("ix_audit_events_subject_at", "subject", "at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(Timestamp)
    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"))
    subject: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str] = mapped_column(String(300), default="")
    acted_as: Mapped[str] = mapped_column(String(120), default="", server_default="")
