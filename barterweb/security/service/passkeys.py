"""Passkeys: WebAuthn credentials that stand for the second factor, or, unlocked by their person, for the whole sign-in.

Questions and answers are checked by the library `webauthn`. The site is named by the host of PUBLIC_URL.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from barterweb import clock, ids
from barterweb.db import require_transaction, session
from barterweb.security.errors import PasskeyRefused
from barterweb.security.models import Passkey
from barterweb.security.queries import passkey_by_credential, passkeys_of

MAX_PASSKEYS = 10
_NAME = "Barter clusters"


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser is asked (JSON for its script), and the challenge to keep until it answers."""

    json: str
    challenge: bytes


def ask_for_new(*, site: str, person_id: str, email: str, name: str) -> Question:
    """Ask a browser to make a passkey for a person; `site` is PUBLIC_URL."""
    options = webauthn.generate_registration_options(
        rp_id=_host(site),
        rp_name=_NAME,
        user_id=person_id.encode(),
        user_name=email,
        user_display_name=name,
        exclude_credentials=_descriptors(person_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Question(webauthn.options_to_json(options), options.challenge)


def ask_for_known(*, site: str, person_id: str | None) -> Question:
    """Ask a browser for a passkey of a person, or of whoever is there."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(site),
        allow_credentials=_descriptors(person_id) if person_id else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Question(webauthn.options_to_json(options), options.challenge)


def add_passkey(*, site: str, person_id: str, challenge: bytes, answer: str, name: str) -> str:
    """Keep the passkey a browser made, and return its id. Raises `PasskeyRefused`."""
    require_transaction()
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(site),
            expected_origin=site,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    if len(passkeys_of(person_id)) >= MAX_PASSKEYS:
        raise PasskeyRefused
    passkey = Passkey(
        id=ids.new_id("key"),
        person_id=person_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
        created_at=clock.now(),
    )
    session.add(passkey)
    try:
        session.flush()
    except IntegrityError as error:
        raise PasskeyRefused from error
    return passkey.id


def use_passkey(*, site: str, person_id: str | None, challenge: bytes, answer: str) -> str:
    """Check a passkey's answer and return whose it is: of `person_id`, or of anybody when None. Raises `PasskeyRefused`."""
    require_transaction()
    try:
        passkey = passkey_by_credential(_credential_id(answer))
        if passkey is None or (person_id is not None and passkey.person_id != person_id):
            raise PasskeyRefused
        proven = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(site),
            expected_origin=site,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    passkey.sign_count, passkey.last_used_at = proven.new_sign_count, clock.now()
    return passkey.person_id


def remove_passkey(passkey_id: str, person_id: str) -> bool:
    """Take a passkey of a person away; tell whether there was one."""
    require_transaction()
    gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id)
    return session.scalar(gone.returning(Passkey.id)) is not None


def _descriptors(person_id: str) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in passkeys_of(person_id)]


def _credential_id(answer: str) -> bytes:
    read: Any = webauthn.helpers.parse_authentication_credential_json(answer)
    raw = read.raw_id
    return raw if isinstance(raw, bytes) else base64url_to_bytes(raw)


def _host(site: str) -> str:
    return urlsplit(site).hostname or ""
