"""Views of members, by what they are about: joining, access, links received, one's own security, companies."""

from barterweb.members.routes import access, companies, invitations, joining, security
from barterweb.members.routes.blueprint import bp

__all__ = ["access", "bp", "companies", "invitations", "joining", "security"]
