"""What a page asks of a passkey, and the challenge that its answer must match, kept by the browser's cookie."""

import ipaddress
from urllib.parse import urlsplit

from barterweb.members.routes import entering
from barterweb.security import service as guards
from barterweb.web import sessions

_KEPT = "challenge"


def passkeys_possible() -> bool:
    """Tell whether the site's address can have passkeys: WebAuthn knows sites by name, not by number."""
    try:
        ipaddress.ip_address(urlsplit(entering.site()).hostname or "")
    except ValueError:
        return True
    return False


def ask(person_id: str | None) -> str | None:
    """Return what to ask the browser's passkeys, as JSON for the page's script; None when there can be none."""
    if not passkeys_possible():
        return None
    return _keep(guards.ask_for_known(site=entering.site(), person_id=person_id))


def ask_for_new(person_id: str, email: str, name: str) -> str | None:
    """Return what to ask a browser that is to make a passkey."""
    if not passkeys_possible():
        return None
    return _keep(guards.ask_for_new(site=entering.site(), person_id=person_id, email=email, name=name))


def question_asked() -> bytes:
    """Return the challenge of the last question of this browser, empty when there was none lately."""
    return bytes.fromhex(sessions.kept(_KEPT))


def _keep(question: guards.Question) -> str:
    sessions.keep(_KEPT, question.challenge.hex())
    return question.json
