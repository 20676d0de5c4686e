"""Pictures of the demonstration: of listings there are, the same every time, small enough for a slow line."""

from barterweb.demo import corpus, pictures
from barterweb.images import safe_image
from barterweb.listings.facts import THUMBNAIL_SIDE
from barterweb.listings.photos import MOST


def test_each_listing_with_pictures_is_in_the_corpus() -> None:
    titles = {listing.title for listing in corpus.listings()}
    assert pictures.HUNG.keys() <= titles
    assert all(1 <= len(shown) <= MOST for shown in pictures.HUNG.values())


def test_a_picture_is_the_same_every_time_and_differs_from_the_others() -> None:
    scenes = [draw for shown in pictures.HUNG.values() for draw, _ in shown]
    assert [pictures.drawn(draw) for draw in scenes] == [pictures.drawn(draw) for draw in scenes]
    assert len({pictures.drawn(draw).data for draw in scenes}) == len(set(scenes)) == 3


def test_thumbnails_are_light() -> None:
    for shown in pictures.HUNG.values():
        for draw, _ in shown:
            data = pictures.drawn(draw).data
            assert len(safe_image(data, widest=THUMBNAIL_SIDE, highest=THUMBNAIL_SIDE).data) < 8_000
