"""Letters handed to a real SMTP server on this machine: in clear, with a password, over TLS, refused."""

import dataclasses
import smtplib
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from barterweb.outbox import mail, service, smtp
from barterweb.outbox.errors import InvalidSmtpUrl
from barterweb.settings import Settings
from tests.outbox.conftest import Mailbox, only_camille

Kept = Callable[[str], dict[str, Any]]
SECRET = "se%2Fcr%40%3At"


def send_through(app: Flask, url: str) -> int:
    settings: Settings = dataclasses.replace(app.config["SETTINGS"], smtp_url=url)
    with app.app_context():
        return service.send_waiting(deliver=mail.delivery(settings))


def test_a_letter_arrives_as_it_was_written(
    app: Flask, queue: Callable[..., str], kept: Kept, smtp_server: Callable[..., int], mailbox: Mailbox
) -> None:
    message_id = queue()
    assert send_through(app, f"smtp://127.0.0.1:{smtp_server()}") == 1
    (email,) = mailbox.received
    assert email["Subject"] == "Proposition de Transports Vallier\u00a0: Expertise comptable"
    assert email["To"] == "Claire Morel <claire@morel.example>"
    text, html = (email.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    link = "http://localhost/echanges/trd_01k0000000000000000000000a"
    assert "un échange de 6\u202f000,00\u00a0B" in text.get_content()
    assert link in text.get_content()
    assert f'href="{link}"' in html.get_content()
    assert kept(message_id)["status"] == "sent"


def test_a_refused_address_is_tried_again_and_its_code_kept(
    app: Flask, queue: Callable[..., str], kept: Kept, smtp_server: Callable[..., int], mailbox: Mailbox
) -> None:
    refused, accepted = queue(email=Mailbox.REFUSED), queue()
    assert send_through(app, f"smtp://127.0.0.1:{smtp_server()}") == 1
    assert len(mailbox.received) == 1
    assert kept(accepted)["status"] == "sent"
    row = kept(refused)
    assert (row["status"], row["attempts"]) == ("waiting", 1)
    assert row["last_error"] == "SMTPRecipientsRefused 550", "neither the address nor the server's text"


def test_a_server_that_is_down_leaves_the_letter_waiting(
    app: Flask, queue: Callable[..., str], kept: Kept
) -> None:
    message_id = queue()
    assert send_through(app, "smtp://127.0.0.1:9") == 0
    assert (kept(message_id)["status"], kept(message_id)["last_error"]) == (
        "waiting",
        "ConnectionRefusedError",
    )


def test_user_and_password_are_given_as_they_were_encoded_in_the_address(
    app: Flask,
    queue: Callable[..., str],
    kept: Kept,
    smtp_server: Callable[..., int],
    mailbox: Mailbox,
    tls: ssl.SSLContext,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    port = smtp_server(tls_context=tls, authenticator=only_camille, auth_required=True)
    message_id = queue()
    assert send_through(app, f"smtp+starttls://camille:wrong@localhost:{port}") == 0
    assert kept(message_id)["last_error"] == "SMTPAuthenticationError 535"
    queue()
    assert send_through(app, f"smtp+starttls://camille:{SECRET}@localhost:{port}") == 1
    assert len(mailbox.received) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_letters_travel_over_tls(
    scheme: str,
    app: Flask,
    queue: Callable[..., str],
    smtp_server: Callable[..., int],
    mailbox: Mailbox,
    tls: ssl.SSLContext,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    port = smtp_server(
        **({"ssl_context": tls} if scheme == "smtps" else {"tls_context": tls, "require_starttls": True})
    )
    queue()
    assert send_through(app, f"{scheme}://localhost:{port}") == 1
    assert mailbox.encrypted == [True]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_with_an_unknown_certificate_gets_nothing(
    scheme: str,
    app: Flask,
    queue: Callable[..., str],
    kept: Kept,
    smtp_server: Callable[..., int],
    mailbox: Mailbox,
    tls: ssl.SSLContext,
) -> None:
    port = smtp_server(**({"ssl_context": tls} if scheme == "smtps" else {"tls_context": tls}))
    message_id = queue()
    assert send_through(app, f"{scheme}://localhost:{port}") == 0
    assert kept(message_id)["last_error"] == "SSLCertVerificationError"
    assert mailbox.received == []


def test_starttls_is_not_given_up_when_the_server_does_not_offer_it(
    app: Flask, queue: Callable[..., str], kept: Kept, smtp_server: Callable[..., int], mailbox: Mailbox
) -> None:
    message_id = queue()
    assert send_through(app, f"smtp+starttls://localhost:{smtp_server()}") == 0
    assert kept(message_id)["last_error"] == smtplib.SMTPNotSupportedError.__name__
    assert mailbox.received == []


def test_an_address_says_how_to_connect() -> None:
    assert smtp.parse_url("smtps://u:p%40@mail.example") == smtp.Server(
        "mail.example", 465, "smtps", "u", "p@"
    )
    assert smtp.parse_url("smtp+starttls://mail.example") == smtp.Server("mail.example", 587, "smtp+starttls")
    assert smtp.parse_url("smtp://localhost:2525/") == smtp.Server("localhost", 2525, "smtp")
    assert "p@" not in repr(smtp.parse_url("smtps://u:p%40@mail.example"))


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:99999",
        "smtp://mail.example/x",
        "smtp://m.example?a=b",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_once(app: Flask, url: str) -> None:
    with pytest.raises(InvalidSmtpUrl, match="smtps://"):
        mail.delivery(dataclasses.replace(app.config["SETTINGS"], smtp_url=url))


def test_a_password_never_leaves_this_machine_in_clear() -> None:
    with pytest.raises(InvalidSmtpUrl) as refused:
        smtp.parse_url("smtp://camille:secret@mail.example")
    assert "secret" not in str(refused.value)
