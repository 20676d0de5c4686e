"""Pages of trades: propose, counter, agree, deliver, confirm, and the dashboard that says what waits."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb import clock, ids
from barterweb.actors import MEMBER_KINDS, STAFF_KINDS
from barterweb.documents import queries as documents
from barterweb.errors import Conflict
from barterweb.listings import queries as listings
from barterweb.listings.models import Listing
from barterweb.members.models import Company
from barterweb.trades import approval, messages, policy, queries, service, settlement
from barterweb.trades.errors import TradeError
from barterweb.trades.facts import Terms
from barterweb.trades.forms import (
    ConfirmationForm,
    ConsentForm,
    DeliveryForm,
    InternalReasonForm,
    MessageForm,
    ReasonForm,
    TermsForm,
    VersionForm,
    explain,
    first_terms,
    next_terms,
)
from barterweb.trades.models import Trade
from barterweb.web.access import allowed, current_actor
from barterweb.web.fields import Form
from barterweb.web.fragments import is_fragment_request, page_or_fragment, see_other
from barterweb.web.paging import Pages, page_number

bp = Blueprint("trades", __name__)

GROUPS = {"en-cours": "open", "termines": "closed", "tous": "all"}


@bp.get("/tableau-de-bord")
@allowed(*MEMBER_KINDS)
def dashboard_GET() -> ResponseReturnValue:
    """Show the balance and what waits for the company."""
    to_approve = approval.purchases_to_approve(current_actor())
    amounts = queries.amounts_of(to_approve)
    board = queries.dashboard(current_actor())
    return render_template(
        "trades/dashboard.html", board=board, to_approve=to_approve, amounts_to_approve=amounts
    )


@bp.get("/echanges")
@allowed(*MEMBER_KINDS, "accountant")
def index_GET() -> ResponseReturnValue:
    """List the company's trades: those under way, those that ended, or all."""
    group = request.args.get("etat", "en-cours")
    page = queries.trades_of(
        current_actor(), group=GROUPS.get(group, "open"), number=page_number(request.args)
    )
    pages = Pages(page.number, page.pages, page.total)
    return page_or_fragment("trades/index.html", "trades/_list.html", page=page, pages=pages, group=group)


@bp.get("/echanges/<id('trd'):trade_id>")
@allowed(*MEMBER_KINDS, *STAFF_KINDS, "accountant")
def show_GET(trade_id: str) -> ResponseReturnValue:
    """Show a trade: what is next, its terms, its story, its documents."""
    return _show(queries.trade_for(trade_id, current_actor()))


@bp.get("/annonces/<id('lst'):listing_id>/proposition")
@allowed(*MEMBER_KINDS)
def propose_GET(listing_id: str) -> ResponseReturnValue:
    """Show the form for a first proposal."""
    listing = listings.listing_for(listing_id, current_actor())
    return _terms_page(first_terms(listing, ids.new_id("trd")), *_sides(listing), listing=listing)


@bp.post("/annonces/<id('lst'):listing_id>/proposition")
@allowed(*MEMBER_KINDS)
def propose_POST(listing_id: str) -> ResponseReturnValue:
    """Add a line, show the check page, or send the proposal, as the button says."""
    actor = current_actor()
    listing = listings.listing_for(listing_id, actor)
    form = TermsForm()

    def send(terms: Terms) -> str:
        trade_id = str(form.trade_id.data)
        service.propose_trade(actor=actor, trade_id=trade_id, listing_id=listing_id, terms=terms)
        return trade_id

    return _terms_step(form, send, *_sides(listing), listing=listing)


@bp.get("/echanges/<id('trd'):trade_id>/contre-proposition")
@allowed(*MEMBER_KINDS)
def counter_GET(trade_id: str) -> ResponseReturnValue:
    """Show the form for other terms, filled with those on the table."""
    trade = queries.trade_for(trade_id, current_actor())
    if not policy.may("counter", trade, current_actor()):
        return _show(trade, 409)
    form = next_terms(queries.terms_of(trade.id, trade.version), trade.id, trade.version)
    return _terms_page(form, trade.buyer, trade.seller, trade=trade)


@bp.post("/echanges/<id('trd'):trade_id>/contre-proposition")
@allowed(*MEMBER_KINDS)
def counter_POST(trade_id: str) -> ResponseReturnValue:
    """Add a line, show the check page, or send the counter-proposal, as the button says."""
    actor = current_actor()
    trade = queries.trade_for(trade_id, actor)
    form = TermsForm()

    def send(terms: Terms) -> str:
        service.counter_trade(actor=actor, trade_id=trade_id, version=form.version.data or 0, terms=terms)
        return trade_id

    return _terms_step(form, send, trade.buyer, trade.seller, trade=trade)


@bp.get("/echanges/<id('trd'):trade_id>/accord")
@allowed(*MEMBER_KINDS)
def agree_GET(trade_id: str) -> ResponseReturnValue:
    """Show the check page before agreeing: now, later, balance before and after."""
    return _ask(trade_id, "agree", lambda trade: ConsentForm(formdata=None, version=trade.version))


@bp.post("/echanges/<id('trd'):trade_id>/accord")
@allowed(*MEMBER_KINDS)
def agree_POST(trade_id: str) -> ResponseReturnValue:
    """Agree on the version shown."""
    form = ConsentForm()

    def agree() -> None:
        service.agree_trade(actor=current_actor(), trade_id=trade_id, version=form.version.data)

    done = "Accord enregistré\u00a0: le montant en Barter est réservé sur le compte de l’acheteur."
    return act(trade_id, form, agree, done=done, page="agree")


@bp.post("/echanges/<id('trd'):trade_id>/refus")
@allowed(*MEMBER_KINDS)
def decline_POST(trade_id: str) -> ResponseReturnValue:
    """Refuse the version shown."""
    form = ReasonForm()

    def decline() -> None:
        shown, reason = form.version.data, form.reason.data
        service.decline_trade(actor=current_actor(), trade_id=trade_id, version=shown, reason=reason)

    return act(
        trade_id, form, decline, done="Proposition refusée\u00a0: rien n’est réservé, rien n’est débité."
    )


@bp.post("/echanges/<id('trd'):trade_id>/retrait")
@allowed(*MEMBER_KINDS)
def withdraw_POST(trade_id: str) -> ResponseReturnValue:
    """Take one's proposal back."""

    def withdraw() -> None:
        service.withdraw_trade(actor=current_actor(), trade_id=trade_id)

    return act(
        trade_id,
        VersionForm(),
        withdraw,
        done="Proposition retirée\u00a0: elle n’engage plus votre entreprise.",
    )


@bp.post("/echanges/<id('trd'):trade_id>/annulation")
@allowed(*MEMBER_KINDS)
def cancel_POST(trade_id: str) -> ResponseReturnValue:
    """Ask to cancel, or agree to the other side's request."""
    form = ReasonForm()

    def cancel() -> None:
        service.cancel_trade(actor=current_actor(), trade_id=trade_id, reason=form.reason.data)

    done = "C’est noté. L’échange est annulé dès que les deux entreprises le demandent."
    return act(trade_id, form, cancel, done=done)


@bp.get("/echanges/<id('trd'):trade_id>/livraison")
@allowed(*MEMBER_KINDS)
def deliver_GET(trade_id: str) -> ResponseReturnValue:
    """Show the form to declare a delivery."""
    return _ask(trade_id, "deliver", lambda _trade: DeliveryForm(formdata=None, delivered_on=clock.today()))


@bp.post("/echanges/<id('trd'):trade_id>/livraison")
@allowed(*MEMBER_KINDS)
def deliver_POST(trade_id: str) -> ResponseReturnValue:
    """Declare the delivery."""
    form = DeliveryForm()

    def deliver() -> None:
        day, note = form.delivered_on.data, form.note.data
        service.deliver_trade(actor=current_actor(), trade_id=trade_id, delivered_on=day, note=note)

    done = "Livraison déclarée\u00a0: l’acheteur est prévenu, il lui reste à la confirmer."
    return act(trade_id, form, deliver, done=done, page="deliver")


@bp.get("/echanges/<id('trd'):trade_id>/confirmation")
@allowed(*MEMBER_KINDS)
def confirm_GET(trade_id: str) -> ResponseReturnValue:
    """Show the check page before confirming: the balance before and after."""
    return _ask(trade_id, "confirm", lambda trade: ConfirmationForm(formdata=None, version=trade.version))


@bp.post("/echanges/<id('trd'):trade_id>/confirmation")
@allowed(*MEMBER_KINDS)
def confirm_POST(trade_id: str) -> ResponseReturnValue:
    """Confirm the delivery: settle the trade."""
    form = ConfirmationForm()

    def confirm() -> None:
        settlement.confirm_trade(
            actor=current_actor(),
            trade_id=trade_id,
            version=form.version.data,
            order_reference=form.order_reference.data,
        )

    done = "Livraison confirmée\u00a0: l’échange est réglé."
    return act(trade_id, form, confirm, done=done, page="confirm")


@bp.get("/echanges/<id('trd'):trade_id>/litige")
@allowed(*MEMBER_KINDS)
def dispute_GET(trade_id: str) -> ResponseReturnValue:
    """Show the form to dispute a delivery, or to state one's case."""
    trade = queries.trade_for(trade_id, current_actor())
    action = "state_case" if trade.state == "disputed" else "dispute"
    return _ask(
        trade_id, action, lambda trade: ReasonForm(formdata=None, version=trade.version), page="dispute"
    )


@bp.post("/echanges/<id('trd'):trade_id>/litige")
@allowed(*MEMBER_KINDS)
def dispute_POST(trade_id: str) -> ResponseReturnValue:
    """Dispute the delivery, or add to the case."""
    actor = current_actor()
    form = ReasonForm()

    def dispute() -> None:
        if queries.trade_for(trade_id, actor).state == "disputed":
            service.state_case(actor=actor, trade_id=trade_id, statement=form.reason.data)
        else:
            service.dispute_trade(actor=actor, trade_id=trade_id, reason=form.reason.data)

    done = "C’est enregistré. Le montant reste réservé jusqu’à la décision."
    return act(trade_id, form, dispute, done=done, page="dispute")


def _ask(
    trade_id: str, action: str, make: Callable[[Trade], Form], *, page: str | None = None
) -> ResponseReturnValue:
    """Show the page of an action, or the trade as it stands when the action is not open."""
    actor = current_actor()
    trade = queries.trade_for(trade_id, actor)
    if not policy.may(action, trade, actor):
        return _show(trade, 409, problem="Cette action n’est pas possible dans l’état actuel de l’échange.")
    return _check_page(page or action, trade, make(trade))


def act(
    trade_id: str, form: Form, verb: Callable[[], None], *, done: str, page: str | None = None
) -> ResponseReturnValue:
    """Validate, call the verb, and show where the trade stands: `page` names the check page that keeps what was typed."""
    actor = current_actor()
    queries.trade_for(trade_id, actor)
    if form.validate_on_submit():
        try:
            verb()
            flash(done, "ok")
            return _moved(trade_id)
        except Conflict as error:
            return _show(queries.trade_for(trade_id, actor), 409, problem=explain(error))
        except TradeError as error:
            form.refuse(explain(error, buys=queries.trade_for(trade_id, actor).buyer_id == actor.company_id))
    trade = queries.trade_for(trade_id, actor)
    return _show(trade, 422, form=form) if page is None else _check_page(page, trade, form, 422)


def _moved(trade_id: str) -> ResponseReturnValue:
    """After a success: the trade's page, or for HTMX the trade in its new state."""
    url = url_for("trades.show_GET", trade_id=trade_id)
    if not is_fragment_request():
        return see_other(url)
    response = _show(queries.trade_for(trade_id, current_actor()))
    response.headers["HX-Push-Url"] = url
    return response


def _show(
    trade: Trade, status: int = 200, *, form: Form | None = None, problem: str | None = None
) -> Response:
    actor = current_actor()
    return page_or_fragment(
        "trades/show.html",
        "trades/moved.html",
        status=status,
        trade=trade,
        check=queries.check_of_trade(trade, actor),
        versions=queries.versions_of(trade),
        documents=documents.documents_of_trade(trade.id) if trade.state == "settled" else (),
        refunds=queries.refunds_of(trade.id) if trade.state == "settled" else (),
        events=queries.events_of(trade, actor),
        actions=policy.actions_of(trade, actor),
        approval=approval.view_of(trade, actor),
        thread=messages.latest_of(trade, actor),
        message_form=MessageForm(formdata=None, message_id=ids.new_id("mes")),
        reason_form=_typed_or_new(form, ReasonForm, trade),
        internal_form=_typed_or_new(form, InternalReasonForm, trade),
        problem=problem,
    )


def _typed_or_new(form: Form | None, kind: type[Form], trade: Trade) -> Form:
    """The form that was sent, if it is of this kind, else an empty one."""
    return form if type(form) is kind else kind(formdata=None, version=trade.version)


def _check_page(page: str, trade: Trade, form: Form, status: int = 200) -> Response:
    check = queries.check_of_trade(trade, current_actor())
    template, fragment = f"trades/{page}.html", f"trades/_{page}.html"
    shown = {"trade": trade, "check": check, "form": form}
    shown["approval"] = approval.view_of(trade, current_actor())
    return page_or_fragment(template, fragment, status=status, **shown)


def _sides(listing: Listing) -> tuple[Company, Company]:
    """The buyer and the seller if the actor's company answers this listing."""
    own = queries.own_company(current_actor())
    return (own, listing.company) if listing.kind == "offer" else (listing.company, own)


def _terms_page(
    form: TermsForm,
    buyer: Company,
    seller: Company,
    *,
    listing: Listing | None = None,
    trade: Trade | None = None,
    status: int = 200,
) -> Response:
    form.for_seller(seller)
    buys = current_actor().company_id == buyer.id
    sides = {"buyer": buyer, "seller": seller, "buys": buys}
    context = {"form": form, "listing": listing, "trade": trade, **sides}
    return page_or_fragment("trades/propose.html", "trades/_terms_form.html", status=status, **context)


def _terms_step(
    form: TermsForm,
    send: Callable[[Terms], str],
    buyer: Company,
    seller: Company,
    *,
    listing: Listing | None = None,
    trade: Trade | None = None,
) -> ResponseReturnValue:
    """One post of the terms: "ligne" adds a line, "modifier" goes back, "verifier" checks, "envoyer" sends."""
    form.for_seller(seller)
    if form.step.data == "ligne":
        form.add_line()
    if form.step.data in ("ligne", "modifier"):
        return _terms_page(form, buyer, seller, listing=listing, trade=trade)
    if form.validate_on_submit():
        try:
            terms = form.terms()
            if form.step.data == "envoyer":
                trade_id = send(terms)
                flash(
                    "Proposition envoyée\u00a0: rien n’est réservé tant que l’autre entreprise n’a pas accepté.",
                    "ok",
                )
                return see_other(url_for("trades.show_GET", trade_id=trade_id))
            check = queries.check_of_terms(terms, buyer, seller, current_actor())
            typed = [(k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "step")]
            page = render_template(
                "trades/check_terms.html", check=check, typed=typed, listing=listing, trade=trade
            )
            return make_response(page)
        except Conflict as error:
            trade_id = trade.id if trade else str(form.trade_id.data)
            return _show(queries.trade_for(trade_id, current_actor()), 409, problem=explain(error))
        except TradeError as error:
            form.refuse(explain(error))
    return _terms_page(form, buyer, seller, listing=listing, trade=trade, status=422)
