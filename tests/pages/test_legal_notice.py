"""The legal notices: set by the operator from a day on, shown to everybody from that day, never changed backwards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from barterweb import clock
from barterweb.errors import NotFound
from barterweb.pages import queries, service
from barterweb.pages.errors import NoticeInThePast
from barterweb.pages.facts import LegalFacts
from barterweb.web.filters import day_short
from tests import build_members as build
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

OPERATOR = "exploitant@barter.example"
FACTS = LegalFacts(
    publisher="France Clusters, association",
    registration="SIREN 123 456 789",
    address="1 place du Marché, 69001 Lyon",
    phone="04 72 00 00 00",
    email="contact@france-clusters.fr",
    director="Nadia Ferrand",
    host_name="Hébergeur du Rhône",
    host_address="2 rue des Serveurs, 69002 Lyon",
    host_phone="+33 4 72 00 00 01",
)
TYPED = {field: getattr(FACTS, field) for field in FACTS.__slots__}


@pytest.fixture
def nadia(in_app: InApp, page: Open) -> Browser:
    in_app(lambda: build.operator() and None)
    return page(OPERATOR)


def test_what_the_operator_sets_is_shown_from_its_day_on(page: Open, nadia: Browser) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    assert "pas encore renseignées" in page().get("/mentions-legales")
    nadia.get("/operateur/mentions-legales")
    nadia.submit("Enregistrer ces mentions", TYPED)
    shown = page().get("/mentions-legales")
    for value in TYPED.values():
        assert value in shown
    assert "Changer ces mentions" not in shown
    nadia.submit(
        "Enregistrer ces mentions", {**TYPED, "director": "Hugo Blanc", "starts_on": day_short(tomorrow)}
    )
    assert "Nadia Ferrand" in page().get("/mentions-legales").text_of("main")
    with clock.at(clock.now() + timedelta(days=1)):
        later = page().get("/mentions-legales")
        assert ("Hugo Blanc" in later, "Nadia Ferrand" in later) == (True, False)
        again = page(OPERATOR)
        again.get("/mentions-legales")
        assert len(again.follow("Changer ces mentions").all("main details")) == 2


def test_a_notice_without_what_the_law_asks_is_refused_and_kept(nadia: Browser) -> None:
    nadia.get("/operateur/mentions-legales")
    yesterday = day_short(clock.today() - timedelta(days=1))
    wrong = {"director": "", "host_phone": "demain", "email": "contact", "starts_on": yesterday}
    shown = nadia.submit("Enregistrer ces mentions", {**TYPED, **wrong}, status=422)
    for sentence in (
        "Indiquez le directeur de la publication.",
        "Écrivez un numéro de téléphone comme",
        "Écrivez une adresse complète",
        "l’historique ne change pas",
    ):
        assert sentence in shown
    assert shown.value_of("publisher") == FACTS.publisher
    assert "Rien n’est encore affiché" in shown
    assert nadia.submit(
        "Enregistrer ces mentions", {**TYPED, "registration": "", "starts_on": day_short(clock.today())}
    )


def test_only_the_operator_sets_them_and_never_backwards(app: Flask) -> None:
    with app.app_context():
        member, operator = build.company(), build.operator()
        with pytest.raises(NotFound):
            service.set_legal_facts(actor=member.actor, starts_on=clock.today(), facts=FACTS)
        with pytest.raises(NoticeInThePast):
            service.set_legal_facts(actor=operator, starts_on=clock.today() - timedelta(days=1), facts=FACTS)
        assert queries.legal_notices() == []


def test_of_two_for_the_same_day_the_last_one_holds(app: Flask) -> None:
    with app.app_context():
        operator = build.operator()
        for director in ("Première", "Seconde"):
            service.set_legal_facts(
                actor=operator, starts_on=clock.today(), facts=replace(FACTS, director=director)
            )
        found = queries.legal_facts(clock.today())
        assert found is not None
        assert found.director == "Seconde"


@pytest.mark.parametrize(
    ("email", "invented"),
    [
        ("contact@barter.example", True),
        ("contact@EXAMPLE.com", True),
        ("contact@france-clusters.fr", False),
        ("contact@lexample.fr", False),
    ],
)
def test_an_address_of_an_example_is_no_notice(email: str, invented: bool) -> None:
    assert replace(FACTS, email=email).is_invented is invented
