"""The period that an address names."""

from flask import request
from werkzeug.datastructures import MultiDict

from barterweb.documents.forms import PeriodForm
from barterweb.staff import facts


def period_typed() -> bool:
    """Tell whether the address names a period, in whole or in part."""
    return any(request.args.get(name) for name in ("du", "au"))


def period_of(default: facts.Period) -> PeriodForm:
    """Return the period of the address, or the default when it names none."""
    if period_typed():
        return PeriodForm(request.args)
    return PeriodForm(MultiDict({"du": f"{default.start:%d/%m/%Y}", "au": f"{default.end:%d/%m/%Y}"}))
