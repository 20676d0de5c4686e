"""L17: a ledger found wrong stops writes; reading, downloads and signing in go on until a person has looked."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from barterweb import clock, db, ledger
from barterweb.cli.jobs import run_jobs
from barterweb.db import SiteReadOnly, open_essential_transaction, session
from barterweb.operations import queries, service
from barterweb.outbox.models import OutboxMessage
from tests import build_members as build
from tests.listings.test_writing_pages import TYPED
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]


def stop(reason: str = "Contrôle en cours") -> None:
    assert service.stop_writes(reason=reason, by="camille")


def test_a_verb_is_refused_and_reading_goes_on(app: Flask, in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    in_app(stop)
    lea = page(member.email)
    lea.get("/tableau-de-bord")
    assert "Le site est en lecture seule depuis le" in lea.page
    assert "Contrôle en cours" not in lea.page  # why is for the operator
    lea.get("/mes-annonces/nouvelle")
    refused = lea.submit("Publier l’annonce", status=503, **TYPED)
    assert "Rien n’est enregistré pour l’instant" in refused
    assert refused.headers["Retry-After"] == "600"
    with pytest.raises(SiteReadOnly):
        in_app(build.company)
    in_app(service.allow_writes, by="camille")
    lea.get("/mes-annonces/nouvelle")
    lea.submit("Publier l’annonce", **TYPED)


def test_signing_in_and_downloads_go_on(app: Flask, in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    in_app(stop)
    lea = page()
    lea.get("/connexion")
    lea.submit("Se connecter", email=member.email, password=build.PASSWORD)
    day = clock.today()
    csv = lea.get(f"/comptes/{member.company_id}/releve.csv?du={day}&au={day}")
    assert csv.status == 200


def test_the_operator_reads_why_and_how_to_end_it(app: Flask, in_app: InApp, page: Open) -> None:
    operator = in_app(build.operator)
    in_app(stop)
    browser = page(operator_email(in_app, operator))
    browser.get("/operateur/journal")
    assert "Décidé par camille. Contrôle en cours." in browser.page
    assert "<code>flask read-only off</code>" in browser.page.html


def operator_email(in_app: InApp, operator: Any) -> str:
    return str(
        in_app(
            lambda: session.scalar(
                text("SELECT email FROM people WHERE id = :id"), {"id": operator.person_id}
            )
        )
    )


def test_the_commands(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["read-only", "status"]).output == "Open.\n"
    assert "is read-only now" in runner.invoke(args=["read-only", "on", "Travaux"]).output
    assert "was read-only already" in runner.invoke(args=["read-only", "on", "Autre"]).output
    assert "Travaux" in runner.invoke(args=["read-only", "status"]).output
    assert "takes writes again" in runner.invoke(args=["read-only", "off"]).output
    assert "was not read-only" in runner.invoke(args=["read-only", "off"]).output


def test_another_process_learns_of_it_within_two_seconds(
    app: Flask, in_app: InApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_app(queries.read_only) is None
    remembered = in_app(lambda: dict(db.memory()))
    in_app(stop)
    in_app(lambda: db.memory().update(remembered))  # as it stands in a process that did not switch
    assert in_app(queries.read_only) is None
    now = queries.time.monotonic()
    monkeypatch.setattr(queries.time, "monotonic", lambda: now + queries.REMEMBERED_SECONDS + 0.1)
    assert in_app(queries.read_only).reason == "Contrôle en cours"


def spoil() -> None:
    member = "SELECT min(id) FROM ledger_accounts WHERE kind = 'member'"
    with open_essential_transaction():
        session.execute(text(f"UPDATE ledger_accounts SET balance_cents = 5 WHERE id = ({member})"))


def test_the_nightly_check_stops_writes_and_tells_operator_staff_once(app: Flask, in_app: InApp) -> None:
    in_app(build.operator)
    in_app(build.company)
    assert run_jobs(app) == 0
    assert in_app(queries.read_only) is None
    in_app(spoil)
    run_jobs(app)
    run_jobs(app)
    state = in_app(queries.read_only)
    assert "a balance is that of its last entry" in state.reason
    assert state.set_by == "la vérification du registre"
    kinds = in_app(lambda: session.scalars(db.db.select(OutboxMessage.kind)).all())
    assert kinds.count("site_read_only") == 1


def test_a_clean_check_is_remembered_and_the_next_goes_on_from_there(
    app: Flask, in_app: InApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    verify = ledger.verify

    def note(*, since: int = 0) -> ledger.Verification:
        asked.append(since)
        return verify(since=since)

    monkeypatch.setattr(ledger, "verify", note)
    monkeypatch.setattr(ledger, "chain_head", lambda: ledger.ChainHead(7, "0" * 64, queries.datetime.min))
    in_app(service.check_ledger, whole=True)
    in_app(service.check_ledger, whole=False)
    assert asked == [0, 7]


def test_counting_queries_does_not_depend_on_when_the_state_was_asked_last(
    in_app: InApp, page: Open, count_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a fixture wrote nearly two seconds ago: what it knew ends within the request that is counted."""
    now = time.monotonic()
    in_app(lambda: db.memory().update(read_only=(now + 2, None)))
    monkeypatch.setattr(queries.time, "monotonic", lambda: now + 1.9)
    visitor = page()
    with count_queries() as statements:
        monkeypatch.setattr(queries.time, "monotonic", lambda: now + 2.1)
        visitor.get("/accessibilite")
    assert not [statement for statement in statements if "read_only_since" in statement]
