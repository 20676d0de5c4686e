"""Pictures of a few listings of the demonstration: drawn here, the same every time, kept like those people send."""

import io
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw

from barterweb import ids
from barterweb.demo.network import Network
from barterweb.documents.archive import Archive
from barterweb.images import SafeImage, safe_image
from barterweb.listings import photos
from barterweb.listings.facts import PHOTO_SIDE, THUMBNAIL_SIDE

_SIZE = (960, 640)
_WALL, _FLOOR, _DARK, _STEEL, _WOOD, _SIGNAL = (
    "#dfe6e1",
    "#a9a297",
    "#2c3a37",
    "#8d9a9c",
    "#b98a55",
    "#d9822b",
)

Drawn = Callable[[ImageDraw.ImageDraw], None]


def _shelves(pen: ImageDraw.ImageDraw) -> None:
    """Racks of pallets, some of them empty."""
    for row, bottom in enumerate((270, 430, 590)):
        pen.rectangle((60, bottom, 900, bottom + 12), fill=_SIGNAL)
        for place in range(7):
            if (place + 2 * row) % 3:
                left = 80 + 118 * place
                pen.rectangle((left, bottom - 90, left + 92, bottom - 10), fill=_WOOD, outline=_DARK, width=3)
    for left in (60, 340, 620, 888):
        pen.rectangle((left, 120, left + 14, 640), fill=_DARK)


def _machine(pen: ImageDraw.ImageDraw) -> None:
    """A machining centre, its door open on the table."""
    pen.rounded_rectangle((150, 140, 810, 580), 24, fill=_STEEL, outline=_DARK, width=6)
    pen.rectangle((230, 210, 600, 500), fill=_DARK)
    pen.rectangle((390, 210, 440, 330), fill=_WALL)
    pen.polygon([(400, 330), (430, 330), (415, 380)], fill=_SIGNAL)
    pen.rectangle((260, 430, 570, 470), fill=_STEEL)
    pen.rectangle((640, 240, 770, 330), fill=_WALL, outline=_DARK, width=4)
    for button in range(4):
        pen.ellipse((650 + 30 * button, 360, 670 + 30 * button, 380), fill=_SIGNAL)


def _room(pen: ImageDraw.ImageDraw) -> None:
    """A meeting room before a window with mountains."""
    pen.rectangle((160, 90, 800, 330), fill="#bcd7e6", outline=_DARK, width=8)
    pen.polygon([(164, 326), (330, 170), (450, 280), (600, 130), (796, 326)], fill="#6f8f86")
    pen.polygon([(555, 172), (600, 130), (646, 178), (610, 190)], fill="#ffffff")
    pen.polygon([(240, 430), (720, 430), (840, 580), (120, 580)], fill=_WOOD, outline=_DARK)
    for chair in range(6):
        pen.rounded_rectangle((170 + 112 * chair, 590, 240 + 112 * chair, 638), 10, fill=_DARK)


HUNG: Mapping[str, tuple[tuple[Drawn, str], ...]] = {
    "Entrepôt sec à Romans\u00a0: 120 emplacements palettes": (
        (_shelves, "Rayonnages à palettes, un emplacement sur trois est libre"),
        (_room, "Salle d’accueil des chauffeurs, vue sur le Vercors"),
    ),
    "Heures de fraisage 5 axes, pièces jusqu’à 650\u00a0mm": (
        (_machine, "Centre d’usinage cinq axes, porte ouverte sur la table"),
    ),
    "Salle de réunion de 24\u00a0places avec vue sur le Môle": (
        (_room, "Grande table devant la fenêtre, montagnes au fond"),
    ),
}
"""What is shown by which listing, with the words of its company."""


def hang(network: Network, archive: Archive) -> None:
    """Give the listings of `HUNG` that were published their photos, as their company would."""
    for ad in [ad for ads in network.ads.values() for ad in ads]:
        for draw, alt in HUNG.get(ad.listing.title, ()):
            full = drawn(draw)
            small = safe_image(full.data, widest=THUMBNAIL_SIDE, highest=THUMBNAIL_SIDE)
            photos.add_photo(
                actor=ad.owner.trader,
                listing_id=ad.id,
                photo_id=ids.new_id("pho"),
                alt=alt,
                full=_kept(full, archive),
                small=_kept(small, archive),
            )


def drawn(draw: Drawn) -> SafeImage:
    """Return a scene as a picture that went the way of those from outside."""
    scene = Image.new("RGB", _SIZE, _WALL)
    pen = ImageDraw.Draw(scene)
    pen.rectangle((0, 500, *_SIZE), fill=_FLOOR)
    draw(pen)
    out = io.BytesIO()
    scene.save(out, "PNG")
    return safe_image(out.getvalue(), widest=PHOTO_SIDE, highest=PHOTO_SIDE)


def _kept(picture: SafeImage, archive: Archive) -> photos.Kept:
    return photos.Kept(archive.save(picture.data), picture.width, picture.height)
