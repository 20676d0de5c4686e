"""The figures and the work queue as files for spreadsheets."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from barterweb.documents.exports import csv_number, csv_text
from barterweb.members.models import Application
from barterweb.staff.facts import SECTIONS, AccountLine, Figures, ListingLine, MemberLine, TradeLine
from barterweb.staff.queries import Queue
from barterweb.standing.models import CreditRequest
from barterweb.standing.queries import Dues
from barterweb.web.filters import day_short, month

_HEADERS = ("Rubrique", "Détail", "Mesure", "Valeur", "Unité")

_QUEUE_HEADERS = (
    "Rubrique",
    "Objet",
    "Entreprise",
    "Autre entreprise",
    "Montant",
    "Unité",
    "Date",
    "Ce que dit la date",
)

Line = tuple[str, str, str, str, str]
QueueLine = tuple[str, str, str, int | None, str, date | datetime | None, str]
"""Matter, company, other company, cents, unit, day, what the day is."""


def figures_csv(figures: Figures) -> bytes:
    """Return the figures, one measure a line, as a French spreadsheet opens them: UTF-8 with BOM, `;`, CRLF, comma."""
    rows = ((section, csv_text(detail), *rest) for section, detail, *rest in _lines(figures))
    return _file(_HEADERS, rows)


def queue_csv(queue: Queue) -> bytes:
    """Return the queue, one line a row, in its order and as `figures_csv` writes; what was left out is said by a row."""
    return _file(_QUEUE_HEADERS, _queue_rows(queue))


def _file(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _queue_rows(queue: Queue) -> Iterator[tuple[str, ...]]:
    for name, title in SECTIONS.items():
        lines = getattr(queue, name)
        for row in lines.rows:
            matter, company, other, cents, unit, on, what = _QUEUE_LINES[name](row)
            yield (
                title,
                *(csv_text(text) for text in (matter, company, other)),
                "" if cents is None else csv_number(cents),
                unit,
                "" if on is None else day_short(on),
                what,
            )
        if lines.total > len(lines.rows):
            yield title, f"et {lines.total - len(lines.rows)} autres", "", "", "", "", "", ""


def _trade_line(row: TradeLine, what: str) -> QueueLine:
    return row.title, row.seller, row.buyer, row.barter_cents, "B", row.since, what


def _account_line(row: AccountLine, matter: str) -> QueueLine:
    since = "rien dépensé depuis le" if row.since else ""
    return matter, row.company, "", row.account.balance_cents, "B", row.since, since


def _listing_line(row: ListingLine, on: date | datetime, what: str) -> QueueLine:
    return row.title, row.company, "", None, "", on, what


def _member_line(row: MemberLine, what: str) -> QueueLine:
    return "", row.company, "", None, "", row.on, what


def _application_line(row: Application) -> QueueLine:
    waits = "réponse attendue" if row.status == "question" else "à décider"
    return waits, row.company.name, "", None, "", row.created_at, "reçue le"


def _credit_line(row: CreditRequest) -> QueueLine:
    return "ligne souhaitée", row.company.name, "", row.wanted_cents, "B", row.asked_at, "demandée le"


def _unpaid_line(row: Dues) -> QueueLine:
    matter = "en retard" if row.state == "overdue" else "à régler"
    return matter, row.year.company.name, "", row.gross_cents, "€", row.year.due_on, "échéance"


_QUEUE_LINES: dict[str, Callable[[Any], QueueLine]] = {
    "applications": _application_line,
    "disputes": lambda row: _trade_line(row, "litige ouvert le"),
    "contests": lambda row: (row.number, row.seller, "", None, "", row.since, "contestée le"),
    "credit": _credit_line,
    "deliveries": lambda row: _trade_line(row, "livraison déclarée le"),
    "limits": lambda row: _account_line(row, "plafond" if row.near_ceiling else "ligne de crédit"),
    "needs": lambda row: _listing_line(row, row.published_at, "publié le"),
    "unpaid": _unpaid_line,
    "without_offer": lambda row: _member_line(row, "membre depuis le"),
    "idle": lambda row: _account_line(row, "solde"),
    "without_trade": lambda row: _member_line(row, "membre depuis le"),
    "ending": lambda row: _listing_line(row, row.expires_on, "dernier jour"),
    "memberships": lambda row: _member_line(row, "dernier jour"),
}
"""What a row of each section says in the file."""


def _lines(figures: Figures) -> Iterator[Line]:
    yield "Période", "", "Premier jour", f"{figures.period.start:%d/%m/%Y}", ""
    yield "Période", "", "Dernier jour", f"{figures.period.end:%d/%m/%Y}", ""
    yield from _of_companies(figures)
    yield from _of_trades(figures)
    yield from _of_money(figures)
    for line in figures.months:
        detail = month(line.month)
        yield "Mois", detail, "Échanges réglés", str(line.trades), ""
        yield "Mois", detail, "Part en Barter", csv_number(line.barter_cents), "B"
        yield "Mois", detail, "Part en euros", csv_number(line.euro_cents), "€"
    for cluster in figures.clusters:
        yield "Pôle", cluster.name, "Entreprises membres", str(cluster.registered), ""
        yield "Pôle", cluster.name, "Entreprises actives", str(cluster.active), ""
        yield "Pôle", cluster.name, "Offres en ligne", str(cluster.offers), ""
        yield "Pôle", cluster.name, "Besoins en ligne", str(cluster.needs), ""
        yield "Pôle", cluster.name, "Échanges réglés", str(cluster.trades), ""
        yield "Pôle", cluster.name, "Part en Barter", csv_number(cluster.barter_cents), "B"
        yield "Pôle", cluster.name, "Part en euros", csv_number(cluster.euro_cents), "€"
        yield "Pôle", cluster.name, "Candidatures venues de sa page intégrée", str(cluster.referred), ""
        yield "Pôle", cluster.name, "Dont admises", str(cluster.referred_joined), ""


def _of_companies(figures: Figures) -> Iterator[Line]:
    yield "Entreprises", "", "Membres", str(figures.companies.registered), ""
    yield "Entreprises", "", "Actives", str(figures.companies.active), ""
    yield "Entreprises", "", "Ayant acheté et vendu", str(figures.companies.both), ""
    yield "Annonces", "", "Offres en ligne", str(figures.offers), ""
    yield "Annonces", "", "Besoins en ligne", str(figures.needs), ""


def _of_trades(figures: Figures) -> Iterator[Line]:
    totals = figures.totals
    yield "Échanges", "", "Échanges réglés", str(totals.trades), ""
    yield "Échanges", "", "Part en Barter", csv_number(totals.barter_cents), "B"
    yield "Échanges", "", "Part en euros", csv_number(totals.euro_cents), "€"
    yield "Échanges", "", "Entre entreprises de pôles différents", str(totals.between_clusters), ""
    yield "Échanges", "", "Commission offerte", csv_number(totals.waived_cents), "B"


def _of_money(figures: Figures) -> Iterator[Line]:
    yield "Crédit", "", "Masse en circulation", csv_number(figures.supply_cents), "B"
    yield "Crédit", "", "Réglé en Barter sur 365 jours", csv_number(figures.year_cents), "B"
    if figures.velocity_milli is not None:
        yield "Crédit", "", "Vitesse de circulation", csv_number(figures.velocity_milli // 10), "fois par an"
