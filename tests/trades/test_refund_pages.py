"""A refund in the browser: what is left, the check page, the refund, and what refuses it."""

from collections.abc import Callable
from typing import Any

from barterweb import ledger
from barterweb.web.filters import barter
from tests import build_members, build_trades
from tests.page import Browser
from tests.trades.conftest import Cast

Open = Callable[..., Browser]
InApp = Callable[..., Any]


def test_the_seller_checks_and_gives_a_part_back(page: Open, in_app: InApp, paying_cast: Cast) -> None:
    cast = paying_cast
    trade_id = in_app(build_trades.settled, cast.haulier, cast.firm)
    firm = page(cast.firm.email)
    firm.get(f"/echanges/{trade_id}")
    firm.follow("Rembourser")
    assert "6\u202f000,00\u00a0€ TTC" in firm.page
    refused = firm.submit("Vérifier avant de rembourser", extent="part", status=422)
    assert "Indiquez le montant TTC" in refused
    assert "Écrivez le motif" in refused
    too_much = firm.submit(
        "Vérifier avant de rembourser", extent="part", amount="6 000,01", reason="Trop payé", status=422
    )
    assert "Il reste 6\u202f000,00\u00a0€" in too_much
    checked = firm.submit("Vérifier avant de rembourser", amount="1 200")
    assert barter(120_000) in checked
    assert "Trop payé" in checked
    firm.submit("Modifier")
    assert firm.page.value_of("amount") == "1 200"
    firm.submit("Vérifier avant de rembourser")
    done = firm.submit(f"Rembourser {barter(120_000)}")
    assert "Remboursement fait" in done
    assert "Avoir (PDF)" in done
    assert in_app(lambda: ledger.account_view(cast.haulier.account_id).balance_cents) == -480_000
    assert in_app(lambda: ledger.account_view(cast.firm.account_id).balance_cents) == 480_000 - 20_000
    page(cast.haulier.email).get("/notifications")


def test_the_buyer_has_no_such_page_and_the_operator_has(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.settled, cast.haulier, cast.firm)
    page(cast.haulier.email).get(f"/echanges/{trade_id}/remboursement", status=404)
    in_app(build_members.operator)
    operator = page("exploitant@barter.example")
    operator.get(f"/echanges/{trade_id}")
    operator.follow("Rembourser l’échange")
    operator.submit("Vérifier avant de rembourser", extent="whole", reason="Décision du médiateur")
    assert barter(600_000) in operator.page
    assert barter(-600_000) in operator.page
    operator.submit(f"Rembourser {barter(600_000)}")
    assert in_app(lambda: ledger.account_view(cast.firm.account_id).balance_cents) == 0
    again = operator.get(f"/echanges/{trade_id}/remboursement")
    assert "Tout a déjà été remboursé" in again
