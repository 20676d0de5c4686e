"""The work queue: on the screen, and as a file."""

from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from barterweb import clock
from barterweb.actors import STAFF_KINDS
from barterweb.errors import NotFound
from barterweb.staff import facts, queries
from barterweb.staff.exports import queue_csv
from barterweb.staff.routes.blueprint import bp
from barterweb.staff.routes.files import csv_file
from barterweb.standing.forms import CreditDecisionForm, PaymentForm
from barterweb.standing.models import CreditRequest
from barterweb.standing.queries import Dues
from barterweb.web.access import allowed, current_actor
from barterweb.web.fields import Form

AnyForm = TypeVar("AnyForm", bound=Form)


@bp.get("/pole")
@allowed(*STAFF_KINDS)
def queue_GET() -> ResponseReturnValue:
    """Show what waits for staff, by urgency, with the forms of decisions that take no more than a click and a reason.

    With `liste`, one kind alone and more of it.
    """
    actor = current_actor()
    slug = request.args.get("liste")
    chosen = next((name for name, known in facts.SLUGS.items() if known == slug), None)
    if slug is not None and chosen is None:
        raise NotFound
    queue = queries.queue_of(actor, most=facts.COUNTED) if chosen else queries.queue_of(actor)
    may_keep_books = actor.kind == "operator"
    return render_template(
        "staff/queue.html",
        queue=queue,
        chosen=chosen,
        facts=facts,
        decisions={asked.id: _credit_form(asked) for asked in queue.credit.rows if may_keep_books},
        payments={dues.year.id: _payment_form(dues) for dues in queue.unpaid.rows if may_keep_books},
    )


@bp.get("/pole/file.csv")
@allowed(*STAFF_KINDS)
def queue_csv_GET() -> ResponseReturnValue:
    """Give the whole queue as a file."""
    queue = queries.queue_of(current_actor(), most=facts.IN_FILE, bound=facts.COUNTED_FOR_FILE)
    return csv_file(queue_csv(queue), f"file-de-travail-{clock.today()}.csv")


def _credit_form(asked: CreditRequest) -> CreditDecisionForm:
    return _one_of_many(CreditDecisionForm(formdata=None, granted=asked.wanted_cents), asked.id)


def _payment_form(dues: Dues) -> PaymentForm:
    return _one_of_many(PaymentForm(formdata=None, paid_on=clock.today()), dues.year.id)


def _one_of_many(form: AnyForm, line_id: str) -> AnyForm:
    """Give the fields of a form that shares the page with its likes ids of their own."""
    for field in form:
        field.id = f"{field.name}-{line_id}"
    return form
