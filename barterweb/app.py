"""The application, put together on one screen."""

from pathlib import Path

from flask import Flask
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from barterweb import cli, db, settings
from barterweb.demo import service as demo
from barterweb.documents import routes as documents
from barterweb.embeds import routes as embeds
from barterweb.joining import routes as joining
from barterweb.listings import routes as listings
from barterweb.members import queries as member_queries
from barterweb.members import routes as members
from barterweb.members import service as member_service
from barterweb.notifications import routes as notifications
from barterweb.operations import queries as operations
from barterweb.outbox import mail
from barterweb.pages import routes as pages
from barterweb.privacy import routes as privacy
from barterweb.staff import routes as staff
from barterweb.standing import routes as standing
from barterweb.trades import routes as trades
from barterweb.web import access, converters, copies, errors, filters, headers, navigation, sessions, statics
from barterweb.web.markup import Unindented

ROOT = Path(__file__).resolve().parent.parent
COMPRESSED = (
    "text/html", "text/plain", "text/css", "text/javascript", "text/xml", "text/calendar", "image/svg+xml",
    "application/json", "application/feed+json", "application/atom+xml",
)  # fmt: skip
CAPABILITIES = (
    pages, members, joining, listings, trades, documents, notifications, standing, embeds, staff, privacy,
)  # fmt: skip


def create_app(chosen: settings.Settings | None = None) -> Flask:
    """Build the site from the given settings, or from the environment."""
    config = chosen or settings.from_environment()
    mail.check(config)
    app = Flask("barterweb", root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.config.update(
        SETTINGS=config,
        SECRET_KEY=config.secret_key,
        TESTING=config.mode == "test",
        TRUSTED_HOSTS=list(config.trusted_hosts),
        MAX_CONTENT_LENGTH=10
        * 1024
        * 1024,  # one picture, see barterweb.images; forms stay below the next line
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,  # so that WTForms speaks the language its forms name
        DEMO_PEOPLE=demo.demo_people() if config.demo else (),
        COMPRESS_MIN_SIZE=500,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIMETYPES=[*COMPRESSED],
        COMPRESS_BR_LEVEL=5,  # 6 % smaller than level 4; beyond it costs several times as long for 1 %
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)
    app.jinja_env.globals["demo_mode"] = config.demo
    converters.init_app(app)
    db.init_app(app, config.database_url)
    db.before_writes(app, operations.refuse_when_read_only)
    app.jinja_env.globals["read_only"] = operations.read_only
    Migrate(app, db.db, directory=str(ROOT / "migrations"), compare_type=True, render_as_batch=True)
    sessions.init_app(app, member_queries.session_for)
    access.init_app(app, member_service.note_session_used)
    CSRFProtect(app)
    Compress(app)
    for module in (copies, headers, errors, filters, statics, navigation):
        module.init_app(app)
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]
    for capability in CAPABILITIES:
        app.register_blueprint(capability.bp)
    cli.init_app(app)
    return app
