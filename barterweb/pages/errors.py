"""Why a legal notice is refused."""

from barterweb.errors import BusinessError


class NoticeInThePast(BusinessError):
    """The notice would begin before today: what the site said then stays said."""
