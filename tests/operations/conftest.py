"""The accounts of the ledger's tests serve here too."""

from tests.ledger.conftest import accounts

__all__ = ["accounts"]
