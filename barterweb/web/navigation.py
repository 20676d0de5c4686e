"""The main menu of each hat: label and endpoint, in the order shown; and what links carry from page to page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, has_request_context, request, url_for

from barterweb.web.access import signed_in_actor

_PUBLIC = (
    ("Annonces", "listings.index_GET"),
    ("Entreprises", "members.directory_GET"),
    ("Comment ça marche", "pages.how_GET"),
)
_MEMBER = (
    ("Tableau de bord", "trades.dashboard_GET"),
    ("Annonces", "listings.index_GET"),
    ("Mes annonces", "listings.mine_GET"),
    ("Échanges", "trades.index_GET"),
    ("Compte", "documents.accounts_GET"),
    ("Entreprises", "members.directory_GET"),
)
MENUS = {
    None: _PUBLIC,
    "trader": _MEMBER,
    "administrator": (*_MEMBER, ("Mon entreprise", "members.own_company_GET")),
    "accountant": (("Comptes", "documents.accounts_GET"), ("Annonces", "listings.index_GET")),
    "staff": (
        ("File de travail", "staff.queue_GET"),
        ("Nos entreprises", "standing.companies_GET"),
        ("Annonces", "listings.index_GET"),
        ("Entreprises", "members.directory_GET"),
        ("Page intégrée", "embeds.generator_GET"),
    ),
    "operator": (
        ("File de travail", "staff.queue_GET"),
        ("Entreprises", "standing.companies_GET"),
        ("Comptes", "staff.accounts_GET"),
        ("Adhésions", "standing.memberships_GET"),
        ("Crédit", "standing.requests_GET"),
        ("Chiffres", "staff.figures_GET"),
    ),
    "funder": (("Chiffres", "staff.figures_GET"), ("Annonces", "listings.index_GET")),
}
RARELY = {
    "operator": (
        ("Journal", "staff.journal_GET"),
        ("Messages", "staff.outbox_GET"),
        ("Créances", "standing.claims_GET"),
        ("Facturation", "documents.terms_GET"),
        ("Territoires", "standing.regions_GET"),
    ),
}
"""What a hat seldom needs: folded at the end of its menu, which keeps to one line."""


CARRYING = {
    "pages.home_GET",
    "pages.how_GET",
    "pages.guide_companies_GET",
    "pages.company_GET",
    "listings.index_GET",
    "listings.show_GET",
    "members.directory_GET",
    "members.sign_in_GET",
    "joining.begin_GET",
}
"""Pages on the way from a cluster's framed page to an application: their links keep ``?via=`` (decision 139)."""

_CLUSTER = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class Item:
    """One link of the menu."""

    label: str
    href: str
    current: bool


def init_app(app: Flask) -> None:
    """Give every template who acts and the menu; let links carry where a visitor comes from."""
    app.context_processor(_context)
    app.url_defaults(_carry)
    app.jinja_env.globals["referral"] = referral


def referral() -> str:
    """Return the word of the cluster whose framed page led here (``via``), empty when none did."""
    if not has_request_context() or request.endpoint not in CARRYING:
        return ""
    via = request.args.get("via", "")
    return via if _CLUSTER.fullmatch(via) else ""


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint in CARRYING and "via" not in values and (via := referral()):
        values["via"] = via


def _context() -> dict[str, Any]:
    actor = signed_in_actor()
    return {
        "actor": actor,
        "acting_label": actor.label if actor else "",
        "has_several_roles": actor is not None and actor.has_several_roles,
        "nav": menu_of(actor.kind if actor else None),
        "nav_rarely": _items(RARELY.get(actor.kind, ())) if actor else [],
    }


def menu_of(kind: str | None) -> list[Item]:
    """Return the menu of a hat (None for visitors)."""
    return _items(MENUS[kind])


def _items(entries: Iterable[tuple[str, str]]) -> list[Item]:
    return [Item(label, url_for(e), request.endpoint == e) for label, e in entries]


def after_decision(otherwise: str) -> str:
    """Return where a decision leads: back to the work queue when the form came from there, else `otherwise`."""
    return url_for("staff.queue_GET") if request.args.get("depuis") == "file" else otherwise
