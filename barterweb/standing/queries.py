"""Reading how members stand: credit, memberships, claims, and the file of one company for those who look after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.models import Company, LimitChange, Membership, Person, Region, company_clusters
from barterweb.members.policy import may_decide
from barterweb.members.queries import operator_account_id, regions, terms_in_force
from barterweb.money import vat_of
from barterweb.standing.facts import MEMBERSHIP_VAT_BP
from barterweb.standing.models import Claim, CreditRequest

LATEST = 20


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


def waiting_requests() -> Sequence[CreditRequest]:
    """Return the requests for credit that wait, the oldest first, with their companies."""
    return session.scalars(
        select(CreditRequest)
        .options(joinedload(CreditRequest.company))
        .where(CreditRequest.status == "waiting")
        .order_by(CreditRequest.asked_at, CreditRequest.id)
    ).all()


def decided_requests() -> Sequence[CreditRequest]:
    """Return the requests decided last, with their companies."""
    return session.scalars(
        select(CreditRequest)
        .options(joinedload(CreditRequest.company))
        .where(CreditRequest.status.in_(("granted", "refused")))
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


def memberships(chosen: str, *, limit: int, offset: int) -> tuple[list[Dues], int]:
    """Return one page of the years of membership on a list, the most urgent first, and how many there are."""
    query = _on_list(chosen)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = Membership.due_on.desc() if chosen in ("offertes", "reglees") else Membership.due_on
    rows = session.scalars(
        query.options(joinedload(Membership.company))
        .order_by(order, Membership.id)
        .limit(limit)
        .offset(offset)
    ).all()
    return [dues_of(year) for year in rows], total


def membership_counts() -> dict[str, int]:
    """Return how many years of membership are on each list."""
    return {
        name: session.scalar(select(func.count()).select_from(_on_list(name).subquery())) or 0
        for name in MEMBERSHIP_LISTS
    }


def _on_list(name: str) -> Select[Membership]:
    query = select(Membership).join(Company, Company.id == Membership.company_id)
    unpaid = query.where(Membership.waived.is_(False), Membership.paid_on.is_(None)).where(
        Company.status.not_in(("left", "insolvent"))
    )
    today = clock.today()
    return {
        "a-regler": unpaid,
        "en-retard": unpaid.where(Membership.due_on < today),
        "offertes": query.where(Membership.waived.is_(True), Membership.ends_on >= today),
        "reglees": query.where(Membership.paid_on.is_not(None)),
    }[name]


def overdue_memberships(companies: Select[str], limit: int) -> tuple[list[Dues], int]:
    """Return unpaid years that are due within a week or overdue, of some companies, the oldest first, and how many."""
    query = _on_list("a-regler").where(
        Membership.company_id.in_(companies), Membership.due_on <= clock.today() + timedelta(days=7)
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(
        query.options(joinedload(Membership.company)).order_by(Membership.due_on, Membership.id).limit(limit)
    ).all()
    return [dues_of(year) for year in rows], total


def membership(membership_id: str) -> Dues:
    """Return a year of membership with its company, for the operator; raises `NotFound`."""
    year = session.get(Membership, membership_id, options=[joinedload(Membership.company)])
    if year is None:
        raise NotFound
    return dues_of(year)


def claims() -> Sequence[Claim]:
    """Return all claims with what cleared them: those still open first, then by the day they are due."""
    rows = session.scalars(
        select(Claim)
        .options(joinedload(Claim.company), selectinload(Claim.clearings))
        .order_by(Claim.due_on, Claim.id)
    ).all()
    return sorted(rows, key=lambda claim: claim.open_cents == 0)


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
    """Return each region's reserve beside what its members owe."""
    companies = session.execute(
        select(Company.region_id, Company.account_id).where(Company.account_id.is_not(None))
    ).all()
    views = {view.id: view for view in ledger.account_views()}
    open_claims = {region.id: 0 for region in regions()}
    for one in claims():
        open_claims[one.company.region_id] += one.open_cents
    return [
        Reserve(
            region=region,
            balance_cents=views[operator_account_id("reserve", region.code)].balance_cents,
            debt_cents=sum(
                max(0, -views[account_id].balance_cents)
                for region_id, account_id in companies
                if region_id == region.id and account_id in views
            ),
            open_claims_cents=open_claims[region.id],
        )
        for region in regions()
    ]


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


def companies_by_status(actor: Actor, statuses: Sequence[str]) -> Sequence[Company]:
    """Return the companies in these statuses that the actor looks after, by name."""
    query = select(Company).where(Company.status.in_(statuses), Company.account_id.is_not(None))
    if actor.kind != "operator":
        ours = select(company_clusters.c.company_id).where(company_clusters.c.cluster_id == actor.cluster_id)
        query = query.where(Company.id.in_(ours))
    return session.scalars(query.order_by(Company.name, Company.id)).all()
