"""Who may do what with a listing: pure predicates, used by templates to show a button and by the service to refuse."""

from datetime import date, timedelta

from barterweb.actors import STAFF_KINDS, Actor
from barterweb.listings.facts import RENEWAL_DAYS
from barterweb.listings.models import Listing
from barterweb.members.models import Company


def may_enter_for(company: Company, actor: Actor) -> bool:
    """Tell whether the actor writes listings for this company: its own people, staff of its clusters, the operator."""
    if actor.is_member:
        return actor.company_id == company.id
    if actor.kind == "staff":
        return actor.cluster_id in {cluster.id for cluster in company.clusters}
    return actor.kind == "operator"


def company_may_publish(company: Company, kind: str) -> bool:
    """Tell whether a company's listings of this kind may be online: on stand-by it buys and does not sell."""
    return company.status == "active" or (company.status == "standby" and kind == "need")


def may_read(listing: Listing, actor: Actor | None) -> bool:
    """Tell whether the actor may see the listing: what is online, everybody; drafts, only those who may write them.

    Members and staff still read what was taken offline, because their trades refer to it.
    """
    if listing.status == "online" and company_may_publish(listing.company, listing.kind):
        return True
    if actor is None:
        return False
    if listing.status == "draft":
        return may_enter_for(listing.company, actor)
    return actor.is_member or actor.kind in STAFF_KINDS


def may_edit(listing: Listing, actor: Actor) -> bool:
    """Tell whether the actor may change the listing."""
    return may_enter_for(listing.company, actor)


def may_be_answered(listing: Listing, today: date) -> bool:
    """Tell whether a trade can be proposed on the listing."""
    return is_online(listing, today) and company_may_publish(listing.company, listing.kind)


def actions_of(listing: Listing, actor: Actor | None, today: date) -> set[str]:
    """Return what the page of a listing offers its reader: propose, edit, withdraw, republish.

    A visitor is offered to propose too: the way there leads through signing in or joining.
    """
    found = set()
    if may_be_answered(listing, today) and (
        actor is None or (actor.is_member and not may_edit(listing, actor))
    ):
        found.add("propose")
    if actor is not None and may_edit(listing, actor):
        found.add("edit")
        if listing.status == "online":
            found.add("withdraw")
        if company_may_publish(listing.company, listing.kind) and may_be_renewed(
            listing.status, listing.expires_on, today
        ):
            found.add("republish")
    return found


def is_online(listing: Listing, today: date) -> bool:
    """Tell whether the listing can be found; the job that marks those past their end comes a little later."""
    return listing.status == "online" and listing.expires_on is not None and listing.expires_on >= today


def may_be_renewed(status: str, expires_on: date | None, today: date) -> bool:
    """Tell whether a listing is offline, or online with its end so near that it can be prolonged."""
    near = today + timedelta(days=RENEWAL_DAYS)
    return status != "online" or expires_on is None or expires_on <= near
