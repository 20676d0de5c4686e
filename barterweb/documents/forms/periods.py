"""The period of a statement, and its usual presets."""

from dataclasses import dataclass
from datetime import date, timedelta

from wtforms.validators import InputRequired

from barterweb import clock
from barterweb.web.fields import DateField, Form


@dataclass(frozen=True, slots=True)
class Period:
    """Two days, both included, and what the period is called."""

    label: str
    start: date
    end: date


class PeriodForm(Form):
    """A period asked for in the address; it changes nothing, so it carries no token."""

    class Meta(Form.Meta):
        csrf = False

    du = DateField("Du", validators=[InputRequired("Indiquez le premier jour de la période.")])
    au = DateField("Au", validators=[InputRequired("Indiquez le dernier jour de la période.")])

    def validate(self, extra_validators: object = None) -> bool:
        """Refuse a period that ends before it starts, or that has not begun."""
        if not super().validate(extra_validators):
            return False
        if self.du.data > self.au.data:
            self.refuse("La période se termine avant de commencer\u00a0: inversez les deux dates.")
        elif self.du.data > clock.today():
            self.refuse(
                "Cette période n’a pas encore commencé\u00a0: choisissez des dates jusqu’à aujourd’hui."
            )
        return not self.form_errors


def presets(today: date) -> list[Period]:
    """Return the periods an accountant usually wants, by the calendar."""
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last_quarter_end = quarter - timedelta(days=1)
    last_quarter = date(last_quarter_end.year, last_quarter_end.month - 2, 1)
    year = date(today.year, 1, 1)
    last_year = date(today.year - 1, 1, 1)
    return [
        Period("Ce mois-ci", month, today),
        Period("Le mois dernier", last_month, month - timedelta(days=1)),
        Period("Le trimestre dernier", last_quarter, last_quarter_end),
        Period("Cette année", year, today),
        Period("L’année dernière", last_year, year - timedelta(days=1)),
    ]
