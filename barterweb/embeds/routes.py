"""Views of framed pages: the page itself, its feeds, how sites embed it, and the generator for cluster staff.

The framed page knows nobody: its session is never opened, its templates are rendered without the context of other pages.
Why each header: docs/decisions/0052-framed-pages.md.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
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
from werkzeug.datastructures import MultiDict

from barterweb.embeds import exports, queries, service
from barterweb.embeds.errors import EmbedError
from barterweb.embeds.facts import Feed, Item, Look, read_address
from barterweb.embeds.forms import KIND_LABELS, LookForm, OembedForm, OriginsForm, explain
from barterweb.errors import NotFound
from barterweb.listings.facts import CATEGORIES, Card
from barterweb.members.models import Cluster
from barterweb.web import filters
from barterweb.web.access import allowed, current_actor, public
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.headers import POLICY
from barterweb.web.statics import FOLDER

bp = Blueprint("embeds", __name__)

WAYS = ("code", "wordpress", "flux")
"""How staff bring the list into their site: the tabs of the generator."""

OEMBED_AGE_SECONDS = 86_400
"""What is embedded keeps itself up to date: only the lines around it are kept by the site."""

CACHE = "public, max-age=300, stale-while-revalidate=3600"
_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
_OUTSIDE = ("/integration/", "/oembed")


class OutsideSessions(SecureCookieSessionInterface):
    """Flask's sessions, but none for what is framed in other sites: the cookie is neither read, nor refreshed, nor set."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return None for what other sites ask for; Flask then puts an empty session that is never saved."""
        return None if request.path.startswith(_OUTSIDE) else super().open_session(app, request)


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


@bp.get("/integration/<slug>/annonces.atom")
@public
def atom_GET(slug: str) -> ResponseReturnValue:
    """Give the same listings to a feed reader."""
    return _feed(slug, "application/atom+xml", lambda feed: _render("embeds/feed.xml", feed=feed))


@bp.get("/integration/<slug>/annonces.json")
@public
def json_GET(slug: str) -> ResponseReturnValue:
    """Give the same listings to programs, as JSON Feed."""
    return _feed(slug, "application/feed+json", exports.json_feed)


@bp.get("/integration/<slug>/annonces.ics")
@public
def calendar_GET(slug: str) -> ResponseReturnValue:
    """Give the last days of the same listings to a calendar."""
    return _feed(slug, "text/calendar", exports.calendar)


@bp.get("/oembed")
@public
def oembed_GET() -> ResponseReturnValue:
    """Tell a site how to embed a framed page whose address somebody pasted (oembed.com, 1.0, type rich)."""
    form = OembedForm(request.args)
    written = form.format.data or "json"
    if written not in {"json", "xml"}:
        return _text(501, "Formats possibles\u00a0: json, xml.")
    if not form.validate():
        return _text(400, "url est l’adresse d’une page intégrée, maxwidth et maxheight sont des pixels.")
    found = read_address(form.url.data, _site())
    look_form = LookForm(MultiDict(found[1]) if found else None)
    look = look_form.look()
    if found is None or look_form.errors:
        raise NotFound
    told = _oembed(queries.framed_cluster(found[0]), look, *form.limits())
    if written == "json":
        return _for_all(json.dumps(told, ensure_ascii=False), "application/json")
    return _for_all(_render("embeds/oembed.xml", told=told), "text/xml")


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
        site=_site(),
        ways=WAYS,
        way=request.args["onglet"] if request.args.get("onglet") in WAYS else WAYS[0],
    )
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


def _framed(template: str, cluster: Cluster, look: Look, *, status: int = 200, **context: Any) -> Response:
    """Answer with a page for other sites' frames."""
    html = _render(template, cluster=cluster, look=look, site=_site(), **context)
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


def _feed(slug: str, mimetype: str, write: Callable[[Feed], str]) -> Response:
    """Answer with the listings that the framed page of the same parameters shows."""
    cluster = queries.framed_cluster(slug)
    form = LookForm(request.args)
    look = form.look()
    if form.errors:
        return _text(400, "\n".join(sentence for sentences in form.errors.values() for sentence in sentences))
    site = _site()
    feed = Feed(
        title=f"Annonces Barter\u00a0: {cluster.name}",
        address=site + url_for(str(request.endpoint), slug=slug, **look.choice()),
        page=site + url_for("listings.index_GET", pole=slug, via=slug),
        items=[_item(card, slug, site) for card in queries.framed_listings(cluster, look)],
    )
    return _for_all(write(feed), mimetype)


def _item(card: Card, slug: str, site: str) -> Item:
    price = (
        "sur devis" if card.price_cents is None else f"{filters.barter(card.price_cents)} HT par {card.unit}"
    )
    return Item(
        id=card.id,
        permalink=site + url_for("listings.show_GET", listing_id=card.id),
        address=site + url_for("listings.show_GET", listing_id=card.id, via=slug),
        title=f"{KIND_LABELS[card.kind]}\u00a0: {card.title}",
        summary=f"{card.company_name}, {card.city} · {price}. En ligne jusqu’au {filters.day(card.expires_on)}.",
        company=card.company_name,
        city=card.city,
        category=CATEGORIES[card.category],
        published_at=card.published_at,
        updated_at=max(card.updated_at, card.published_at),
        expires_on=card.expires_on,
    )


def _oembed(cluster: Cluster, look: Look, most_width: int | None, most_height: int | None) -> dict[str, Any]:
    """Return the answer of type rich (oembed.com, 2.3.4); of its HTML, WordPress keeps a quotation and the frame."""
    site = _site()
    width, height = look.fitted(most_width, most_height)
    context = {"cluster": cluster, "look": look, "site": site, "width": width, "height": height}
    return {
        "version": "1.0",
        "type": "rich",
        "title": f"Annonces Barter\u00a0: {cluster.name}",
        "provider_name": "Barter clusters",
        "provider_url": site,
        "cache_age": OEMBED_AGE_SECONDS,
        "html": _render("embeds/oembed.html", **context).strip(),
        "width": width,
        "height": height,
    }


def _for_all(body: str, mimetype: str) -> Response:
    """Answer programs with what they may keep as long as the framed page."""
    response = Response(body, mimetype=mimetype, headers={"Cache-Control": CACHE})
    response.add_etag()
    response.make_conditional(request)
    return response


def _text(status: int, sentence: str) -> Response:
    return Response(f"{sentence}\n", status, mimetype="text/plain")


def _render(template: str, **context: Any) -> str:
    """Render for other sites; not by `render_template`, whose context asks who is signed in."""
    return current_app.jinja_env.get_template(template).render(**context)


def _site() -> str:
    return str(current_app.config["SETTINGS"].public_url)
