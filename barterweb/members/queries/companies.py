"""Companies: one, or the directory's."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from barterweb.counts import BOUND, Count, count_kept, count_up_to, unindexed
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.facts import NAF_SECTIONS, DirectorySearch, fold, section_of
from barterweb.members.models import (
    Cluster,
    Company,
    company_clusters,
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


def directory(search: DirectorySearch, number: int) -> tuple[Sequence[Company], Count]:
    """Return one page (counted from 1) of the companies found, by name, and how many there are, counted beyond this page."""
    order, offset = (Company.search_text, Company.id), (number - 1) * DIRECTORY_PAGE_SIZE
    found = _found(search)
    page = found.order_by(*order).limit(DIRECTORY_PAGE_SIZE).offset(offset).subquery()
    rows = _with_clusters(select(Company)).join(page, page.c.id == Company.id).order_by(*order)
    return session.scalars(rows).all(), count_up_to(found, offset + BOUND)


def _found(search: DirectorySearch) -> Select[str]:
    """Select the companies found: of their rows the index alone is read, which has their names in order."""
    found = select(Company.id).where(unindexed(Company.status).in_(PUBLIC_STATUSES))
    for word in fold(search.words).split():
        found = found.where(Company.search_text.contains(word, autoescape=True))
    if search.department:
        found = found.where(Company.department == search.department)
    if search.section:
        _, first, last = NAF_SECTIONS[search.section]
        found = found.where(func.substr(Company.naf, 1, 2).between(first, last))
    if search.cluster_slug:
        cluster = select(Cluster.id).where(Cluster.slug == search.cluster_slug).scalar_subquery()
        belongs = (company_clusters.c.company_id == Company.id) & (company_clusters.c.cluster_id == cluster)
        found = found.where(select(literal(1)).select_from(company_clusters).where(belongs).exists())
    return found


def sections() -> list[str]:
    """Return the letters of the NAF's sections where the directory has companies."""
    divisions = _distinct(Company.naf, lambda naf: func.substr(naf, 1, 2) + "~")
    return sorted({letter for division in divisions if (letter := section_of(division))})


def departments() -> Sequence[str]:
    """Return the départements where the directory has companies, by name."""
    return _distinct(Company.department, lambda department: department)


def _distinct(
    column: InstrumentedAttribute[str], beyond: Callable[[ColumnElement[str]], ColumnElement[str]]
) -> Sequence[str]:
    """Return values of a column in the directory, each the first `beyond` the last one: one look at an index a value."""
    smallest = select(func.min(column)).where(unindexed(Company.status).in_(PUBLIC_STATUSES))
    values = select(smallest.scalar_subquery().label("value")).cte(recursive=True)
    following = smallest.where(column > beyond(values.c.value)).scalar_subquery()
    values = values.union_all(select(following).where(values.c.value.is_not(None)))
    return session.scalars(select(values.c.value).where(values.c.value.is_not(None))).all()


def public_company_count() -> int:
    """Return how many companies the directory has; a large network's as of some minutes ago."""
    return count_kept("companies", select(Company.id).where(Company.status.in_(PUBLIC_STATUSES)))


def _with_clusters(query: Select[Company]) -> Select[Company]:
    return query.options(selectinload(Company.clusters))
