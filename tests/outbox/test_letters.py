"""Every kind of letter, as text and as HTML: French, complete, with a link that leads to this site."""

import re
from email.policy import SMTP

import pytest

from barterweb import clock
from barterweb.outbox import mail
from barterweb.outbox.errors import DeliveryFailed
from barterweb.outbox.facts import KINDS, TRADE_KINDS, Message
from tests.html import parse, text_of
from tests.lint import BREAKING_SPACE, STRAIGHT_APOSTROPHE
from tests.outbox.conftest import PROPOSAL

SITE = "https://barter.example"
SAMPLE = {
    **PROPOSAL,
    "application_id": "adh_01k0000000000000000000000a",
    "url": "/invitation/jeton",
    "question": "Quelle est votre activité principale\u00a0?\r\n\r\nEt combien de machines proposez-vous\u00a0?",
    "reason": "L’activité n’entre pas dans le champ du pôle.",
    "by": "la vérification du registre",
    "browser": "Firefox sur Windows",
    "address": "192.0.2.7",
    "at": "2026-08-03T12:05:00+00:00",
    "change": "totp_removed",
    "page": "/mon-entreprise/adhesion",
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
    "suspends_on": "2027-04-01",
    "until": "2027-12-31",
    "claim": "departure",
    "companies": "Transports du Vercors, Cabinet Marcellin",
    "month": "2026-07-01",
    "path": "/comptes",
    "document": "invoice",
    "number": "BC2026-00017",
    "searches": "rec_01k0000000000000000000000a 3 Stockage\nrec_01k0000000000000000000000b 1 Comptable | Lyon",
}
LINKS = {
    **dict.fromkeys(TRADE_KINDS, f"{SITE}/echanges/{PROPOSAL['trade_id']}"),
    "limit_reached": f"{SITE}/tableau-de-bord",
    "invitation": f"{SITE}/invitation/jeton",
    "accountant_invited": f"{SITE}/invitation/jeton",
    "application_received": f"{SITE}/adhesion/{SAMPLE['application_id']}/recue",
    "application_question": f"{SITE}/adhesion/{SAMPLE['application_id']}/recue",
    "application_refused": f"{SITE}/annonces",
    "application_begun": f"{SITE}/invitation/jeton",
    **dict.fromkeys(
        (kind for kind, needs in KINDS.items() if "page" in needs), f"{SITE}/mon-entreprise/adhesion"
    ),
    "statements_ready": f"{SITE}/comptes",
    "new_listings": f"{SITE}/mes-recherches",
    "site_read_only": f"{SITE}/operateur/comptes",
    "new_device": f"{SITE}/securite",
    "access_changed": f"{SITE}/securite",
    "password_reset": f"{SITE}/invitation/jeton",
}


def letter(kind: str, **changes: str) -> Message:
    payload = {name: SAMPLE[name] for name in KINDS[kind]}
    return Message(
        "msg_01k0000000000000000000000a", "claire@morel.example", "Claire Morel", kind, {**payload, **changes}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same(kind: str) -> None:
    written = mail.render(letter(kind), site=SITE)
    assert written.subject
    assert "\n" not in written.subject
    root, errors = parse(written.html, fragment=False)
    assert not errors
    words = text_of(next(root.iter("body")))
    link = LINKS[kind]
    assert f":\n{link}\n" in written.text
    assert next(a.get("href") for a in root.iter("a")) == link
    for paragraph in re.split(r"\n\s*\n", written.text.partition("\n-- \n")[0]):
        if link not in paragraph:
            assert re.sub(r"[ \t\r\n]+", " ", paragraph) in words


@pytest.mark.parametrize("kind", KINDS)
def test_letters_keep_the_rules_of_french_typography(kind: str) -> None:
    written = mail.render(letter(kind), site=SITE)
    for text in (written.subject, written.text.replace("https:", "")):
        assert not STRAIGHT_APOSTROPHE.search(text)
        assert not BREAKING_SPACE.search(text)


@pytest.mark.parametrize("kind", KINDS)
def test_letters_load_nothing_from_outside(kind: str) -> None:
    html = mail.render(letter(kind), site=SITE).html
    assert not re.search(r"<(?:img|script|link|iframe)|url\(|@import|\ssrc=", html)


@pytest.mark.parametrize("kind", sorted(TRADE_KINDS))
def test_a_letter_about_a_trade_names_it_with_its_amount(kind: str) -> None:
    written = mail.render(letter(kind), site=SITE)
    for fact in ("Expertise comptable", "Transports Vallier", "6\u202f000,00\u00a0B"):
        assert fact in written.text
    assert "None" not in mail.render(letter(kind, due_on=""), site=SITE).text


@pytest.mark.parametrize(
    "kind",
    sorted(TRADE_KINDS - {"dispute", "limit_reached", "approval_asked", "approval_refused", "message"}),
)
def test_a_letter_about_a_trade_says_until_when(kind: str) -> None:
    assert "3 août 2026" in mail.render(letter(kind), site=SITE).text


def test_an_invited_person_who_has_a_password_is_told_to_sign_in() -> None:
    written = mail.render(letter("invitation", url="/connexion"), site=SITE)
    assert "Me connecter\u00a0:\nhttps://barter.example/connexion" in written.text
    assert "Choisi" not in written.text


def test_names_cannot_become_html_nor_headers() -> None:
    hostile = letter("proposal", counterparty="<img src=x>\r\nBcc: tous@pole.example", title="{{ 7 * 7 }}")
    email = mail.compose(hostile, site=SITE, sender="Barter clusters <ne-pas-repondre@barter.example>")
    assert email["Bcc"] is None
    assert "Bcc: tous@pole.example" in email["Subject"], "it stays within the line"
    html = mail.render(hostile, site=SITE).html
    assert "<img" not in html
    assert "{{ 7 * 7 }}" in html


def test_an_email_carries_what_mail_readers_expect() -> None:
    sent_at = clock.now()
    with clock.at(sent_at):
        email = mail.compose(
            letter("agreement"), site=SITE, sender="Barter clusters <ne-pas-repondre@barter.example>"
        )
    assert str(email["From"]) == "Barter clusters <ne-pas-repondre@barter.example>"
    assert str(email["To"]) == "Claire Morel <claire@morel.example>"
    assert email["Message-ID"] == "<msg_01k0000000000000000000000a@barter.example>"
    assert email["Date"].datetime == sent_at.replace(microsecond=0)
    assert email["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in email.iter_parts()] == ["text/plain", "text/html"]
    email.as_bytes(policy=SMTP).decode("ascii")  # servers of thirty years ago carry it


@pytest.mark.parametrize(
    "message",
    [
        Message("msg_1", "pas une adresse", "Claire", "proposal", PROPOSAL),
        Message("msg_1", "claire@morel.example\r\nBcc: tous@pole.example", "Claire", "proposal", PROPOSAL),
        Message("msg_1", "", "Claire", "proposal", PROPOSAL),
        Message(
            "msg_1", "claire@morel.example", "Claire", "proposal", {**PROPOSAL, "amount_cents": "beaucoup"}
        ),
        Message("msg_1", "claire@morel.example", "Claire", "proposal", {"title": "seul"}),
        Message("msg_1", "claire@morel.example", "Claire", "love_letter", PROPOSAL),
    ],
)
def test_what_cannot_be_written_or_addressed_fails_like_any_delivery(message: Message) -> None:
    with pytest.raises(DeliveryFailed) as refused:
        mail.compose(message, site=SITE, sender="Barter clusters <ne-pas-repondre@barter.example>")
    assert "@" not in refused.value.summary
