"""The messages the site wrote, as operator staff find and read them."""

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb.db import open_transaction, session
from barterweb.outbox import mail
from barterweb.outbox import service as outbox
from barterweb.outbox.errors import DeliveryFailed
from barterweb.outbox.facts import Message, Outcome
from barterweb.outbox.models import OutboxMessage
from tests import build_members
from tests.page import assert_swap_equals_page
from tests.staff.conftest import OPERATOR, InApp, Network, Open


def deliver_all(outcome: Outcome = "kept") -> int:
    return outbox.send_waiting(deliver=lambda _message: outcome)


def refuse(_message: Message) -> Outcome:
    raise DeliveryFailed("SMTPServerDisconnected")


def test_messages_are_listed_newest_first_with_their_state(
    page: Open, in_app: InApp, network: Network
) -> None:
    in_app(deliver_all)
    in_app(build_members.application, cluster_ids=[network.cluster_id], name="Fonderie Belle")
    operator = page(OPERATOR)
    shown = operator.get("/operateur/messages")
    rows = ["".join(row.itertext()) for row in shown.all("tbody tr")]
    assert "Candidature reçue" in rows[0]
    assert "En attente" in rows[0]
    assert len(rows) == 7
    operator.follow("Gardés (6)")
    assert len(operator.page.all("tbody tr")) == 6
    operator.follow("Échecs (0)")
    assert "Aucun message ici" in operator.page


def test_an_opened_message_reads_as_it_was_written(page: Open, in_app: InApp, network: Network) -> None:
    in_app(deliver_all)
    operator = page(OPERATOR)
    listed = operator.get("/operateur/messages?etat=gardes")
    address = next(link.get("href") or "" for link in listed.all("tbody a[href]"))
    assert "etat=gardes" in address
    opened = operator.get(address)
    assert "Bonjour" in opened.text_of("#lettre")
    assert_swap_equals_page(operator, "/operateur/messages?etat=gardes", "#messages-liste", address)
    operator.get(address)
    operator.follow("Fermer le message")
    assert not operator.page.all("#lettre")


def test_a_failure_is_shown_with_its_cause(page: Open, in_app: InApp, network: Network) -> None:
    in_app(lambda: outbox.send_waiting(deliver=refuse))
    assert "1 essais, SMTPServerDisconnected" in page(OPERATOR).get("/operateur/messages")


def test_a_message_that_cannot_be_written_is_said_to_be_so(
    page: Open, app: Flask, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise DeliveryFailed("rendering")

    monkeypatch.setattr(mail, "render", fail)
    with app.app_context(), open_transaction():
        message_id = session.query(OutboxMessage.id).first()[0]  # type: ignore[index]
    assert "ne peut pas être affiché" in page(OPERATOR).get(f"/operateur/messages?message={message_id}")


def test_what_a_company_is_called_cannot_become_code(page: Open, in_app: InApp, network: Network) -> None:
    in_app(build_members.application, cluster_ids=[network.cluster_id], name="<b>Fonderie</b>")
    operator = page(OPERATOR)
    operator.get("/operateur/messages")
    address = next(link.get("href") or "" for link in operator.page.all("tbody a[href]"))
    assert "<b>Fonderie</b>" in operator.get(address)
    assert not operator.page.all("#lettre b")


def test_messages_turn_their_pages(page: Open, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barterweb.staff.routes.messages.OUTBOX_PAGE_SIZE", 4)
    operator = page(OPERATOR)
    operator.get("/operateur/messages")
    operator.follow("Suivante")
    assert len(operator.page.all("tbody tr")) == 2
    assert_swap_equals_page(operator, "/operateur/messages", "#messages-liste", "/operateur/messages?page=2")


def test_a_letter_that_was_given_up_is_sent_again(
    page: Open, in_app: InApp, network: Network, app: Flask
) -> None:
    def fail_for_good() -> str:
        with open_transaction():
            row = session.scalars(sa.select(OutboxMessage).limit(1)).one()
            row.status, row.attempts, row.last_error = "failed", 6, "SMTPRecipientsRefused 550"
            return row.id

    message_id = in_app(fail_for_good)
    operator = page(OPERATOR)
    operator.get(f"/operateur/messages?etat=echecs&message={message_id}")
    operator.submit("Envoyer de nouveau")
    assert "repartira" in operator.page
    operator.post(f"/operateur/messages/{message_id}/renvoi", status=409)
    assert in_app(deliver_all) > 0
    assert "Échecs (0)" in operator.get("/operateur/messages")
