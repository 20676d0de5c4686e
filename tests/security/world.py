"""A small network with two halves that share nothing, and the ten kinds of people who may look at it.

The first half is one's own: a company of the first cluster, its trade with a neighbour, its documents. The second half is
foreign: other companies of another cluster. Whoever is not said to reach a thing must not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import select

from barterweb import clock, db
from barterweb.documents.archive import archive_of
from barterweb.documents.models import Document
from barterweb.ids import new_id
from barterweb.joining import service as joining
from barterweb.listings import photos, saved
from barterweb.listings.search import Filters
from barterweb.members import service
from barterweb.members.facts import Contact, Invitee
from barterweb.members.models import Membership, Role
from barterweb.money import Credits
from barterweb.outbox.models import OutboxMessage
from barterweb.security import service as guards
from barterweb.security.facts import Visit
from barterweb.security.models import Passkey, PersonSession
from barterweb.standing import service as standing
from barterweb.standing.models import Claim
from barterweb.trades import messages
from barterweb.trades import service as trades
from tests import build_members, build_trades
from tests.build_members import Member

ACTORS = (
    "visitor", "trader", "administrator", "accountant", "other_accountant", "staff", "other_staff", "operator", "funder",
    "suspended",
)  # fmt: skip
KIND_OF = {
    "trader": "trader",
    "administrator": "administrator",
    "accountant": "accountant",
    "other_accountant": "accountant",
    "staff": "staff",
    "other_staff": "staff",
    "operator": "operator",
    "funder": "funder",
    "suspended": "administrator",
}
WHOSE = ("own", "foreign", "absent")


@dataclass(frozen=True, slots=True)
class World:
    """Addresses of the ten people, and what there is of each kind of thing, one's own and foreign."""

    emails: Mapping[str, str]
    things: Mapping[str, Mapping[str, str]]

    def thing(self, name: str, whose: str) -> str:
        """Return the identifier that stands in an address; one that nothing has for ``absent``."""
        if whose == "absent":
            return ABSENT.get(name) or new_id(name)
        return self.things[name][whose]


ABSENT = {
    "slug": "nulle-part",
    "token": "x" * 43,
    "invitation": "x" * 43,
    "account_id": "operator_commission_zzz",
    "draft_begun": "adh_01k9x7v3n2m4q5r6s7t8v9w0xy",
    "draft": "adh_01k9x7v3n2m4q5r6s7t8v9w0xy",
    "proof": "x" * 43,
    "step": "nulle-part",
    "text": "0" * 64,
    "disputed": "trd_01k9x7v3n2m4q5r6s7t8v9w0xy",
    "trd_sold": "trd_01k9x7v3n2m4q5r6s7t8v9w0xy",
    "doc_sold": "doc_01k9x7v3n2m4q5r6s7t8v9w0xy",
}

OWN_CLUSTER, OTHER_CLUSTER = "Axelera", "Minalogic"


def populate(app: Flask) -> World:
    """Make the network, through the services."""
    with app.app_context():
        clusters = {
            "own": build_members.cluster(OWN_CLUSTER),
            "foreign": build_members.cluster(OTHER_CLUSTER),
        }
        halves = {whose: _half(whose, cluster_id) for whose, cluster_id in clusters.items()}
        emails = {
            "administrator": halves["own"].company.email,
            "trader": "negoce@transports.example",
            "accountant": "cabinet-own@comptes.example",
            "other_accountant": "cabinet-foreign@comptes.example",
            "staff": "equipe-own@pole.example",
            "other_staff": "equipe-foreign@pole.example",
            "operator": "exploitant@barter.example",
            "funder": "region@barter.example",
            "suspended": "admin@menuiserie-suspendue.example",
        }
        build_members.person(emails["trader"], "trader", company_id=halves["own"].company.company_id)
        build_members.person(emails["funder"], "funder", region_id=build_members.region())
        stopped = build_members.company("Menuiserie Suspendue", cluster_ids=[clusters["own"]])
        service.set_company_status(
            actor=build_members.operator(), company_id=stopped.company_id, status="suspended", reason="Litige"
        )
        kinds = halves["own"].things.keys()
        return World(
            emails, {kind: {whose: halves[whose].things[kind] for whose in halves} for kind in kinds}
        )


@dataclass(frozen=True, slots=True)
class _Half:
    company: Member
    things: Mapping[str, str]


def _half(whose: str, cluster_id: str) -> _Half:
    """Make two companies of a cluster that trade with each other, their staff, their accountant, and one applicant."""
    company, partner = (
        build_members.company(f"{name} {whose}", cluster_ids=[cluster_id])
        for name in ("Transports", "Cabinet")
    )
    build_members.staff(cluster_id, f"equipe-{whose}@pole.example")
    build_members.accountant(company, f"cabinet-{whose}@comptes.example")
    small = build_trades.terms(build_trades.line(1_000))
    trade_id = build_trades.settled(company, partner, small)
    sold_id = build_trades.settled(partner, company, small)
    listing_id = build_trades.listing(company, f"Stockage {whose}")
    disputed_id = _disputed_id(company, partner)
    email = f"candidat-{whose}@ailleurs.example"
    things = {
        "cmp": company.company_id,
        "lst": listing_id,
        "pho": _photo_id(company, listing_id),
        "rec": _search_id(company),
        "trd": trade_id,
        "doc": _invoice_id(trade_id),
        "trd_sold": sold_id,
        "doc_sold": _invoice_id(sold_id),
        "adh": build_members.application(contact_email=email, cluster_ids=[cluster_id]),
        "rol": db.session.scalars(
            select(Role.id).where(Role.company_id == company.company_id, Role.kind == "accountant")
        ).one(),
        "slug": build_members.cluster_row(cluster_id).slug,
        "account_id": company.account_id,
        "ses": _session_id(company.person_id),
        "key": _passkey_id(company.person_id),
        "token": _reset_token(company.person_id),
        "invitation": _invitation_token(company, whose),
        "msg": _message_id(email),
        "disputed": disputed_id,
        "mes": _with_messages(disputed_id, company),
        "per": build_members.person(
            f"negoce-{whose}@transports.example", "trader", company_id=company.company_id
        ).person_id,
        **_with_logo(company),
        **_standing(whose, company, partner),
        **_drafts(whose),
    }
    return _Half(company, things)


def _invoice_id(trade_id: str) -> str:
    of_trade = select(Document.id).where(Document.trade_id == trade_id, Document.kind == "invoice")
    return db.session.scalars(of_trade).one()


def _session_id(person_id: str) -> str:
    visit = Visit("192.0.2.9", "Firefox sur Linux", f"mark of {person_id}")
    with db.open_transaction():
        guards.begin_session(person_id=person_id, visit=visit, strong=True)
    found = select(PersonSession.id).where(PersonSession.person_id == person_id)
    return db.session.scalars(found.order_by(PersonSession.id)).all()[-1]


def _reset_token(person_id: str) -> str:
    with db.open_transaction():
        return guards.new_link(person_id)


def _passkey_id(person_id: str) -> str:
    passkey = Passkey(
        id=new_id("key"),
        person_id=person_id,
        credential_id=person_id.encode(),
        public_key=b"-",
        sign_count=0,
        name="Ordinateur",
        created_at=clock.now(),
    )
    with db.open_transaction():
        db.session.add(passkey)
        return passkey.id


def _invitation_token(member: Member, whose: str) -> str:
    email = f"nouveau-{whose}@transports.example"
    service.invite_person(actor=member.actor, invitee=Invitee(kind="trader", name="Nouveau", email=email))
    payload = db.session.scalars(
        select(OutboxMessage.payload).where(
            OutboxMessage.to_email == email, OutboxMessage.kind == "invitation"
        )
    ).one()
    return payload["url"].removeprefix("/invitation/")


def _disputed_id(buyer: Member, seller: Member) -> str:
    trade_id = build_trades.delivered(buyer, seller, build_trades.terms(build_trades.line(1_000)))
    trades.dispute_trade(actor=buyer.actor, trade_id=trade_id, reason="Il manque la moitié.")
    return trade_id


def _with_messages(trade_id: str, company: Member) -> str:
    """A message with a file beside a trade; return its id."""
    archive = archive_of(current_app.config["SETTINGS"])
    message_id, data = new_id("mes"), b"%PDF-1.7, so to speak"
    file = messages.FileKept(archive.save(data), "application/pdf", "bon.pdf", len(data))
    messages.write_message(
        actor=company.actor, trade_id=trade_id, message_id=message_id, body="Le bon de livraison.", file=file
    )
    return message_id


def _search_id(company: Member) -> str:
    search_id = new_id("rec")
    saved.save_search(actor=company.actor, search_id=search_id, name="Fret", filters=Filters(words="fret"))
    return search_id


def _photo_id(company: Member, listing_id: str) -> str:
    archive = archive_of(current_app.config["SETTINGS"])
    photo_id, kept = new_id("pho"), photos.Kept(archive.save(b"\x89PNG, so to speak"), 40, 30)
    photos.add_photo(
        actor=company.actor, listing_id=listing_id, photo_id=photo_id, alt="Le quai", full=kept, small=kept
    )
    return photo_id


def _message_id(email: str) -> str:
    return db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.to_email == email)).first() or ""


def _with_logo(company: Member) -> Mapping[str, str]:
    archive = archive_of(current_app.config["SETTINGS"])
    service.set_logo(actor=company.actor, sha256=archive.save(b"\x89PNG, so to speak"))
    return {}


def _standing(whose: str, company: Member, partner: Member) -> Mapping[str, str]:
    """A request for credit, a year of membership, a claim on a company that left in debt, terms, an accepted text."""
    request = standing.ask_credit(
        actor=company.actor,
        request_id=new_id("dcr"),
        wanted=Credits(900_000),
        turnover=Credits(50_000_000),
        sells="Fret.",
    )
    cluster_ids = [cluster.id for cluster in build_members.company_row(company.company_id).clusters]
    leaving = build_members.company(f"Partant {whose}", cluster_ids=cluster_ids)
    build_trades.settled(leaving, partner, build_trades.terms(build_trades.line(1_000)))
    standing.leave_network(actor=leaving.actor, company_id=leaving.company_id, reason="Cession")
    of_company = Membership.company_id == company.company_id
    return {
        "dcr": request.id,
        "adm": db.session.scalars(select(Membership.id).where(of_company)).one(),
        "cre": db.session.scalars(select(Claim.id).where(Claim.company_id == leaving.company_id)).one(),
        "reg": build_members.region(),
        "text": service.current_text("terms").sha256,
    }


def _drafts(whose: str) -> Mapping[str, str]:
    """Two applications that are being written, and the link that proves the address of one."""
    contact = Contact(name="Candidat", email=f"brouillon-{whose}@ailleurs.example")
    drafts = {"draft": new_id("adh"), "draft_begun": new_id("adh")}
    for draft_id in drafts.values():
        joining.begin_draft(draft_id=draft_id, contact=contact)
    links = db.session.scalars(
        select(OutboxMessage.payload).where(OutboxMessage.kind == "application_begun")
    ).all()
    (proof,) = (link["url"].rpartition("/")[2] for link in links if drafts["draft"] in link["url"])
    return {**drafts, "proof": proof, "step": "siret"}
