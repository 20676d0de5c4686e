"""What a company agreed to, word for word."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.models import Acceptance


def acceptances_of(company_id: str) -> Sequence[Acceptance]:
    """Return what the company agreed to, the latest first, with the texts."""
    return session.scalars(
        select(Acceptance)
        .options(joinedload(Acceptance.text))
        .where(Acceptance.company_id == company_id)
        .order_by(Acceptance.accepted_at.desc(), Acceptance.id.desc())
    ).all()


def acceptance_of(company_id: str, sha256: str) -> Acceptance:
    """Return the company's latest agreement to the text with this hash; raises `NotFound`."""
    for acceptance in acceptances_of(company_id):
        if acceptance.sha256 == sha256:
            return acceptance
    raise NotFound
