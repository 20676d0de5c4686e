"""The tables of listings: what companies offer and need, their photos, and the searches people keep."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barterweb.db import Model, Timestamp
from barterweb.members.models import Company


class Listing(Model):
    """An offer or a need of a company.

    `price_cents` is excl. VAT for one `unit`, in cents of Barter; None means on quotation. `published_at` is None for
    drafts; the listing is online until the end of `expires_on`. `entered_by_id` is the person who typed it, a member of
    the company or staff on its behalf. A draft may lack its category (`""`) until it goes online.
    """

    __tablename__ = "listings"
    __table_args__ = (
        CheckConstraint("kind IN ('offer', 'need')", name="kind"),
        CheckConstraint("status IN ('draft', 'online', 'withdrawn', 'expired')", name="status"),
        CheckConstraint("nature IN ('goods', 'service')", name="nature"),
        CheckConstraint("price_cents BETWEEN 1 AND 1000000000000", name="price"),
        CheckConstraint("vat_rate_bp BETWEEN 0 AND 10000", name="vat_rate"),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("status = 'draft' OR category <> ''", name="category"),
        CheckConstraint(
            "status = 'draft' OR (published_at IS NOT NULL AND expires_on IS NOT NULL)", name="published"
        ),
        Index("ix_listings_company_id_status_published_at", "company_id", "status", "published_at"),
        Index("ix_listings_status_published_at", "status", "published_at", "id"),
        Index("ix_listings_status_kind_published_at", "status", "kind", "published_at", "id"),
        Index("ix_listings_status_category_published_at", "status", "category", "published_at", "id"),
        Index("ix_listings_status_price_cents", "status", "price_cents", "id"),
        Index("ix_listings_status_expires_on", "status", "expires_on"),
        Index("ix_listings_updated_at", "updated_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(5))
    status: Mapped[str] = mapped_column(String(9))
    title: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(30))
    unit: Mapped[str] = mapped_column(String(30))
    price_cents: Mapped[int | None] = mapped_column(BigInteger)
    vat_rate_bp: Mapped[int] = mapped_column(default=2000)
    nature: Mapped[str] = mapped_column(String(7))
    availability: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(5))
    city: Mapped[str] = mapped_column(String(80))
    department: Mapped[str] = mapped_column(String(60))
    entered_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    updated_at: Mapped[datetime] = mapped_column(Timestamp)
    published_at: Mapped[datetime | None] = mapped_column(Timestamp)
    expires_on: Mapped[date | None] = mapped_column(Date)

    company: Mapped[Company] = relationship()


class ListingPhoto(Model):
    """A photo of a listing and its thumbnail, in the archive of documents under their SHA-256; sizes in pixels.

    `alt` says what is to be seen, in the company's words. Photos are shown by `position`, not necessarily without gaps.
    """

    __tablename__ = "listing_photos"
    __table_args__ = (
        CheckConstraint("alt <> ''", name="alt"),
        Index("ix_listing_photos_listing_id_position", "listing_id", "position"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listings.id"))
    position: Mapped[int]
    alt: Mapped[str] = mapped_column(String(150))
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    small_sha256: Mapped[str] = mapped_column(String(64))
    small_width: Mapped[int]
    small_height: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(Timestamp)


class SavedSearch(Model):
    """A search a person keeps and is told about, for a company, or for none when staff keep it.

    `filters` are the fields of `search.Filters` that restrict it. What was published before `looked_at` is known already;
    while `paused_at` says since when nobody looks, the person is told nothing.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name"),
        Index("ix_saved_searches_paused_at_looked_at", "paused_at", "looked_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"))
    name: Mapped[str] = mapped_column(String(80))
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    looked_at: Mapped[datetime] = mapped_column(Timestamp)
    paused_at: Mapped[datetime | None] = mapped_column(Timestamp)


class ToldListing(Model):
    """A listing that a saved search has told of: it is never told twice."""

    __tablename__ = "saved_search_listings"

    search_id: Mapped[str] = mapped_column(ForeignKey("saved_searches.id"), primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listings.id"), primary_key=True)
