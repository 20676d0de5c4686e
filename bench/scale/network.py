"""Makes up a network: companies, their people and listings, years of settled trades, and every row of the ledger they made.

The same network each time, but for the day it ends on, which is today. Half of the transfers are trades, half are their
commissions.
"""

import json
import random
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from barterweb import clock, ids
from barterweb.db import open_transaction, session
from barterweb.ledger import seals
from barterweb.ledger.models import Account, Stripe
from barterweb.listings import search
from barterweb.members.models import Company
from barterweb.members.queries import operator_account_id
from bench.scale.bulk import Writer
from bench.scale.companies import DAYS, SLEEPING, SLEEPS_DAYS, Member, Place, add_applicant, add_company
from bench.scale.market import add_listings, add_searches
from bench.scale.papers import KEPT_DAYS, add_conversation, add_line, add_operator_invoice, add_papers
from bench.search import Vocabulary
from tests import build_members

ACCOUNTANT = "comptable@barter.example"
BUSIEST_ONE_IN = 50
"""The first company takes part in so many trades."""
COMMISSION_BP = 500
BATCH = 20_000
LISTINGS_EACH = 5
CLIENTS = 30
"""Companies of the one accountant."""
IN_HAND = ("proposed", "agreed", "delivered", "agreed", "disputed")
"""The states of trades that are not settled, of which there is one for two companies."""


def load(companies: int, transfers: int) -> None:
    """Fill a migrated database that has neither companies nor transfers; needs an application context."""
    region_id = build_members.region()
    clusters = [build_members.cluster(f"Pôle {number}", region_id=region_id) for number in range(5)]
    operator = build_members.operator()
    build_members.staff(clusters[0])
    build_members.person("region@barter.example", "funder", region_id=region_id)
    network = Network(region_id, clusters, operator_account_id("commission", "ARA"), operator.person_id)
    for step in network.build(companies, transfers // 2):
        with open_transaction():
            step()
            network.writer.write()
    for member in network.members[:CLIENTS]:
        build_members.person(ACCOUNTANT, "accountant", company_id=member.company_id)


class Network:
    """The network while it grows."""

    def __init__(
        self, region_id: str, clusters: list[str], commission_account_id: str, staff_id: str
    ) -> None:
        self.region_id, self.clusters, self.staff_id = region_id, clusters, staff_id
        self.start = clock.now() - timedelta(days=DAYS)
        self.chance = random.Random(11)
        self.vocabulary = Vocabulary(random.Random(7))
        self.writer = Writer()
        self.members: list[Member] = []
        self.traders: list[Member] = []
        self.asleep: list[Member] = []
        self.entries: list[search.Entry] = []
        self.stripes = [Place(commission_account_id, number) for number in range(1, 65)]
        self.numbers = self.position = 0
        self.last_hash = seals.FIRST

    def build(self, companies: int, trades: int):
        """Yield the steps, each for a transaction."""
        yield lambda: self.add_companies(companies)
        yield lambda: self.add_listings(companies * LISTINGS_EACH)
        yield lambda: search.rebuild(self.entries)
        for first in range(0, trades, BATCH):
            moments = [
                self.start + timedelta(days=DAYS) * (number / trades)
                for number in range(first, min(first + BATCH, trades))
            ]
            yield lambda moments=moments: [self.settle_trade(moment) for moment in moments]
        yield lambda: [self.open_trade(IN_HAND[number % len(IN_HAND)]) for number in range(companies // 2)]
        yield lambda: [add_operator_invoice(self, member.number, member) for member in self.members]
        yield self.write_balances

    def add_companies(self, count: int) -> None:
        """Add the members, and one applicant for ten of them."""
        self.members = [add_company(self, number) for number in range(count)]
        self.traders = [member for member in self.members if member.trades]
        for number in range(count // 10):
            add_applicant(self, number)

    def add_listings(self, count: int) -> None:
        """Add the listings and the searches that members keep."""
        self.entries = add_listings(self, self.members, count, self.vocabulary)
        add_searches(self, self.members, self.vocabulary)

    def new_id(self, prefix: str, moment: datetime) -> str:
        """Return an id that begins with a moment."""
        self.numbers += 1
        return ids.id_of(prefix, int(moment.timestamp() * 1000), self.numbers)

    # ---------------------------------------------------------------------------------------------------------- trades

    def settle_trade(self, moment: datetime) -> None:
        """Add a settled trade, with its hold, its transfer and that of its commission, both sealed."""
        if not self.asleep and moment > clock.now() - timedelta(days=SLEEPS_DAYS):
            self.asleep = [member for member in self.traders if member.digit == SLEEPING]
            self.traders = [member for member in self.traders if member.digit != SLEEPING]
        cents = self.chance.randrange(1_000, 50_000, 100)
        buyer, seller = self.draw(cents)
        fee = cents * COMMISSION_BP // 10_000
        trade_id, hold_id, transfer_id, fee_id = (
            self.new_id(prefix, moment) for prefix in ("trd", "hld", "ope", "ope")
        )
        self.add_trade(
            trade_id,
            moment,
            buyer,
            seller,
            cents,
            state="settled",
            hold_id=hold_id,
            settled_at=moment,
            settled_how="confirmed",
            settled_barter_cents=cents,
            transfer_id=transfer_id,
        )
        self.writer.add(
            "ledger_holds",
            id=hold_id,
            payer_account_id=buyer.place.account_id,
            payee_account_id=seller.place.account_id,
            amount_cents=cents,
            expected_cents=cents,
            reference=trade_id,
            status="posted",
            created_at=moment,
            settled_at=moment,
            transfer_id=transfer_id,
        )
        key = f"{trade_id}:settle"
        self.book(transfer_id, "trade", key, trade_id, moment, ((buyer.place, -cents), (seller.place, cents)))
        stripe = self.chance.choice(self.stripes)
        self.book(
            fee_id, "commission", f"{key}:fee:1", trade_id, moment, ((seller.place, -fee), (stripe, fee))
        )
        add_papers(self, self.position, trade_id, transfer_id, moment, (buyer, seller), cents)

    def draw(self, cents: int) -> tuple[Member, Member]:
        """Return a buyer who can pay and a seller."""
        while True:
            buyer, seller = self.chance.sample(self.traders, 2)
            if self.chance.randrange(BUSIEST_ONE_IN) == 0 and buyer is not self.members[0]:
                seller = self.members[0]
                if seller.place.balance > 0:
                    buyer, seller = seller, buyer
            if buyer.place.balance - buyer.place.held - cents >= -buyer.limit:
                return buyer, seller

    def open_trade(self, state: str) -> None:
        """Add a trade that is not settled, with its hold if it has one."""
        moment = clock.now() - timedelta(days=self.chance.randint(1, 40))
        cents = self.chance.randrange(1_000, 50_000, 100)
        buyer, seller = self.draw(cents)
        trade_id, hold_id = self.new_id("trd", moment), self.new_id("hld", moment)
        held = state != "proposed"
        delivered = {"delivered_on": clock.date_of(moment), "confirm_by": clock.now() + timedelta(days=3)}
        self.add_trade(
            trade_id,
            moment,
            buyer,
            seller,
            cents,
            state=state,
            hold_id=hold_id if held else None,
            **(delivered if state in ("delivered", "disputed") else {}),
        )
        self.writer.add(
            "trade_events",
            id=self.new_id("tev", moment),
            trade_id=trade_id,
            at=moment,
            kind=state,
            version=1,
            company_id=buyer.company_id,
        )
        add_conversation(self, trade_id, moment, (buyer, seller), cents)
        if held:
            buyer.place.held += cents
            seller.place.incoming += cents
            self.writer.add(
                "ledger_holds",
                id=hold_id,
                payer_account_id=buyer.place.account_id,
                payee_account_id=seller.place.account_id,
                amount_cents=cents,
                expected_cents=cents,
                reference=trade_id,
                created_at=moment,
            )

    def add_trade(
        self, trade_id: str, moment: datetime, buyer: Member, seller: Member, cents: int, **more: object
    ) -> None:
        """Add a trade with its one version."""
        day = clock.date_of(moment)
        if more["state"] != "proposed":
            for member in (buyer, seller):
                member.traded_since = member.traded_since or day
        self.writer.add(
            "trades",
            id=trade_id,
            listing_id=seller.listing_ids[0],
            title="Transport de palettes",
            nature="service",
            buyer_id=buyer.company_id,
            seller_id=seller.company_id,
            version=1,
            proposer_id=buyer.company_id,
            created_at=moment,
            updated_at=moment,
            expires_on=day + timedelta(days=60),
            agreed_at=None if more["state"] == "proposed" else moment,
            commission_rate_bp=COMMISSION_BP,
            commission_waived=False,
            commission_seller_cents=cents * COMMISSION_BP // 10_000,
            **more,
        )
        self.writer.add(
            "trade_versions",
            trade_id=trade_id,
            number=1,
            proposed_by_id=buyer.company_id,
            created_at=moment,
            message="",
            delivery_on=day,
            delivery_place="Grenoble",
            settlement="barter",
            net_cents=cents,
            vat_cents=0,
            barter_cents=cents,
            euro_cents=0,
        )
        if moment > clock.now() - timedelta(days=KEPT_DAYS):
            add_line(self, trade_id, cents)

    # ---------------------------------------------------------------------------------------------------------- ledger

    def book(
        self,
        transfer_id: str,
        kind: str,
        key: str,
        reference: str,
        moment: datetime,
        legs: tuple[tuple[Place, int], ...],
    ) -> None:
        """Add a transfer with its entries and its seal, as `ledger.post_transfer` and `ledger.seal` write them."""
        day, wording, fingerprint = clock.date_of(moment), "Transport de palettes", "0" * 64
        self.writer.add(
            "ledger_transfers",
            id=transfer_id,
            kind=kind,
            idempotency_key=key,
            fingerprint=fingerprint,
            reference=reference,
            wording=wording,
            booked_on=day,
            created_at=moment,
        )
        sealed = []
        for place, cents in legs:
            place.balance += cents
            place.sequence += 1
            place.booked_on = day
            self.writer.add(
                "ledger_entries",
                account_id=place.account_id,
                stripe=place.stripe,
                sequence=place.sequence,
                transfer_id=transfer_id,
                amount_cents=cents,
                balance_after_cents=place.balance,
                booked_on=day,
            )
            sealed.append(
                [place.account_id, place.stripe, place.sequence, cents, place.balance, day.isoformat()]
            )
        created = moment.astimezone(UTC).isoformat(timespec="microseconds")
        head = [transfer_id, kind, key, fingerprint, reference, wording, day.isoformat(), created, None]
        body = json.dumps([*head, sorted(sealed)], ensure_ascii=False, separators=(",", ":"))
        self.position += 1
        self.last_hash = seals.hash_of(self.last_hash, body)
        self.writer.add(
            "ledger_seals",
            position=self.position,
            transfer_id=transfer_id,
            hash=self.last_hash,
            sealed_at=moment,
        )

    def write_balances(self) -> None:
        """Give each account and stripe what its entries came to."""
        new = {
            "balance_cents": sa.bindparam("balance"),
            "last_sequence": sa.bindparam("sequence"),
            "last_booked_on": sa.bindparam("day"),
        }
        holds = {"held_cents": sa.bindparam("held"), "incoming_cents": sa.bindparam("incoming")}
        of_account = (
            sa.update(Account.__table__).where(Account.id == sa.bindparam("account")).values(new | holds)
        )
        of_stripe = (
            sa.update(Stripe.__table__)
            .where(Stripe.account_id == sa.bindparam("account"), Stripe.stripe == sa.bindparam("number"))
            .values(new)
        )
        self.write_facts()
        for statement, places in ((of_account, [m.place for m in self.members]), (of_stripe, self.stripes)):
            session.connection().execute(statement, [_values(place, statement) for place in places])

    def write_facts(self) -> None:
        """Give each company what its listings and trades came to."""
        of_company = (
            sa.update(Company.__table__)
            .where(Company.id == sa.bindparam("company"))
            .values(offers_until=sa.bindparam("offers"), traded_since=sa.bindparam("traded"))
        )
        facts = [
            {"company": member.company_id, "offers": member.offers_until, "traded": member.traded_since}
            for member in self.members
        ]
        session.connection().execute(of_company, facts)


def _values(place: Place, statement: sa.Update) -> dict[str, object]:
    known = {
        "account": place.account_id,
        "number": place.stripe,
        "balance": place.balance,
        "sequence": place.sequence,
        "day": place.booked_on,
        "held": place.held,
        "incoming": place.incoming,
    }
    return {name: known[name] for name in statement.compile().params if name in known}
