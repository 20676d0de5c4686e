"""Reading drafts: whoever holds a draft's address reads it, as for the receipt of an application."""

from sqlalchemy import select

from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.joining.models import Draft
from barterweb.security.queries import hash_of


def draft(draft_id: str) -> Draft:
    """Return a draft by its id, whose 80 random bits nobody guesses; raises `NotFound`."""
    found = session.get(Draft, draft_id)
    if found is None:
        raise NotFound
    return found


def draft_for_link(draft_id: str, token: str) -> Draft | None:
    """Return the draft whose address the link proves, or None when the link is over."""
    return session.scalar(select(Draft).where(Draft.id == draft_id, Draft.token_hash == hash_of(token)))
