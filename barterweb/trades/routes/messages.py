"""Messages and files beside a trade: reading, writing, downloading."""

from flask import Response, current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from barterweb import ids
from barterweb.actors import MEMBER_KINDS, STAFF_KINDS
from barterweb.attachments import Attachment
from barterweb.documents.archive import Archive, archive_of
from barterweb.documents.errors import ArchiveFileMissing
from barterweb.errors import NotFound, TooMany
from barterweb.members import service as members
from barterweb.security.facts import MESSAGES
from barterweb.trades import messages, queries
from barterweb.trades.errors import MessagesClosed, TradeError
from barterweb.trades.forms import MessageForm, explain, explain_too_many
from barterweb.trades.models import Trade
from barterweb.trades.policy import may_read_messages
from barterweb.trades.routes.trades import bp
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import see_other
from barterweb.web.paging import Pages, page_number


@bp.get("/echanges/<id('trd'):trade_id>/messages")
@allowed(*MEMBER_KINDS, *STAFF_KINDS)
def messages_GET(trade_id: str) -> ResponseReturnValue:
    """Show all that is written beside a trade, the last page first."""
    trade = queries.trade_for(trade_id, current_actor())
    number = page_number(request.args) if "page" in request.args else None
    return _page(trade, MessageForm(formdata=None, message_id=ids.new_id("mes")), number)


@bp.post("/echanges/<id('trd'):trade_id>/messages")
@allowed(*MEMBER_KINDS, *STAFF_KINDS)
def message_POST(trade_id: str) -> ResponseReturnValue:
    """Write a message, with or without a file; counted before the file is looked at."""
    actor = current_actor()
    trade = queries.trade_for(trade_id, actor)
    if not may_read_messages(trade, actor):
        raise NotFound
    try:
        members.count_try(MESSAGES, actor.person_id)
    except TooMany as error:
        return _too_many(trade, error)
    form = MessageForm()
    if form.validate_on_submit():
        try:
            return _written(trade, form)
        except TradeError as error:
            form.refuse(explain(error))
            return _page(trade, form, None, 409 if isinstance(error, MessagesClosed) else 422)
    return _page(trade, form, None, 422)


@bp.get("/echanges/<id('trd'):trade_id>/messages/<id('mes'):message_id>/fichier")
@allowed(*MEMBER_KINDS, *STAFF_KINDS)
def message_file_GET(trade_id: str, message_id: str) -> ResponseReturnValue:
    """Give the file of a message: a picture to look at, anything else to download."""
    sha256, mimetype, name = messages.file_of(trade_id, message_id, current_actor())
    try:
        data = _archive().read(sha256)
    except ArchiveFileMissing as error:
        raise NotFound from error
    response = BaseResponse(data, mimetype=mimetype)
    disposition = "inline" if mimetype.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    return response


def _written(trade: Trade, form: MessageForm) -> ResponseReturnValue:
    messages.write_message(
        actor=current_actor(),
        trade_id=trade.id,
        message_id=form.message_id.data,
        body=form.body.data,
        file=_kept(form.file.data),
    )
    flash("Message envoyé\u00a0: l’autre entreprise est prévenue.", "ok")
    return see_other(url_for("trades.show_GET", trade_id=trade.id, _anchor="conversation"))


def _kept(file: Attachment | None) -> messages.FileKept | None:
    """Archive a file before the transaction that names it."""
    if file is None:
        return None
    return messages.FileKept(_archive().save(file.data), file.mimetype, file.name, len(file.data))


def _too_many(trade: Trade, error: TooMany) -> Response:
    """Show what was typed again, with how long to wait; the file, which was not looked at, must be chosen again."""
    form = MessageForm(formdata=request.form)
    form.refuse(explain_too_many(error))
    response = _page(trade, form, None, 429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _page(trade: Trade, form: MessageForm, number: int | None, status: int = 200) -> Response:
    thread = messages.thread_of(trade, current_actor(), number)
    if thread is None:
        raise NotFound
    pages = Pages(thread.number, thread.pages, thread.total)
    page = render_template("trades/messages.html", trade=trade, thread=thread, pages=pages, message_form=form)
    return make_response(page, status)


def _archive() -> Archive:
    return archive_of(current_app.config["SETTINGS"])
