"""Who may do what with invoices: pure predicates, used by templates to show a button and by the service to refuse."""

from barterweb.actors import MEMBER_KINDS, Actor
from barterweb.documents.models import Document, InvoiceContest


def _sells(document: Document, actor: Actor) -> bool:
    """Tell whether the actor works for the seller, or for the operator."""
    if actor.kind == "operator":
        return True
    return actor.kind in MEMBER_KINDS and document.company_id in actor.company_ids


def may_issue(document: Document, actor: Actor) -> bool:
    """Tell whether this actor may have the invoice of this draft issued."""
    return document.kind == "draft" and _sells(document, actor)


def may_correct(document: Document, actor: Actor) -> bool:
    """Tell whether this actor may have this invoice corrected; the operator's own and credit notes are not."""
    return (
        document.kind in ("invoice", "corrective")
        and document.company_id is not None
        and _sells(document, actor)
    )


def may_record_own(document: Document, actor: Actor) -> bool:
    """Tell whether this actor may write down the number of the invoice the seller issued itself."""
    return (
        document.kind == "draft" and actor.kind in MEMBER_KINDS and document.company_id in actor.company_ids
    )


def may_contest(document: Document, actor: Actor) -> bool:
    """Tell whether this invoice is one that this actor's company may contest in time: one drawn up in its name."""
    return (
        document.kind in ("invoice", "corrective")
        and actor.kind in MEMBER_KINDS
        and document.company_id in actor.company_ids
    )


def may_withdraw_contest(contest: InvoiceContest, actor: Actor) -> bool:
    """Tell whether this actor may take an open contest back: the seller's people."""
    return (
        contest.outcome == "open" and actor.kind in MEMBER_KINDS and contest.company_id in actor.company_ids
    )


def may_answer_contest(contest: InvoiceContest, actor: Actor) -> bool:
    """Tell whether this actor may uphold the invoice of an open contest: operator staff."""
    return contest.outcome == "open" and actor.kind == "operator"
