"""Accounts for the tests of the ledger: two members with limits, one operator without."""

import pytest
from flask import Flask

from barterweb import ledger
from barterweb.db import open_transaction
from barterweb.money import Credits


@pytest.fixture
def accounts(app: Flask) -> tuple[str, str, str]:
    """A haulier and a firm (credit limit 2,000 B, ceiling 10,000 B), and the operator's commission account."""
    with app.app_context(), open_transaction():
        for account_id in ("acc_haulier", "acc_firm"):
            ledger.open_account(
                account_id=account_id,
                kind="member",
                name=account_id,
                credit_limit=Credits(200_000),
                balance_cap=Credits(1_000_000),
            )
        ledger.open_account(account_id="acc_commission", kind="commission", name="commission")
    return "acc_haulier", "acc_firm", "acc_commission"
