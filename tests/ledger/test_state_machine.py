"""L1 and L3, by machine: whatever is drawn, the ledger is what the model says."""

import pytest
from flask import Flask

from tests.ledger.machine import play

SHORT, LONG = 25, 1_000


@pytest.mark.torture
def test_ledger_agrees_with_the_model_after_every_step(app: Flask, request: pytest.FixtureRequest) -> None:
    play(app, examples=LONG if request.config.option.long else SHORT)
