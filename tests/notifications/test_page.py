"""The page of notifications: one row for each trade, paging, marking as read, and the count for the header."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response

from barterweb import clock
from barterweb.ids import new_id
from barterweb.notifications.facts import KINDS
from barterweb.notifications.queries import EARLIER, PAGE_SIZE
from barterweb.notifications.routes import unread_notifications
from tests import build_members
from tests.html import only, text_of
from tests.notifications.conftest import Team, tell
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

DATED = {"proposal", "counter_proposal", "agreement", "delivery_to_confirm", "confirmation_reminder"}


def test_every_kind_is_a_sentence_that_names_and_links_the_trade(
    page: Open, in_app: InApp, team: Team
) -> None:
    trades = {kind: new_id("trd") for kind in KINDS}
    for kind, trade_id in trades.items():
        in_app(tell, team.company_id, kind, title=kind, trade_id=trade_id)
    omar = page(team.trader_email)
    rows = [row for number in (1, 2) for row in omar.get(f"/notifications?page={number}").all("tbody tr")]
    sentences = {text_of(only(row, "a")): text_of(row) for row in rows}
    assert {text_of(only(row, "a")): only(row, "a").get("href") for row in rows} == {
        kind: f"/echanges/{trade_id}" for kind, trade_id in trades.items()
    }
    for kind, sentence in sentences.items():
        assert "Nouveau" in sentence
        assert "Cabinet Morel" in sentence
        assert ("6\u202f000,00\u00a0B" in sentence) == (
            kind not in {"dispute_settled", "refunded", "invoice_ready", "invoice_waiting"}
        )
        assert ("3 août 2026" in sentence) == (kind in DATED)


def test_a_sentence_does_without_the_date_when_there_is_none(page: Open, in_app: InApp, team: Team) -> None:
    for kind in DATED:
        in_app(tell, team.company_id, kind, due_on="", trade_id=new_id("trd"))
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
            tell(company_id, "settled", title=f"Échange {number}", trade_id=new_id("trd"))


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


def test_what_was_told_of_one_trade_is_one_row_and_only_its_latest_is_unfolded(
    page: Open, in_app: InApp, team: Team
) -> None:
    def story() -> None:
        now = clock.now()
        for minutes, kind in enumerate(("proposal", "counter_proposal", "agreement")):
            with clock.at(now + timedelta(minutes=minutes)):
                tell(team.company_id, kind)
        with clock.at(now + timedelta(minutes=1)):
            tell(team.company_id, "declined", title="Autre échange", trade_id=new_id("trd"))

    in_app(story)
    omar = page(team.trader_email)
    shown = omar.get("/notifications")
    first, second = shown.all("tbody tr")
    assert "3 nouvelles" in text_of(only(first, "th"))
    assert "Nouveau" in text_of(only(second, "th"))
    earlier = [text_of(told) for told in first.iter("li")]
    assert [sentence.split()[0] for sentence in earlier] == ["Nouveau", "Nouveau"]
    assert "propose d’autres conditions" in earlier[0]
    assert "vous propose un échange" in earlier[1]
    assert "Les 2 précédentes\u00a0: Stockage de palettes" in text_of(only(first, "summary"))
    assert not list(second.iter("details"))


def test_of_a_long_story_the_beginning_is_counted_but_not_shown(
    page: Open, in_app: InApp, team: Team
) -> None:
    def story() -> None:
        now = clock.now()
        for minutes in range(EARLIER + 5):
            with clock.at(now + timedelta(minutes=minutes)):
                tell(team.company_id, "counter_proposal")

    in_app(story)
    shown = page(team.trader_email).get("/notifications")
    assert len(shown.all("tbody li")) == EARLIER
    assert f"Les {EARLIER} précédentes sur {EARLIER + 4}\u00a0:" in shown.text_of("td summary")
    assert f"{EARLIER + 5} notifications non lues" in shown


def test_it_costs_as_many_queries_for_twenty_as_for_one(
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
