"""The cases of the trade, from the first trade to an insolvency, each with every balance; the same as in docs/ledger.md.

1 Barter = 1 euro. A haulier buys expertise from an accounting firm for 6 000,00 B unless it is said otherwise; both have a
credit line of 10 000,00 B. Euros are never in the ledger: a part in euros is only what the Barter part leaves.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from barterweb import ledger
from barterweb.db import open_transaction
from barterweb.money import Credits

PRICE = 600_000
HAULIER, FIRM, PRINTER = "acc_haulier", "acc_firm", "acc_printer"
COMMISSION, RESERVE = "acc_commission", "acc_reserve"
CLEARING_ARA, CLEARING_IDF = "acc_clearing_ara", "acc_clearing_idf"
OPERATOR = {
    COMMISSION: "commission",
    RESERVE: "reserve",
    CLEARING_ARA: "clearing",
    CLEARING_IDF: "clearing",
}


@pytest.fixture(autouse=True)
def network(app: Flask) -> Iterator[None]:
    """Three members and the operator's accounts; whatever a case does, the ledger is clean after it."""
    with app.app_context():
        with open_transaction():
            for member in (HAULIER, FIRM, PRINTER):
                ledger.open_account(
                    account_id=member, kind="member", name=member, credit_limit=Credits(1_000_000)
                )
            for account_id, kind in OPERATOR.items():
                ledger.open_account(account_id=account_id, kind=kind, name=account_id)
        yield
        with open_transaction():
            ledger.seal()
        assert ledger.verify().clean
        assert sum(balances().values()) == 0


def balances() -> dict[str, int]:
    """Return the accounts that are not at zero."""
    return {view.id: view.balance_cents for view in ledger.account_views() if view.balance_cents}


def fee(payer: str, cents: int) -> ledger.Fee:
    return ledger.Fee(payer, COMMISSION, Credits(cents), "commission", "Commission")


def reserve(hold_id: str = "hld", cents: int = PRICE, expected: int | None = None) -> None:
    """Both agree: what the buyer will owe is held."""
    with open_transaction():
        ledger.place_hold(
            hold_id=hold_id,
            payer_account_id=HAULIER,
            payee_account_id=FIRM,
            amount=Credits(cents),
            expected=None if expected is None else Credits(expected),
            reference="trd_1",
        )


def settle(cents: int = PRICE, *fees: ledger.Fee, hold_id: str = "hld") -> ledger.PostedTransfer:
    """The buyer confirms the delivery."""
    with open_transaction():
        return ledger.post_hold(
            key=f"{hold_id}:settle",
            hold_id=hold_id,
            amount=Credits(cents),
            kind="trade",
            wording="Expertise",
            fees=fees,
        )


def move(key: str, kind: str, **legs: int) -> ledger.PostedTransfer:
    """Operator staff book a movement."""
    return ledger.post_transfer(
        key=key,
        kind=kind,
        legs=[ledger.Leg(account, Credits(cents)) for account, cents in legs.items()],
        reference="cas_1",
        wording=kind,
    )


def fees_of(transfer: ledger.PostedTransfer) -> list[ledger.JournalLine]:
    return [line for line in ledger.journal(limit=50) if line.kind == "commission" and line.id != transfer.id]


def test_commission_waived() -> None:
    reserve()
    settle()
    assert balances() == {HAULIER: -PRICE, FIRM: PRICE}


def test_commission_of_five_per_cent_in_barter() -> None:
    reserve()
    settle(PRICE, fee(FIRM, 30_000))
    assert balances() == {HAULIER: -PRICE, FIRM: 570_000, COMMISSION: 30_000}


def test_commission_in_euros_is_invoiced_and_leaves_the_ledger_alone() -> None:
    reserve()
    settle()  # the operator's invoice of 300,00 € lives in documents
    assert balances() == {HAULIER: -PRICE, FIRM: PRICE}


def test_commission_shared_by_both_sides() -> None:
    reserve(cents=PRICE + 15_000, expected=PRICE)
    settle(PRICE, fee(HAULIER, 15_000), fee(FIRM, 15_000))
    assert balances() == {HAULIER: -615_000, FIRM: 585_000, COMMISSION: 30_000}
    assert ledger.account_view(HAULIER).held_cents == 0


def test_refund_of_a_third_gives_back_a_third_of_the_commission() -> None:
    reserve()
    sale = settle(PRICE, fee(FIRM, 30_000))
    commission = fees_of(sale)[0]
    with open_transaction():
        back = [ledger.Leg(HAULIER, Credits(200_000)), ledger.Leg(FIRM, Credits(-200_000))]
        ledger.reverse_transfer(key="avoir", transfer_id=sale.id, wording="Avoir", legs=back)
        part = [ledger.Leg(FIRM, Credits(10_000)), ledger.Leg(COMMISSION, Credits(-10_000))]
        ledger.reverse_transfer(key="avoir:com", transfer_id=commission.id, wording="Avoir", legs=part)
    assert balances() == {HAULIER: -400_000, FIRM: 380_000, COMMISSION: 20_000}
    more = [ledger.Leg(HAULIER, Credits(400_001)), ledger.Leg(FIRM, Credits(-400_001))]
    with pytest.raises(ledger.ReversalExceedsOriginal), open_transaction():
        ledger.reverse_transfer(key="trop", transfer_id=sale.id, wording="Avoir", legs=more)


def test_dispute_settled_by_half() -> None:
    reserve()
    settle(PRICE // 2, fee(FIRM, 15_000))
    assert balances() == {HAULIER: -300_000, FIRM: 285_000, COMMISSION: 15_000}
    views = {view.id: view for view in ledger.account_views([HAULIER, FIRM])}
    assert (views[HAULIER].held_cents, views[FIRM].incoming_cents) == (0, 0)


def test_three_instalments_each_with_its_hold_and_its_commission() -> None:
    for number in (1, 2, 3):
        reserve(f"hld_{number}", 200_000)
    assert ledger.account_view(HAULIER).held_cents == PRICE
    for number in (1, 2):
        settle(200_000, fee(FIRM, 10_000), hold_id=f"hld_{number}")
    assert balances() == {HAULIER: -400_000, FIRM: 380_000, COMMISSION: 20_000}
    with open_transaction():
        ledger.release_hold(hold_id="hld_3")  # the third part is called off
    assert ledger.account_view(HAULIER).held_cents == 0


def test_leaving_with_a_debt_paid_in_euros_to_the_operator() -> None:
    reserve()
    settle()
    with open_transaction():
        move("depart", "departure", **{RESERVE: -PRICE, HAULIER: PRICE})  # 6 000,00 € came by bank transfer
        ledger.close_account(account_id=HAULIER)
    assert balances() == {FIRM: PRICE, RESERVE: -PRICE}
    with pytest.raises(ledger.AccountNotOpen), open_transaction():
        move("encore", "trade", **{FIRM: -100, HAULIER: 100})


def test_leaving_with_a_credit_closes_only_when_it_is_spent() -> None:
    reserve()
    settle()
    with pytest.raises(ledger.AccountNotEmpty), open_transaction():
        ledger.close_account(account_id=FIRM)
    with open_transaction():
        move("solde", "trade", **{FIRM: -PRICE, PRINTER: PRICE})
        ledger.close_account(account_id=FIRM)
    assert balances() == {HAULIER: -PRICE, PRINTER: PRICE}


def test_insolvency_is_frozen_at_once_and_written_off_against_the_reserve() -> None:
    with open_transaction():
        move("dotation", "reserve", **{COMMISSION: -50_000, RESERVE: 50_000})
    reserve()
    settle()
    with open_transaction():
        ledger.set_frozen(account_id=HAULIER, frozen=True)
    with pytest.raises(ledger.AccountNotOpen), open_transaction():
        move("achat", "trade", **{HAULIER: -100, PRINTER: 100})
    claim = ledger.account_view(HAULIER).balance_cents
    assert claim == -PRICE  # what the dated statement claims from the receiver
    with open_transaction():
        ledger.set_frozen(account_id=HAULIER, frozen=False)
        move("perte", "write_off", **{RESERVE: claim, HAULIER: -claim})
        ledger.close_account(account_id=HAULIER)
    assert balances() == {FIRM: PRICE, COMMISSION: -50_000, RESERVE: 50_000 - PRICE}


def test_region_to_region_passes_through_both_clearing_accounts() -> None:
    with open_transaction():
        move("idf", "trade", **{HAULIER: -PRICE, CLEARING_ARA: PRICE, CLEARING_IDF: -PRICE, PRINTER: PRICE})
    assert balances() == {HAULIER: -PRICE, CLEARING_ARA: PRICE, CLEARING_IDF: -PRICE, PRINTER: PRICE}
    ara = (HAULIER, FIRM, COMMISSION, RESERVE, CLEARING_ARA)
    assert (
        sum(ledger.account_view(account).balance_cents for account in ara) == 0
    )  # each region's books sum to zero
