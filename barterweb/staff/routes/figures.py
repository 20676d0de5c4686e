"""The figures: of the network, of a region to its funder, of a cluster to its staff."""

from collections.abc import Callable

from flask import Response
from flask.typing import ResponseReturnValue

from barterweb import clock
from barterweb.actors import STAFF_KINDS
from barterweb.documents.forms import PeriodForm, presets
from barterweb.staff import facts, queries
from barterweb.staff.exports import figures_csv
from barterweb.staff.routes.blueprint import bp
from barterweb.staff.routes.files import csv_file
from barterweb.staff.routes.periods import period_of
from barterweb.web import filters
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment

FIGURE_READERS = (*STAFF_KINDS, "funder")


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
    return csv_file(figures_csv(_figures(form)), f"chiffres-barter-{form.du.data}-{form.au.data}.csv")


def _figures_form() -> PeriodForm:
    return period_of(facts.months_to(clock.today(), facts.MONTHS_SHOWN))


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
