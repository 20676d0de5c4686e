"""Who may decide what: pure predicates, used by the pages to show a form; the verbs refuse for themselves."""

from barterweb.actors import Actor
from barterweb.members.models import Application
from barterweb.members.policy import may_decide
from barterweb.members.queries import OPEN_STATUSES
from barterweb.trades.models import Trade
from barterweb.trades.policy import may


def may_decide_application(application: Application, actor: Actor) -> bool:
    """Tell whether the actor may decide on it now: operator, or staff of one of the applicant's clusters, and it is open."""
    clusters = [cluster.id for cluster in application.company.clusters]
    return application.status in OPEN_STATUSES and may_decide(clusters, actor)


def may_settle_dispute(trade: Trade, actor: Actor) -> bool:
    """Tell whether the actor may decide this dispute now."""
    return may("settle", trade, actor)
