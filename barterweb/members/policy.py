"""Who may do what with members, and what makes a good password or a safe address: pure predicates."""

import re
from collections.abc import Collection

from zxcvbn import zxcvbn

from barterweb.actors import Actor
from barterweb.members.facts import fold, without_accents

PASSWORD_LENGTH = 12
_MEASURED = 72
"""Characters whose strength is measured: more of them take seconds, and the rest only adds to it."""

_STRONG_ENOUGH = 3
"""Of zxcvbn's 0 to 4: more than ten to the eighth guesses (Wheeler, USENIX Security 2016)."""

PUBLIC_STATUSES = ("active", "standby")
"""Companies shown in the directory."""

# Segments of our addresses are plain ASCII and never begin with a dot; what follows the question mark may be encoded.
_SEGMENT = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
_LOCAL_PATH = re.compile(rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?(?:\?[A-Za-z0-9._~%+&=,:;@!*'()/-]*)?")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9a-f]|7f|5c)", re.IGNORECASE)
_LONGEST_PATH = 2000

_COMMON_WORDS = (
    "barter", "cluster", "pole", "motdepasse", "mdp", "password", "passe", "azerty", "qwerty", "bonjour", "soleil", "secret",
    "entreprise", "france", "admin", "bienvenue", "welcome", "iloveyou", "jetaime", "doudou", "chouchou", "loulou", "demo",
)  # fmt: skip
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
)
_BETWEEN_WORDS = re.compile(r"[\s._'’-]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_REPEATED = re.compile(r"(.{1,6})\1+")


def may_decide(cluster_ids: Collection[str], actor: Actor) -> bool:
    """Tell whether the actor may admit, question or refuse a company that belongs to these clusters."""
    return actor.kind == "operator" or (actor.kind == "staff" and actor.cluster_id in cluster_ids)


def may_administer(company_id: str, actor: Actor) -> bool:
    """Tell whether the actor may change this company's details and people."""
    return actor.kind == "administrator" and actor.company_id == company_id


def may_set_limits(actor: Actor) -> bool:
    """Tell whether the actor may change a company's credit limit and ceiling: operator staff, whatever the cluster."""
    return actor.kind == "operator"


def is_local_path(text: str) -> bool:
    """Tell whether a text from outside is the address of a page of this site, safe to redirect to.

    A strict pattern: no scheme, host, backslash, dot segment, control character, and no encoded one either.
    """
    return (
        len(text) <= _LONGEST_PATH
        and _LOCAL_PATH.fullmatch(text) is not None
        and _ENCODED_CONTROL.search(text) is None
    )


def password_problem(password: str, *, email: str, name: str) -> str | None:
    """Return None for a good password, else ``short`` or ``common``.

    Length is the only rule of composition (NIST SP 800-63B, § 3.1.1.2); a password is too common when few
    characters are left once the site's words, the person's own, years, keyboard rows and repetitions are away, or when
    zxcvbn, which knows thirty thousand passwords in use, would guess it soon.
    """
    if len(password) < PASSWORD_LENGTH:
        return "short"
    if len(set(password)) < 5:
        return "common"
    left = _BETWEEN_WORDS.sub("", without_accents(password))
    own = [word for word in fold(f"{name} {email}").split() if len(word) >= 3]
    for word in sorted((*_COMMON_WORDS, *own), key=len, reverse=True):
        left = left.replace(word, "")
    left = _REPEATED.sub(r"\1", _without_rows(_YEAR.sub("", left)))
    if len(left) < 6:
        return "common"
    measured = zxcvbn(password[:_MEASURED], user_inputs=[*_COMMON_WORDS, *own])
    return "common" if measured["score"] < _STRONG_ENOUGH else None


def _without_rows(text: str) -> str:
    """Take away runs of four characters or more that follow a row of the keyboard, the alphabet or the digits."""
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        for length in range(len(row), 3, -1):
            for start in range(len(row) - length + 1):
                text = text.replace(row[start : start + length], "")
    return text
