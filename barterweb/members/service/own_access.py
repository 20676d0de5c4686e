"""What a person does about their own access: password, authenticator, recovery codes, passkeys, open sessions."""

from contextlib import suppress

from barterweb.actors import Signed
from barterweb.db import DatabaseBusy, essential_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.members.facts import normal_email
from barterweb.members.models import Person
from barterweb.members.queries import person_by_email
from barterweb.members.service.access import count_try, tell_of_change
from barterweb.members.service.access_events import record_access_event
from barterweb.members.service.people import write_password
from barterweb.outbox.service import queue_mail
from barterweb.security import service as guards
from barterweb.security.facts import RESET_ACCOUNT, RESET_ADDRESS, SEEN_EVERY


@transaction
def change_password(*, person_id: str, session_id: str, password_hash: str) -> None:
    """Change one's password (made by `hash_password`): all other sessions end, and a letter says so."""
    person = session.get_one(Person, person_id, with_for_update=True)
    write_password(person, password_hash, kept_session=session_id)
    _note(person, "password_changed")


@transaction
def set_up_totp(*, person_id: str, session_id: str, secret: str, code: str) -> list[str]:
    """Set up the authenticator that shows `code`; return recovery codes, shown once. Raises `CodeRefused`."""
    person = session.get_one(Person, person_id, with_for_update=True)
    codes = guards.set_totp(person_id=person_id, secret=secret, code=code)
    guards.mark_strong(session_id)
    _note(person, "totp_set")
    return codes


@transaction
def remove_totp(*, person_id: str) -> None:
    """Take the authenticator and its recovery codes away."""
    guards.remove_totp(person_id)
    _note(session.get_one(Person, person_id), "totp_removed")


@transaction
def renew_recovery_codes(*, person_id: str) -> list[str]:
    """Replace the recovery codes; the old ones open nothing any more."""
    codes = guards.new_recovery_codes(person_id)
    _note(session.get_one(Person, person_id), "recovery_codes_renewed")
    return codes


@transaction
def add_passkey(
    *, site: str, person_id: str, session_id: str, challenge: bytes, answer: str, name: str
) -> None:
    """Keep a passkey that the person's browser made. Raises `PasskeyRefused`."""
    guards.add_passkey(site=site, person_id=person_id, challenge=challenge, answer=answer, name=name)
    guards.mark_strong(session_id)
    _note(session.get_one(Person, person_id), "passkey_added", name)


@transaction
def remove_passkey(*, person_id: str, passkey_id: str) -> None:
    """Take a passkey away. Raises `NotFound`."""
    if not guards.remove_passkey(passkey_id, person_id):
        raise NotFound
    _note(session.get_one(Person, person_id), "passkey_removed")


@essential_transaction
def end_session(*, person_id: str, session_id: str) -> None:
    """End one of one's sessions, on another device perhaps. Raises `NotFound`."""
    if not guards.end_session(session_id, person_id):
        raise NotFound
    record_access_event(person_id=person_id, kind="session_ended")


@essential_transaction
def end_other_sessions(*, person_id: str, session_id: str) -> int:
    """End all of one's sessions but this one; return how many."""
    ended = guards.end_sessions(person_id, but=session_id)
    if ended:
        record_access_event(person_id=person_id, kind="sessions_ended", detail=str(ended))
    return ended


def note_session_used(signed: Signed) -> None:
    """Note that a session is being used, at most every few minutes; a database too busy for it is left alone."""
    if signed.unseen_for >= SEEN_EVERY:
        with suppress(DatabaseBusy):
            _mark_seen(signed.session_id)


@essential_transaction
def _mark_seen(session_id: str) -> None:
    guards.mark_seen(session_id)


# ---------------------------------------------------------------------------------------- a forgotten password


def ask_for_reset(*, email: str, address: str) -> None:
    """Note that somebody wants another password for an address; what follows looks the same for any. Raises `TooMany`."""
    account = normal_email(email)
    count_try(RESET_ADDRESS, address)
    count_try(RESET_ACCOUNT, account)
    _note_reset_request(account)


@transaction
def answer_reset_requests() -> int:
    """Send a link to each person who asked for one and can sign in; return how many letters were written."""
    written = 0
    for request in guards.take_requests():
        person = person_by_email(request.email)
        if person is None or person.disabled_at is not None or person.password_hash is None:
            continue
        url = f"/mot-de-passe/{guards.new_link(person.id)}"
        queue_mail(to_email=person.email, to_name=person.name, kind="password_reset", payload={"url": url})
        written += 1
    return written


@transaction
def reset_password(*, token: str, password_hash: str) -> str:
    """Set the password of whoever holds a link, end all their sessions, and return their id. Raises `LinkOver`.

    The second factor stays: the letter-box alone opens nothing.
    """
    person = session.get_one(Person, guards.use_link(token), with_for_update=True)
    write_password(person, password_hash)
    _note(person, "password_reset")
    return person.id


@transaction
def _note_reset_request(account: str) -> None:
    guards.note_request(account)


def _note(person: Person, kind: str, detail: str = "") -> None:
    record_access_event(person_id=person.id, kind=kind, detail=detail)
    tell_of_change(person, kind)
