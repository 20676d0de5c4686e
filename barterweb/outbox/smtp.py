"""Handing a letter to an SMTP server, with the standard library.

``smtp://`` speaks in clear (a relay on the same machine or private network), ``smtp+starttls://`` insists on TLS after
connecting (usually port 587), ``smtps://`` speaks TLS from the start (usually 465). Certificates are checked.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from barterweb.outbox.errors import DeliveryFailed, InvalidSmtpUrl

TIMEOUT_SECONDS = 30
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_EXPECTED = "SMTP_URL must look like smtps://user:password@mail.example:465, smtp+starttls://… or smtp://…"


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server and how to speak to it; `security` is smtp, smtp+starttls or smtps."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


def parse_url(url: str) -> Server:
    """Read SMTP_URL; raises `InvalidSmtpUrl`. User and password are percent-decoded.

    A password over ``smtp://`` to another machine is refused: it would travel in clear.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidSmtpUrl(_EXPECTED) from error
    if (
        parts.scheme not in _PORTS
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise InvalidSmtpUrl(_EXPECTED)
    if parts.scheme == "smtp" and parts.password and parts.hostname not in _LOOPBACK:
        raise InvalidSmtpUrl("SMTP_URL would send its password in clear: use smtps:// or smtp+starttls://.")
    return Server(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        security=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def send(server: Server, email: EmailMessage) -> None:
    """Hand one e-mail over on a connection of its own; raises `DeliveryFailed`."""
    try:
        with _connect(server, own_name=email["From"].addresses[0].domain) as connection:
            if server.security == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(email)
    except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: an address SMTP cannot carry
        raise DeliveryFailed(_summary(error)) from error


def _connect(server: Server, *, own_name: str) -> smtplib.SMTP:
    """Open a connection, greeting by the sender's domain: asking the network for this machine's name can take seconds."""
    where = (server.host, server.port, own_name)
    if server.security == "smtps":
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)


def _summary(error: Exception) -> str:
    """Name the error and the server's code, not its text, which may repeat the address or what was sent."""
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    return f"{type(error).__name__} {code}" if code else type(error).__name__
