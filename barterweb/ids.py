"""Prefixed, time-ordered text identifiers such as ``trd_01k9x…``.

An id is made *before* the row it names is inserted, so that a form carries the id of what it creates and a double click
meets a unique key. The body is a ULID: 48 bits of milliseconds, then 80 random bits, in lowercase Crockford base 32
(https://github.com/ulid/spec). Order within one millisecond is not promised: ledgers order by their own sequences.
"""

import re
import secrets

from barterweb import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_BODY = re.compile(rf"[0-7][{_ALPHABET}]{{25}}")


def new_id(prefix: str) -> str:
    """Return a fresh id, e.g. ``new_id("trd")`` → ``"trd_01k9…"`` (30 characters with a 3-letter prefix)."""
    return id_of(prefix, int(clock.now().timestamp() * 1000), secrets.randbits(80))


def id_of(prefix: str, milliseconds: int, number: int) -> str:
    """Return the id of a moment, in milliseconds since 1970, and a number below 2⁸⁰."""
    number |= milliseconds << 80
    return f"{prefix}_" + "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def valid_id(text: str, prefix: str) -> bool:
    """Tell whether `text` has the shape of an id with this prefix."""
    return text.startswith(f"{prefix}_") and _BODY.fullmatch(text, len(prefix) + 1) is not None
