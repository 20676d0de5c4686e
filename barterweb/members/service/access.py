"""Signing in, with one factor or two, and out. Passwords are hashed between transactions, never within one.

The tries are counted first, in a transaction of their own: what fails must count. All of it goes on while the site is
read-only, because people read then too.
"""

from barterweb import clock
from barterweb.db import essential_transaction, session
from barterweb.errors import TooMany
from barterweb.members.facts import Subject, normal_email
from barterweb.members.models import Person
from barterweb.members.queries import person_by_email
from barterweb.members.service.access_events import record_access_event
from barterweb.members.service.passwords import check_password
from barterweb.outbox.service import queue_mail
from barterweb.security import service as guards
from barterweb.security.errors import PasskeyRefused
from barterweb.security.facts import (
    CHALLENGE,
    PASSWORD_AGAIN,
    SECOND_FACTOR,
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    Limit,
    Visit,
)
from barterweb.security.queries import devices_of


def check_sign_in(*, email: str, password: str, visit: Visit) -> Subject | None:
    """Return whom an address and a password belong to, or None; either takes as long. Raises `TooMany`."""
    account = normal_email(email)
    _try(counts=((SIGN_IN_ACCOUNT, account), (SIGN_IN_ADDRESS, visit.address)))
    subject = check_password(email=account, password=password)
    _note_password(account=account, address=visit.address, subject=subject)
    return subject


@essential_transaction
def enter(*, person_id: str, visit: Visit, strong: bool) -> str:
    """Begin a session for somebody who has proven enough, and return its token."""
    return begin(session.get_one(Person, person_id), visit, strong=strong)


def begin(person: Person, visit: Visit, *, strong: bool) -> str:
    """Begin a session within the caller's transaction; a letter tells the person when the device is new.

    The very first device of a person is no news to them.
    """
    first = not devices_of(person.id)
    begun = guards.begin_session(person_id=person.id, visit=visit, strong=strong)
    news = begun.device_is_new and not first
    kind = "signed_in_new_device" if news else "signed_in"
    record_access_event(person_id=person.id, kind=kind, detail=f"{visit.browser}, {visit.address}")
    if news:
        payload = {"browser": visit.browser, "address": visit.address, "at": clock.now().isoformat()}
        queue_mail(to_email=person.email, to_name=person.name, kind="new_device", payload=payload)
    return begun.token


@essential_transaction
def leave(*, person_id: str, session_id: str) -> None:
    """End the session of somebody who signs out."""
    if guards.end_session(session_id, person_id):
        record_access_event(person_id=person_id, kind="signed_out")


def pass_code(*, person_id: str, code: str) -> None:
    """Take the second factor's code at sign-in. Raises `TooMany`, `CodeRefused`."""
    _try(counts=((SECOND_FACTOR, person_id),))
    _take_code(person_id=person_id, code=code)


def pass_passkey(*, site: str, person_id: str | None, challenge: bytes, answer: str, address: str) -> str:
    """Take a passkey’s answer, alone or after a password, and return whose it is. Raises `TooMany`, `PasskeyRefused`.

    A question is answered once: the challenge is counted like a try.
    """
    _try(counts=((SIGN_IN_ADDRESS, address),))
    return _take_passkey(site=site, person_id=person_id, challenge=challenge, answer=answer, address=address)


def confirm_password(*, person_id: str, password: str) -> bool:
    """Tell whether a signed-in person knows their password, before something that matters. Raises `TooMany`."""
    _try(counts=((PASSWORD_AGAIN, person_id),))
    email = session.get_one(Person, person_id).email
    known = check_password(email=email, password=password) is not None
    if known:
        _forgive(limit=PASSWORD_AGAIN, subject=person_id)
    return known


def tell_of_change(person: Person, change: str) -> None:
    """Queue the letter that tells a person that something about their access changed; `change` is the event's kind."""
    payload = {"change": change, "at": clock.now().isoformat()}
    queue_mail(to_email=person.email, to_name=person.name, kind="access_changed", payload=payload)


def count_try(limit: Limit, subject: str) -> None:
    """Count a try that has no verb of its own, such as an application from an address. Raises `TooMany`."""
    _try(counts=((limit, subject),))


def _try(*, counts: tuple[tuple[Limit, str], ...]) -> None:
    refusal = _count(counts=counts)
    if refusal is not None:
        raise refusal


@essential_transaction
def _count(*, counts: tuple[tuple[Limit, str], ...]) -> TooMany | None:
    refusals = [guards.count(limit, subject) for limit, subject in counts]
    return next((refusal for refusal in refusals if refusal is not None), None)


@essential_transaction
def _forgive(*, limit: Limit, subject: str) -> None:
    guards.forgive(limit, subject)


@essential_transaction
def _note_password(*, account: str, address: str, subject: Subject | None) -> None:
    """Write once in every case, so that the time taken tells nothing; a success does not count as a try."""
    person = person_by_email(account)
    if subject is None:
        person_id = person.id if person else None
        record_access_event(person_id=person_id, kind="sign_in_failed", detail=address, by_owner=False)
        return
    guards.forgive(SIGN_IN_ACCOUNT, account)
    guards.give_back(SIGN_IN_ADDRESS, address)


@essential_transaction
def _take_code(*, person_id: str, code: str) -> None:
    if guards.use_code(person_id=person_id, code=code) == "recovery":
        person = session.get_one(Person, person_id)
        record_access_event(person_id=person_id, kind="recovery_code_used")
        tell_of_change(person, "recovery_code_used")
    guards.forgive(SECOND_FACTOR, person_id)


@essential_transaction
def _take_passkey(*, site: str, person_id: str | None, challenge: bytes, answer: str, address: str) -> str:
    if guards.count(CHALLENGE, challenge.hex()) is not None:
        raise PasskeyRefused
    owner = guards.use_passkey(site=site, person_id=person_id, challenge=challenge, answer=answer)
    guards.give_back(SIGN_IN_ADDRESS, address)
    return owner
