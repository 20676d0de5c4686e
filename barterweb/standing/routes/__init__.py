"""Views of a member's standing: for the company, for the operator's books, for who looks after companies."""

from barterweb.standing.routes import books, companies, own
from barterweb.standing.routes.blueprint import bp

__all__ = ["books", "bp", "companies", "own"]
