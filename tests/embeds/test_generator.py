"""The generator: settings, a preview that is the real page, lines to paste, and the sites allowed."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from barterweb.db import session
from barterweb.embeds import service
from barterweb.errors import NotFound
from barterweb.members.models import AuditEvent
from tests import build_members
from tests.embeds.conftest import STAFF, Pole, allow, make_pole
from tests.html import parse
from tests.page import Browser, Page, assert_swap_equals_page

GENERATOR = "/pole/page-integree"
ORIGINS = f"{GENERATOR}/origines"
InApp = Callable[..., Any]
Open = Callable[..., Browser]


def pasted(shown: Page) -> dict[str, dict[str, str]]:
    """Return the elements that the lines to paste are made of."""
    root, errors = parse(shown.one("textarea#code").text or "", fragment=True)
    assert not [error for error in errors if "doctype" not in error]
    return {str(element.tag): dict(element.items()) for element in root.iter() if element is not root}


def origins_of(pole: Pole) -> list[str]:
    return list(build_members.cluster_row(pole.id).frame_origins)


def test_the_preview_is_the_page_that_the_lines_to_paste_frame(page: Open, pole: Pole) -> None:
    staff = page(STAFF)
    staff.get(GENERATOR)
    shown = staff.submit("Mettre à jour l’aperçu", n="3", type="need", theme="sombre", couleur="#E2001A")
    path = "/integration/axelera/annonces?n=3&type=need&couleur=e2001a&theme=sombre"
    assert shown.one("iframe").get("src") == path
    lines = pasted(shown)
    assert lines["iframe"]["src"] == f"http://localhost{path}"
    assert lines["iframe"]["title"] == "Annonces Barter\u00a0: Axelera"
    assert lines["iframe"]["loading"] == "lazy"
    assert int(lines["iframe"]["height"]) > 300
    assert lines["a"]["href"] == "http://localhost/annonces?pole=axelera&via=axelera"
    assert lines["script"] == {"async": "", "src": "http://localhost/integration/cadre.js"}
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_settings_left_alone_stay_out_of_the_address(page: Open, pole: Pole) -> None:
    assert (
        pasted(page(STAFF).get(GENERATOR))["iframe"]["src"] == "http://localhost/integration/axelera/annonces"
    )


def test_a_colour_that_cannot_be_seen_is_announced(page: Open, pole: Pole) -> None:
    staff = page(STAFF)
    assert "ne se distingue pas assez du fond clair" in staff.get(f"{GENERATOR}?couleur=f5e663")
    assert "ne se distingue pas assez du fond sombre" in staff.get(f"{GENERATOR}?couleur=14231f")
    assert "Couleur trop peu visible" not in staff.get(f"{GENERATOR}?couleur=e2001a")


def test_what_is_mistyped_is_kept_and_explained(page: Open, pole: Pole) -> None:
    shown = page(STAFF).get(f"{GENERATOR}?n=99&couleur=rouge", status=422)
    assert "Écrivez une couleur en six chiffres hexadécimaux" in shown
    assert shown.value_of("couleur") == "rouge"
    assert shown.one("iframe").get("src") == "/integration/axelera/annonces"


def test_the_swapped_part_equals_a_fresh_page(page: Open, pole: Pole) -> None:
    assert_swap_equals_page(
        page(STAFF), GENERATOR, "#apparence", f"{GENERATOR}?n=3&theme=clair&couleur=f5e663"
    )


def test_staff_set_the_sites_allowed(page: Open, pole: Pole, in_app: InApp) -> None:
    staff = page(STAFF)
    staff.get(GENERATOR)
    assert "Aucun site n’est autorisé" in staff.page
    typed = "https://WWW.Axelera.example/\r\n\r\nhttps://axelera.example\r\nhttps://axelera.example"
    shown = staff.submit("Enregistrer les sites autorisés", origins=typed)
    assert staff.redirects == [GENERATOR]
    assert "Sites enregistrés." in shown
    assert in_app(origins_of, pole) == ["https://www.axelera.example", "https://axelera.example"]
    staff.submit("Enregistrer les sites autorisés", origins="")
    assert in_app(origins_of, pole) == []


def test_changing_the_sites_is_in_the_audit_trail(pole: Pole, in_app: InApp) -> None:
    def events() -> list[tuple[str | None, str]]:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.kind == "frame_origins_set"))
        return [(row.person_id, row.detail) for row in rows]

    in_app(allow, pole, "https://www.axelera.example")
    assert in_app(events) == [(pole.staff.person_id, "https://www.axelera.example")]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("www.axelera.example", "doit commencer par https://"),
        ("http://axelera.example", "http n’est pas assez sûr"),
        ("https://axelera.example/agenda", "gardez https:// et le nom du site"),
        ("https://*.axelera.example", "contient une étoile"),
        ("https://a;b.example", "n’est pas celle d’un site"),
        ("\n".join(f"https://s{number}.example" for number in range(21)), "20 sites au plus"),
        ("https://<b>.example", "<b>"),
    ],
)
def test_a_site_that_cannot_be_allowed_is_refused_with_what_to_write(
    page: Open, pole: Pole, in_app: InApp, typed: str, sentence: str
) -> None:
    in_app(allow, pole, "https://www.axelera.example")
    staff = page(STAFF)
    staff.get(GENERATOR)
    shown = staff.submit(
        "Enregistrer les sites autorisés", origins=f"https://bon.example\n{typed}", status=422
    )
    assert sentence in shown.text_of("main .error-summary")
    assert typed.rsplit("\n", maxsplit=1)[-1] in shown.value_of("origins")
    assert in_app(origins_of, pole) == ["https://www.axelera.example"]


def test_sites_that_no_keyboard_types_are_refused(page: Open, pole: Pole) -> None:
    staff = page(STAFF)
    for typed in ("x" * 10_000, "https://a.exa\u2028mple", "https://\x00", "\x00https://x"):
        staff.get(GENERATOR)
        staff.post(ORIGINS, {"origins": typed}, status=422)


def test_only_a_cluster_s_own_staff_set_its_sites(page: Open, pole: Pole, in_app: InApp) -> None:
    other = in_app(make_pole, "Minalogic")
    with pytest.raises(NotFound):
        in_app(
            service.set_frame_origins, actor=other.staff, cluster_id=pole.id, origins=["https://mal.example"]
        )
    with pytest.raises(NotFound):
        in_app(
            service.set_frame_origins,
            actor=pole.member.actor,
            cluster_id=pole.id,
            origins=["https://mal.example"],
        )
    in_app(build_members.operator)
    for email in (pole.member.email, "exploitant@barter.example"):
        browser = page(email)
        browser.get(GENERATOR, status=403)
        browser.get("/comment-ca-marche")
        browser.post(ORIGINS, {"origins": "https://mal.example"}, status=403)
    visitor = page()
    visitor.get(GENERATOR)
    assert visitor.redirects == ["/connexion?suite=%2Fpole%2Fpage-integree"]
    assert in_app(origins_of, pole) == []


def test_tabs_are_addresses_that_keep_the_settings(page: Open, pole: Pole) -> None:
    staff = page(STAFF)
    staff.get(GENERATOR)
    staff.submit("Mettre à jour l’aperçu", n="3", type="need", couleur="e2001a")
    shown = staff.follow("WordPress")
    assert shown.one("nav.segments a[aria-current]").text == "WordPress"
    assert shown.one("iframe").get("src") == "/integration/axelera/annonces?n=3&type=need&couleur=e2001a"
    address = "http://localhost/integration/axelera/annonces?n=3&type=need&couleur=e2001a"
    assert shown.one("#adresse").get("value") == address
    assert shown.one("#adresse").get("readonly") is not None
    shown = staff.follow("Flux")
    shown = staff.submit("Mettre à jour l’aperçu", n="5")
    assert shown.one("nav.segments a[aria-current]").text == "Flux", "settings keep the tab"
    for name, ending in (("atom", "atom"), ("json", "json"), ("agenda", "ics")):
        address = str(shown.one(f"#flux-{name}").get("value"))
        assert address == f"http://localhost/integration/axelera/annonces.{ending}?n=5&type=need"
        page().get(address.removeprefix("http://localhost"))
    assert "textarea" in staff.follow("Code").html
    assert "onglet" not in staff.page.url


@pytest.mark.parametrize("way", ["wordpress", "flux"])
def test_a_tab_swapped_equals_a_fresh_page(page: Open, pole: Pole, way: str) -> None:
    assert_swap_equals_page(page(STAFF), GENERATOR, "#apparence", f"{GENERATOR}?onglet={way}&n=3")


def test_a_tab_that_does_not_exist_is_the_first_one(page: Open, pole: Pole) -> None:
    assert page(STAFF).get(f"{GENERATOR}?onglet=<b>").one("textarea#code") is not None
