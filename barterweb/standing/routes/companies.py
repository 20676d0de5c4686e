"""The file of a company, for staff of its clusters and the operator: its status, its limits, what happened to it."""

from collections.abc import Callable, Mapping

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb import clock, ledger
from barterweb.actors import STAFF_KINDS
from barterweb.errors import BusinessError, NotFound
from barterweb.members import queries as members
from barterweb.members import service as member_service
from barterweb.members.forms import ROLE_NAMES, SIZES, STATUSES
from barterweb.standing import policy, queries, service
from barterweb.standing.forms import InsolvencyForm, LeaveForm, LimitsForm, StatusForm, amount_of, explain
from barterweb.standing.routes.blueprint import bp
from barterweb.web.access import allowed, current_actor
from barterweb.web.fields import Form, clean
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.paging import asked_page

EVENTS_SHOWN = 60
PAGE_SIZE = 60


@bp.get("/pole/entreprises")
@allowed(*STAFF_KINDS)
def companies_GET() -> ResponseReturnValue:
    """List the companies the actor looks after that are in one status, all or those that hold some words."""
    actor = current_actor()
    counts = queries.companies_by_status(actor)
    status = _status(counts)
    words, asked = clean(request.args.get("mots", "")).strip(), asked_page(PAGE_SIZE)
    companies, total = queries.companies_looked_after(
        actor, status=status, words=words, limit=PAGE_SIZE, offset=asked.offset
    )
    return page_or_fragment(
        "standing/companies.html",
        "standing/_companies.html",
        companies=companies,
        pages=asked.of(total),
        counts=counts,
        chosen=status,
        words=words,
        statuses=STATUSES,
    )


def _status(counts: Mapping[str, int]) -> str:
    """Return the status that the address names, or the first one that has companies."""
    status = request.args.get("etat", "") or next(iter(counts), "active")
    if status not in policy.LOOKED_AFTER:
        raise NotFound
    return status


@bp.get("/pole/entreprises/<id('cmp'):company_id>")
@allowed(*STAFF_KINDS)
def file_GET(company_id: str) -> ResponseReturnValue:
    """Show a company's file."""
    return _file(company_id)


@bp.post("/pole/entreprises/<id('cmp'):company_id>/etat")
@allowed(*STAFF_KINDS)
def status_POST(company_id: str) -> ResponseReturnValue:
    """Give the company another status, for a reason it reads."""
    form = StatusForm()

    def change() -> None:
        member_service.set_company_status(
            actor=current_actor(),
            company_id=company_id,
            status=form.status.data,
            reason=form.reason.data,
        )

    return _act(company_id, form, change, "L’état de l’entreprise est changé. Elle en lit la raison.")


@bp.post("/pole/entreprises/<id('cmp'):company_id>/limites")
@allowed("operator")
def limits_POST(company_id: str) -> ResponseReturnValue:
    """Set the credit line and the ceiling, for a reason the company reads."""
    form = LimitsForm()

    def change() -> None:
        member_service.set_company_limits(
            actor=current_actor(),
            company_id=company_id,
            credit_limit=amount_of(form.credit_limit),
            balance_cap=amount_of(form.balance_cap),
            reason=form.reason.data,
        )

    return _act(company_id, form, change, "Les limites du compte sont changées.")


@bp.post("/pole/entreprises/<id('cmp'):company_id>/depart")
@allowed(*STAFF_KINDS)
def take_out_POST(company_id: str) -> ResponseReturnValue:
    """Take the company out of the network, at its request or for a reason it reads."""
    form = LeaveForm()

    def leave() -> None:
        service.leave_network(actor=current_actor(), company_id=company_id, reason=form.reason.data)

    return _act(company_id, form, leave, "Départ enregistré. Ce qui est réservé va à son terme.")


@bp.post("/pole/entreprises/<id('cmp'):company_id>/procedure")
@allowed("operator")
def insolvency_POST(company_id: str) -> ResponseReturnValue:
    """Freeze the company's account and establish what it owes."""
    form = InsolvencyForm()

    def declare() -> None:
        service.declare_insolvency(
            actor=current_actor(),
            company_id=company_id,
            opened_on=form.opened_on.data,
            reason=form.reason.data,
        )

    return _act(company_id, form, declare, "Compte gelé. La créance est arrêtée à ce jour.")


def _act(company_id: str, form: Form, verb: Callable[[], None], done: str) -> ResponseReturnValue:
    queries.company_file(company_id, current_actor())
    if form.validate_on_submit():
        try:
            verb()
            flash(done, "ok")
            return see_other(url_for("standing.file_GET", company_id=company_id))
        except BusinessError as error:
            form.refuse(explain(error))
    return _file(company_id, form), 422


def _file(company_id: str, typed: Form | None = None) -> str:
    actor = current_actor()
    company = queries.company_file(company_id, actor)
    account = ledger.account_view(company.account_id or "")
    limits = {"credit_limit": account.credit_limit_cents or None, "balance_cap": account.balance_cap_cents}
    new: dict[type[Form], Form] = {
        StatusForm: StatusForm(formdata=None, status=company.status),
        LimitsForm: LimitsForm(formdata=None, **limits),
        LeaveForm: LeaveForm(formdata=None),
        InsolvencyForm: InsolvencyForm(formdata=None, opened_on=clock.today()),
    }
    if typed is not None:
        new[type(typed)] = typed
    for kind, form in new.items():
        for field in form:  # several forms share the page
            field.id = f"{kind.__name__[:-4].lower()}-{field.name}"
    return render_template(
        "standing/file.html",
        company=company,
        account=account,
        years=queries.years_of(company_id),
        history=queries.credit_history(company),
        claims=queries.claims_of(company_id),
        accesses=members.accesses_to_company(company_id),
        events=members.events_of_company(company_id, EVENTS_SHOWN),
        status_form=new[StatusForm],
        limits_form=new[LimitsForm],
        leave_form=new[LeaveForm],
        insolvency_form=new[InsolvencyForm],
        is_member=company.status in policy.MEMBER_STATUSES,
        role_names=ROLE_NAMES,
        sizes=SIZES,
        statuses=STATUSES,
    )
