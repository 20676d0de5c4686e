"""Pages of staff: the work queue, applications, disputes, the books, messages and figures."""

from barterweb.staff.routes import applications, books, disputes, figures, messages, queue
from barterweb.staff.routes.blueprint import bp

__all__ = ["applications", "books", "bp", "disputes", "figures", "messages", "queue"]
