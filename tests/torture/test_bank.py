"""L2: whatever eight writers do (two in the short form), every snapshot adds up and no account passes its limits."""

import pytest
from flask import Flask

from barterweb import ledger
from barterweb.settings import Settings
from tests.torture import bank
from tests.torture.conftest import Effort

pytestmark = pytest.mark.torture


def test_every_snapshot_adds_up(app: Flask, settings: Settings, effort: Effort) -> None:
    with app.app_context():
        bank.open_accounts()
    done, snapshots = bank.at_once(settings, effort.seconds, writers=effort.writers)
    assert done > effort.writers
    assert snapshots >= effort.seconds
    with app.app_context():
        assert ledger.totals().transfers > 0
        assert ledger.verify().findings == ()
