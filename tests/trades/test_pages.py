"""The path in the browser, without JavaScript and as HTMX sends it: propose, counter, agree, deliver, confirm."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from barterweb import clock, ledger
from barterweb.web.filters import barter
from tests import build_members, build_trades
from tests.page import Browser
from tests.trades.conftest import Cast

Open = Callable[..., Browser]
InApp = Callable[..., Any]


def next_week() -> str:
    return (clock.today() + timedelta(days=7)).strftime("%d/%m/%Y")


def test_trade_is_played_from_proposal_to_invoice(page: Open, in_app: InApp, cast: Cast) -> None:
    listing_id = in_app(build_trades.listing, cast.firm)
    haulier, firm = page(cast.haulier.email), page(cast.firm.email)

    haulier.get(f"/annonces/{listing_id}/proposition")
    haulier.submit(
        "Vérifier avant d’envoyer",
        {"lines-0-quantity_milli": "1", "lines-0-unit_price_cents": "5 500,00", "delivery_on": next_week()},
    )
    assert barter(660_000) in haulier.page
    assert "Rien n’est débité, rien n’est réservé." in haulier.page
    haulier.submit("Modifier")
    assert haulier.page.value_of("lines-0-unit_price_cents") == "5 500,00"
    haulier.submit("Vérifier avant d’envoyer")
    shown = haulier.submit(f"Envoyer la proposition de {barter(660_000)}")
    assert "En attente de la réponse de Cabinet Marcellin" in shown
    trade_url = shown.url

    firm.get(trade_url)
    firm.follow("Proposer d’autres conditions")
    firm.submit("Vérifier avant d’envoyer", {"lines-0-unit_price_cents": "5000"})
    firm.submit(f"Envoyer la proposition de {barter(600_000)}")

    haulier.get(trade_url)
    assert "Modifiée" in haulier.page
    haulier.follow("Vérifier et accepter")
    assert barter(800_000) in haulier.page
    assert barter(200_000) in haulier.page
    haulier.submit(f"Accepter et réserver {barter(600_000)}", status=422)
    assert "Cochez la case" in haulier.page
    haulier.submit(f"Accepter et réserver {barter(600_000)}", read=True)
    assert "Accord enregistré" in haulier.page

    firm.get(trade_url)
    firm.follow("Déclarer la livraison")
    firm.submit("Déclarer la livraison", note="Bilan remis en main propre.")

    haulier.get(trade_url)
    haulier.follow("Vérifier et confirmer")
    assert barter(-600_000) in haulier.page
    done = haulier.submit(f"Confirmer et verser {barter(600_000)}")
    assert "l’échange est réglé" in done
    assert "Réglée" in done
    assert in_app(lambda: ledger.account_view(cast.firm.account_id).balance_cents) == 600_000

    invoice = haulier.follow("Facture (PDF)")
    assert invoice.data.startswith(b"%PDF-")
    assert haulier.get(invoice.url).data == invoice.data
    haulier.get("/comptes")
    assert barter(-600_000) in haulier.page


def test_confirmation_leads_to_the_new_state_at_its_address(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.delivered, cast.haulier, cast.firm)
    haulier = page(cast.haulier.email)
    haulier.get(f"/echanges/{trade_id}/confirmation")
    haulier.submit(f"Confirmer et verser {barter(600_000)}")
    assert haulier.page.url == f"/echanges/{trade_id}"
    assert "Réglée" in haulier.page
    assert "l’échange est réglé" in haulier.page
    haulier.get(f"/echanges/{trade_id}/confirmation", status=409)
    assert "Cette action n’est pas possible" in haulier.page


def test_one_more_line_keeps_what_was_typed(page: Open, in_app: InApp, cast: Cast) -> None:
    listing_id = in_app(build_trades.listing, cast.firm)
    haulier = page(cast.haulier.email)
    haulier.get(f"/annonces/{listing_id}/proposition")
    haulier.submit("Ajouter une ligne", {"lines-0-description": "Bilan", "message": "Bonjour"})
    assert haulier.page.value_of("lines-0-description") == "Bilan"
    assert haulier.page.value_of("message") == "Bonjour"
    assert haulier.page.value_of("lines-1-description") == ""


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("lines-0-unit_price_cents", "1e3", "Écrivez un montant positif"),
        ("lines-0-unit_price_cents", "0", "Écrivez un montant positif"),
        ("lines-0-quantity_milli", "-2", "Écrivez une quantité positive"),
        ("lines-0-description", "", "Décrivez ce qui est vendu"),
        ("delivery_on", "31/02/2027", "Cette date n’existe pas"),
        ("delivery_on", "01/01/2020", "Cette date est passée"),
        ("delivery_place", "", "Indiquez où"),
        ("message", "x" * 2001, "2 000 caractères au plus."),
    ],
)
def test_bad_terms_are_refused_with_a_sentence_and_kept(
    page: Open, in_app: InApp, cast: Cast, field: str, typed: str, sentence: str
) -> None:
    listing_id = in_app(build_trades.listing, cast.firm)
    haulier = page(cast.haulier.email)
    haulier.get(f"/annonces/{listing_id}/proposition")
    haulier.submit("Vérifier avant d’envoyer", {"delivery_on": next_week(), field: typed}, status=422)
    assert sentence in haulier.page
    assert haulier.page.value_of(field) == typed


def test_euro_part_must_leave_some_barter(page: Open, in_app: InApp, cast: Cast) -> None:
    listing_id = in_app(build_trades.listing, cast.firm)
    haulier = page(cast.haulier.email)
    haulier.get(f"/annonces/{listing_id}/proposition")
    fields = {"delivery_on": next_week(), "settlement": "share", "euro_part_cents": "120"}
    haulier.submit("Vérifier avant d’envoyer", fields, status=422)
    assert f"laissez au moins {barter(1)} en Barter" in haulier.page


def test_missing_credit_is_said_with_the_amount_to_the_buyer_only(
    page: Open, in_app: InApp, cast: Cast
) -> None:
    dear = build_trades.terms(build_trades.line(700_000))
    trade_id = in_app(build_trades.proposed, cast.haulier, cast.firm, dear)
    firm = page(cast.firm.email)
    firm.get(f"/echanges/{trade_id}/accord")
    firm.submit(f"Accepter et réserver {barter(840_000)}", read=True, status=422)
    assert "Le disponible de l’acheteur ne suffit pas" in firm.page
    assert "il manque" not in firm.page
    assert in_app(lambda: ledger.account_view(cast.haulier.account_id).held_cents) == 0


def test_terms_changed_meanwhile_are_shown_instead_of_agreed(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.proposed, cast.haulier, cast.firm)
    firm, haulier = page(cast.firm.email), page(cast.haulier.email)
    firm.get(f"/echanges/{trade_id}/accord")
    haulier.get(f"/echanges/{trade_id}")
    haulier.submit("Retirer ma proposition")
    firm.submit(f"Accepter et réserver {barter(600_000)}", read=True, status=409)
    assert "L’échange a changé" in firm.page
    assert "Retirée" in firm.page


def test_strangers_and_funders_see_no_trade(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.agreed, cast.haulier, cast.firm)
    for path in ("", "/accord", "/livraison", "/confirmation", "/litige", "/contre-proposition"):
        page(cast.agency.email).get(f"/echanges/{trade_id}{path}", status=404)
    visitor = page()
    visitor.get(f"/echanges/{trade_id}")
    assert visitor.page.url.startswith("/connexion")


def test_accountant_reads_the_trade_and_can_change_nothing(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.delivered, cast.haulier, cast.firm)
    in_app(build_members.accountant, cast.haulier)
    accountant = page("cabinet@comptes.example")
    accountant.get(f"/echanges/{trade_id}")
    assert "Confirmer" not in accountant.page
    accountant.get(f"/echanges/{trade_id}/confirmation", status=403)
    accountant.post(f"/echanges/{trade_id}/confirmation", {"version": 1}, status=403)
    assert in_app(lambda: ledger.totals().transfers) == 0


def test_dispute_keeps_the_amount_held_until_staff_decide(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.delivered, cast.haulier, cast.firm)
    haulier = page(cast.haulier.email)
    haulier.get(f"/echanges/{trade_id}/litige")
    haulier.submit("Ouvrir un litige", reason="Il manque la liasse fiscale.")
    assert "En litige" in haulier.page
    assert in_app(lambda: ledger.account_view(cast.haulier.account_id).held_cents) == 600_000
    firm = page(cast.firm.email)
    firm.get(f"/echanges/{trade_id}/litige")
    firm.submit("Envoyer", reason="Elle a été remise le 3.")
    assert "Elle a été remise le 3." in firm.page


def test_lists_and_dashboard_take_the_same_queries_for_one_trade_and_thirty(
    page: Open, in_app: InApp, cast: Cast, count_queries: Callable[[], Any], app: Flask
) -> None:
    haulier = page(cast.haulier.email)
    small = build_trades.terms(build_trades.line(1_000))
    in_app(build_trades.delivered, cast.haulier, cast.firm, small)
    counts = []
    for extra in (0, 29):
        for _ in range(extra):
            in_app(build_trades.delivered, cast.haulier, cast.firm, small)
        for url in ("/echanges?etat=tous", "/tableau-de-bord"):
            with count_queries() as queries:
                haulier.get(url)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 10
