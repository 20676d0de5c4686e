"""Months and financial years as days."""

import calendar
from datetime import date, timedelta


def financial_year(on: date, end_month: int) -> tuple[date, date]:
    """Return the first and last day of the financial year that a day is in; it ends with the month `end_month` (1 to 12)."""
    year = on.year if on.month <= end_month else on.year + 1
    end = month_end(date(year, end_month, 1))
    return month_end(date(year - 1, end_month, 1)) + timedelta(days=1), end


def month_end(on: date) -> date:
    """Return the last day of a day's month."""
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def month_before(on: date) -> date:
    """Return the first day of the month before a day's."""
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)
