"""Stories of trades: what the two companies, time and the operator do to one, step by step, through the trades' verbs."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.demo import corpus
from barterweb.demo.bargaining import Parties, counter_terms, first_terms, speaker
from barterweb.demo.market import Found
from barterweb.demo.network import Network
from barterweb.demo.timeline import Story, days_later
from barterweb.demo.wording import fitting
from barterweb.money import BASIS_POINTS
from barterweb.trades import messages, queries, refunds, service, settlement
from barterweb.trades.errors import (
    ApprovalNeeded,
    ApprovalWaiting,
    BuyerAtCeiling,
    BuyerLacksCredit,
    CompanyMayNotTrade,
    InvoiceToIssueFirst,
    SellerAtCeiling,
    SellerLacksCredit,
)
from barterweb.trades.facts import Terms

BUYERS_CASES = (
    "Nos équipes ont constaté le défaut le jour même et l’ont signalé par téléphone.",
    "Nous souhaitons régler seulement ce qui est conforme à notre accord.",
    "Nous avons dû faire reprendre le travail par quelqu’un d’autre, dans l’urgence.",
)
SELLERS_CASES = (
    "Nous maintenons que l’accord a été respecté\u00a0; le bon signé à la remise ne porte aucune réserve.",
    "Nous reconnaissons une partie du défaut et proposons de reprendre ce qui ne convient pas.",
    "Le point signalé n’était pas écrit dans les conditions\u00a0; nous restons ouverts à un arrangement.",
)
RULINGS = {
    BASIS_POINTS: "Après examen des deux versions, ce qui a été livré est conforme à l’accord\u00a0: réglé en entier.",
    7_500: "Accord trouvé par téléphone entre les deux entreprises\u00a0: les trois quarts sont réglés.",
    6_000: "La part non conforme est estimée à 40\u00a0% par le pôle\u00a0: le reste est réglé.",
    0: "Le travail sera refait dans un nouvel échange\u00a0: celui-ci est annulé, le montant réservé est rendu.",
}

REFUNDS = (
    "Une partie de la prestation n’a pas pu être rendue, d’un commun accord.",
    "Défaut constaté après la livraison\u00a0: remise convenue entre nous.",
)

QUESTIONS = (
    "Bonjour, à qui devons-nous nous adresser le jour convenu\u00a0?",
    "Bonjour, pouvez-vous nous prévenir la veille par téléphone\u00a0?",
    "Bonjour, faut-il préparer quelque chose de notre côté\u00a0?",
)
ANSWERS = (
    "Bonjour, c’est noté. Nous vous appelons la veille pour fixer l’heure.",
    "Bonjour, rien à préparer\u00a0: nous apportons ce qu’il faut.",
    "Bonjour, demandez l’atelier à l’accueil, on vous attend.",
)
RECEIPTS = (
    "Bien reçu, merci. Nous regardons et nous confirmons.",
    "Merci, nos équipes vérifient cette semaine.",
)

_TALKS_EVERY = 5
_TRIES = 8


class Deal:
    """One trade and whose turn it is. Each step returns whether the story goes on."""

    def __init__(self, network: Network, parties: Parties, terms: Terms, rng: Random) -> None:
        """The side that answers the listing proposes these terms, now."""
        self.network, self.parties, self.terms, self.rng = network, parties, terms, rng
        self.trade_id, self.version, self.proposer = ids.new_id("trd"), 1, speaker(parties, first=True)
        service.propose_trade(
            actor=self._somebody_of(self.proposer),
            trade_id=self.trade_id,
            listing_id=parties.ad.id,
            terms=terms,
        )
        parties.ad.answered = True
        self.talks = network.done["trades"] % _TALKS_EVERY == 0
        network.done["trades"] += 1

    @property
    def other(self) -> str:
        """The side that has to answer."""
        return "seller" if self.proposer == "buyer" else "buyer"

    def counter(self) -> bool:
        """The other side asks for something else."""
        self.terms = counter_terms(self.terms, self.parties, self.other, self.rng)
        try:
            service.counter_trade(
                actor=self._somebody_of(self.other),
                trade_id=self.trade_id,
                version=self.version,
                terms=self.terms,
            )
        except CompanyMayNotTrade:
            return False
        self.version += 1
        self.proposer = self.other
        return True

    def agree(self) -> bool:
        """The other side agrees; when the buyer's credit or the seller's room no longer suffices, it gives up."""
        try:
            service.agree_trade(
                actor=self._somebody_of(self.other), trade_id=self.trade_id, version=self.version
            )
        except (BuyerLacksCredit, SellerAtCeiling, CompanyMayNotTrade, ApprovalNeeded, ApprovalWaiting):
            return self.decline() if self.other == "buyer" else self.withdraw()
        self._say("buyer", QUESTIONS)
        self._say("seller", ANSWERS)
        return True

    def decline(self) -> bool:
        """The other side refuses, with a reason."""
        reason = self._words(corpus.phrases().declines, self.other)
        service.decline_trade(
            actor=self._somebody_of(self.other), trade_id=self.trade_id, version=self.version, reason=reason
        )
        return False

    def withdraw(self) -> bool:
        """The proposer takes its terms back."""
        service.withdraw_trade(actor=self._somebody_of(self.proposer), trade_id=self.trade_id)
        return False

    def deliver(self) -> bool:
        """The seller declares the delivery."""
        service.deliver_trade(
            actor=self._somebody_of("seller"),
            trade_id=self.trade_id,
            delivered_on=clock.today(),
            note=self._words(corpus.phrases().delivery_notes),
        )
        self._say("buyer", RECEIPTS)
        return True

    def confirm(self) -> bool:
        """The buyer confirms."""
        settlement.confirm_trade(
            actor=self._somebody_of("buyer"), trade_id=self.trade_id, version=self.version
        )
        return False

    def confirm_for_now(self) -> bool:
        """The buyer confirms, and finds a defect later."""
        self.confirm()
        return True

    def refund(self) -> bool:
        """The seller gives a part back, if it can still spare it."""
        left = queries.left_to_refund(queries.trade_for(self.trade_id, self.network.operator))
        with suppress(SellerLacksCredit, BuyerAtCeiling, InvoiceToIssueFirst, CompanyMayNotTrade):
            refunds.refund_trade(
                actor=self._somebody_of("seller"),
                trade_id=self.trade_id,
                refund_id=ids.new_id("rmb"),
                gross_cents=left.gross_cents // self.rng.choice((1, 4, 5)),
                left_cents=left.gross_cents,
                reason=self.rng.choice(REFUNDS),
            )
        return False

    def dispute(self) -> bool:
        """The buyer refuses to confirm."""
        reason = self._words(corpus.phrases().disputes)
        service.dispute_trade(actor=self._somebody_of("buyer"), trade_id=self.trade_id, reason=reason)
        return True

    def state_cases(self) -> bool:
        """Both sides say what happened."""
        for side, cases in (("seller", SELLERS_CASES), ("buyer", BUYERS_CASES)):
            service.state_case(
                actor=self._somebody_of(side), trade_id=self.trade_id, statement=self.rng.choice(cases)
            )
        return True

    def rule(self) -> bool:
        """The operator decides."""
        share, reason = self.rng.choice(list(RULINGS.items()))
        settlement.settle_dispute(
            actor=self.network.operator, trade_id=self.trade_id, settled_share_bp=share, reason=reason
        )
        return False

    def ask_to_cancel(self) -> bool:
        """The seller would rather cancel."""
        return self._cancel("seller")

    def cancel(self) -> bool:
        """The buyer would too."""
        return self._cancel("buyer")

    def days_until_delivery(self) -> int:
        """How long until the day agreed on for the delivery, one day at least."""
        return max(1, (self.terms.delivery_on - clock.today()).days)

    def _cancel(self, side: str) -> bool:
        reason = self._words(corpus.phrases().cancellations)
        return not service.cancel_trade(actor=self._somebody_of(side), trade_id=self.trade_id, reason=reason)

    def _say(self, side: str, bank: Sequence[str]) -> None:
        """In some trades, write beside it; chance is left out of it, so that trades go as they did."""
        if self.talks:
            messages.write_message(
                actor=self.parties.side(side).trader,
                trade_id=self.trade_id,
                message_id=ids.new_id("mes"),
                body=bank[self.network.done["trades"] % len(bank)],
                file=None,
            )

    def _somebody_of(self, side: str) -> Actor:
        return self.parties.side(side).somebody(self.rng)

    def _words(self, bank: Sequence[str], said_by: str = "") -> str:
        return fitting(bank, self.rng, self.parties.category, speaker=said_by)


Step = tuple[Callable[[Deal], bool], int, int]
"""What is done, and after how many days at least and at most; a delivery comes when it was agreed, or a little later."""

_COUNTERED: tuple[Step, ...] = ((Deal.counter, 1, 4),)
_AGREED: tuple[Step, ...] = ((Deal.agree, 1, 5),)
_DELIVERED: tuple[Step, ...] = (*_AGREED, (Deal.deliver, 0, 2))
_SETTLED: tuple[Step, ...] = (*_DELIVERED, (Deal.confirm, 1, 9))
_DISPUTED: tuple[Step, ...] = (*_DELIVERED, (Deal.dispute, 1, 8), (Deal.state_cases, 1, 4))

SETTLED = _SETTLED

COURSES: tuple[tuple[int, tuple[Step, ...]], ...] = (
    (34, _SETTLED),
    (2, (*_DELIVERED, (Deal.confirm_for_now, 1, 9), (Deal.refund, 2, 12))),
    (20, (*_COUNTERED, *_SETTLED)),
    (6, (*_COUNTERED, *_COUNTERED, *_SETTLED)),
    (10, _DELIVERED),  # and time confirms
    (4, (*_DISPUTED, (Deal.rule, 5, 15))),
    (8, ((Deal.decline, 1, 6),)),
    (3, (*_COUNTERED, (Deal.decline, 1, 6))),
    (4, ((Deal.withdraw, 2, 9),)),
    (5, ()),  # and time runs out
    (4, (*_AGREED, (Deal.ask_to_cancel, 2, 6), (Deal.cancel, 1, 4))),
)
"""How trades go, with how many of a hundred go that way."""


def trades(
    network: Network,
    find: Callable[[], Found | None],
    course: Sequence[Step],
    rng: Random,
    delivery_days: tuple[int, int],
) -> Story:
    """Let whoever `find` finds trade, delivered within so many days; try again some days later when there is nobody."""
    for _ in range(_TRIES):
        found = find()
        terms = first_terms(*found, rng, rng.randint(*delivery_days)) if found else None
        if found and terms:
            yield from _runs(Deal(network, found[0], terms, rng), course)
            return
        yield days_later(rng.randint(1, 6), rng)


def _runs(deal: Deal, course: Sequence[Step]) -> Story:
    """Go through a course until it ends, or a step ends it."""
    for step, least, most in course:
        wait = deal.rng.randint(least, most)
        yield days_later(wait + (deal.days_until_delivery() if step is Deal.deliver else 0), deal.rng)
        if not step(deal):
            return
