"""L1 and L3, by machine: whatever is drawn, the ledger is what the model says."""

from flask import Flask

from tests.ledger.machine import play


def test_ledger_agrees_with_the_model_after_every_step(app: Flask) -> None:
    play(app, examples=25)
