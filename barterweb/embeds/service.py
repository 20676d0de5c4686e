"""The verb of framed pages: which sites may frame a cluster's."""

from collections.abc import Sequence

from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.embeds.facts import read_origins
from barterweb.embeds.policy import may_set_origins
from barterweb.errors import NotFound
from barterweb.members.models import Cluster
from barterweb.members.service import record_event


@transaction
def set_frame_origins(*, actor: Actor, cluster_id: str, origins: Sequence[str]) -> None:
    """Replace the origins that may frame the cluster's pages, such as ``https://www.pole.example``; none closes them.

    Raises `NotFound` for anybody but its staff, `NotAnOrigin` and `TooManyOrigins`.
    """
    cluster = session.get(Cluster, cluster_id)
    if cluster is None or not may_set_origins(cluster_id, actor):
        raise NotFound
    cluster.frame_origins = read_origins(origins)
    listed = ", ".join(cluster.frame_origins)
    record_event(actor=actor, kind="frame_origins_set", company_id=None, subject=cluster_id, detail=listed)
