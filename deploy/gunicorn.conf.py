"""The site's server: a few processes, each answering several requests at once. See docs/decisions/0005-server.md.

Nothing is loaded before the processes part: each opens its own database connections and starts its own PDF children.
"""

import gc
import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = False

timeout = 60  # a worker silent for so long is replaced; the longest page takes seconds
graceful_timeout = 15
keepalive = 5

limit_request_line = 8190
limit_request_fields = 100

control_socket_disable = True
loglevel = os.environ.get("LOG_LEVEL", "warning")
errorlog = "-"
accesslog = None


def post_worker_init(_worker: object) -> None:
    """Keep what is loaded out of later collections: to look at its 220,000 objects takes a tenth of a second."""
    gc.collect()
    gc.freeze()
