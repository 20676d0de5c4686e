"""Applications to join, for whoever holds the receipt and for the staff who decide."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import joinedload

from barterweb.actors import Actor
from barterweb.counts import BOUND, Count, first_of
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.models import (
    Application,
    Company,
    company_clusters,
)
from barterweb.members.policy import may_decide

OPEN_STATUSES = ("received", "question")


def application_for(application_id: str, actor: Actor) -> Application:
    """Return an application with its company and clusters to staff who may decide on it; else raises `NotFound`."""
    found = application(application_id)
    if not may_decide([cluster.id for cluster in found.company.clusters], actor):
        raise NotFound
    return found


def application(application_id: str) -> Application:
    """Return an application to whoever holds the address of its receipt; raises `NotFound`."""
    found: Application | None = session.scalar(
        _with_company(select(Application)).where(Application.id == application_id)
    )
    if found is None:
        raise NotFound
    return found


def open_applications(actor: Actor, *, limit: int, bound: int = BOUND) -> tuple[Sequence[Application], Count]:
    """Return the first applications that wait for this member of staff, and how many there are, up to a bound.

    The oldest come first, those that wait for the applicant's answer last.
    """
    query = select(Application.id).where(Application.status.in_(OPEN_STATUSES))
    if actor.kind != "operator":
        ours = company_clusters.c.cluster_id == actor.cluster_id
        query = query.where(
            select(ours).where(company_clusters.c.company_id == Application.company_id, ours).exists()
        )
    order = (case((Application.status == "question", 1), else_=0), Application.created_at, Application.id)
    found, count = first_of(query.order_by(*order), bound)
    waiting = _with_company(select(Application, count).join(found, found.c.id == Application.id))
    rows = session.execute(waiting.order_by(*order).limit(limit)).all()
    return [row[0] for row in rows], Count.of(rows[0][1] if rows else 0, bound)


def _with_company(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.options(joinedload(Application.company).selectinload(Company.clusters))
