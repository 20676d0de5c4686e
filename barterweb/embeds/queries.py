"""Reading what a framed page shows and what its generator starts from."""

from barterweb.actors import Actor
from barterweb.db import session
from barterweb.embeds.facts import SLUG, Look
from barterweb.errors import NotFound
from barterweb.listings import queries as listings
from barterweb.listings.facts import Card
from barterweb.members.models import Cluster
from barterweb.members.queries import cluster_by_slug


def framed_cluster(slug: str) -> Cluster:
    """Return the cluster an address names; raises `NotFound`, also for what could be no such word."""
    if SLUG.fullmatch(slug) is None:
        raise NotFound
    return cluster_by_slug(slug)


def framed_listings(cluster: Cluster, look: Look) -> list[Card]:
    """Return the listings of the cluster's companies that the look asks for, the newest first."""
    return listings.latest_of_cluster(cluster.id, look.listing_kind, look.rows)


def own_cluster(actor: Actor) -> Cluster:
    """Return the cluster the actor is staff of; raises `NotFound`."""
    cluster = session.get(Cluster, actor.cluster_id) if actor.cluster_id else None
    if cluster is None:
        raise NotFound
    return cluster
