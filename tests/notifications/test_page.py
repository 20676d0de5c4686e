"""The page of notifications: sentences that link to trades, paging, marking as read, and the count for the header."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response

from barterweb import clock
from barterweb.ids import new_id
from barterweb.notifications.facts import KINDS
from barterweb.notifications.queries import PAGE_SIZE
from barterweb.notifications.routes import unread_notifications
from tests import build_members
from tests.html import only, text_of
from tests.notifications.conftest import TRADE, Team, tell
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

DATED = {"proposal", "counter_proposal", "agreement", "delivery_to_confirm", "confirmation_reminder"}


def test_every_kind_is_a_sentence_that_names_and_links_the_trade(
    page: Open, in_app: InApp, team: Team
) -> None:
    for kind in KINDS:
        in_app(tell, team.company_id, kind, title=kind)
    shown = page(team.trader_email).get("/notifications")
    sentences = {text_of(only(row, "a")): text_of(row) for row in shown.all("tbody tr")}
    assert sentences.keys() == KINDS
    assert {link.get("href") for link in shown.all("tbody a")} == {f"/echanges/{TRADE}"}
    for kind, sentence in sentences.items():
        assert "Nouveau" in sentence
        assert "Cabinet Morel" in sentence
        assert ("6\u202f000,00\u00a0B" in sentence) == (
            kind not in {"dispute_settled", "refunded", "invoice_ready"}
        )
        assert ("3 août 2026" in sentence) == (kind in DATED)


def test_a_sentence_does_without_the_date_when_there_is_none(page: Open, in_app: InApp, team: Team) -> None:
    for kind in DATED:
        in_app(tell, team.company_id, kind, due_on="")
    shown = page(team.trader_email).get("/notifications")
    assert len(shown.all("tbody tr")) == len(DATED)
    assert "None" not in shown
    assert "jusqu’au" not in shown


def test_names_cannot_become_html(page: Open, in_app: InApp, team: Team) -> None:
    in_app(tell, team.company_id, counterparty="<script>x</script>", title="<b>gras</b>")
    shown = page(team.trader_email).get("/notifications")
    assert "<script>x" not in shown.html
    assert shown.text_of("tbody a") == "<b>gras</b>"


def test_marking_as_read_moves_the_count_and_the_badges(page: Open, in_app: InApp, team: Team) -> None:
    in_app(tell, team.company_id, "proposal")
    in_app(tell, team.company_id, "settled")
    omar = page(team.trader_email)
    assert "2 notifications non lues" in omar.get("/notifications")
    shown = omar.submit("Tout marquer comme lu")
    assert omar.redirects == ["/notifications"]
    assert "Vous avez tout lu." in shown
    assert "Nouveau" not in shown
    assert not shown.all("form[action=/notifications/lues]")
    assert "2 notifications non lues" in page(team.administrator_email).get("/notifications")


def test_marking_as_read_something_else_is_not_found(page: Open, in_app: InApp, team: Team) -> None:
    in_app(tell, team.company_id)
    omar = page(team.trader_email)
    for newest_id in ("", "ntf_x", new_id("ntf"), "ntf_\x00", "x" * 10_000):
        omar.get("/notifications")
        omar.post("/notifications/lues", {"newest_id": newest_id}, status=404)
    omar.get("/notifications")
    omar.post("/notifications/lues", status=404)
    assert "1 notification non lue" in omar.get("/notifications")


def test_a_post_without_its_token_changes_nothing(page: Open, in_app: InApp, team: Team) -> None:
    in_app(tell, team.company_id)
    omar = page(team.trader_email)
    omar.get("/notifications")
    omar.post("/notifications/lues", {"newest_id": new_id("ntf")}, csrf=False, status=400)


def fill(company_id: str, count: int) -> None:
    now = clock.now()
    for number in range(count):
        with clock.at(now + timedelta(minutes=number)):
            tell(company_id, "settled", title=f"Échange {number}")


def test_the_list_is_paged(page: Open, in_app: InApp, team: Team) -> None:
    in_app(fill, team.company_id, PAGE_SIZE + 1)
    omar = page(team.trader_email)
    first = omar.get("/notifications")
    assert len(first.all("tbody tr")) == PAGE_SIZE
    assert f"Échange {PAGE_SIZE}" in first
    second = omar.get(first.one("a[rel=next]").get("href") or "")
    assert [link.text for link in second.all("tbody a")] == ["Échange 0"]


def test_a_page_that_does_not_exist_is_not_found(page: Open, in_app: InApp, team: Team) -> None:
    in_app(fill, team.company_id, 1)
    omar = page(team.trader_email)
    for number in ("0", "-1", "abc", "3", "999999999999", "1e1", "%00", "%FF", ""):
        omar.get(f"/notifications?page={number}", status=404)


def test_nothing_to_say_says_so(page: Open, team: Team) -> None:
    assert "Rien à signaler" in page(team.trader_email).get("/notifications")


def test_it_costs_as_many_queries_for_thirty_as_for_one(
    page: Open, in_app: InApp, team: Team, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for rows in (1, PAGE_SIZE - 1):
        in_app(fill, team.company_id, rows)
        omar = page(team.trader_email)
        with count_queries() as queries:
            omar.get("/notifications")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_only_members_have_notifications(page: Open, in_app: InApp, team: Team) -> None:
    in_app(build_members.operator)
    visitor = page()
    visitor.get("/notifications")
    assert visitor.redirects == ["/connexion?suite=%2Fnotifications"]
    page("exploitant@barter.example").get("/notifications", status=403)
    page("cabinet@comptes.example").get("/notifications", status=403)


def test_the_count_is_that_of_the_company_acted_for_and_costs_nothing_where_it_is_not_shown(
    app: Flask, page: Open, in_app: InApp, team: Team, count_queries: Callable[[], Any]
) -> None:
    other = in_app(build_members.company, "Cabinet Morel")
    in_app(build_members.person, team.trader_email, "trader", company_id=other.company_id)
    in_app(fill, team.company_id, 3)
    in_app(fill, other.company_id, 1)
    seen: list[int] = []

    @app.after_request
    def count(response: Response) -> Response:
        seen.append(unread_notifications())
        return response

    for email in (team.administrator_email, other.email, "cabinet@comptes.example"):
        page(email).get("/comment-ca-marche")
    page().get("/comment-ca-marche")
    assert seen == [3, 1, 0, 0]
    app.after_request_funcs[None].remove(count)
    with count_queries() as queries:
        page().get("/comment-ca-marche")
    assert not [query for query in queries if "notifications" in query]
