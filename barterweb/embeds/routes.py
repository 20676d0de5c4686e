"""Views of framed pages: the page itself, the script for the site around it, and the generator for cluster staff.

The framed page knows nobody: its session is never opened, its templates are rendered without the context of other pages.
Why each header: docs/decisions/0052-framed-pages.md.
"""

import base64
import hashlib
import re
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    current_app,
    flash,
    make_response,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue

from barterweb.embeds import queries, service
from barterweb.embeds.errors import EmbedError
from barterweb.embeds.facts import Look
from barterweb.embeds.forms import LookForm, OriginsForm, explain
from barterweb.members.models import Cluster
from barterweb.web.access import allowed, current_actor, public
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.headers import POLICY
from barterweb.web.statics import FOLDER

bp = Blueprint("embeds", __name__)

CACHE = "public, max-age=300, stale-while-revalidate=3600"
_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


class OutsideSessions(SecureCookieSessionInterface):
    """Flask's sessions, but none for what is framed in other sites: the cookie is neither read, nor refreshed, nor set."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return None under ``/integration/``; Flask then puts an empty session that is never saved."""
        return None if request.path.startswith("/integration/") else super().open_session(app, request)


@bp.record_once
def stay_outside_sessions(state: BlueprintSetupState) -> None:
    """Install `OutsideSessions` when the blueprint is registered."""
    assert isinstance(state.app, Flask)
    state.app.session_interface = OutsideSessions()


@bp.get("/integration/<slug>/annonces")
@public
def listings_GET(slug: str) -> ResponseReturnValue:
    """Show a cluster's latest listings, to be framed in its own site."""
    cluster = queries.framed_cluster(slug)
    form = LookForm(request.args)
    look = form.look()
    if form.errors:
        return _framed("embeds/refused.html", cluster, look, status=400, errors=form.errors)
    return _framed("embeds/listings.html", cluster, look, cards=queries.framed_listings(cluster, look))


@bp.get("/integration/cadre.js")
@public
def host_script_GET() -> ResponseReturnValue:
    """Give the script that fits the frame to its content, for the site around it."""
    script = (FOLDER / "embeds" / "cadre.js").read_bytes()
    response = Response(
        script, mimetype="text/javascript", headers={"Cache-Control": "public, max-age=86400"}
    )
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/pole/page-integree")
@allowed("staff")
def generator_GET() -> ResponseReturnValue:
    """Show the settings of the framed page, a preview of it, the lines to paste and the sites allowed."""
    cluster = queries.own_cluster(current_actor())
    return _generator(cluster, OriginsForm(origins="\n".join(cluster.frame_origins)))


@bp.post("/pole/page-integree/origines")
@allowed("staff")
def origins_POST() -> ResponseReturnValue:
    """Set the sites allowed to frame the cluster's pages."""
    actor = current_actor()
    cluster = queries.own_cluster(actor)
    form = OriginsForm()
    if form.validate_on_submit():
        try:
            typed = form.origins.data.splitlines()
            service.set_frame_origins(actor=actor, cluster_id=cluster.id, origins=typed)
            flash("Sites enregistrés. Le changement est visible partout en quelques minutes.", "ok")
            return see_other(url_for("embeds.generator_GET"))
        except EmbedError as error:
            form.origins.errors = [explain(error)]
    return _generator(cluster, form, status=422)


def _generator(cluster: Cluster, origins_form: OriginsForm, *, status: int = 200) -> Response:
    form = LookForm(request.args)
    look = form.look()
    response = page_or_fragment(
        "embeds/generator.html",
        "embeds/_look.html",
        status=422 if form.errors else status,
        cluster=cluster,
        form=form,
        look=look,
        origins_form=origins_form,
        site=current_app.config["SETTINGS"].public_url,
    )
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


def _framed(template: str, cluster: Cluster, look: Look, *, status: int = 200, **context: Any) -> Response:
    """Render a page for other sites' frames; not by `render_template`, whose context asks who is signed in."""
    page = current_app.jinja_env.get_template(template)
    html = page.render(cluster=cluster, look=look, **context)
    policy = _policy_of(html, cluster.frame_origins)
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = CACHE
    # Browsers keep the policy of a cached page when a 304 confirms it: another policy must be another version.
    response.set_etag(hashlib.sha256((policy + html).encode()).hexdigest()[:32])
    if status == 200:
        response.make_conditional(request)
    return response


def _policy_of(html: str, origins: list[str]) -> str:
    """Return the policy that lets a page run exactly what is written in it, framed by these origins and our preview."""
    hashes = {"style": "'none'", "script": "'none'"}
    for element, content in _INLINE.findall(html):
        digest = hashlib.sha256(content.encode()).digest()
        hashes[element] = f"'sha256-{base64.b64encode(digest).decode()}'"
    ancestors = " ".join(["'self'", *origins])
    return (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
