"""Deciding a dispute: what is read, what is checked before, what moves, and that it moves once."""

import pytest
from flask import Flask

from barterweb import ledger
from barterweb.staff.facts import ruling_of
from barterweb.trades import service as trades
from barterweb.trades.errors import InvalidTerms
from barterweb.trades.facts import commission_on
from barterweb.web.filters import barter, euro
from tests import build_trades
from tests.build_members import Member
from tests.staff.conftest import OPERATOR, InApp, Network, Open


def disputed(network: Network, offered: object = None) -> str:
    """A dispute of the haulier about the firm's work, both sides heard."""
    trade_id = build_trades.delivered(network.haulier, network.firm, offered)  # type: ignore[arg-type]
    trades.dispute_trade(
        actor=network.haulier.actor, trade_id=trade_id, reason="Il manque la liasse fiscale."
    )
    trades.state_case(actor=network.firm.actor, trade_id=trade_id, statement="Elle est remise en annexe.")
    return trade_id


def account(member: Member) -> tuple[int, int]:
    view = ledger.account_view(member.account_id)
    return view.balance_cents, view.held_cents


def test_the_operator_reads_both_sides_and_the_terms(page: Open, in_app: InApp, network: Network) -> None:
    trade_id = in_app(disputed, network)
    shown = page(OPERATOR).get(f"/operateur/litiges/{trade_id}")
    for text in (
        "Il manque la liasse fiscale.",
        "Transports du Vercors, acheteur",
        "Elle est remise en annexe.",
        "Cabinet Marcellin, vendeur",
        "Remis ce jour.",
        "Mission annuelle",
        f"{barter(600_000)} sont réservés sur le compte de Transports du Vercors",
    ):
        assert text in shown


def test_a_partial_settlement_is_checked_then_moves_what_was_shown(
    page: Open, in_app: InApp, network: Network
) -> None:
    trade_id = in_app(disputed, network)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}")
    shown = operator.submit(
        "Vérifier les montants", outcome="partial", percent="60", reason="La liasse manque."
    )
    for text in (barter(360_000), barter(240_000), barter(-360_000), euro(360_000), euro(60_000)):
        assert text in shown
    assert in_app(account, network.haulier) == (0, 600_000)
    assert operator.submit("Modifier").value_of("percent") == "60"
    operator.submit("Vérifier les montants")
    done = operator.submit(f"Verser {barter(360_000)} et clore le litige")
    assert f"{barter(360_000)} versés à Cabinet Marcellin, sur {barter(600_000)}" in done
    assert "La liasse manque." in done
    assert in_app(account, network.haulier) == (-360_000, 0)
    assert in_app(account, network.firm) == (360_000, 0)
    assert "Litiges 0" in operator.get("/pole")


def test_a_full_settlement_pays_everything_and_takes_the_commission(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    trade_id = in_app(disputed, paying_network)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}")
    shown = operator.submit("Vérifier les montants", outcome="full", reason="Livré.")
    assert barter(575_000) in shown
    operator.submit(f"Verser {barter(600_000)} et clore le litige")
    assert in_app(account, paying_network.firm) == (575_000, 0)


def test_a_cancellation_gives_everything_back(page: Open, in_app: InApp, network: Network) -> None:
    trade_id = in_app(disputed, network)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}")
    shown = operator.submit("Vérifier les montants", outcome="cancelled", reason="Rien n’est livré.")
    assert f"{barter(600_000)} reviennent à Transports du Vercors" in shown
    done = operator.submit("Annuler l’échange et clore le litige")
    assert "Échange annulé" in done
    assert in_app(account, network.haulier) == (0, 0)


def test_a_decision_lacking_something_is_refused_and_keeps_what_was_typed(
    page: Open, in_app: InApp, network: Network
) -> None:
    trade_id = in_app(disputed, network)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}")
    operator.submit("Vérifier les montants", status=422)
    assert "Choisissez une décision." in operator.page
    assert "Écrivez le motif" in operator.page
    operator.submit("Vérifier les montants", outcome="partial", reason="Voilà.", status=422)
    assert "Indiquez la part que le vendeur reçoit" in operator.page
    for percent in ("0", "100", "-5", "60,5", "1e1", "６０", "a" * 10_000):
        operator.submit("Vérifier les montants", percent=percent, status=422)
        assert "Écrivez un nombre entier de 1 à 99" in operator.page
    assert operator.page.value_of("reason") == "Voilà."
    operator.submit("Vérifier les montants", percent="60 %")
    assert in_app(account, network.haulier) == (0, 600_000)


def test_what_a_form_forges_decides_nothing(page: Open, in_app: InApp, network: Network) -> None:
    trade_id = in_app(disputed, network)
    url = f"/operateur/litiges/{trade_id}"
    operator = page(OPERATOR)
    operator.get(url)
    whole = {"seen": "2", "outcome": "full", "reason": "Livré.", "step": "trancher"}
    for change, status in (
        ({"outcome": "everything"}, 422),
        ({"outcome": "partial", "percent": "250"}, 422),
        ({"reason": " \x00 "}, 422),
        ({"reason": "a" * 2001}, 422),
        ({"seen": "deux"}, 409),
        ({"seen": ""}, 409),
    ):
        operator.post(url, {**whole, **change}, status=status)
    assert in_app(account, network.haulier) == (0, 600_000)


def test_a_statement_that_arrives_meanwhile_must_be_read_first(
    page: Open, in_app: InApp, network: Network
) -> None:
    trade_id = in_app(disputed, network)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}")
    operator.submit("Vérifier les montants", outcome="full", reason="Livré.")
    in_app(
        lambda: trades.state_case(
            actor=network.haulier.actor, trade_id=trade_id, statement="L’annexe est vide."
        )
    )
    shown = operator.submit(f"Verser {barter(600_000)} et clore le litige", status=409)
    assert "Rien n’est décidé" in shown
    assert "L’annexe est vide." in shown
    assert shown.value_of("reason") == "Livré."
    assert in_app(account, network.haulier) == (0, 600_000)
    operator.submit("Vérifier les montants")
    operator.submit(f"Verser {barter(600_000)} et clore le litige")
    assert in_app(account, network.haulier) == (-600_000, 0)


def test_a_second_decision_finds_the_first(page: Open, in_app: InApp, network: Network) -> None:
    trade_id = in_app(disputed, network)
    url = f"/operateur/litiges/{trade_id}"
    first, second = page(OPERATOR), page(OPERATOR)
    for browser in (first, second):
        browser.get(url)
        browser.submit("Vérifier les montants", outcome="cancelled", reason="Rien n’est livré.")
    first.submit("Annuler l’échange et clore le litige")
    shown = second.submit("Annuler l’échange et clore le litige", status=409)
    assert "Ce litige est déjà tranché." in shown
    assert "Décision" in second.get(url)


def test_htmx_gets_the_check_page_as_a_fragment(page: Open, in_app: InApp, network: Network) -> None:
    trade_id = in_app(disputed, network)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}")
    fragment = operator.hx_submit("Vérifier les montants", outcome="full", reason="Livré.")
    assert not fragment.all("nav")
    assert "Vérifiez avant de trancher" in fragment


def test_a_share_that_comes_to_nothing_is_refused(page: Open, in_app: InApp, network: Network) -> None:
    tiny = build_trades.terms(build_trades.line(1, vat_rate_bp=0))
    trade_id = in_app(disputed, network, tiny)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}")
    operator.submit("Vérifier les montants", outcome="partial", percent="1", reason="Voilà.", status=422)
    assert "Cette part ne laisse rien à régler" in operator.page


@pytest.mark.parametrize("share_bp", [100, 3_300, 5_000, 9_900, 10_000])
def test_a_ruling_moves_exactly_what_was_held(app: Flask, share_bp: int) -> None:
    with app.app_context():
        terms = build_trades.terms(build_trades.line(123_457), settlement="net_in_barter")
    commission = commission_on(terms.net_cents, rate_bp=500, payer="shared", waived=False)
    ruling = ruling_of(terms, commission, share_bp)
    assert ruling.debit_cents + ruling.released_cents == ruling.held_cents
    assert ruling.held_cents == terms.barter_cents + commission.buyer_cents
    assert 0 <= ruling.credit_cents <= ruling.barter_cents


def test_a_ruling_refuses_what_is_no_share(app: Flask) -> None:
    with app.app_context():
        terms = build_trades.terms()
        tiny = build_trades.terms(build_trades.line(1, vat_rate_bp=0))
    commission = commission_on(terms.net_cents, rate_bp=500, payer="seller", waived=True)
    for share_bp in (-1, 10_001):
        with pytest.raises(ValueError, match="not a share"):
            ruling_of(terms, commission, share_bp)
    with pytest.raises(InvalidTerms):
        ruling_of(tiny, commission, 100)
