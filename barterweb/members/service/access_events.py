"""What happens to a person's access, written down for that person: sign-ins, passwords, factors, sessions, their data."""

from barterweb import clock, ids
from barterweb.db import require_transaction, session
from barterweb.members.models import AuditEvent

ACCESS_KINDS = (
    "signed_in", "signed_in_new_device", "sign_in_failed", "signed_out", "session_ended", "sessions_ended",
    "password_chosen", "password_changed", "password_reset", "totp_set", "totp_removed", "recovery_code_used",
    "recovery_codes_renewed", "passkey_added", "passkey_removed", "data_copied", "access_disabled", "person_erased",
)  # fmt: skip
NOBODY = "unknown"


def record_access_event(*, person_id: str | None, kind: str, detail: str = "", by_owner: bool = True) -> None:
    """Write an event about a person's access into the caller's transaction; None is somebody the site does not know.

    Never a secret: no password, code, token or typed address goes into `detail`.
    """
    require_transaction()
    if kind not in ACCESS_KINDS:
        raise ValueError(f"{kind!r} is no event of an access")
    session.add(
        AuditEvent(
            id=ids.new_id("evt"),
            at=clock.now(),
            kind=kind,
            person_id=person_id if by_owner else None,
            company_id=None,
            subject=person_id or NOBODY,
            detail=detail[:300],
        )
    )
