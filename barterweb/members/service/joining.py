"""Joining the network: a company applies, staff admit it, ask something or refuse; each step writes to the applicant."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from barterweb import clock, ids, ledger
from barterweb.actors import Actor
from barterweb.db import RetryTransaction, require_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.members.errors import (
    ApplicationDecided,
    ApplicationIdTaken,
    ClustersOfSeveralRegions,
    NothingAsked,
    SiretKnown,
)
from barterweb.members.facts import (
    TERMS_VERSION,
    Admitted,
    CompanyDetails,
    Contact,
    FirstListing,
    normal_email,
)
from barterweb.members.models import Application, Cluster, Company, RegionTerms
from barterweb.members.policy import may_decide
from barterweb.members.queries import OPEN_STATUSES, siret_is_known, terms_in_force
from barterweb.members.service.audit import record_event
from barterweb.members.service.companies import index_company, note_limits
from barterweb.members.service.memberships import open_year
from barterweb.members.service.people import add_role, find_or_add_person, send_invitation
from barterweb.members.service.texts import accept_text
from barterweb.money import Credits
from barterweb.outbox.service import queue_mail

FIRST_LIMITS = "first_limits"
"""The reason noted for the limits an account opens with: those of its region."""


@transaction
def register_company(
    *,
    application_id: str,
    details: CompanyDetails,
    cluster_ids: Sequence[str],
    contact: Contact,
    first_listing: FirstListing,
    mandate_accepted: bool,
    email_verified_at: datetime | None = None,
    via: str = "",
) -> str:
    """Write down a company that applies and accepts today's terms, which are archived word for word; return its id.

    The same form sent twice is one application. `mandate_accepted` tells whether the company also lets the operator draw
    up its invoices (CGI, art. 289, I-2), `email_verified_at` when the contact followed a link sent to them,
    `via` the word of the cluster whose framed page led here; one that is no cluster's is left out. Raises
    `SiretKnown`, `ClustersOfSeveralRegions`, `ApplicationIdTaken`, and `NotFound` for a cluster that does not exist.
    """
    # The SIRET is looked up first: had the same form been committed between the two reads, the second one finds it.
    company_known = siret_is_known(details.siret)
    existing = session.get(Application, application_id)
    if existing is not None:
        if existing.company.siret != details.siret:
            raise ApplicationIdTaken(application_id)
        return existing.company_id
    if company_known:
        raise SiretKnown(details.siret)
    company = _new_company(details, _clusters(cluster_ids))
    application = _new_application(application_id, company, contact, first_listing)
    application.email_verified_at = email_verified_at
    application.via_cluster_id = (
        session.scalar(select(Cluster.id).where(Cluster.slug == via)) if via else None
    )
    session.add_all([company, application])
    try:
        session.flush()
    except IntegrityError as error:  # the same form, or the same company, arrived since we looked
        raise RetryTransaction from error
    for kind in ("terms", "mandate") if mandate_accepted else ("terms",):
        accept_text(company, kind, accepted_by=f"{contact.name} <{application.contact_email}>")
    _write_to_applicant(session.get_one(Application, application_id), "application_received")
    return company.id


def admit_company(*, actor: Actor, application_id: str) -> Admitted:
    """Make the applicant a member within the caller's transaction: account with its credit line, a year of membership, the
    first person as administrator and trader, and the letter that lets them in.

    For operator staff and staff of the company's clusters. Raises `NotFound`, `ApplicationDecided`.
    """
    require_transaction()
    application = _lock(application_id, actor)
    company = application.company
    terms = terms_in_force(company.region_id, clock.today())
    account_id = _open_account(company, terms)
    _decide(application, actor, "approved")
    company.status, company.joined_on, company.account_id = "active", clock.today(), account_id
    note_limits(
        company.id,
        credit_limit=Credits(terms.credit_limit_cents),
        balance_cap=Credits(terms.balance_cap_cents),
        reason=FIRST_LIMITS,
        by=actor,
    )
    open_year(company.id, company.region_id, clock.today())
    person = find_or_add_person(email=application.contact_email, name=application.contact_name)
    for kind in ("administrator", "trader"):
        add_role(person.id, kind, company_id=company.id)
    send_invitation(person, company, kind="invitation")
    record_event(actor=actor, kind="company_admitted", company_id=company.id, subject=application.id)
    return Admitted(
        company_id=company.id,
        account_id=account_id,
        person_id=person.id,
        person_name=person.name,
        first_listing=FirstListing(
            kind=application.first_listing_kind,
            title=application.first_listing_title,
            description=application.first_listing_description,
        ),
    )


@transaction
def ask_applicant(*, actor: Actor, application_id: str, question: str) -> None:
    """Ask the applicant something before deciding, by a letter that links to where to answer.

    Raises `NotFound`, `ApplicationDecided`.
    """
    application = _lock(application_id, actor)
    application.status, application.question, application.answer = "question", question, ""
    _write_to_applicant(application, "application_question", question=question)
    record_event(
        actor=actor,
        kind="application_question",
        company_id=application.company_id,
        subject=application.id,
        detail=question,
    )


@transaction
def answer_question(*, application_id: str, answer: str) -> None:
    """Write down the applicant's answer and put the application back into the queue. Raises `NotFound`, `NothingAsked`."""
    application = session.get(Application, application_id, with_for_update=True)
    if application is None:
        raise NotFound
    if application.status != "question":
        raise NothingAsked(application_id)
    application.status, application.answer = "received", answer
    record_event(
        actor=None, kind="application_answered", company_id=application.company_id, subject=application.id
    )


@transaction
def refuse_application(*, actor: Actor, application_id: str, reason: str) -> None:
    """Refuse an application with a reason, sent to the applicant; the company may apply again.

    Raises `NotFound`, `ApplicationDecided`.
    """
    application = _lock(application_id, actor)
    _decide(application, actor, "refused")
    application.reason = reason
    application.company.status = "refused"
    _write_to_applicant(application, "application_refused", reason=reason)
    record_event(
        actor=actor,
        kind="application_refused",
        company_id=application.company_id,
        subject=application.id,
        detail=reason,
    )


def _clusters(cluster_ids: Sequence[str]) -> list[Cluster]:
    clusters = list(
        session.scalars(select(Cluster).where(Cluster.id.in_(cluster_ids)).order_by(Cluster.name))
    )
    if not clusters or len(clusters) != len(set(cluster_ids)):
        raise NotFound
    if len({cluster.region_id for cluster in clusters}) > 1:
        raise ClustersOfSeveralRegions
    return clusters


def _new_company(details: CompanyDetails, clusters: list[Cluster]) -> Company:
    company = Company(
        id=ids.new_id("cmp"),
        region_id=clusters[0].region_id,
        name=details.name,
        legal_form=details.legal_form,
        capital_cents=details.capital_cents,
        siren=details.siren,
        siret=details.siret,
        rcs_city=details.rcs_city,
        vat_number=details.vat_number,
        vat_regime=details.vat_regime,
        vat_on_debits=details.vat_on_debits,
        street=details.street,
        postal_code=details.postal_code,
        city=details.city,
        department=details.department,
        sector=details.sector,
        naf=details.naf,
        size_band=details.size_band,
        description=details.description,
        status="applied",
        terms_version=TERMS_VERSION,
        terms_accepted_at=clock.now(),
        clusters=clusters,
    )
    index_company(company)
    return company


def _new_application(
    application_id: str, company: Company, contact: Contact, first_listing: FirstListing
) -> Application:
    return Application(
        id=application_id,
        company=company,
        contact_name=contact.name,
        contact_email=normal_email(contact.email),
        first_listing_kind=first_listing.kind,
        first_listing_title=first_listing.title,
        first_listing_description=first_listing.description,
        status="received",
        created_at=clock.now(),
    )


def _lock(application_id: str, actor: Actor) -> Application:
    """Lock and return an application on which the actor may decide and nobody has."""
    application = session.get(Application, application_id, with_for_update=True, populate_existing=True)
    if application is None or not may_decide([cluster.id for cluster in application.company.clusters], actor):
        raise NotFound
    if application.status not in OPEN_STATUSES:
        raise ApplicationDecided(application_id, application.status)
    return application


def _decide(application: Application, actor: Actor, status: str) -> None:
    application.status = status
    application.decided_at = clock.now()
    application.decided_by_id = actor.person_id


def _open_account(company: Company, terms: RegionTerms) -> str:
    account_id = ids.new_id("acc")
    ledger.open_account(
        account_id=account_id,
        kind="member",
        name=company.name,
        credit_limit=Credits(terms.credit_limit_cents),
        balance_cap=Credits(terms.balance_cap_cents),
    )
    return account_id


def _write_to_applicant(application: Application, kind: str, **payload: str) -> None:
    queue_mail(
        to_email=application.contact_email,
        to_name=application.contact_name,
        kind=kind,
        payload={"company": application.company.name, "application_id": application.id, **payload},
    )
