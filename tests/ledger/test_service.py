"""What each verb promises and refuses (promises L5 and L15 of docs/ledger.md, and the rules of holds and reversals)."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from barterweb import clock, ledger
from barterweb.db import TransactionMisuse, open_transaction
from barterweb.money import MAX_CENTS, Credits

Accounts = tuple[str, str, str]
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


def legs(payer: str, payee: str, cents: int) -> list[ledger.Leg]:
    return [ledger.Leg(payer, Credits(-cents)), ledger.Leg(payee, Credits(cents))]


def pay(payer: str, payee: str, cents: int, key: str = "key") -> ledger.PostedTransfer:
    with open_transaction():
        return ledger.post_transfer(
            key=key, kind="trade", legs=legs(payer, payee, cents), reference="trd_1", wording="Expertise"
        )


def hold(payer: str, payee: str, cents: int, hold_id: str = "hld_1", **options: object) -> None:
    with open_transaction():
        ledger.place_hold(
            hold_id=hold_id,
            payer_account_id=payer,
            payee_account_id=payee,
            amount=Credits(cents),
            reference="trd_1",
            **options,  # type: ignore[arg-type]
        )


def post(
    hold_id: str, cents: int, key: str = "post", fees: tuple[ledger.Fee, ...] = ()
) -> ledger.PostedTransfer:
    with open_transaction():
        return ledger.post_hold(
            key=key, hold_id=hold_id, amount=Credits(cents), kind="trade", wording="Expertise", fees=fees
        )


def balances(*account_ids: str) -> list[int]:
    return [ledger.account_view(account_id).balance_cents for account_id in account_ids]


def test_transfer_moves_the_amount_and_numbers_the_entries(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        pay(haulier, firm, 150_000, "one")
        pay(firm, haulier, 20_000, "two")
        assert balances(haulier, firm) == [-130_000, 130_000]
        today = clock.today()
        statement = ledger.statement(haulier, today, today)
    assert [(line.sequence, line.amount_cents, line.balance_after_cents) for line in statement.lines] == [
        (1, -150_000, -150_000),
        (2, 20_000, -130_000),
    ]
    assert (statement.opening_cents, statement.closing_cents) == (0, -130_000)


def test_same_key_and_body_gives_the_first_result_again(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        first = pay(haulier, firm, 100)
        again = pay(haulier, firm, 100)
        assert (again.id, again.replayed, first.replayed) == (first.id, True, False)
        assert balances(haulier, firm) == [-100, 100]


def test_same_key_with_another_body_is_a_conflict(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        pay(haulier, firm, 100)
        with pytest.raises(ledger.IdempotencyConflict):
            pay(haulier, firm, 101)
        with pytest.raises(ledger.IdempotencyConflict):
            pay(firm, haulier, 100)
        assert balances(haulier, firm) == [-100, 100]


def test_key_that_a_fee_could_have_is_not_taken(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        with pytest.raises(ValueError, match="key of a fee"):
            pay(haulier, firm, 100, "settle:fee:1")
        assert balances(haulier, firm) == [0, 0]


def test_hold_id_and_posting_key_are_idempotent_too(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        hold(haulier, firm, 5_000)
        hold(haulier, firm, 5_000)
        with pytest.raises(ledger.IdempotencyConflict):
            hold(haulier, firm, 5_001)
        assert ledger.account_view(haulier).held_cents == 5_000
        first = post("hld_1", 5_000)
        assert post("hld_1", 5_000).id == first.id
        with pytest.raises(ledger.IdempotencyConflict):
            post("hld_1", 4_000)
        assert balances(haulier, firm) == [-5_000, 5_000]


def test_debit_beyond_the_credit_limit_is_refused_with_the_figures(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        hold(haulier, firm, 150_000)
        with pytest.raises(ledger.CreditLimitExceeded) as refusal:
            pay(haulier, firm, 50_001)
        assert (refusal.value.available, refusal.value.requested) == (Credits(50_000), Credits(50_001))
        pay(haulier, firm, 50_000)
        assert ledger.account_view(haulier).available_cents == 0


def test_credit_beyond_the_ceiling_is_refused_promises_included(app: Flask, accounts: Accounts) -> None:
    haulier, firm, commission = accounts
    with app.app_context():
        pay(commission, firm, 900_000, "gift")
        hold(haulier, firm, 60_000)
        with pytest.raises(ledger.BalanceCapExceeded) as refusal:
            pay(haulier, firm, 40_001)
        assert (refusal.value.room, refusal.value.requested) == (Credits(40_000), Credits(40_001))


def test_posting_a_hold_never_meets_a_limit_lowered_since(app: Flask, accounts: Accounts) -> None:
    haulier, firm, commission = accounts
    with app.app_context():
        hold(haulier, firm, 150_000)
        with open_transaction():
            ledger.set_limits(account_id=haulier, credit_limit=Credits(0), balance_cap=Credits(0))
        fee = ledger.Fee(firm, commission, Credits(7_500), "commission", "Expertise")
        post("hld_1", 150_000, fees=(fee,))
        assert balances(haulier, firm, commission) == [-150_000, 142_500, 7_500]
        assert ledger.account_view(haulier).held_cents == 0
        assert ledger.verify().clean


def test_fee_of_the_payer_comes_out_of_what_was_reserved_beyond_the_price(
    app: Flask, accounts: Accounts
) -> None:
    haulier, firm, commission = accounts
    with app.app_context():
        hold(haulier, firm, 105_000, expected=Credits(100_000))
        too_much = ledger.Fee(haulier, commission, Credits(5_001), "commission", "Expertise")
        with pytest.raises(ledger.HoldExceeded):
            post("hld_1", 100_000, fees=(too_much,))
        post(
            "hld_1",
            100_000,
            fees=(ledger.Fee(haulier, commission, Credits(5_000), "commission", "Expertise"),),
        )
        assert balances(haulier, firm, commission) == [-105_000, 100_000, 5_000]


def test_partial_posting_releases_the_rest(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        hold(haulier, firm, 60_000)
        post("hld_1", 30_000)
        view = ledger.account_view(haulier)
        assert (view.balance_cents, view.held_cents, view.available_cents) == (-30_000, 0, 170_000)
        assert ledger.account_view(firm).incoming_cents == 0


def test_hold_ends_once(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        hold(haulier, firm, 100)
        with pytest.raises(ledger.HoldExceeded):
            post("hld_1", 101)
        with open_transaction():
            ledger.release_hold(hold_id="hld_1")
        with open_transaction():
            ledger.release_hold(hold_id="hld_1")
        with pytest.raises(ledger.HoldAlreadySettled):
            post("hld_1", 100)
        hold(haulier, firm, 100, "hld_2")
        post("hld_2", 100)
        with pytest.raises(ledger.HoldAlreadySettled), open_transaction():
            ledger.release_hold(hold_id="hld_2")
        with pytest.raises(ledger.UnknownHold):
            post("hld_3", 100)


def test_expired_hold_is_released_not_posted(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        with clock.at(NOON):
            hold(haulier, firm, 100, expires_at=NOON + timedelta(days=1))
        with clock.at(NOON + timedelta(days=1)), pytest.raises(ledger.HoldExpired):
            post("hld_1", 100)
        with open_transaction():
            ledger.release_hold(hold_id="hld_1")
        assert ledger.account_view(haulier).held_cents == 0


def test_reversals_undo_at_most_the_original(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        original = pay(haulier, firm, 1_000)

        def reverse(cents: int | None, key: str, transfer_id: str = original.id) -> ledger.PostedTransfer:
            with open_transaction():
                part = None if cents is None else legs(firm, haulier, cents)
                return ledger.reverse_transfer(key=key, transfer_id=transfer_id, wording="Retour", legs=part)

        reverse(400, "r1")
        with pytest.raises(ledger.ReversalExceedsOriginal):
            reverse(601, "r2")
        with pytest.raises(ledger.ReversalExceedsOriginal):
            reverse(None, "r3")
        last = reverse(600, "r4")
        assert reverse(600, "r4").replayed
        with pytest.raises(ledger.NotReversible):
            reverse(None, "r5", last.id)
        with pytest.raises(ledger.UnknownTransfer):
            reverse(None, "r6", "ope_unknown")
        assert balances(haulier, firm) == [0, 0]


def test_whole_reversal_brings_every_account_back(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        original = pay(haulier, firm, 1_000)
        with open_transaction():
            ledger.reverse_transfer(key="r", transfer_id=original.id, wording="Retour")
        assert balances(haulier, firm) == [0, 0]


@pytest.mark.parametrize(
    "amounts",
    [(0, 0), (-5, 4), (-MAX_CENTS - 1, MAX_CENTS + 1), (5, 5)],
    ids=["zero", "sum", "too large", "both credits"],
)
def test_malformed_legs_are_refused(app: Flask, accounts: Accounts, amounts: tuple[int, int]) -> None:
    bad = [ledger.Leg(account, Credits(cents)) for account, cents in zip(accounts, amounts, strict=False)]
    with app.app_context():
        with pytest.raises(ledger.InvalidTransfer), open_transaction():
            ledger.post_transfer(key="k", kind="trade", legs=bad, reference="r", wording="w")
        assert ledger.totals().transfers == 0


def test_same_account_on_both_sides_is_refused(app: Flask, accounts: Accounts) -> None:
    with app.app_context(), pytest.raises(ledger.InvalidTransfer):
        pay(accounts[0], accounts[0], 100)


def test_unknown_frozen_and_closed_accounts_move_nothing(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        with pytest.raises(ledger.UnknownAccount):
            pay(haulier, "acc_unknown", 100)
        hold(haulier, firm, 100)
        with open_transaction():
            ledger.set_frozen(account_id=haulier, frozen=True)
        with pytest.raises(ledger.AccountNotOpen):
            pay(haulier, firm, 100)
        with pytest.raises(ledger.AccountNotOpen):
            post("hld_1", 100)
        with pytest.raises(ledger.AccountNotEmpty), open_transaction():
            ledger.close_account(account_id=haulier)
        with open_transaction():
            ledger.release_hold(hold_id="hld_1")
        with open_transaction():
            ledger.close_account(account_id=haulier)
        with pytest.raises(ledger.AccountNotOpen), open_transaction():
            ledger.set_frozen(account_id=haulier, frozen=False)


def test_account_opened_twice_alike_is_one_account_and_otherwise_refused(
    app: Flask, accounts: Accounts
) -> None:
    with app.app_context():
        with open_transaction():
            ledger.open_account(account_id="acc_firm", kind="member", name="acc_firm")
        with pytest.raises(ledger.AccountExists), open_transaction():
            ledger.open_account(account_id="acc_firm", kind="reserve", name="acc_firm")
        assert ledger.account_view("acc_firm").credit_limit_cents == 200_000


def test_verbs_need_a_transaction(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context(), pytest.raises(TransactionMisuse):
        ledger.post_transfer(key="k", kind="trade", legs=legs(haulier, firm, 1), reference="r", wording="w")


def test_refused_verb_leaves_nothing_behind(app: Flask, accounts: Accounts) -> None:
    haulier, firm, commission = accounts
    with app.app_context():
        hold(haulier, firm, 1_000)
        fee = ledger.Fee(commission, firm, Credits(10), "commission", "w")
        with pytest.raises(ledger.InvalidTransfer):
            post("hld_1", 1_000, fees=(fee,))
        assert balances(haulier, firm, commission) == [0, 0, 0]
        assert ledger.account_view(haulier).held_cents == 1_000
        assert ledger.totals().transfers == 0


def test_dates_of_an_account_never_go_back_when_the_clock_does(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        with clock.at(NOON):
            pay(haulier, firm, 100, "one")
        with clock.at(NOON - timedelta(days=40)):
            assert pay(haulier, firm, 100, "two").booked_on == clock.date_of(NOON)
        assert ledger.verify().clean


def test_statement_of_a_period_opens_where_the_one_before_closed(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    with app.app_context():
        for day in range(6):
            with clock.at(NOON + timedelta(days=day)):
                pay(haulier, firm, 100 + day, f"key-{day}")
        first = clock.date_of(NOON)
        before = ledger.statement(haulier, first, first + timedelta(days=2))
        after = ledger.statement(haulier, first + timedelta(days=3), first + timedelta(days=9))
        empty = ledger.statement(haulier, first + timedelta(days=20), first + timedelta(days=30))
    assert before.closing_cents == after.opening_cents == -303
    assert (empty.lines, empty.opening_cents, empty.closing_cents) == ((), -615, -615)
    assert [line.counterparty for line in after.lines] == ["acc_firm"] * 3
