"""Setting up the network: regions with their fees, limits and operator accounts, and clusters."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete

from barterweb import clock, ids, ledger
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.errors import NotFound
from barterweb.members.facts import RegionSettings
from barterweb.members.models import Cluster, Region, RegionTerms
from barterweb.members.queries import operator_account_id
from barterweb.members.service.audit import record_event

_OPERATOR_ACCOUNTS = {"commission": "Commissions", "membership": "Adhésions", "reserve": "Réserve"}


@transaction
def create_region(*, code: str, name: str) -> str:
    """Create a region with the operator's accounts for it, without limits, and return its id.

    `code` is a short word such as ``ARA``: it names those accounts (see `operator_account_id`).
    """
    region = Region(id=ids.new_id("reg"), code=code, name=name)
    session.add(region)
    for kind, title in _OPERATOR_ACCOUNTS.items():
        ledger.open_account(account_id=operator_account_id(kind, code), kind=kind, name=f"{title} {name}")
    return region.id


@transaction
def set_region_terms(
    *, region_id: str, starts_on: date, terms: RegionSettings, actor: Actor | None = None
) -> None:
    """Set the region's fees and limits from a day on; what was agreed before keeps the terms of its time.

    Terms of a day that has terms already take their place. Nobody as actor means the installation; otherwise only the
    operator may, from a day to come: raises `NotFound`.
    """
    if actor is not None and (actor.kind != "operator" or starts_on <= clock.today()):
        raise NotFound
    same_day = RegionTerms.region_id == region_id, RegionTerms.starts_on == starts_on
    session.execute(delete(RegionTerms).where(*same_day))
    record_event(
        actor=actor,
        kind="region_terms_set",
        company_id=None,
        subject=region_id,
        detail=f"{starts_on:%d/%m/%Y}",
    )
    session.add(
        RegionTerms(
            id=ids.new_id("tms"),
            region_id=region_id,
            starts_on=starts_on,
            commission_rate_bp=terms.commission_rate_bp,
            commission_payer=terms.commission_payer,
            commission_waived=terms.commission_waived,
            membership_fee_cents=terms.membership_fee_cents,
            membership_waived=terms.membership_waived,
            credit_limit_cents=terms.credit_limit_cents,
            balance_cap_cents=terms.balance_cap_cents,
            soft_threshold_bp=terms.soft_threshold_bp,
        )
    )


@transaction
def create_cluster(
    *,
    region_id: str,
    slug: str,
    name: str,
    city: str,
    department: str,
    theme: str,
    frame_origins: Sequence[str] = (),
) -> str:
    """Create a cluster and return its id; `frame_origins` are the sites that may frame its listings."""
    cluster = Cluster(
        id=ids.new_id("pol"),
        region_id=region_id,
        slug=slug,
        name=name,
        city=city,
        department=department,
        theme=theme,
        frame_origins=list(frame_origins),
    )
    session.add(cluster)
    return cluster.id
