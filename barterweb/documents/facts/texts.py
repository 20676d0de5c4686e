"""What no document may hold, whoever typed it."""

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, which XML refuses
    "\u202a-\u202e\u2066-\u2069"  # direction overrides, which could make a printed amount read backwards
    "\ud800-\udfff\ufffe\uffff]"  # not characters
)


def printable(text: str) -> str:
    """Return the text without control characters, direction overrides and what is no character; line breaks stay."""
    return _UNPRINTABLE.sub("", text)
