"""Who may do what about a member's standing: pure predicates."""

from barterweb.actors import Actor
from barterweb.members.models import Company
from barterweb.members.policy import PUBLIC_STATUSES, may_administer, may_decide

MEMBER_STATUSES = ("active", "standby", "suspended")
"""Those of companies that have joined and neither left nor failed."""

LOOKED_AFTER = ("suspended", "insolvent", "left", "standby", "active")
"""The statuses of companies that staff look after: those that want a look first."""


def may_ask_credit(company: Company, actor: Actor) -> bool:
    """Tell whether the actor may ask for another credit line: the administrators of a company that trades."""
    return may_administer(company.id, actor) and company.status in ("active", "standby")


def may_decide_credit(actor: Actor) -> bool:
    """Tell whether the actor decides on credit lines: the operator, who answers for the reserve."""
    return actor.kind == "operator"


def may_keep_books(actor: Actor) -> bool:
    """Tell whether the actor records payments, write-offs and insolvencies: the operator."""
    return actor.kind == "operator"


def may_take_out(company: Company, actor: Actor) -> bool:
    """Tell whether the actor may take the company out: its administrators, staff of its clusters, the operator."""
    return may_administer(company.id, actor) or may_decide([c.id for c in company.clusters], actor)


def may_see_logo(company: Company, actor: Actor | None) -> bool:
    """Tell whether the actor, or a visitor, may see the company's logo: its own people always, others as it chose."""
    if actor is not None and company.id in actor.company_ids:
        return True
    return company.status in PUBLIC_STATUSES and "logo" not in company.hidden_parts
