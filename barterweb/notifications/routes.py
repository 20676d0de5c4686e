"""Views of notifications: the list, and marking it as read; the count that every page's header shows."""

from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.actors import MEMBER_KINDS
from barterweb.errors import NotFound
from barterweb.notifications import queries, service
from barterweb.notifications.forms import ReadForm
from barterweb.web.access import allowed, current_actor, signed_in_actor
from barterweb.web.fragments import see_other
from barterweb.web.paging import Pages, page_number

bp = Blueprint("notifications", __name__)


@bp.app_context_processor
def give_unread_count() -> dict[str, Callable[[], int]]:
    """Give every template the function ``unread_notifications()``: pages that do not show the count do not query it."""
    return {"unread_notifications": unread_notifications}


def unread_notifications() -> int:
    """Return how many notifications wait for whoever acts in this request; 0 for all but members."""
    actor = signed_in_actor()
    if actor is None or not actor.is_member:
        return 0
    return queries.unread_count(actor.person_id, actor.member_company_id)


@bp.get("/notifications")
@allowed(*MEMBER_KINDS)
def index_GET() -> ResponseReturnValue:
    """Show what the person was told for the company acted for."""
    number = page_number(request.args)
    inbox = queries.inbox(current_actor(), number)
    pages = Pages(number, max(1, -(-inbox.total // queries.PAGE_SIZE)), inbox.total)
    if number > pages.pages:
        raise NotFound
    return render_template("notifications/index.html", inbox=inbox, pages=pages)


@bp.post("/notifications/lues")
@allowed(*MEMBER_KINDS)
def read_POST() -> ResponseReturnValue:
    """Mark as read what was displayed."""
    form = ReadForm()
    if not form.validate_on_submit():
        raise NotFound
    service.mark_read(actor=current_actor(), newest_id=form.newest_id.data)
    return see_other(url_for("notifications.index_GET"))
