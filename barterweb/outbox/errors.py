"""What can go wrong with a letter."""

from barterweb.errors import Conflict


class DeliveryFailed(Exception):
    """The letter could not be handed over; it will be tried again.

    `summary` says why in a few words, without addresses, passwords or the server's own text: it is stored and shown.
    """

    def __init__(self, summary: str) -> None:
        super().__init__(summary)
        self.summary = summary


class InvalidSmtpUrl(ValueError):
    """SMTP_URL cannot be used; the text says what is expected and never repeats the password."""


class IncompletePayload(ValueError):
    """A letter was queued without something its template needs, or of a kind nobody wrote: a programming error."""


class NotFailed(Conflict):
    """Only a letter that was given up is sent again; this one was not, or somebody else did it meanwhile."""
