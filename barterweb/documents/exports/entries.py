"""From invoices and operations of the Barter account to accounting entries, by the company's account plan.

A sale debits the customer and credits sales and VAT; the Barter that settles it debits the Barter account and credits the
customer; purchases mirror both. VAT on services falls due when they are paid (CGI, art. 269, 2-c): it waits in an account of
its own and is released, in proportion, by the operation that settles the invoice. Reasons: docs/decisions/0028-entries.md.
"""

from collections.abc import Iterator

from barterweb.documents.facts.books import Books, Entry, Movement, Piece, Posting
from barterweb.documents.facts.invoices import InvoiceFacts
from barterweb.documents.facts.parties import Party
from barterweb.documents.facts.plans import ACCOUNT_NAMES, JOURNAL_NAMES, AccountPlan

_OPERATOR = ("BARTER", "Barter clusters")


def entries(books: Books, plan: AccountPlan) -> list[Entry]:
    """Return the entries of a period, by journal, day and piece: the same books give the same entries."""
    writer = _Writer(books.company, plan)
    found = [*map(writer.invoice, books.pieces), *map(writer.settlement, books.movements)]
    order = [plan.sales_journal, plan.purchases_journal, plan.barter_journal]
    return sorted(found, key=lambda entry: (order.index(entry.journal), entry.booked_on, entry.piece))


class _Writer:
    """Writes the entries of one company."""

    def __init__(self, company: Party, plan: AccountPlan) -> None:
        self._company = company
        self._plan = plan

    def invoice(self, piece: Piece) -> Entry:
        """An invoice, or the opposite for a credit note."""
        facts = piece.facts
        given_back = facts.kind == "credit_note"
        owed = "customers" if piece.sold else "suppliers"
        sums = [
            (owed, facts.total_gross_cents, _party(facts, sold=piece.sold)),
            (self._result(piece), -facts.total_net_cents, ("", "")),
            (_vat_account(facts, sold=piece.sold), -facts.total_vat_cents, ("", "")),
        ]
        sign = (1 if piece.sold else -1) * (-1 if given_back else 1)
        word = "Avoir" if given_back else "Facture"
        other = facts.buyer if piece.sold else facts.seller
        return Entry(
            *self._journal("sales_journal" if piece.sold else "purchases_journal"),
            piece.issued_on,
            piece.number,
            piece.issued_on,
            f"{word} {piece.number} {other.name}",
            tuple(self._postings((name, sign * cents, party) for name, cents, party in sums)),
        )

    def settlement(self, movement: Movement) -> Entry:
        """An operation of the Barter account, and the VAT it makes due or deductible."""
        facts = movement.facts
        sold = facts is not None and facts.seller.siren == self._company.siren
        name, party = self._other_side(movement, sold=sold)
        sums = [("barter", movement.amount_cents, ("", "")), (name, -movement.amount_cents, party)]
        if facts is not None and not movement.with_operator and waits_for_payment(facts):
            due = _vat_share(facts, abs(movement.amount_cents))
            due = due if movement.amount_cents > 0 else -due
            side = "collected" if sold else "deductible"
            sums += [(f"vat_{side}_waiting", due, ("", "")), (f"vat_{side}", -due, ("", ""))]
        return Entry(
            *self._journal("barter_journal"),
            movement.booked_on,
            movement.operation_id,
            movement.booked_on,
            f"Barter {movement.counterparty} {movement.wording}",
            tuple(self._postings(iter(sums))),
        )

    def _other_side(self, movement: Movement, *, sold: bool) -> tuple[str, tuple[str, str]]:
        if movement.with_operator:
            return "suppliers", _OPERATOR
        if movement.facts is not None:
            return ("customers" if sold else "suppliers"), _party(movement.facts, sold=sold)
        if movement.kind == "trade":
            name = "customers" if movement.amount_cents > 0 else "suppliers"
            return name, ("DIVERS", movement.counterparty or "Divers")
        return "waiting", ("", "")

    def _result(self, piece: Piece) -> str:
        if not piece.sold and piece.facts.subject != "trade":
            return piece.facts.subject
        kind = "goods" if piece.facts.nature == "goods" else "services"
        return f"{'sales' if piece.sold else 'purchases'}_{kind}"

    def _journal(self, name: str) -> tuple[str, str]:
        return getattr(self._plan, name), JOURNAL_NAMES[name]

    def _postings(self, sums: Iterator[tuple[str, int, tuple[str, str]]]) -> Iterator[Posting]:
        """Turn signed sums, positive for debits, into lines; what is zero has none."""
        for name, cents, party in sums:
            if cents:
                account = self._plan.number(name)
                yield Posting(account, ACCOUNT_NAMES[name], max(0, cents), max(0, -cents), party)


def waits_for_payment(facts: InvoiceFacts) -> bool:
    """Whether the VAT of an invoice falls due when it is paid: services whose seller did not opt for debits.

    Mixed invoices are taken as goods: their VAT is declared at once, hence never late.
    """
    return facts.nature == "services" and not facts.vat_on_debits and facts.total_vat_cents > 0


def _vat_account(facts: InvoiceFacts, *, sold: bool) -> str:
    side = "vat_collected" if sold else "vat_deductible"
    operators = facts.subject != "trade"
    return f"{side}_waiting" if waits_for_payment(facts) and not operators else side


def _vat_share(facts: InvoiceFacts, paid_cents: int) -> int:
    """The VAT in a payment: all of it when all is paid, else in proportion, rounded half up."""
    gross = facts.total_gross_cents
    paid = min(paid_cents, gross)
    return (2 * facts.total_vat_cents * paid + gross) // (2 * gross)


def _party(facts: InvoiceFacts, *, sold: bool) -> tuple[str, str]:
    if not sold and facts.subject != "trade":
        return _OPERATOR
    other = facts.buyer if sold else facts.seller
    return other.siren, other.name
