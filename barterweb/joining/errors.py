"""What joining refuses. Nothing is written when one is raised."""

from dataclasses import dataclass

from barterweb.errors import BusinessError, Conflict


class JoiningError(BusinessError):
    """Base of the refusals of this capability."""


@dataclass
class DraftSent(JoiningError, Conflict):
    """The draft became an application: it is read and answered there."""

    draft_id: str


@dataclass
class DraftIncomplete(JoiningError):
    """Steps are missing, or no longer right; `step` is the first of them."""

    step: str


class LinkOver(JoiningError):
    """The link that proves an address was followed before, was replaced by another, or belongs to no draft."""
