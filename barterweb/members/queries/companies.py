"""Companies: one, or the directory's."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.facts import DirectorySearch, fold
from barterweb.members.models import (
    Cluster,
    Company,
)
from barterweb.members.policy import PUBLIC_STATUSES

DIRECTORY_PAGE_SIZE = 20


def company(company_id: str) -> Company:
    """Return a company whatever its status, for those who have been authorised; raises `NotFound`."""
    found = session.get(Company, company_id)
    if found is None:
        raise NotFound
    return found


def public_company(company_id: str) -> Company:
    """Return a company of the directory with its clusters; raises `NotFound` for the others."""
    found = session.scalar(
        _with_clusters(select(Company)).where(Company.id == company_id, Company.status.in_(PUBLIC_STATUSES))
    )
    if found is None:
        raise NotFound
    return found


def siret_is_known(siret: str) -> bool:
    """Tell whether a company holds this SIRET here; one that was refused does not."""
    return (
        session.scalar(select(Company.id).where(Company.siret == siret, Company.status != "refused"))
        is not None
    )


def directory(search: DirectorySearch, number: int) -> tuple[Sequence[Company], int]:
    """Return one page (counted from 1) of the companies found, by name, and how many there are in all."""
    found = _found(search)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.scalars(
        _with_clusters(select(Company))
        .where(Company.id.in_(found))
        .order_by(Company.search_text, Company.id)
        .limit(DIRECTORY_PAGE_SIZE)
        .offset((number - 1) * DIRECTORY_PAGE_SIZE)
    ).all()
    return rows, total


def _found(search: DirectorySearch) -> Select[str]:
    found = select(Company.id).where(Company.status.in_(PUBLIC_STATUSES))
    for word in fold(search.words).split():
        found = found.where(Company.search_text.contains(word, autoescape=True))
    if search.department:
        found = found.where(Company.department == search.department)
    if search.cluster_slug:
        found = found.where(Company.clusters.any(Cluster.slug == search.cluster_slug))
    return found


def departments() -> Sequence[str]:
    """Return the départements where the directory has companies, by name."""
    return session.scalars(
        select(Company.department)
        .where(Company.status.in_(PUBLIC_STATUSES))
        .distinct()
        .order_by(Company.department)
    ).all()


def public_company_count() -> int:
    """Return how many companies the directory has."""
    return session.scalar(select(func.count()).where(Company.status.in_(PUBLIC_STATUSES))) or 0


def _with_clusters(query: Select[Company]) -> Select[Company]:
    return query.options(selectinload(Company.clusters))
