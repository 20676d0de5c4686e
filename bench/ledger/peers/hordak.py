"""django-hordak: a trade and its fee are two `transfer_to` in one transaction.

`settle` does no more than that. `settle-within-limits` also does what an application must do itself for a credit limit and a
ceiling, which hordak does not know: it locks both accounts, always in one order, and asks their balances.
"""

import sys

from bench.ledger.peers import MEMBERS
from bench.ledger.peers.django_setup import migrate, start
from bench.ledger.writer import Order, obey

LIMIT = 10**12
"""Looked at by each trade, reached by none."""


def main(role: str, url: str) -> None:
    """Play one role."""
    start(url, "mptt", "hordak")
    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    if role == "prepare":
        migrate()
        with transaction.atomic():
            for number in range(MEMBERS + 1):
                Account.objects.create(
                    name=f"{number}", code=f"{number}", type=Account.TYPES.liability, currencies=["EUR"]
                )
        return
    accounts = list(Account.objects.order_by("id"))
    commission = accounts[MEMBERS]

    def require_room(buyer: int, seller: int) -> None:
        parties = Account.objects.filter(pk__in=(accounts[buyer].pk, accounts[seller].pk))
        for party in parties.order_by("pk").select_for_update().with_balances():
            assert abs(party.balance["EUR"].amount) < LIMIT

    @transaction.atomic
    def settle(buyer: int, seller: int, _order: Order) -> None:
        if role == "settle-within-limits":
            require_room(buyer, seller)
        accounts[buyer].transfer_to(accounts[seller], Money(100, "EUR"), description="Expertise comptable")
        accounts[seller].transfer_to(commission, Money(5, "EUR"), description="Commission")

    obey(settle)


if __name__ == "__main__":
    main(*sys.argv[1:])
