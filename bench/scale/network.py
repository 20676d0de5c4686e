"""Makes up a network: companies, their people and listings, years of settled trades, and every row of the ledger they made.

The same network each time, but for the day it ends on, which is today. Half of the transfers are trades, half are their
commissions.
"""

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from barterweb import clock, ids
from barterweb.db import open_transaction, session
from barterweb.ledger import seals
from barterweb.ledger.models import Account, Stripe
from barterweb.members.queries import operator_account_id
from bench.scale.bulk import Writer
from tests import build_members

DAYS = 1_095
LIMIT_CENTS, CAP_CENTS = 2_000_000, 10_000_000
BUSIEST_ONE_IN = 50
"""The first company takes part in so many trades."""
COMMISSION_BP = 500
BATCH = 20_000
IN_HAND = ("proposed", "agreed", "delivered", "agreed", "disputed")
"""The states of trades that are not settled, of which there is one for five companies."""


@dataclass(slots=True)
class Place:
    """Where a balance lies: a member's account (stripe 0) or a stripe of the operator's; and what it has come to."""

    account_id: str
    stripe: int = 0
    balance: int = 0
    sequence: int = 0
    held: int = 0
    incoming: int = 0
    booked_on: date | None = None


@dataclass(slots=True)
class Member:
    """A company with its account."""

    company_id: str
    listing_id: str
    place: Place


def load(companies: int, transfers: int) -> None:
    """Fill a migrated database that has neither companies nor transfers; needs an application context."""
    region_id = build_members.region()
    clusters = [build_members.cluster(f"Pôle {number}", region_id=region_id) for number in range(5)]
    build_members.operator()
    build_members.staff(clusters[0])
    network = Network(region_id, clusters, operator_account_id("commission", "ARA"))
    for step in network.build(companies, transfers // 2):
        with open_transaction():
            step()
            network.writer.write()


class Network:
    """The network while it grows."""

    def __init__(self, region_id: str, clusters: list[str], commission_account_id: str) -> None:
        self.region_id, self.clusters = region_id, clusters
        self.start = clock.now() - timedelta(days=DAYS)
        self.chance = random.Random(11)
        self.writer = Writer()
        self.members: list[Member] = []
        self.stripes = [Place(commission_account_id, number) for number in range(1, 65)]
        self.numbers = self.position = 0
        self.last_hash = seals.FIRST

    def build(self, companies: int, trades: int):
        """Yield the steps, each for a transaction."""
        yield lambda: [self.add_company(number) for number in range(companies)]
        for first in range(0, trades, BATCH):
            moments = [
                self.start + timedelta(days=DAYS) * (number / trades)
                for number in range(first, min(first + BATCH, trades))
            ]
            yield lambda moments=moments: [self.settle_trade(moment) for moment in moments]
        yield lambda: [self.open_trade(IN_HAND[number % len(IN_HAND)]) for number in range(companies // 5)]
        yield self.write_balances

    def new_id(self, prefix: str, moment: datetime) -> str:
        """Return an id that begins with a moment."""
        self.numbers += 1
        return ids.id_of(prefix, int(moment.timestamp() * 1000), self.numbers)

    # ------------------------------------------------------------------------------------------------------- companies

    def add_company(self, number: int) -> None:
        """Add a company with its account, its first person, a membership and an offer."""
        moment, name, siren = self.start, f"Entreprise {number:05}", str(100_000_000 + number)
        day, later = clock.date_of(moment), clock.today() + timedelta(days=200)
        add, new_id = self.writer.add, self.new_id
        company_id, person_id, listing_id = (new_id(prefix, moment) for prefix in ("cmp", "per", "lst"))
        place = Place(new_id("acc", moment))
        self.members.append(Member(company_id, listing_id, place))
        add(
            "ledger_accounts",
            id=place.account_id,
            kind="member",
            name=name,
            opened_at=moment,
            credit_limit_cents=LIMIT_CENTS,
            balance_cap_cents=CAP_CENTS,
        )
        add(
            "companies",
            id=company_id,
            region_id=self.region_id,
            name=name,
            legal_form="SARL",
            siren=siren,
            siret=f"{siren}00017",
            rcs_city="Grenoble",
            vat_regime="normal",
            street="12 rue des Écouges",
            postal_code="38000",
            city="Grenoble",
            department="Isère",
            sector="Transport routier",
            naf="49.41B",
            size_band="10-49",
            description="Transport de marchandises.",
            search_text=name.lower(),
            status="active",
            account_id=place.account_id,
            terms_version="1",
            terms_accepted_at=moment,
            mandate_accepted_at=moment,
            joined_on=day,
        )
        add("company_clusters", company_id=company_id, cluster_id=self.clusters[number % len(self.clusters)])
        add(
            "people",
            id=person_id,
            email=f"membre-{number}@barter.example",
            name=f"Membre {number}",
            session_stamp="1",
            created_at=moment,
        )
        for kind in ("administrator", "trader"):
            add(
                "roles",
                id=new_id("rol", moment),
                person_id=person_id,
                kind=kind,
                company_id=company_id,
                starts_on=day,
            )
        add(
            "memberships",
            id=new_id("mbr", moment),
            company_id=company_id,
            starts_on=day,
            ends_on=later,
            fee_cents=20_000,
            due_on=day,
            waived=False,
        )
        add(
            "listings",
            id=listing_id,
            company_id=company_id,
            kind="offer",
            status="online",
            nature="service",
            title="Transport de palettes",
            description="Tournées quotidiennes.",
            category="transport-logistique",
            unit="tournée",
            price_cents=20_000,
            availability="",
            postal_code="38000",
            city="Grenoble",
            department="Isère",
            entered_by_id=person_id,
            created_at=moment,
            updated_at=moment,
            published_at=moment,
            expires_on=later,
        )

    # ---------------------------------------------------------------------------------------------------------- trades

    def settle_trade(self, moment: datetime) -> None:
        """Add a settled trade, with its hold, its transfer and that of its commission, both sealed."""
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

    def draw(self, cents: int) -> tuple[Member, Member]:
        """Return a buyer who can pay and a seller."""
        while True:
            buyer, seller = self.chance.sample(self.members, 2)
            if self.chance.randrange(BUSIEST_ONE_IN) == 0 and buyer is not self.members[0]:
                seller = self.members[0]
                if seller.place.balance > 0:
                    buyer, seller = seller, buyer
            if buyer.place.balance - buyer.place.held - cents >= -LIMIT_CENTS:
                return buyer, seller

    def open_trade(self, state: str) -> None:
        """Add a trade that is not settled, with its hold if it has one."""
        moment = clock.now() - timedelta(days=self.chance.randint(1, 40))
        cents = self.chance.randrange(1_000, 50_000, 100)
        buyer, seller = self.draw(cents)
        trade_id, hold_id = self.new_id("trd", moment), self.new_id("hld", moment)
        held = state != "proposed"
        self.add_trade(trade_id, moment, buyer, seller, cents, state=state, hold_id=hold_id if held else None)
        self.writer.add(
            "trade_events",
            id=self.new_id("tev", moment),
            trade_id=trade_id,
            at=moment,
            kind=state,
            version=1,
            company_id=buyer.company_id,
        )
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
        self.writer.add(
            "trades",
            id=trade_id,
            listing_id=seller.listing_id,
            title="Transport de palettes",
            nature="service",
            buyer_id=buyer.company_id,
            seller_id=seller.company_id,
            version=1,
            proposer_id=buyer.company_id,
            created_at=moment,
            updated_at=moment,
            expires_on=day + timedelta(days=60),
            agreed_at=moment,
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
        for statement, places in ((of_account, [m.place for m in self.members]), (of_stripe, self.stripes)):
            session.connection().execute(statement, [_values(place, statement) for place in places])


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
