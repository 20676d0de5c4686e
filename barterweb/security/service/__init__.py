"""Functions of the guards, by what they guard with. All of them want the caller's transaction."""

from barterweb.security.service.limits import count, forget_old_counts, forgive, give_back
from barterweb.security.service.passkeys import (
    Question,
    add_passkey,
    ask_for_known,
    ask_for_new,
    remove_passkey,
    use_passkey,
)
from barterweb.security.service.resets import (
    forget_links,
    forget_old_links,
    new_link,
    note_request,
    take_requests,
    use_link,
)
from barterweb.security.service.second_factor import (
    new_recovery_codes,
    new_totp_secret,
    qr_code,
    remove_totp,
    set_totp,
    totp_uri,
    use_code,
)
from barterweb.security.service.sessions import (
    begin_session,
    end_session,
    end_sessions,
    forget_devices,
    forget_person,
    forget_sessions,
    mark_seen,
    mark_strong,
)

__all__ = [
    "Question",
    "add_passkey",
    "ask_for_known",
    "ask_for_new",
    "begin_session",
    "count",
    "end_session",
    "end_sessions",
    "forget_devices",
    "forget_links",
    "forget_old_counts",
    "forget_old_links",
    "forget_person",
    "forget_sessions",
    "forgive",
    "give_back",
    "mark_seen",
    "mark_strong",
    "new_link",
    "new_recovery_codes",
    "new_totp_secret",
    "note_request",
    "qr_code",
    "remove_passkey",
    "remove_totp",
    "set_totp",
    "take_requests",
    "totp_uri",
    "use_code",
    "use_link",
    "use_passkey",
]
