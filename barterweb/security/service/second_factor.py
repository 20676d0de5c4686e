"""The second factor: an authenticator's codes (TOTP, RFC 6238) and the recovery codes that stand in for it once each."""

import secrets

import pyotp
import segno
from sqlalchemy import delete, update

from barterweb import clock
from barterweb.db import require_transaction, session
from barterweb.security.errors import CodeRefused
from barterweb.security.facts import RECOVERY_CODES
from barterweb.security.models import RecoveryCode, TotpKey
from barterweb.security.queries import hash_of

STEP_SECONDS = 30
_TOLERATED_STEPS = (0, -1, 1)
"""The present code, the one before and the next: clocks of telephones are a little off (RFC 6238, § 5.2)."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 24
_ISSUER = "Barter clusters"


def new_totp_secret() -> str:
    """Return a fresh secret of 160 bits in base 32, to be shown once to its person (RFC 4226, § 4, R6)."""
    return pyotp.random_base32()


def totp_uri(secret: str, email: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def qr_code(text: str) -> str:
    """Return a QR code as the address of a picture (``data:image/svg+xml…``)."""
    return str(segno.make(text, micro=False).svg_data_uri(scale=5, border=3, dark="#000", light="#fff"))


def set_totp(*, person_id: str, secret: str, code: str) -> list[str]:
    """Set up the authenticator that shows this code for this secret, in place of any other; return new recovery codes.

    They are shown once: only their hashes are kept. Raises `CodeRefused`.
    """
    require_transaction()
    step = _step_of(secret, code)
    if step is None:
        raise CodeRefused
    session.execute(delete(TotpKey).where(TotpKey.person_id == person_id))
    session.add(TotpKey(person_id=person_id, secret=secret, last_step=step, created_at=clock.now()))
    return new_recovery_codes(person_id)


def new_recovery_codes(person_id: str) -> list[str]:
    """Replace a person's recovery codes; return the new ones, 118 bits each, as they are to be written down.

    From 112 bits on a plain hash keeps a code that nobody can guess (ASVS 5.0, 6.5.2).
    """
    require_transaction()
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.add_all(RecoveryCode(person_id=person_id, code_hash=hash_of(code)) for code in codes)
    return ["-".join(code[place : place + 4] for place in range(0, _CODE_LENGTH, 4)) for code in codes]


def use_code(*, person_id: str, code: str) -> str:
    """Take an authenticator's code or a recovery code, once; return ``totp`` or ``recovery``. Raises `CodeRefused`."""
    require_transaction()
    typed = "".join(character for character in code.lower() if character.isalnum())
    if typed.isascii() and typed.isdigit():
        _use_totp(person_id, typed)
        return "totp"
    used = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == hash_of(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.code_hash)
    )
    if used is None:
        raise CodeRefused
    return "recovery"


def remove_totp(person_id: str) -> None:
    """Take the authenticator and the recovery codes away."""
    require_transaction()
    session.execute(delete(TotpKey).where(TotpKey.person_id == person_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _use_totp(person_id: str, code: str) -> None:
    """A code opens once: the step it stands for must be later than the last one taken (RFC 6238, § 5.2)."""
    key = session.get(TotpKey, person_id, with_for_update=True, populate_existing=True)
    step = _step_of(key.secret, code) if key else None
    if key is None or step is None or step <= key.last_step:
        raise CodeRefused
    key.last_step = step


def _step_of(secret: str, code: str) -> int | None:
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(clock.now().timestamp()) // STEP_SECONDS
    typed = "".join(code.split())
    found = [
        now + shift
        for shift in _TOLERATED_STEPS
        if secrets.compare_digest(totp.generate_otp(now + shift).encode(), typed.encode())
    ]
    return found[0] if found else None
