"""The browser for tests sends what a real one would, and refuses what a person could not do."""

from collections.abc import Iterator

import pytest
from flask import Flask, redirect, request, session
from werkzeug.wrappers import Response

from tests.page import Browser, assert_swap_equals_page

FORM = """
<form method="post" action="/recu" {enctype}>
  <input type="hidden" name="csrf_token" value="jeton">
  <label>Titre <input name="titre" value="Camion"></label>
  <label>Note <textarea name="note">
Bonjour</textarea></label>
  <label>Ville
    <select name="ville"><option value="69">Lyon</option><option value="38" selected>Grenoble</option></select></label>
  <label><input type="checkbox" name="pole" value="axelera" checked> A</label>
  <label><input type="checkbox" name="pole" value="minalogic"> M</label>
  <label><input type="checkbox" name="cgu"> Conditions</label>
  <label><input type="radio" name="genre" value="offre" checked> Offre</label>
  <label><input type="radio" name="genre" value="besoin"> Besoin</label>
  <label>Fixe <input name="fixe" value="1" disabled></label>
  <label>Photo <input type="file" name="photo"></label>
  <button name="action" value="enregistrer">Enregistrer</button>
  <button name="action" value="publier">Publier</button>
</form>"""
UNTOUCHED = {
    "csrf_token": "jeton",
    "titre": "Camion",
    "note": "Bonjour",
    "ville": "38",
    "pole": "axelera",
    "genre": "offre",
}


def page(title: str, body: str) -> str:
    head = f'<!doctype html><html lang="fr"><head><title>{title}</title></head>'
    return f"{head}<body><main><h1>{title}</h1>{body}</main></body></html>"


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser on a site of a few pages; what is posted is kept in `received`."""
    site = Flask("site")
    site.secret_key = "key"

    @site.get("/formulaire")
    def form_GET() -> str:
        return page("Formulaire", FORM.format(enctype=""))

    @site.get("/photo")
    def photo_GET() -> str:
        return page("Photo", FORM.format(enctype='enctype="multipart/form-data"'))

    @site.post("/recu")
    def received_POST() -> Response:
        session["recu"] = request.form.to_dict(flat=False)
        session["photo"] = [[file.filename, file.read().decode()] for file in request.files.values()]
        return redirect("/merci", 303)

    @site.get("/merci")
    def thanks_GET() -> str:
        return page("Merci", '<a href="/formulaire?x=1">Encore</a>')

    @site.get("/liste")
    def list_GET() -> str:
        found = f"<p>{request.args.get('q', 'tout')}</p>"
        if request.headers.get("HX-Request"):
            return found if "q" not in request.args or request.args["q"] != "derive" else "<p>autre</p>"
        typed = request.args.get("q", "")
        field = f'<form><label>Mot <input name="q" value="{typed}"></label><button>Chercher</button></form>'
        return page("Liste", f'{field}<div id="resultats">{found}</div>')

    @site.get("/double")
    def twin_GET() -> str:
        return page("Liste", "")

    return Browser(site)


def received(browser: Browser) -> dict[str, list[str]]:
    with browser._client.session_transaction() as kept:
        return dict(kept["recu"])


def test_an_untouched_form_sends_what_stands_in_it_and_the_button_pressed(browser: Browser) -> None:
    browser.get("/formulaire")
    browser.submit("Publier")
    assert received(browser) == {
        **{name: [value] for name, value in UNTOUCHED.items()},
        "action": ["publier"],
    }
    assert browser.redirects == ["/merci"]


def test_what_a_person_types_chooses_and_ticks_is_sent(browser: Browser) -> None:
    browser.get("/formulaire")
    browser.submit(
        "Enregistrer", titre="Grue", note="", ville="69", pole=["minalogic"], cgu=True, genre="besoin"
    )
    sent = received(browser)
    assert (sent["titre"], sent["note"], sent["ville"]) == (["Grue"], [""], ["69"])
    assert (sent["pole"], sent["cgu"], sent["genre"]) == (["minalogic"], ["on"], ["besoin"])


def test_a_file_is_sent_by_a_form_made_for_it(browser: Browser) -> None:
    browser.get("/photo")
    browser.submit("Publier", photo=("usine.jpg", b"pixels"))
    with browser._client.session_transaction() as kept:
        assert kept["photo"] == [["usine.jpg", "pixels"]]


@pytest.mark.parametrize(
    "impossible", [{"ville": "75"}, {"genre": "don"}, {"fixe": "2"}, {"csrf_token": "y"}, {"rien": "1"}]
)
def test_what_a_person_could_not_do_is_refused(browser: Browser, impossible: dict[str, str]) -> None:
    browser.get("/formulaire")
    with pytest.raises(AssertionError, match="nobody could"):
        browser.submit("Publier", impossible)


def test_post_forges_anything_but_brings_the_token_of_the_page(browser: Browser) -> None:
    browser.get("/formulaire")
    browser.post("/recu", {"ville": "75"})
    assert received(browser) == {"csrf_token": ["jeton"], "ville": ["75"]}


def test_a_search_form_makes_an_address(browser: Browser) -> None:
    browser.get("/liste?q=ancien")
    assert browser.submit("Chercher", q="tour à bois").url == "/liste?q=tour+%C3%A0+bois"


def test_links_are_followed_by_what_they_say(browser: Browser) -> None:
    browser.get("/merci")
    assert browser.follow("Encore").url == "/formulaire?x=1"
    with pytest.raises(AssertionError, match="0 links say"):
        browser.follow("Ailleurs")


def test_another_status_than_expected_fails(browser: Browser) -> None:
    with pytest.raises(AssertionError, match="status 200 instead of 404"):
        browser.get("/merci", status=404)


def test_two_pages_with_one_title_are_noticed(browser: Browser) -> None:
    browser.get("/liste")
    browser.get("/liste?q=x")
    with pytest.raises(AssertionError, match="share the title 'Liste'"):
        browser.get("/double")


def test_selectors_find_by_tag_id_class_attribute_and_descent(browser: Browser) -> None:
    shown = browser.get("/formulaire")
    assert shown.text_of("main h1") == "Formulaire"
    assert shown.value_of("titre") == "Camion"
    assert len(shown.all("form input[type=checkbox]")) == 3
    with pytest.raises(AssertionError, match="2 elements match"):
        shown.one("button")


def test_a_swap_that_equals_the_fresh_page_passes(browser: Browser) -> None:
    assert_swap_equals_page(browser, "/liste", "#resultats", "/liste?q=usinage")


def test_a_swap_that_differs_from_the_fresh_page_fails(browser: Browser) -> None:
    with pytest.raises(AssertionError, match="after the swap"):
        assert_swap_equals_page(browser, "/liste", "#resultats", "/liste?q=derive")
