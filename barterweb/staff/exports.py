"""The figures as a file for spreadsheets."""

import csv
import io
from collections.abc import Iterator

from barterweb.documents.exports import csv_number, csv_text
from barterweb.staff.facts import Figures
from barterweb.web.filters import month

_HEADERS = ("Rubrique", "Détail", "Mesure", "Valeur", "Unité")

Line = tuple[str, str, str, str, str]


def figures_csv(figures: Figures) -> bytes:
    """Return the figures, one measure a line, as a French spreadsheet opens them: UTF-8 with BOM, `;`, CRLF, comma."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADERS)
    for section, detail, measure, value, unit in _lines(figures):
        writer.writerow((section, csv_text(detail), measure, value, unit))
    return text.getvalue().encode("utf-8-sig")


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
