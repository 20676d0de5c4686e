"""Which companies an actor answers for."""

from sqlalchemy import ColumnElement, Select, false, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute

from barterweb.actors import Actor
from barterweb.members.models import Company, company_clusters


def companies_of(actor: Actor) -> Select[str]:
    """Select the ids of the companies of a cluster for its staff, of a region for its funder, of all for the operator."""
    if actor.kind == "operator":
        return select(Company.id)
    if actor.kind == "staff":
        return select(company_clusters.c.company_id).where(company_clusters.c.cluster_id == actor.cluster_id)
    if actor.kind == "funder":
        return select(Company.id).where(Company.region_id == actor.region_id)
    return select(Company.id).where(false())


def in_scope(actor: Actor, company_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Tell of a column of companies' ids whether the actor answers for them; nothing is looked up for the operator.

    For staff each company is looked up, instead of making a list of all theirs: queries stop at a bound.
    """
    if actor.kind == "operator":
        return true()
    if actor.kind == "staff":
        ours = company_clusters.c.cluster_id == actor.cluster_id
        return select(literal(1)).where(company_clusters.c.company_id == company_id, ours).exists()
    return company_id.in_(companies_of(actor))
