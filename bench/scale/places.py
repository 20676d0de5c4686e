"""Every page people are shown, found in the map of the site: who opens it, and where; and what is left out, and why.

Addresses without a variable are opened by each kind of person that has a view of its own. `Examples` says what stands in the
others, and which searches and lists are opened besides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from barterweb import clock
from barterweb.db import session
from barterweb.documents.models import OPERATOR as OPERATORS
from barterweb.documents.models import Document
from barterweb.listings.models import Listing, SavedSearch
from barterweb.members.models import Application, Company, Membership, Person, Role
from barterweb.standing.models import Claim, CreditRequest
from barterweb.trades.models import Trade
from barterweb.web.access import PUBLIC, SIGNED_IN, access_rule

BUSIEST, ORDINARY = "membre-0@barter.example", "membre-2@barter.example"
ACCOUNTANT = "comptable@barter.example"
OPERATOR, STAFF, FUNDER = "exploitant@barter.example", "equipe@pole.example", "region@barter.example"
HATS = {
    "trader": ORDINARY,
    "administrator": ORDINARY,
    "accountant": ACCOUNTANT,
    "staff": STAFF,
    "operator": OPERATOR,
    "funder": FUNDER,
}
WORDS = {
    None: "a visitor",
    ORDINARY: "a member",
    BUSIEST: "the busiest member",
    ACCOUNTANT: "an accountant",
    STAFF: "a cluster",
    OPERATOR: "the operator",
    FUNDER: "a funder",
}
FRAGMENT = {"HX-Request": "true"}

_FILE = "a file, as long as the period it is asked for"
_STEP = "a step of an application, that reads its one row"
_LINK = "opened by a single-use link, reads its one row"
_PICTURE = "a picture, read from the archive by its name"
LEFT_OUT = {
    "static": "a file of the site",
    "members.applied_GET": _STEP,
    "joining.resume_GET": _STEP,
    "joining.verify_GET": _LINK,
    "joining.contact_GET": _STEP,
    "joining.step_GET": _STEP,
    "listings.search_GET": "sends on to the search",
    "listings.photo_GET": _PICTURE,
    "listings.thumbnail_GET": _PICTURE,
    "standing.logo_GET": _PICTURE,
    "trades.message_file_GET": _FILE,
    "staff.figures_csv_GET": "the figures of the page, as a file",
    "staff.queue_csv_GET": "the whole queue as a file: thousands of lines by intent",
    "documents.entries_GET": _FILE,
    "documents.year_csv_GET": _FILE,
    "documents.year_pdf_GET": _FILE,
    "documents.statement_file_GET": _FILE,
    "documents.statement_pdf_GET": _FILE,
    "documents.bundle_GET": _FILE,
    "documents.bundle_page_GET": "asked for by a form with the companies chosen; makes files",
    "documents.invoice_pdf_GET": _FILE,
    "documents.invoice_xml_GET": _FILE,
    "documents.own_invoice_pdf_GET": _FILE,
    "documents.accounts_GET, a member": "sends on to the one account a member has",
    "members.accepted_text_GET": "reads one text by its name",
    "members.invitation_GET": _LINK,
    "members.reset_GET": _LINK,
    "members.second_step_GET": "between two steps of signing in",
    "members.remove_passkey_GET": "reads one key; the made-up members have none",
    "members.remove_totp_GET": "reads one row; the made-up members have no application",
    "members.totp_GET": "draws a secret",
    "members.passkey_GET": "asks for a key",
    "members.recovery_codes_GET": "reads one person's codes",
    "members.change_password_GET": "a form",
    "pages.style_GET": "for those who build the site; not in production",
    "embeds.host_script_GET": "a file of the site",
    "embeds.oembed_GET": "reads one cluster by its name",
}
"""Endpoints that are not measured, and why; with a kind of person, only for them."""

EMBEDS = ("embeds.listings_GET", "embeds.atom_GET", "embeds.json_GET", "embeds.calendar_GET")
_ARGUMENT = re.compile(r"<[^>]*?(\w+)>")
_ID, _DAY = re.compile(r"[a-z]{3}_[0-9a-z]{26}"), re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its endpoint, who opens it (None: a visitor) and where; as a `fragment`, htmx asks for what changes of it."""

    endpoint: str
    who: str | None
    path: str
    shown: str
    fragment: bool = False

    @property
    def name(self) -> str:
        """What to call it: its address without ids, and by whom it is opened."""
        return f"{self.shown}{' (fragment)' if self.fragment else ''}, {WORDS.get(self.who, 'a member')}"


def places(app: Flask) -> list[Place]:
    """Return every page that is opened."""
    with app.app_context():
        examples = Examples()
        found = [place for rule in app.url_map.iter_rules() for place in _of_rule(app, rule, examples)]
        found += [
            Place(endpoint, who, path, _shown(path), fragment)
            for endpoint, who, path, fragment in examples.searches()
        ]
    return sorted(found, key=lambda place: (place.shown, place.name))


def _of_rule(app: Flask, rule, examples: "Examples") -> Iterator[Place]:
    if "GET" not in rule.methods or rule.endpoint in LEFT_OUT:
        return
    if rule.arguments:
        for who, value in examples.of(rule.endpoint):
            path = _ARGUMENT.sub(value, rule.rule)
            yield Place(rule.endpoint, who, path, _shown(path))
        return
    for who in _hats(access_rule(app.view_functions[rule.endpoint])):
        if f"{rule.endpoint}, {WORDS[who]}" not in LEFT_OUT:
            yield Place(rule.endpoint, who, rule.rule, rule.rule)


def _shown(path: str) -> str:
    """Return an address without ids and days, the same for every network."""
    return _DAY.sub("…", _ID.sub("…", path))


def _hats(access: str | None) -> list[str | None]:
    """Whose views differ: a trader's and an administrator's do not."""
    if access == PUBLIC:
        return [None]
    if access == SIGNED_IN:
        return [ORDINARY]
    return list(dict.fromkeys(HATS[kind] for kind in (access or "").split()))


class Examples:
    """Rows of the network to look at; needs an application context."""

    def __init__(self) -> None:
        self.ordinary, self.busiest = self._company(ORDINARY), self._company(BUSIEST)

    def of(self, endpoint: str) -> list[tuple[str | None, str]]:
        """Return who opens this page, and what stands in its address."""
        blueprint = endpoint.partition(".")[0]
        found = {
            "listings.show_GET": [
                (None, self._listing(self.busiest)),
                (ORDINARY, self._listing(self.busiest)),
            ],
            "listings.edit_GET": [(ORDINARY, self._listing(self.ordinary))],
            "listings.photos_GET": [(ORDINARY, self._listing(self.ordinary))],
            "trades.propose_GET": [(ORDINARY, self._listing(self.busiest))],
            "pages.company_GET": [(None, self.ordinary)],
            **{endpoint: [(None, "pole-0")] for endpoint in EMBEDS},
            "standing.file_GET": [(STAFF, self.ordinary), (OPERATOR, self.busiest)],
            "staff.account_GET": [
                (OPERATOR, self._account(self.busiest)),
                (OPERATOR, "operator_commission_ara"),
            ],
            "staff.dispute_GET": [(OPERATOR, self._trade("disputed").id)],
            "staff.application_GET": [(OPERATOR, self._latest(Application.id))],
            "standing.payment_GET": [(OPERATOR, self._latest(Membership.id))],
            "standing.claim_GET": [(OPERATOR, self._latest(Claim.id))],
            "standing.request_GET": [(OPERATOR, self._latest(CreditRequest.id))],
            "documents.invoice_GET": [(OPERATOR, self._document(OPERATORS)), self._sold()],
            "documents.correct_GET": [self._sold()],
        }
        if endpoint in found:
            return found[endpoint]
        if blueprint == "documents":
            return [(who, company) for who, company in ((ORDINARY, self.ordinary), (BUSIEST, self.busiest))]
        if blueprint == "trades":
            return [self._side(endpoint)]
        if blueprint == "listings":
            return [self._kept_search()]
        raise LookupError(f"{endpoint} is neither measured nor left out")

    def searches(self) -> Iterator[tuple[str, str | None, str, bool]]:
        """Yield searches, deep pages and other lists: endpoint, who, where, and whether only the part that changes."""
        month = f"du={clock.today().replace(day=1)}&au={clock.today()}"
        search, directory = "listings.index_GET", "members.directory_GET"
        for query in (
            "mots=transport",
            "mots=conseil+juridique",
            "mots=trasnport",
            "categorie=numerique",
            "type=besoin",
            "pole=pole-0",
            "pole=pole-1&mots=transport",
            "lieu=grenoble",
            "tri=prix",
            "page=20",
            "mots=transport&page=20",
            "prix_max=500",
        ):
            yield search, None, f"/annonces?{query}", False
        yield search, None, "/annonces?mots=transport", True
        yield search, ORDINARY, "/annonces", False
        yield search, ORDINARY, "/annonces?mots=transport", False
        yield "listings.feed_GET", None, "/annonces.atom?mots=transport", False
        for query in ("q=nettoyage", "pole=pole-0", "departement=Is%C3%A8re", "secteur=C", "page=2"):
            yield directory, None, f"/entreprises?{query}", False
        yield directory, None, "/entreprises?q=nettoyage", True
        for query in ("etat=termines", "etat=tous"):
            yield "trades.index_GET", ORDINARY, f"/echanges?{query}", False
        for query in ("", "?etat=tous"):
            yield "trades.index_GET", BUSIEST, f"/echanges{query}", False
        yield "trades.dashboard_GET", BUSIEST, "/tableau-de-bord", False
        yield "notifications.index_GET", BUSIEST, "/notifications", False
        yield "documents.account_GET", ORDINARY, f"/comptes/{self.ordinary}?{month}", False
        yield "documents.account_GET", BUSIEST, f"/comptes/{self.busiest}?{month}", False
        yield "standing.companies_GET", OPERATOR, "/pole/entreprises?mots=nettoyage", False
        for kept in ("en-retard", "reglees"):
            yield "standing.memberships_GET", OPERATOR, f"/operateur/adhesions?liste={kept}", False
        yield "staff.journal_GET", OPERATOR, f"/operateur/journal?{month}", False
        yield "staff.journal_GET", OPERATOR, "/operateur/journal?page=5", False
        yield "staff.outbox_GET", OPERATOR, "/operateur/messages?etat=envoyes", False

    def _company(self, email: str) -> str:
        worn = (
            sa.select(Role.company_id).join(Person, Person.id == Role.person_id).where(Person.email == email)
        )
        return str(session.scalar(worn.limit(1)))

    def _account(self, company_id: str) -> str:
        return str(session.scalar(sa.select(Company.account_id).where(Company.id == company_id)))

    def _listing(self, company_id: str) -> str:
        mine = sa.select(Listing.id).where(Listing.company_id == company_id, Listing.kind == "offer")
        return str(session.scalar(mine.order_by(Listing.id).limit(1)))

    def _latest(self, column) -> str:
        return str(session.scalar(sa.select(column).order_by(column.desc()).limit(1)))

    def _document(self, issuer_id: str) -> str:
        issued = sa.select(Document.id).where(Document.issuer_id == issuer_id)
        return str(session.scalar(issued.order_by(Document.id.desc()).limit(1)))

    def _sold(self) -> tuple[str, str]:
        """Return who sold lately, and their invoice."""
        sold = sa.select(Document).where(Document.company_id.is_not(None), Document.kind == "invoice")
        document = session.scalars(sold.order_by(Document.id.desc()).limit(1)).one()
        return self._trader(str(document.company_id)), document.id

    def _trader(self, company_id: str) -> str:
        traders = sa.select(Person.email).join(Role, Role.person_id == Person.id)
        own = traders.where(Role.company_id == company_id, Role.kind == "trader")
        return str(session.scalar(own.limit(1)))

    def _trade(self, state: str) -> Trade:
        latest = sa.select(Trade).where(Trade.state == state).order_by(Trade.updated_at.desc()).limit(1)
        return session.scalars(latest).one()

    def _side(self, endpoint: str) -> tuple[str, str]:
        """Return whose turn a step of a trade is, and such a trade."""
        state, side = {
            "trades.agree_GET": ("proposed", "seller"),
            "trades.counter_GET": ("proposed", "seller"),
            "trades.deliver_GET": ("agreed", "seller"),
            "trades.confirm_GET": ("delivered", "buyer"),
            "trades.dispute_GET": ("delivered", "buyer"),
            "trades.refund_GET": ("settled", "seller"),
            "trades.messages_GET": ("agreed", "buyer"),
            "trades.show_GET": ("settled", "buyer"),
        }[endpoint]
        trade = self._trade(state)
        company_id = trade.buyer_id if side == "buyer" else trade.seller_id
        return self._trader(company_id), trade.id

    def _kept_search(self) -> tuple[str, str]:
        kept = sa.select(SavedSearch.id).join(Person, Person.id == SavedSearch.person_id)
        return ORDINARY, str(session.scalar(kept.where(Person.email == ORDINARY).limit(1)))
