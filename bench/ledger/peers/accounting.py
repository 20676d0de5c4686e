"""python-accounting: a trade and its fee are two posted journal entries in one transaction."""

import sys
from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm

from bench.ledger.peers import MEMBERS
from bench.ledger.writer import Order, obey


def main(role: str, url: str) -> None:
    """Play one role."""
    from python_accounting.config import config

    config.configure_database(url)
    from python_accounting.database.engine import engine
    from python_accounting.database.session import get_session
    from python_accounting.models import Account, Base, Currency, Entity, LineItem
    from python_accounting.transactions import JournalEntry

    if role == "prepare":
        Base.metadata.create_all(engine)
        with get_session(engine) as session:
            entity = Entity(name="Barter")
            session.add(entity)
            session.commit()
            currency = Currency(name="Euro", code="EUR", entity_id=entity.id)
            session.add(currency)
            session.commit()
            kind = Account.AccountType.CURRENT_LIABILITY
            session.add_all(
                Account(
                    name=f"Member {number}", account_type=kind, currency_id=currency.id, entity_id=entity.id
                )
                for number in range(MEMBERS + 1)
            )
            session.commit()
        return

    session = get_session(engine)
    with sa.orm.Session(engine) as plain:  # the library's own cannot ask before it knows its entity
        session.entity = plain.scalars(sa.select(Entity)).one()
        entity_id = session.entity.id
        plain.expunge_all()
    session.add(session.entity)
    accounts = list(session.scalars(sa.select(Account.id).order_by(Account.id)))
    session.commit()

    def book(payer: int, payee: int, amount: int, narration: str) -> None:
        entry = JournalEntry(
            narration=narration,
            transaction_date=datetime.now(),  # noqa: DTZ005  the library wants it naive
            account_id=accounts[payee],
            entity_id=entity_id,
        )
        session.add(entry)
        session.flush()
        line = LineItem(narration=narration, account_id=accounts[payer], amount=amount, entity_id=entity_id)
        session.add(line)
        session.flush()
        entry.line_items.add(line)
        session.add(entry)
        entry.post(session)

    def settle(buyer: int, seller: int, _order: Order) -> None:
        book(buyer, seller, 100, "Expertise comptable")
        book(seller, MEMBERS, 5, "Commission")
        session.commit()

    obey(settle)


if __name__ == "__main__":
    main(*sys.argv[1:])
