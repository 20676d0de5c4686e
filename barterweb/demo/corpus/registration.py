"""Registration numbers for companies that do not exist: every check passes, no real company answers.

The INSEE's register has no SIREN that begins with 0, so all numbers made here begin with 01: whoever meets one on a
printed invoice sees at once that it is invented. Not with 000, which python-stdnum takes for Monaco's VAT numbers.
"""

from dataclasses import dataclass

from stdnum import luhn

from barterweb.members.facts import vat_number_of

INVENTED_PREFIX = "01"
"""First two digits of every SIREN of the demonstration."""

_SERIALS = 10**6
_STEP = 104_729
"""A prime, so that indexes below `_SERIALS` give different serials, and neighbours do not look alike."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The numbers of one company; `vat_number` is None under the small-business exemption (CGI art. 293 B)."""

    siret: str
    vat_number: str | None

    @property
    def siren(self) -> str:
        """The company's own number: the first nine digits."""
        return self.siret[:9]


def registration(index: int, *, seed: int, exempt: bool = False) -> Registration:
    """Return the numbers of the company at `index` (from 0, below a million), always the same for one `seed`.

    SIREN: two digits of prefix, six of serial, Luhn's key. SIRET: the SIREN, an establishment from 0001 to 0003, Luhn's key
    over all fourteen digits (code de commerce, art. R. 123-220 and following). Raises ValueError for another index.
    """
    if not 0 <= index < _SERIALS:
        raise ValueError(f"index must be from 0 to {_SERIALS - 1}, not {index}")
    serial = (seed + index * _STEP) % _SERIALS
    siren = _with_key(f"{INVENTED_PREFIX}{serial:06d}")
    siret = _with_key(f"{siren}{1 + serial % 3:04d}")
    return Registration(siret, None if exempt else vat_number_of(siren))


def _with_key(digits: str) -> str:
    return f"{digits}{luhn.calc_check_digit(digits)}"
