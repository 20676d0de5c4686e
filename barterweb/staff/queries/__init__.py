"""Reading for staff: the queue, companies' accounts, an application with what became of it, a dispute, the figures."""

from barterweb.staff.queries.accounts import accounts_of_companies
from barterweb.staff.queries.applications import Outcome, namesakes_of, outcome_of
from barterweb.staff.queries.disputes import Case, case_for
from barterweb.staff.queries.figures import figures_of
from barterweb.staff.queries.queue import Queue, queue_of
from barterweb.staff.queries.scope import companies_of

__all__ = [
    "Case",
    "Outcome",
    "Queue",
    "accounts_of_companies",
    "case_for",
    "companies_of",
    "figures_of",
    "namesakes_of",
    "outcome_of",
    "queue_of",
]
