"""Who may decide where a cluster's pages are framed."""

from barterweb.actors import Actor


def may_set_origins(cluster_id: str, actor: Actor) -> bool:
    """Tell whether the actor is staff of this cluster."""
    return actor.kind == "staff" and actor.cluster_id == cluster_id
