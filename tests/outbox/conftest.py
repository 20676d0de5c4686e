"""A letter in the outbox, hands that take it, and a real SMTP server on this machine."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from flask import Flask

from barterweb.db import open_transaction, session
from barterweb.outbox import service
from barterweb.outbox.errors import DeliveryFailed
from barterweb.outbox.facts import Message, Outcome
from barterweb.outbox.models import OutboxMessage

PROPOSAL = {
    "company": "Cabinet Morel",
    "trade_id": "trd_01k0000000000000000000000a",
    "title": "Expertise comptable",
    "counterparty": "Transports Vallier",
    "amount_cents": "600000",
    "due_on": "2026-08-03",
}


@pytest.fixture
def queue(app: Flask) -> Callable[..., str]:
    """Queue a letter in a transaction of its own and give its id."""

    def queue_one(
        kind: str = "proposal", payload: dict[str, str] | None = None, email: str = "claire@morel.example"
    ) -> str:
        with app.app_context(), open_transaction():
            return service.queue_mail(
                to_email=email, to_name="Claire Morel", kind=kind, payload=payload or PROPOSAL
            )

    return queue_one


@pytest.fixture
def kept(app: Flask) -> Callable[[str], dict[str, Any]]:
    """Give the columns of a letter as they are stored now."""

    def columns(message_id: str) -> dict[str, Any]:
        with app.app_context():
            row = session.get_one(OutboxMessage, message_id)
            return {column.name: getattr(row, column.name) for column in row.__table__.columns}

    return columns


class Postman:
    """Takes letters, and drops those it is told to."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.drops = False

    def __call__(self, message: Message) -> Outcome:
        """Take a letter."""
        if self.drops:
            raise DeliveryFailed("SMTPConnectError 421")
        self.taken.append(message)
        return "sent"


@pytest.fixture
def postman() -> Postman:
    """Somebody to hand letters to."""
    return Postman()


class Mailbox:
    """A server's handler that keeps what it receives and refuses one address."""

    REFUSED = "nobody@morel.example"

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept every address but one."""
        if address == self.REFUSED:
            return f"550 5.1.1 <{address}> unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the e-mail."""
        assert isinstance(envelope.content, bytes)
        email = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(email, EmailMessage)
        self.received.append(email)
        self.encrypted.append(
            session.ssl is not None
            or isinstance(server.transport.get_extra_info("sslcontext"), ssl.SSLContext)
        )
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    """What the server received."""
    return Mailbox()


@pytest.fixture
def smtp_server(mailbox: Mailbox) -> Iterator[Callable[..., int]]:
    """Start a server on 127.0.0.1 with the options of aiosmtpd's controller and give its port."""
    with ExitStack() as afterwards:

        def start(**options: Any) -> int:
            port = _free_port()
            controller = Controller(
                mailbox, hostname="127.0.0.1", port=port, server_hostname="localhost", **options
            )
            controller.start()
            afterwards.callback(controller.stop)
            return port

        yield start


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, made now, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "certificate.pem", folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*command, *subject, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True
    )
    return files


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """What a server needs to speak TLS as localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def only_camille(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    """Let in one user, whose password needs percent-encoding in an address."""
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"camille", b"se/cr@:t")
    return AuthResult(success=known, handled=False)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
