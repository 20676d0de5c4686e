"""Applications to join, for whoever holds the receipt and for the staff who decide."""

from collections.abc import Sequence

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from barterweb.actors import Actor
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
    found = session.scalar(_with_company(select(Application)).where(Application.id == application_id))
    if found is None:
        raise NotFound
    return found


def open_applications(actor: Actor, *, limit: int) -> tuple[Sequence[Application], int]:
    """Return the first applications that wait for this member of staff, and how many there are.

    The oldest come first, those that wait for the applicant's answer last.
    """
    query = select(Application).where(Application.status.in_(OPEN_STATUSES))
    if actor.kind != "operator":
        ours = select(company_clusters.c.company_id).where(company_clusters.c.cluster_id == actor.cluster_id)
        query = query.where(Application.company_id.in_(ours))
    order = (case((Application.status == "question", 1), else_=0), Application.created_at, Application.id)
    counted = _with_company(query).add_columns(func.count().over()).order_by(*order).limit(limit)
    rows = session.execute(counted).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def _with_company(query: Select[Application]) -> Select[Application]:
    return query.options(joinedload(Application.company).selectinload(Company.clusters))
