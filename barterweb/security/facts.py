"""How long a session lives, how often something may be tried, and the plain values that leave this library."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(hours=4)
ABSOLUTE = timedelta(hours=24)
"""A session is over when nobody used it for so long, and a day after signing in in any case (NIST SP 800-63B-4, § 2.2.3)."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly the last use of a session is noted: a write at most every so often."""

RESET_LASTS = timedelta(hours=1)
RECOVERY_CODES = 8


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `period`, counted from the first try."""

    name: str
    times: int
    period: timedelta


SIGN_IN_ACCOUNT = Limit("sign-in of an account", 10, timedelta(minutes=5))
SIGN_IN_ADDRESS = Limit("sign-in from an address", 40, timedelta(minutes=5))
"""An address is often a whole office behind one router: four times what an account may."""

SECOND_FACTOR = Limit("second factor", 5, timedelta(minutes=5))
CHALLENGE = Limit("answer to a passkey's question", 1, timedelta(minutes=10))
RESET_ACCOUNT = Limit("reset of an account", 5, timedelta(days=1))
RESET_ADDRESS = Limit("reset from an address", 20, timedelta(days=1))
PASSWORD_AGAIN = Limit("password asked again", 10, timedelta(minutes=5))
APPLICATIONS = Limit("applications from an address", 20, timedelta(days=1))
INVITATIONS = Limit("invitations of a company", 30, timedelta(days=1))
MESSAGES = Limit("messages of a person", 60, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Visit:
    """From where somebody signs in: the network address, the browser in words, and the value that marks the device."""

    address: str
    browser: str
    mark: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A session just begun: the token for its cookie, and whether the device was never seen before."""

    token: str
    device_is_new: bool


@dataclass(frozen=True, slots=True)
class SessionState:
    """What a request needs to know of its session."""

    id: str
    last_seen_at: datetime
    strong: bool


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has set up beside the password."""

    totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether signing in asks for a second factor."""
        return self.totp or self.passkeys > 0


_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("HeadlessChrome", "Chromium"), ("Chromium", "Chromium"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_in_words(user_agent: str) -> str:
    """Return what a person recognises of a browser: ``Firefox sur Windows``."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b{mark}/", user_agent)), "Navigateur")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser
