"""Reading how members stand: credit, memberships, claims, and the file of one company for those who look after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.counts import BOUND, Count, count_up_to, counting, first_of, kept_if_many, unindexed
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.facts import fold
from barterweb.members.models import Company, LimitChange, Membership, Person, Region, company_clusters
from barterweb.members.policy import may_decide
from barterweb.members.queries import operator_account_id, regions, terms_in_force
from barterweb.money import vat_of
from barterweb.standing.facts import MEMBERSHIP_VAT_BP, UNPAID_SOON_DAYS
from barterweb.standing.models import Claim, Clearing, CreditRequest
from barterweb.standing.policy import LOOKED_AFTER

Found = TypeVar("Found")

Order = tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]

LATEST = 20
AHEAD = 100
"""Rows of a list of staff that are counted beyond the page."""


@dataclass(frozen=True, slots=True)
class CreditHistory:
    """A company's account, its requests and the limits it had, the latest first, each with who decided."""

    account: ledger.AccountView
    waiting: CreditRequest | None
    requests: Sequence[CreditRequest]
    changes: Sequence[Row[LimitChange, str]]
    soft_threshold_bp: int


@dataclass(frozen=True, slots=True)
class Dues:
    """What a year of membership costs: cents of euro, and how it stands: waived, paid, due or overdue."""

    year: Membership
    vat_cents: int
    gross_cents: int
    state: str


@dataclass(frozen=True, slots=True)
class Reserve:
    """A region's reserve against what its members owe; cents of Barter, claims in cents of euro."""

    region: Region
    balance_cents: int
    debt_cents: int
    open_claims_cents: int


def credit_history(company: Company) -> CreditHistory:
    """Return what the credit page of a company shows; four queries."""
    requests = session.scalars(
        select(CreditRequest)
        .where(CreditRequest.company_id == company.id)
        .order_by(CreditRequest.asked_at.desc(), CreditRequest.id.desc())
        .limit(LATEST)
    ).all()
    changes = session.execute(
        select(LimitChange, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == LimitChange.set_by_id)
        .where(LimitChange.company_id == company.id)
        .order_by(LimitChange.set_at.desc(), LimitChange.id.desc())
        .limit(LATEST)
    ).all()
    return CreditHistory(
        account=ledger.account_view(company.account_id or ""),
        waiting=next((request for request in requests if request.status == "waiting"), None),
        requests=requests,
        changes=changes,
        soft_threshold_bp=terms_in_force(company.region_id, clock.today()).soft_threshold_bp,
    )


def waiting_requests(
    *conditions: ColumnElement[bool], limit: int, offset: int = 0, bound: int = BOUND
) -> tuple[Sequence[CreditRequest], Count]:
    """Return one page of the requests for credit that wait, the oldest first, with their companies; how many."""
    query = select(CreditRequest).where(CreditRequest.status == "waiting", *conditions)
    order = (CreditRequest.asked_at, CreditRequest.id)
    return _page(query, order, joinedload(CreditRequest.company), limit=limit, offset=offset, bound=bound)


def decided_requests() -> Sequence[CreditRequest]:
    """Return the requests decided last, with their companies."""
    return session.scalars(
        select(CreditRequest)
        .options(joinedload(CreditRequest.company))
        .where(CreditRequest.decided_at.is_not(None))
        .where(unindexed(CreditRequest.status).in_(("granted", "refused")))
        .order_by(CreditRequest.decided_at.desc(), CreditRequest.id.desc())
        .limit(LATEST)
    ).all()


def credit_request(request_id: str) -> CreditRequest:
    """Return a request with its company, for the operator; raises `NotFound`."""
    found = session.get(CreditRequest, request_id, options=[joinedload(CreditRequest.company)])
    if found is None:
        raise NotFound
    return found


def dues_of(year: Membership) -> Dues:
    """Return what a year costs and how it stands today."""
    vat = vat_of(year.fee_cents, MEMBERSHIP_VAT_BP)
    if year.waived:
        state = "waived"
    elif year.paid_on is not None:
        state = "paid"
    else:
        state = "overdue" if year.due_on < clock.today() else "due"
    return Dues(year, vat, year.fee_cents + vat, state)


def years_of(company_id: str) -> list[Dues]:
    """Return a company's years of membership, the latest first."""
    rows = session.scalars(
        select(Membership).where(Membership.company_id == company_id).order_by(Membership.starts_on.desc())
    )
    return [dues_of(year) for year in rows]


MEMBERSHIP_LISTS = ("a-regler", "en-retard", "offertes", "reglees")


def memberships(chosen: str, *, limit: int, offset: int) -> tuple[list[Dues], Count]:
    """Return one page of the years of membership on a list, the most urgent first; how many, counted beyond this page."""
    order: Order = (Membership.due_on, Membership.id)
    if chosen in ("offertes", "reglees"):
        order = (Membership.due_on.desc(), Membership.id.desc())
    company = joinedload(Membership.company)
    years, total = _page(_on_list(chosen), order, company, limit=limit, offset=offset, bound=AHEAD)
    return [dues_of(year) for year in years], total


def membership_counts() -> dict[str, Count]:
    """Return how many years of membership are on each list, up to a bound."""
    return {name: count_up_to(_on_list(name), AHEAD) for name in MEMBERSHIP_LISTS}


def _on_list(name: str) -> Select[Membership]:
    query = select(Membership)
    gone = select(Company.id).where(
        Company.id == Membership.company_id, Company.status.in_(("left", "insolvent"))
    )
    unpaid = query.where(Membership.waived.is_(False), Membership.paid_on.is_(None), ~gone.exists())
    today = clock.today()
    return {
        "a-regler": unpaid,
        "en-retard": unpaid.where(Membership.due_on < today),
        "offertes": query.where(Membership.waived.is_(True), Membership.ends_on >= today),
        "reglees": query.where(Membership.paid_on.is_not(None)),
    }[name]


def overdue_memberships(
    ours: ColumnElement[bool], *, limit: int, bound: int = BOUND
) -> tuple[list[Dues], Count]:
    """Return unpaid years that are due within a week or overdue and are `ours`, the oldest first, and how many, up to a
    bound.
    """
    soon = clock.today() + timedelta(days=UNPAID_SOON_DAYS)
    owed = _on_list("a-regler").where(Membership.due_on <= soon)
    order = (Membership.due_on, Membership.id)
    found, count = first_of(owed.where(ours).with_only_columns(Membership.id).order_by(*order), bound)
    query = select(Membership, count).join(found, found.c.id == Membership.id)
    rows = session.execute(query.options(joinedload(Membership.company)).order_by(*order).limit(limit)).all()
    return [dues_of(row[0]) for row in rows], Count.of(rows[0][1] if rows else 0, bound)


def membership(membership_id: str) -> Dues:
    """Return a year of membership with its company, for the operator; raises `NotFound`."""
    year = session.get(Membership, membership_id, options=[joinedload(Membership.company)])
    if year is None:
        raise NotFound
    return dues_of(year)


def claims(*, limit: int, offset: int = 0) -> tuple[Sequence[Claim], Count]:
    """Return one page of all claims with what cleared them, those still open first, then by the day they are due."""
    settled = case((Claim.amount_cents > _cleared(), 0), else_=1)
    order = (settled, Claim.due_on, Claim.id)
    first = select(Claim.id, settled.label("settled")).order_by(*order).limit(limit).offset(offset).subquery()
    rows = session.scalars(
        select(Claim)
        .join(first, first.c.id == Claim.id)
        .options(joinedload(Claim.company), selectinload(Claim.clearings))
        .order_by(first.c.settled, Claim.due_on, Claim.id)
    ).all()
    return rows, count_up_to(select(Claim.id), offset + BOUND)


def _cleared() -> ColumnElement[int]:
    of_claim = Clearing.claim_id == Claim.id
    sum_ = select(cast(func.coalesce(func.sum(Clearing.amount_cents), 0), BigInteger)).where(of_claim)
    return sum_.scalar_subquery()


def claims_of(company_id: str) -> Sequence[Claim]:
    """Return the claims on one company, with what cleared them."""
    return session.scalars(
        select(Claim)
        .options(selectinload(Claim.clearings))
        .where(Claim.company_id == company_id)
        .order_by(Claim.established_on, Claim.id)
    ).all()


def claim(claim_id: str) -> Claim:
    """Return a claim with its company, for the operator; raises `NotFound`."""
    found = session.get(Claim, claim_id, options=[joinedload(Claim.company), selectinload(Claim.clearings)])
    if found is None:
        raise NotFound
    return found


def reserves() -> list[Reserve]:
    """Return each region's reserve beside what its members owe, a large region's debt as of some minutes ago."""
    all_regions = regions()
    accounts = {region.id: operator_account_id("reserve", region.code) for region in all_regions}
    balances = {view.id: view.balance_cents for view in ledger.account_views(list(accounts.values()))}
    open_claims = _open_claims()
    return [
        Reserve(
            region=region,
            balance_cents=balances[accounts[region.id]],
            debt_cents=_debt_cents(region.id),
            open_claims_cents=open_claims.get(region.id, 0),
        )
        for region in all_regions
    ]


def _debt_cents(region_id: str) -> int:
    members = select(Company.account_id).where(
        Company.region_id == region_id, Company.account_id.is_not(None)
    )
    return kept_if_many(("debt", region_id), members, lambda: ledger.debt_cents(members))


def _open_claims() -> dict[str, int]:
    """Return what is still claimed by region, in cents of euro, of many claims as of some minutes ago.

    A claim is never cleared beyond its amount.
    """
    region = unindexed(Company.region_id)
    by_region = (
        select(region, func.sum(Claim.amount_cents - _cleared()))
        .join(Company, Company.id == Claim.company_id)
        .group_by(region)
    )

    def add_up() -> dict[str, int]:
        return {region_id: int(cents) for region_id, cents in session.execute(by_region)}

    return kept_if_many("open claims", select(Claim.id), add_up)


def company_file(company_id: str, actor: Actor) -> Company:
    """Return a member's company to staff of its clusters or the operator, whatever its status; raises `NotFound`."""
    company = session.get(Company, company_id, options=[selectinload(Company.clusters)])
    if (
        company is None
        or company.account_id is None
        or not may_decide([cluster.id for cluster in company.clusters], actor)
    ):
        raise NotFound
    return company


def companies_looked_after(
    actor: Actor, *, status: str, words: str, limit: int, offset: int
) -> tuple[Sequence[Company], Count]:
    """Return one page of the companies in a status that the actor looks after, by name; how many, counted beyond this page.

    `words` stand in their name, activity or town, whatever the case and accents; empty for all.
    """
    query = _looked_after(actor).where(unindexed(Company.status) == status)
    if words:
        query = query.where(Company.search_text.contains(fold(words), autoescape=True))
    return _page(query, (Company.search_text, Company.id), limit=limit, offset=offset, bound=AHEAD)


def companies_by_status(actor: Actor) -> dict[str, Count]:
    """Return how many companies the actor looks after are in each status that has some, those that want a look first.

    Each is counted up to a bound.
    """
    looked_after = _looked_after(actor)
    counts = [counting(looked_after.where(Company.status == status), AHEAD) for status in LOOKED_AFTER]
    found = session.execute(select(*counts)).one()
    return {status: Count.of(n, AHEAD) for status, n in zip(LOOKED_AFTER, found, strict=True) if n}


def _looked_after(actor: Actor) -> Select[Company]:
    query = select(Company).where(Company.account_id.is_not(None))
    if actor.kind == "operator":
        return query
    ours = company_clusters.c.cluster_id == actor.cluster_id
    return query.where(select(ours).where(company_clusters.c.company_id == Company.id, ours).exists())


def _page(
    query: Select[Found], order: Order, *options: ORMOption, limit: int, offset: int = 0, bound: int = BOUND
) -> tuple[list[Found], Count]:
    """Return some rows of a query in an order, and how many it has, counted up to a bound beyond these.

    Rows are put in order by what decides it alone, and read whole afterwards.
    """
    (model,) = (described["entity"] for described in query.column_descriptions)
    first = query.with_only_columns(model.id).order_by(*order).limit(limit).offset(offset).subquery()
    rows = session.execute(
        select(model, counting(query, offset + bound))
        .join(first, first.c.id == model.id)
        .options(*options)
        .order_by(*order)
    ).all()
    if not rows and offset:
        return [], count_up_to(query, offset + bound)
    return [row[0] for row in rows], Count.of(rows[0][1] if rows else 0, offset + bound)


def _count(query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
