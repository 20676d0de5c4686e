"""Views of members, by what they are about: joining, access, companies."""

from barterweb.members.routes import access, companies, joining
from barterweb.members.routes.blueprint import bp

__all__ = ["access", "bp", "companies", "joining"]
