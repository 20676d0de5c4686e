"""The period of a statement, and its usual presets."""

from dataclasses import dataclass
from datetime import date, timedelta

from wtforms.validators import InputRequired

from barterweb import clock
from barterweb.documents.facts.calendar import financial_year
from barterweb.web.fields import DateField, Form
from barterweb.web.filters import day


@dataclass(frozen=True, slots=True)
class Period:
    """Two days, both included, and what the period is called."""

    label: str
    start: date
    end: date


class PeriodForm(Form):
    """A period asked for in the address; it changes nothing, so it carries no token.

    `opened_on`, once set, is the day the account was opened: a period that ends before it is refused.
    """

    class Meta(Form.Meta):
        csrf = False

    opened_on: date | None = None

    du = DateField("Du", validators=[InputRequired("Indiquez le premier jour de la période.")])
    au = DateField("Au", validators=[InputRequired("Indiquez le dernier jour de la période.")])

    def validate(self, extra_validators: object = None) -> bool:
        """Refuse a period that ends before it starts, that has not begun, or that ends before the account was opened."""
        if not super().validate(extra_validators):
            return False
        if self.du.data > self.au.data:
            self.refuse("La période se termine avant de commencer\u00a0: inversez les deux dates.")
        elif self.du.data > clock.today():
            self.refuse(
                "Cette période n’a pas encore commencé\u00a0: choisissez des dates jusqu’à aujourd’hui."
            )
        elif self.opened_on and self.au.data < self.opened_on:
            self.refuse(
                f"Le compte a été ouvert le {day(self.opened_on)}\u00a0: il n’y a rien avant."
                " Choisissez une période qui finit après."
            )
        return not self.form_errors


def recent(today: date) -> Period:
    """Return this month and the two before it, up to today: what a statement shows when no period is named."""
    month = today.replace(day=1)
    for _ in range(2):
        month = (month - timedelta(days=1)).replace(day=1)
    return Period("Trois derniers mois", month, today)


def last_month(today: date) -> Period:
    """Return the month before this one."""
    end = today.replace(day=1) - timedelta(days=1)
    return Period("Le mois dernier", end.replace(day=1), end)


def presets(today: date, *, year_end_month: int = 12, covered_until: date | None = None) -> list[Period]:
    """Return the periods an accountant usually wants, the year by the company's financial year.

    `covered_until` is the last whole day of an earlier export: what follows, up to yesterday, is a period of its own.
    """
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last_quarter_end = quarter - timedelta(days=1)
    last_quarter = date(last_quarter_end.year, last_quarter_end.month - 2, 1)
    year_start, _ = financial_year(today, year_end_month)
    last_year_end = year_start - timedelta(days=1)
    by_calendar = year_end_month == 12
    found = [
        Period("Ce mois-ci", month, today),
        last_month(today),
        recent(today),
        Period("Le trimestre dernier", last_quarter, last_quarter_end),
        Period("Cette année" if by_calendar else "Exercice en cours", year_start, today),
        Period(
            "L’année dernière" if by_calendar else "Exercice précédent",
            financial_year(last_year_end, year_end_month)[0],
            last_year_end,
        ),
    ]
    if covered_until is not None and covered_until < today:
        start = covered_until + timedelta(days=1)
        found.append(Period("Depuis le dernier export", start, max(start, today - timedelta(days=1))))
    return found
