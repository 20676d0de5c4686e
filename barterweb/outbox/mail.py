"""From a queued message to a letter in French, and to an e-mail: the only place of the outbox that knows Jinja.

A kind of letter is one text template, `templates/mails/<kind>.txt`: blocks for the subject, the paragraphs and the one thing
to do. `_layout.txt` makes the text of them, `_layout.html` the HTML, so that the two cannot say different things.
"""

import re
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, select_autoescape

from barterweb import clock
from barterweb.outbox import smtp
from barterweb.outbox.errors import DeliveryFailed, InvalidSmtpUrl
from barterweb.outbox.facts import TRADE_KINDS, Deliver, Letter, Message, Outcome
from barterweb.settings import InvalidSettings, Settings
from barterweb.web import filters

_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "mails"
_BLANK_LINE = re.compile(r"\n\s*\n")
_SPACES = re.compile(r"[ \t\r\n]+")  # no-break spaces stay


def delivery(settings: Settings) -> Deliver:
    """Return how letters leave this site: by its SMTP server, or without one kept in the database for operator staff.

    Raises `InvalidSmtpUrl` at once rather than when the first letter leaves.
    """
    if settings.smtp_url is None:
        return keep
    server = smtp.parse_url(settings.smtp_url)

    def send(message: Message) -> Outcome:
        smtp.send(server, compose(message, site=settings.public_url, sender=settings.mail_from))
        return "sent"

    return send


def check(settings: Settings) -> None:
    """Raise `InvalidSettings` when SMTP_URL cannot be used, so that the site does not start rather than send nothing."""
    try:
        delivery(settings)
    except InvalidSmtpUrl as error:
        raise InvalidSettings(str(error)) from error


def keep(_message: Message) -> Outcome:
    """Leave the letter where it is: it can be read in the list of messages."""
    return "kept"


def render(message: Message, *, site: str) -> Letter:
    """Write the letter; `site` is PUBLIC_URL, the beginning of every link. Raises `DeliveryFailed` if it cannot be."""
    name = "trade" if message.kind in TRADE_KINDS else message.kind
    facts = {**message.payload, "kind": message.kind, "to_name": message.to_name, "site": site}
    try:
        template = _environment.get_template(f"{name}.txt")
        parts = {part: _block(template, part, facts) for part in ("subject", "body", "action", "link")}
        subject = _SPACES.sub(" ", parts["subject"])
        paragraphs = [paragraph.strip() for paragraph in _BLANK_LINE.split(parts["body"].strip())]
        letter = {**facts, **parts, "subject": subject, "paragraphs": paragraphs}
        text, html = (_environment.get_template(f"_layout.{form}").render(letter) for form in ("txt", "html"))
    except (TemplateError, ValueError) as error:
        raise DeliveryFailed(f"rendering: {type(error).__name__}") from error
    return Letter(subject, text, html)


def compose(message: Message, *, site: str, sender: str) -> EmailMessage:
    """Return the e-mail, text and HTML; its Message-ID follows from the message's id, so that a second copy is known as one.

    Raises `DeliveryFailed` when an address cannot stand in a header.
    """
    letter = render(message, site=site)
    email = EmailMessage(policy=SMTP)
    try:
        email["From"] = _address(*parseaddr(sender))
        email["To"] = _address(message.to_name, message.to_email)
        email["Subject"] = letter.subject
    except (ValueError, IndexError) as error:  # the header parser's way of refusing malformed addresses
        raise DeliveryFailed("malformed address") from error
    email["Date"] = format_datetime(clock.now())
    email["Message-ID"] = f"<{message.id}@{urlsplit(site).hostname}>"
    email["Auto-Submitted"] = "auto-generated"
    email["Content-Language"] = "fr"
    email.set_content(letter.text, cte="quoted-printable")
    email.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return email


def _address(name: str, email: str) -> Address:
    return Address(display_name=_SPACES.sub(" ", name), addr_spec=email)


def _block(template: Template, name: str, facts: dict[str, str]) -> str:
    return "".join(template.blocks[name](template.new_context(facts))).strip()


def _barter(cents: str) -> str:
    return filters.barter(int(cents))


def _day(iso: str) -> str:
    return filters.day(date.fromisoformat(iso))


def _moment(iso: str) -> str:
    return filters.moment(datetime.fromisoformat(iso))


_environment = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_environment.filters.update(barter=_barter, day=_day, moment=_moment)
