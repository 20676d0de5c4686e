"""Who opens which page of staff: others are refused, and what belongs elsewhere does not exist."""

from tests import build_members, build_trades
from tests.staff.conftest import FUNDER, OPERATOR, OTHER_STAFF, STAFF, InApp, Network, Open

PAGES = {
    "/pole": {OPERATOR, STAFF},
    "/pole/file.csv": {OPERATOR, STAFF},
    "/operateur/journal": {OPERATOR},
    "/operateur/comptes": {OPERATOR},
    "/operateur/comptes/operator_commission_ara": {OPERATOR},
    "/operateur/messages": {OPERATOR},
    "/chiffres": {OPERATOR, STAFF, FUNDER},
    "/chiffres.csv": {OPERATOR, STAFF, FUNDER},
}


def test_a_page_opens_to_those_it_is_for_and_to_nobody_else(page: Open, network: Network) -> None:
    for email in (OPERATOR, STAFF, FUNDER, network.haulier.email):
        browser = page(email)
        for url, readers in PAGES.items():
            browser.get(url, status=200 if email in readers else 403)
    visitor = page()
    for url in PAGES:
        visitor.get(url)
        assert visitor.redirects[0].startswith("/connexion?suite=")


def test_another_clusters_application_does_not_exist(page: Open, in_app: InApp, network: Network) -> None:
    application_id = in_app(build_members.application, cluster_ids=[network.cluster_id])
    url = f"/pole/candidatures/{application_id}"
    page(STAFF).get(url)
    page(OPERATOR).get(url)
    page(FUNDER).get(url, status=403)
    stranger = page(OTHER_STAFF)
    stranger.get(url, status=404)
    stranger.get("/pole")
    stranger.post(url, {"decision": "refuse", "message": "Non."}, status=404)
    assert "À décider" in page(STAFF).get(url)


def test_only_the_operator_decides_disputes(page: Open, in_app: InApp, network: Network) -> None:
    trade_id = in_app(build_trades.settled, network.haulier, network.firm)
    page(STAFF).get(f"/operateur/litiges/{trade_id}", status=403)
    operator = page(OPERATOR)
    operator.get(f"/operateur/litiges/{trade_id}", status=404)
    operator.get("/operateur/litiges/trd_nothing", status=404)


def test_what_does_not_exist_is_not_found(page: Open, network: Network) -> None:
    operator = page(OPERATOR)
    for url in (
        "/operateur/journal?page=abc",
        "/operateur/journal?page=99",
        "/operateur/comptes?page=0",
        "/operateur/credit?page=2",
        "/operateur/creances?page=2",
        "/pole/entreprises?page=2",
        "/pole/entreprises?etat=applied",
        "/operateur/comptes/nowhere",
        "/operateur/comptes/%00",
        "/operateur/comptes/" + "a" * 5000,
        "/operateur/messages?etat=xyz",
        "/operateur/messages?message=msg_1",
        "/operateur/messages?message=msg_01k9x7v3n2m4q5r6s7t8v9w0xy",
        "/operateur/messages?page=-1",
        "/pole/candidatures/adh_01k9x7v3n2m4q5r6s7t8v9w0xy",
        "/operateur/litiges/trd_01k9x7v3n2m4q5r6s7t8v9w0xy",
    ):
        operator.get(url, status=404)


def test_a_period_that_makes_no_sense_is_refused_with_a_sentence(page: Open, network: Network) -> None:
    operator = page(OPERATOR)
    for path in (
        "/operateur/journal",
        "/operateur/comptes/operator_commission_ara",
        "/chiffres",
        "/chiffres.csv",
    ):
        for query, sentence in (
            ("du=99/99/9999&au=01/01/2026", "L’année doit être comprise entre 2000 et 2100."),
            ("du=hier&au=01/01/2026", "Écrivez une date comme 03/08/2026."),
            ("du=%C2%A0&au=%FF", "Écrivez une date comme 03/08/2026."),
            ("du=31/02/2026&au=01/01/2026", "Cette date n’existe pas dans le calendrier."),
            ("du=01/02/2026", "Indiquez le dernier jour de la période."),
            ("du=02/02/2026&au=01/02/2026", "inversez les deux dates"),
            ("du=" + "9" * 10_000 + "&au=01/01/2026", "Écrivez une date comme 03/08/2026."),
        ):
            assert sentence in operator.get(f"{path}?{query}", status=422)
