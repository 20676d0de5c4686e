"""Messages beside a trade in the browser: writing, files, what is refused and kept, the limit, the list."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from barterweb import clock
from barterweb.privacy import service as privacy
from barterweb.security.facts import MESSAGES
from barterweb.trades import messages, queries
from barterweb.trades.policy import MESSAGES_AFTER
from tests import build_members, build_trades
from tests.page import Browser
from tests.trades.conftest import Cast
from tests.trades.test_messages import SMALL, write

Open = Callable[..., Browser]
InApp = Callable[..., Any]
PDF = b"%PDF-1.7\n"
SEND = "Envoyer le message"


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return out.getvalue()


def test_a_message_and_its_file_reach_the_other_company(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.agreed, cast.haulier, cast.firm, SMALL)
    haulier, firm = page(cast.haulier.email), page(cast.firm.email)
    haulier.get(f"/echanges/{trade_id}")
    assert "Personne n’a encore écrit." in haulier.page
    haulier.submit(SEND, body="Voici le bon.\nÀ mardi.", file=("Bon de livraison.pdf", PDF))
    assert "Message envoyé" in haulier.page
    shown = firm.get(f"/echanges/{trade_id}").text_of("#conversation")
    for words in ("Transports du Vercors", cast.haulier.actor.person_name, "Voici le bon.", "1\u00a0ko"):
        assert words in shown
    file = firm.follow("Bon de livraison.pdf")
    assert file.data == PDF
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"].startswith('attachment; filename="mes_')
    assert "livraison" not in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "Nouveau message" in firm.get("/notifications")


def test_a_picture_is_drawn_anew_and_shown(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.agreed, cast.haulier, cast.firm, SMALL)
    haulier = page(cast.haulier.email)
    haulier.get(f"/echanges/{trade_id}")
    sent = photo() + b"<script>"
    haulier.submit(SEND, file=("palette.png", sent))
    file = haulier.follow("palette.png")
    assert file.headers["Content-Disposition"].startswith('inline; filename="mes_')
    assert file.headers["Content-Type"] == "image/jpeg"
    assert b"<script>" not in file.data


def test_a_file_is_nobody_elses_and_belongs_to_its_trade(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.agreed, cast.haulier, cast.firm, SMALL)
    other_id = in_app(build_trades.agreed, cast.haulier, cast.agency, SMALL)
    haulier = page(cast.haulier.email)
    haulier.get(f"/echanges/{trade_id}")
    haulier.submit(SEND, file=("note.txt", "Reçu".encode()))
    url = haulier.page.one("#conversation ol a").get("href")
    assert url is not None
    for stranger in (cast.agency, cast.roaster):
        page(stranger.email).get(url, status=404)
    haulier.get(url.replace(trade_id, other_id), status=404)
    in_app(build_members.accountant, cast.haulier)
    page("cabinet@comptes.example").get(url, status=403)
    haulier.get(url)


@pytest.mark.parametrize(
    ("typed", "file", "sentence"),
    [
        ("", None, "Écrivez votre message, ou choisissez un fichier."),
        ("x" * 2001, None, "2\u202f000 caractères au plus."),
        ("Voici.", ("virus.pdf", b"MZ\x00\x01"), "Ce fichier n’est ni un PDF"),
        ("Voici.", ("vide.pdf", b""), "Ce fichier est vide"),
        ("Voici.", ("photo.png", photo()[:70]), "Cette image est abîmée"),
    ],
)
def test_what_is_refused_is_kept_and_said(
    page: Open, in_app: InApp, cast: Cast, typed: str, file: tuple[str, bytes] | None, sentence: str
) -> None:
    trade_id = in_app(build_trades.agreed, cast.haulier, cast.firm, SMALL)
    haulier = page(cast.haulier.email)
    haulier.get(f"/echanges/{trade_id}")
    assert not haulier.page.all("#conversation details[open]")
    haulier.submit(SEND, {"body": typed, **({"file": file} if file else {})}, status=422)
    assert haulier.page.all("#conversation details[open] [name=file]"), (
        "what the sentence may speak of is in sight"
    )
    assert sentence in haulier.page.text_of(".error-summary")
    assert haulier.page.value_of("body") == typed
    assert "Personne n’a encore écrit." in haulier.page


def test_too_many_messages_are_refused_with_what_was_typed(
    page: Open, in_app: InApp, cast: Cast, app: Flask
) -> None:
    trade_id = in_app(build_trades.agreed, cast.haulier, cast.firm, SMALL)
    haulier = page(cast.haulier.email)
    haulier.get(f"/echanges/{trade_id}")
    for _ in range(MESSAGES.times):
        haulier.post(f"/echanges/{trade_id}/messages", status=422)
    haulier.get(f"/echanges/{trade_id}")
    haulier.submit(SEND, body="Un de trop", file=("bon.pdf", PDF), status=429)
    assert "beaucoup de messages" in haulier.page.text_of(".error-summary")
    assert haulier.page.all("#conversation details[open]"), "the file is to be chosen again"
    assert haulier.page.value_of("body") == "Un de trop"
    assert 0 < int(haulier.page.headers["Retry-After"]) <= 3600
    assert not list(app.config["SETTINGS"].documents_dir.rglob("*")), "the file was not even looked at"
    with clock.at(clock.now() + MESSAGES.period + timedelta(seconds=1)):
        haulier.submit(SEND)
        assert "Message envoyé" in haulier.page


def test_an_old_trade_shows_its_messages_and_no_form(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.settled, cast.haulier, cast.firm, SMALL)
    in_app(write, trade_id, cast.haulier.actor, "Tout va bien.")
    with clock.at(clock.now() + MESSAGES_AFTER):
        haulier = page(cast.haulier.email)
        haulier.get(f"/echanges/{trade_id}")
        assert "Tout va bien." in haulier.page
        assert "on n’y écrit plus" in haulier.page.text_of("#conversation")
        assert not haulier.page.all("textarea[name=body]")
        haulier.post(f"/echanges/{trade_id}/messages", {"body": "Encore"}, status=422)
        fields = {"body": "Encore", "message_id": "mes_01k9x7v3n2m4q5r6s7t8v9w0xy"}
        haulier.post(f"/echanges/{trade_id}/messages", fields, status=409)
        assert "terminé depuis plus de 90" in haulier.page


def test_staff_see_the_messages_of_a_dispute_only(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.delivered, cast.haulier, cast.firm, SMALL)
    in_app(write, trade_id, cast.haulier.actor, "Il manque la moitié.")
    in_app(lambda: build_members.staff(build_members.cluster()))
    staff = page("equipe@pole.example")
    staff.get(f"/echanges/{trade_id}")
    assert "Il manque la moitié." not in staff.page
    staff.get(f"/echanges/{trade_id}/messages", status=404)
    haulier = page(cast.haulier.email)
    haulier.get(f"/echanges/{trade_id}/litige")
    haulier.submit("Ouvrir un litige", reason="Voyez les messages.")
    staff.get(f"/echanges/{trade_id}")
    assert "Il manque la moitié." in staff.page
    staff.submit(SEND, body="Je vous appelle.")
    assert "Équipe du réseau" in haulier.get(f"/echanges/{trade_id}").text_of("#conversation")


def test_a_long_conversation_is_paged_and_read_from_the_first(page: Open, in_app: InApp, cast: Cast) -> None:
    trade_id = in_app(build_trades.proposed, cast.haulier, cast.firm, SMALL)
    for number in range(messages.PAGE_SIZE + 2):
        in_app(write, trade_id, cast.haulier.actor, f"Message {number}.")
    firm = page(cast.firm.email)
    firm.get(f"/echanges/{trade_id}")
    assert len(firm.page.all("#conversation li")) == messages.LATEST
    firm.follow(f"Lire aussi les {messages.PAGE_SIZE + 2 - messages.LATEST} messages précédents")
    assert "Message 0." in firm.page
    assert len(firm.page.all("#conversation li")) == messages.PAGE_SIZE
    firm.follow("Suivante")
    assert "Message 51." in firm.page
    firm.get(f"/echanges/{trade_id}/messages")
    assert "Message 51." in firm.page
    firm.get(f"/echanges/{trade_id}/messages?page=3", status=404)


def test_messages_take_the_same_queries_whatever_their_number(
    page: Open, in_app: InApp, cast: Cast, count_queries: Callable[[], Any]
) -> None:
    trade_id = in_app(build_trades.proposed, cast.haulier, cast.firm, SMALL)
    firm, counts = page(cast.firm.email), []
    for extra in (1, 29):
        for _ in range(extra):
            in_app(write, trade_id, cast.haulier.actor)
        for url in (f"/echanges/{trade_id}", f"/echanges/{trade_id}/messages"):
            with count_queries() as seen:
                firm.get(url)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]


def test_a_person_takes_a_copy_of_messages_and_leaves_a_pseudonym(in_app: InApp, cast: Cast) -> None:
    def story() -> None:
        trade_id = build_trades.proposed(cast.haulier, cast.firm, SMALL)
        trader = build_members.person("lea@vercors.example", "trader", company_id=cast.haulier.company_id)
        write(trade_id, trader, "Je signe.")
        copied: Any = privacy.copy_own_data(person_id=trader.person_id)
        assert [row["body"] for row in copied["trade_messages.person_id"]] == ["Je signe."]
        privacy.erase_person(person_id=trader.person_id)
        thread = messages.latest_of(queries.trade_for(trade_id, cast.firm.actor), cast.firm.actor)
        assert thread is not None
        assert [(line.person_name, line.body) for line in thread.lines] == [(privacy.PSEUDONYM, "Je signe.")]

    in_app(story)
