"""Pages of listings: search, one listing, the list a company keeps, and photos."""

from barterweb.listings.routes import photos
from barterweb.listings.routes.listings import bp

__all__ = ["bp", "photos"]
