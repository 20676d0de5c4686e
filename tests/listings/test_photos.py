"""Photos of listings: added with words, in an order, four at most, drawn anew, shown to whom the listing is."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from barterweb import ids
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.listings import photos, service
from barterweb.listings.errors import ListingIdTaken, PhotosFull
from barterweb.listings.models import ListingPhoto
from barterweb.members.models import AuditEvent
from tests import build_members, build_trades
from tests.build_members import Member
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]
ADD = "Ajouter la photo"
KEPT = photos.Kept("0" * 64, 40, 30)


def picture(width: int = 2400, height: int = 1200) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "45.18 N, 5.72 E"
    Image.new("RGB", (width, height), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def haulier(in_app: InApp) -> Member:
    made: Member = in_app(build_members.company, "Transports du Vercors")
    return made


@pytest.fixture
def listing_id(in_app: InApp, haulier: Member) -> str:
    made: str = in_app(build_trades.listing, haulier, "Stockage de palettes")
    return made


def add(listing_id: str, actor: Any, alt: str = "Le quai", photo_id: str | None = None) -> str:
    photo_id = photo_id or ids.new_id("pho")
    photos.add_photo(actor=actor, listing_id=listing_id, photo_id=photo_id, alt=alt, full=KEPT, small=KEPT)
    return photo_id


def alts(listing_id: str) -> list[str]:
    return [photo.alt for photo in photos.photos_of(listing_id)]


def test_a_photo_is_added_shown_small_and_opened_large(page: Open, haulier: Member, listing_id: str) -> None:
    owner = page(haulier.email)
    owner.get(f"/annonces/{listing_id}")
    owner.follow("Ajouter des photos")
    owner.submit(ADD, photo=("IMG_2041.JPG", picture()), alt="Rayonnages vides")
    assert "Photo ajoutée." in owner.page
    visitor = page()
    shown = visitor.get(f"/annonces/{listing_id}").one("main img")
    sizes = [shown.get(name) for name in ("alt", "width", "height", "loading")]
    assert sizes == ["Rayonnages vides", "240", "120", "lazy"]
    small = visitor.get(shown.get("src") or "")
    large = visitor.get((shown.get("src") or "").removesuffix("/vignette"))
    for file, width in ((small, 240), (large, 1200)):
        assert file.headers["Content-Type"] == "image/jpeg"
        assert file.headers["Cache-Control"] == "public, max-age=3600"
        assert b"5.72 E" not in file.data
        with Image.open(io.BytesIO(file.data)) as opened:
            assert opened.width == width


def test_one_thumbnail_is_fetched_with_the_page_the_others_when_asked_for(
    page: Open, in_app: InApp, haulier: Member, listing_id: str
) -> None:
    for alt in ("un", "deux", "trois"):
        in_app(add, listing_id, haulier.actor, alt)
    shown = page().get(f"/annonces/{listing_id}")
    assert "Voir les 2 autres photos" in shown
    closed = [image.get("alt") for image in shown.all("main details img")]
    assert ([image.get("alt") for image in shown.all("main img")], closed) == (
        ["un", "deux", "trois"],
        ["deux", "trois"],
    )
    assert shown.one("main details").get("open") is None


@pytest.mark.parametrize(
    ("file", "alt", "sentence"),
    [
        (("a.jpg", picture(40, 40)), "", "Dites ce que montre la photo."),
        (("a.jpg", picture(40, 40)), "x" * 151, "150 caractères au plus."),
        (None, "Le quai", "Choisissez une photo."),
        (("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "Le quai", "n’est pas une image"),
        (("a.jpg", picture()[:400]), "Le quai", "Cette image est abîmée"),
    ],
)
def test_what_is_refused_is_said_and_the_words_kept(
    page: Open, haulier: Member, listing_id: str, file: Any, alt: str, sentence: str
) -> None:
    owner = page(haulier.email)
    owner.get(f"/mes-annonces/{listing_id}/photos")
    fields = {"photo": file} if file else {}
    if len(alt) > 150:  # more than the field lets one type
        owner.page.one("[name=alt]").attrib.pop("maxlength")
    owner.submit(ADD, {**fields, "alt": alt}, status=422)
    assert sentence in owner.page.text_of(".error-summary")
    assert owner.page.text_of(".error-summary").count("Choisissez une photo.") == (file is None)
    assert owner.page.value_of("alt") == alt
    assert "pas encore de photo" in owner.page


def test_photos_are_ordered_and_removed(page: Open, in_app: InApp, haulier: Member, listing_id: str) -> None:
    for alt in ("un", "deux", "trois"):
        in_app(add, listing_id, haulier.actor, alt)
    owner = page(haulier.email)
    owner.get(f"/mes-annonces/{listing_id}/photos")
    owner.submit("Avancer la photo 3")
    assert in_app(alts, listing_id) == ["un", "trois", "deux"]
    owner.submit("Retirer la photo 1")
    assert "Photo retirée." in owner.page
    assert in_app(alts, listing_id) == ["trois", "deux"]
    in_app(add, listing_id, haulier.actor, "quatre")
    assert in_app(alts, listing_id) == ["trois", "deux", "quatre"]


def test_a_listing_shows_four_photos_and_no_more(
    page: Open, in_app: InApp, haulier: Member, listing_id: str
) -> None:
    owner = page(haulier.email)
    for _ in range(3):
        in_app(add, listing_id, haulier.actor)
    owner.get(f"/mes-annonces/{listing_id}/photos")
    in_app(add, listing_id, haulier.actor)
    owner.submit(ADD, photo=("a.jpg", picture(40, 40)), alt="La cinquième", status=422)
    assert "a déjà quatre photos" in owner.page.text_of(".error-summary")
    assert "4 photos au plus" in owner.get(f"/mes-annonces/{listing_id}/photos")
    assert not owner.page.all("input[type=file]")
    with pytest.raises(PhotosFull):
        in_app(add, listing_id, haulier.actor)


def test_the_same_photo_sent_twice_is_one_and_its_id_is_no_other_listings(
    in_app: InApp, haulier: Member, listing_id: str
) -> None:
    def story() -> None:
        photo_id = add(listing_id, haulier.actor)
        add(listing_id, haulier.actor, photo_id=photo_id)
        assert alts(listing_id) == ["Le quai"]
        with pytest.raises(ListingIdTaken):
            add(build_trades.listing(haulier), haulier.actor, photo_id=photo_id)

    in_app(story)


def test_a_photo_is_seen_by_whom_its_listing_is_and_under_its_listing_only(
    page: Open, in_app: InApp, haulier: Member, listing_id: str
) -> None:
    owner = page(haulier.email)
    owner.get(f"/mes-annonces/{listing_id}/photos")
    owner.submit(ADD, photo=("a.jpg", picture(40, 40)), alt="Le quai")
    url = owner.page.one("main img").get("src") or ""
    other_id = in_app(build_trades.listing, haulier)
    page().get(url)
    for wrong in (url, url.removesuffix("/vignette")):
        page().get(wrong.replace(listing_id, other_id), status=404)
    in_app(lambda: service.withdraw_listing(actor=haulier.actor, listing_id=listing_id))
    page().get(url, status=404)
    owner.get(url)


def test_others_change_no_photo_and_staff_leave_a_trace(
    in_app: InApp, haulier: Member, listing_id: str
) -> None:
    def story() -> None:
        stranger = build_members.company("Cabinet Marcellin")
        photo_id = add(listing_id, haulier.actor)
        for change in (photos.move_photo_earlier, photos.remove_photo):
            with pytest.raises(NotFound):
                change(actor=stranger.actor, listing_id=listing_id, photo_id=photo_id)
        with pytest.raises(NotFound):
            add(listing_id, stranger.actor)
        add(listing_id, build_members.operator())
        traces = select(AuditEvent.kind).where(AuditEvent.subject == listing_id)
        assert session.scalars(traces).all() == ["listing_edited"]
        assert len(session.scalars(select(ListingPhoto.id)).all()) == 2

    in_app(story)


def test_lost_bytes_are_a_missing_picture_and_not_a_broken_page(
    page: Open, app: Flask, haulier: Member, listing_id: str
) -> None:
    owner = page(haulier.email)
    owner.get(f"/mes-annonces/{listing_id}/photos")
    owner.submit(ADD, photo=("a.jpg", picture(40, 40)), alt="Le quai")
    url = owner.page.one("main img").get("src") or ""
    folder: Path = app.config["SETTINGS"].documents_dir
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        file.unlink()
    owner.get(url, status=404)
    owner.get(f"/annonces/{listing_id}")
