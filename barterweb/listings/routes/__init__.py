"""Pages of listings: search, one listing, the list a company keeps, photos, and saved searches."""

from barterweb.listings.routes import photos, searches
from barterweb.listings.routes.listings import bp

__all__ = ["bp", "photos", "searches"]
