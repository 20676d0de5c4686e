"""django-ledger: a trade with its fee is one posted journal entry of four transactions (`commit_txs`)."""

import sys

from bench.ledger.peers import MEMBERS
from bench.ledger.peers.django_setup import migrate, start
from bench.ledger.writer import Order, obey


def main(role: str, url: str) -> None:
    """Play one role."""
    start(url, "django_ledger")
    from django.contrib.auth import get_user_model
    from django.utils import timezone
    from django_ledger.io import roles
    from django_ledger.models import EntityModel

    if role == "prepare":
        migrate()
        admin = get_user_model().objects.create_user("operator")
        entity = EntityModel.create_entity(
            name="Barter", use_accrual_method=True, admin=admin, fy_start_month=1
        )
        entity.create_chart_of_accounts(assign_as_default=True, commit=True)
        for number in range(MEMBERS + 1):
            entity.create_account(
                code=f"2{number:05}",
                role=roles.LIABILITY_CL_OTHER,
                name=f"{number}",
                balance_type="credit",
                active=True,
            )
        entity.create_ledger(name="trades", posted=True)
        return
    entity = EntityModel.objects.get()
    ledger = entity.ledgermodel_set.get()
    accounts = list(entity.get_coa_accounts().filter(role=roles.LIABILITY_CL_OTHER).order_by("code"))

    def settle(buyer: int, seller: int, _order: Order) -> None:
        movements = (
            (buyer, "debit", 100),
            (seller, "credit", 100),
            (seller, "debit", 5),
            (MEMBERS, "credit", 5),
        )
        entity.commit_txs(
            je_timestamp=timezone.now(),
            je_ledger_model=ledger,
            je_posted=True,
            je_txs=[
                {
                    "account": accounts[number],
                    "amount": amount,
                    "tx_type": side,
                    "description": "Expertise comptable",
                }
                for number, side, amount in movements
            ],
        )

    obey(settle)


if __name__ == "__main__":
    main(*sys.argv[1:])
