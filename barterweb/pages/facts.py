"""What the law makes whoever publishes a site say of itself: plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegalFacts:
    """Publisher and host (loi n° 2004-575 du 21 juin 2004, art. 1-1).

    `registration` is the number in a register of companies or associations, empty where there is none.
    """

    publisher: str
    registration: str
    address: str
    phone: str
    email: str
    director: str
    host_name: str
    host_address: str
    host_phone: str

    @property
    def is_invented(self) -> bool:
        """Whether an address of an example stands in it, which reaches nobody (RFC 2606)."""
        return (
            self.email.lower().rstrip(".").endswith((".example", "example.com", "example.org", "example.net"))
        )
