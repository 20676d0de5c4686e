"""Pages of staff: the work queue, applications, disputes, the books, messages and figures."""

import re
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from barterweb import clock, ledger
from barterweb.actors import STAFF_KINDS
from barterweb.counts import Count
from barterweb.documents.forms import PeriodForm, presets
from barterweb.errors import Conflict, NotFound
from barterweb.ids import valid_id
from barterweb.members import queries as members
from barterweb.members import service as member_service
from barterweb.members.errors import ApplicationDecided
from barterweb.members.forms import SIZES, VAT_REGIMES
from barterweb.outbox import mail
from barterweb.outbox import queries as outbox
from barterweb.outbox import service as outbox_service
from barterweb.outbox.errors import DeliveryFailed
from barterweb.outbox.facts import Letter, Message
from barterweb.outbox.models import OutboxMessage
from barterweb.staff import facts, policy, queries, service
from barterweb.staff.exports import figures_csv, queue_csv
from barterweb.staff.forms import DecisionForm, RulingForm, explain
from barterweb.standing.forms import CreditDecisionForm, PaymentForm
from barterweb.standing.models import CreditRequest
from barterweb.standing.queries import Dues
from barterweb.trades import settlement
from barterweb.trades.errors import TradeError
from barterweb.web import filters
from barterweb.web.access import allowed, current_actor
from barterweb.web.fields import Form
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.paging import asked_page

bp = Blueprint("staff", __name__)

FIGURE_READERS = (*STAFF_KINDS, "funder")
JOURNAL_PAGE_SIZE = 20
ACCOUNTS_PAGE_SIZE = 50
OUTBOX_PAGE_SIZE = 20
OUTBOX_STATUSES = {"": None, "gardes": "kept", "attente": "waiting", "envoyes": "sent", "echecs": "failed"}
AnyForm = TypeVar("AnyForm", bound=Form)
_ACCOUNT_ID = re.compile(r"[a-z0-9_]{1,40}")


# ------------------------------------------------------------------------------------------- queue and applications


@bp.get("/pole")
@allowed(*STAFF_KINDS)
def queue_GET() -> ResponseReturnValue:
    """Show what waits for staff, by urgency, with the forms of decisions that take no more than a click and a reason."""
    actor = current_actor()
    queue = queries.queue_of(actor)
    may_keep_books = actor.kind == "operator"
    return render_template(
        "staff/queue.html",
        queue=queue,
        facts=facts,
        decisions={asked.id: _credit_form(asked) for asked in queue.credit.rows if may_keep_books},
        payments={dues.year.id: _payment_form(dues) for dues in queue.unpaid.rows if may_keep_books},
    )


@bp.get("/pole/file.csv")
@allowed(*STAFF_KINDS)
def queue_csv_GET() -> ResponseReturnValue:
    """Give the whole queue as a file."""
    queue = queries.queue_of(current_actor(), most=facts.IN_FILE, bound=facts.COUNTED_FOR_FILE)
    return _csv(queue_csv(queue), f"file-de-travail-{clock.today()}.csv")


def _credit_form(asked: CreditRequest) -> CreditDecisionForm:
    return _one_of_many(CreditDecisionForm(formdata=None, granted=asked.wanted_cents), asked.id)


def _payment_form(dues: Dues) -> PaymentForm:
    return _one_of_many(PaymentForm(formdata=None, paid_on=clock.today()), dues.year.id)


def _one_of_many(form: AnyForm, line_id: str) -> AnyForm:
    """Give the fields of a form that shares the page with its likes ids of their own."""
    for field in form:
        field.id = f"{field.name}-{line_id}"
    return form


@bp.get("/pole/candidatures/<id('adh'):application_id>")
@allowed(*STAFF_KINDS)
def application_GET(application_id: str) -> ResponseReturnValue:
    """Show an application, to decide on it or to see what became of it."""
    return _application(application_id, DecisionForm(formdata=None))


@bp.post("/pole/candidatures/<id('adh'):application_id>")
@allowed(*STAFF_KINDS)
def application_POST(application_id: str) -> ResponseReturnValue:
    """Admit the company, ask it something or refuse it, as the button says."""
    members.application_for(application_id, current_actor())
    form = DecisionForm()
    if not form.validate_on_submit():
        return _application(application_id, form, 422)
    try:
        flash(_decide(application_id, form), "ok")
    except ApplicationDecided:
        return _application(application_id, DecisionForm(formdata=None), 409, too_late=True)
    return see_other(url_for("staff.application_GET", application_id=application_id))


def _decide(application_id: str, form: DecisionForm) -> str:
    """Carry out the decision and return the sentence that says so."""
    actor, message = current_actor(), form.message.data
    if form.decision.data == "approve":
        category = form.listing_category()
        service.approve_application(actor=actor, application_id=application_id, category=category)
        return "Entreprise admise\u00a0: son compte est ouvert et l’invitation est écrite."
    if form.decision.data == "ask":
        member_service.ask_applicant(actor=actor, application_id=application_id, question=message)
        return "Question posée\u00a0: la candidature reviendra dans la file avec la réponse."
    member_service.refuse_application(actor=actor, application_id=application_id, reason=message)
    return "Candidature refusée\u00a0: le motif est écrit à l’entreprise."


def _application(
    application_id: str, form: DecisionForm, status: int = 200, *, too_late: bool = False
) -> Response:
    actor = current_actor()
    application = members.application_for(application_id, actor)
    return page_or_fragment(
        "staff/application.html",
        "staff/_application.html",
        status=status,
        application=application,
        namesakes=queries.namesakes_of(application.company),
        outcome=queries.outcome_of(application),
        open=policy.may_decide_application(application, actor),
        form=form,
        too_late=too_late,
        sizes=SIZES,
        vat_regimes=VAT_REGIMES,
    )


# --------------------------------------------------------------------------------------------------------- disputes


@bp.get("/operateur/litiges/<id('trd'):trade_id>")
@allowed("operator")
def dispute_GET(trade_id: str) -> ResponseReturnValue:
    """Show what both sides state, to decide the dispute or to see what was decided."""
    case = queries.case_for(trade_id, current_actor())
    return _dispute(case, RulingForm(formdata=None, seen=len(case.statements)))


@bp.post("/operateur/litiges/<id('trd'):trade_id>")
@allowed("operator")
def dispute_POST(trade_id: str) -> ResponseReturnValue:
    """Check what a decision moves ("verifier"), go back to it ("modifier") or carry it out ("trancher")."""
    case, form = queries.case_for(trade_id, current_actor()), RulingForm()
    if not policy.may_settle_dispute(case.trade, current_actor()) or form.seen.data != len(case.statements):
        return _dispute(case, form, 409)
    if form.step.data == "modifier":
        return _dispute(case, form)
    if not form.validate_on_submit():
        return _dispute(case, form, 422)
    try:
        return _settle(case, form) if form.step.data == "trancher" else _check_ruling(case, form)
    except Conflict:
        return _dispute(queries.case_for(trade_id, current_actor()), form, 409)
    except TradeError as error:
        form.refuse(explain(error))
        return _dispute(queries.case_for(trade_id, current_actor()), form, 422)


def _settle(case: queries.Case, form: RulingForm) -> ResponseReturnValue:
    settlement.settle_dispute(
        actor=current_actor(),
        trade_id=case.trade.id,
        settled_share_bp=form.settled_share_bp(),
        reason=form.reason.data,
    )
    flash("Litige tranché\u00a0: les deux entreprises sont prévenues.", "ok")
    return see_other(url_for("staff.dispute_GET", trade_id=case.trade.id))


def _check_ruling(case: queries.Case, form: RulingForm) -> Response:
    ruling = facts.ruling_of(case.terms, case.commission, form.settled_share_bp())
    return page_or_fragment(
        "staff/ruling.html", "staff/_ruling.html", case=case, trade=case.trade, ruling=ruling, form=form
    )


def _dispute(case: queries.Case, form: RulingForm, status: int = 200) -> Response:
    """Show the case; on a conflict what was typed is kept, and what is new counts as seen."""
    form.seen.data, form.seen.raw_data = len(case.statements), None
    return page_or_fragment(
        "staff/dispute.html",
        "staff/_dispute.html",
        status=status,
        case=case,
        trade=case.trade,
        open=policy.may_settle_dispute(case.trade, current_actor()),
        changed=status == 409,
        form=form,
    )


# --------------------------------------------------------------------------------------------------------- the books


@bp.get("/operateur/journal")
@allowed("operator")
def journal_GET() -> ResponseReturnValue:
    """Show transfers with their entries, the newest first, of a period or of all times."""
    form = PeriodForm(request.args if _period_typed() else MultiDict())
    valid = not _period_typed() or form.validate()
    start, end = (form.du.data, form.au.data) if valid else (None, None)
    asked = asked_page(JOURNAL_PAGE_SIZE)
    pages = asked.of(ledger.journal_size(start=start, end=end))
    lines = ledger.journal(limit=asked.size, offset=asked.offset, start=start, end=end) if valid else []
    return page_or_fragment(
        "staff/journal.html",
        "staff/_journal.html",
        status=200 if valid else 422,
        form=form,
        lines=lines,
        pages=pages,
    )


@bp.get("/operateur/comptes")
@allowed("operator")
def accounts_GET() -> ResponseReturnValue:
    """Show all accounts by kind, and whether everything sums to zero."""
    by_kind = ledger.totals_by_kind()
    kinds = {totals.kind: totals for totals in by_kind}
    asked = asked_page(ACCOUNTS_PAGE_SIZE)
    return page_or_fragment(
        "staff/accounts.html",
        "staff/_accounts.html",
        totals=ledger.totals(by_kind),
        kinds=kinds,
        own=ledger.accounts_of_kinds(kinds.keys() - {"member"}, limit=ACCOUNTS_PAGE_SIZE),
        accounts=ledger.accounts_of_kinds({"member"}, limit=asked.size, offset=asked.offset),
        pages=asked.of(kinds["member"].accounts if "member" in kinds else 0),
    )


@bp.get("/operateur/comptes/<account_id>")
@allowed("operator")
def account_GET(account_id: str) -> ResponseReturnValue:
    """Show the statement of any account for a period."""
    if _ACCOUNT_ID.fullmatch(account_id) is None:
        raise NotFound
    try:
        account = ledger.account_view(account_id)
    except ledger.UnknownAccount as error:
        raise NotFound from error
    form = _period(facts.months_to(clock.today(), 3))
    valid = form.validate()
    statement = ledger.statement_page(account_id, form.du.data, form.au.data) if valid else None
    return page_or_fragment(
        "staff/account.html",
        "staff/_account.html",
        status=200 if valid else 422,
        account=account,
        form=form,
        statement=statement,
        presets=presets(clock.today()),
    )


# ---------------------------------------------------------------------------------------------------------- messages


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


# ----------------------------------------------------------------------------------------------------------- figures


@bp.get("/chiffres")
@allowed(*FIGURE_READERS)
def figures_GET() -> ResponseReturnValue:
    """Show the figures of the network, of a region to its funder, of a cluster to its staff."""
    form = _figures_form()
    return _figures_page(form, _figures(form) if form.validate() else None)


@bp.get("/chiffres.csv")
@allowed(*FIGURE_READERS)
def figures_csv_GET() -> ResponseReturnValue:
    """Give the same figures as a file."""
    form = _figures_form()
    if not form.validate():
        return _figures_page(form, None)
    return _csv(figures_csv(_figures(form)), f"chiffres-barter-{form.du.data}-{form.au.data}.csv")


def _csv(data: bytes, name: str) -> Response:
    response = make_response(data)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _figures_form() -> PeriodForm:
    return _period(facts.months_to(clock.today(), facts.MONTHS_SHOWN))


def _figures(form: PeriodForm) -> facts.Figures:
    period = facts.Period(form.du.data, min(form.au.data, clock.today()))
    return queries.figures_of(current_actor(), period)


def _figures_page(form: PeriodForm, figures: facts.Figures | None) -> Response:
    months = figures.months if figures else []
    return page_or_fragment(
        "staff/figures.html",
        "staff/_figures.html",
        status=200 if figures else 422,
        form=form,
        figures=figures,
        values=[_bar(line, line.barter_cents, filters.barter) for line in months],
        counts=[_bar(line, line.trades, filters.whole) for line in months],
        presets=presets(clock.today()),
    )


def _bar(line: facts.MonthFigures, value: int, print_value: Callable[[int], str]) -> dict[str, str | int]:
    return {"label": f"{line.month:%m/%y}", "value": value, "text": print_value(value)}


# --------------------------------------------------------------------------------------------- what addresses carry


def _period_typed() -> bool:
    return any(request.args.get(name) for name in ("du", "au"))


def _period(default: facts.Period) -> PeriodForm:
    """The period of the address, or the default when it names none."""
    if _period_typed():
        return PeriodForm(request.args)
    return PeriodForm(MultiDict({"du": f"{default.start:%d/%m/%Y}", "au": f"{default.end:%d/%m/%Y}"}))
