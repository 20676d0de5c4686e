"""Letters: kept, sent, waiting or given up."""

from flask import current_app, flash, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.counts import Count
from barterweb.errors import NotFound
from barterweb.ids import valid_id
from barterweb.outbox import mail
from barterweb.outbox import queries as outbox
from barterweb.outbox import service as outbox_service
from barterweb.outbox.errors import DeliveryFailed
from barterweb.outbox.facts import Letter, Message
from barterweb.outbox.models import OutboxMessage
from barterweb.staff.routes.blueprint import bp
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.paging import asked_page

OUTBOX_PAGE_SIZE = 20
OUTBOX_STATUSES = {"": None, "gardes": "kept", "attente": "waiting", "envoyes": "sent", "echecs": "failed"}


@bp.get("/operateur/messages")
@allowed("operator")
def outbox_GET() -> ResponseReturnValue:
    """Show the e-mails kept, sent, waiting or given up, and the one that is opened."""
    chosen = request.args.get("etat", "")
    if chosen not in OUTBOX_STATUSES:
        raise NotFound
    asked = asked_page(OUTBOX_PAGE_SIZE)
    status, counts = OUTBOX_STATUSES[chosen], outbox.count_by_status(asked.bound)
    all_of_them = Count(sum(counts.values()), more=any(count.more for count in counts.values()))
    pages = asked.of(counts[status] if status else all_of_them)
    opened = _opened(request.args["message"]) if "message" in request.args else None
    return page_or_fragment(
        "staff/outbox.html",
        "staff/_outbox.html",
        messages=outbox.latest_messages(status=status, limit=asked.size, offset=asked.offset),
        counts=counts,
        all=all_of_them,
        chosen=chosen,
        pages=pages,
        opened=opened,
        letter=_letter(opened) if opened else None,
    )


@bp.post("/operateur/messages/<id('msg'):message_id>/renvoi")
@allowed("operator")
def send_again_POST(message_id: str) -> ResponseReturnValue:
    """Put a letter that was given up back among those that wait."""
    _opened(message_id)
    outbox_service.send_again(message_id=message_id)
    flash("Le message repartira dans la minute.", "ok")
    return see_other(url_for("staff.outbox_GET", etat="attente"))


def _opened(message_id: str) -> OutboxMessage:
    if not valid_id(message_id, "msg"):
        raise NotFound
    return outbox.message_for(message_id, current_actor())


def _letter(row: OutboxMessage) -> Letter | None:
    """The letter as its reader gets it; None when it cannot be written."""
    message = Message(row.id, row.to_email, row.to_name, row.kind, row.payload)
    try:
        return mail.render(message, site=current_app.config["SETTINGS"].public_url)
    except DeliveryFailed:
        return None
