"""Pages that put several capabilities together, or none: the home page, a company's page, explanations, health."""

from dataclasses import dataclass

from flask import Blueprint, abort, current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from barterweb import clock
from barterweb.db import session
from barterweb.listings import queries as listings
from barterweb.members import queries as members
from barterweb.members.facts import NAF_SECTIONS, section_of
from barterweb.members.forms import SIZES
from barterweb.pages import queries, service
from barterweb.pages.forms import LegalForm, legal_form, legal_pairs, samples
from barterweb.privacy.facts import RULES
from barterweb.trades import queries as trades
from barterweb.web.access import allowed, current_actor, public
from barterweb.web.copies import kept_for_visitors
from barterweb.web.filters import day
from barterweb.web.fragments import see_other

bp = Blueprint("pages", __name__)

_LATEST = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """The network in figures; settled trades are those of twelve months, their volume in cents of Barter."""

    companies: int
    clusters: int
    offers: int
    needs: int
    trades_settled: int
    volume_cents: int


@bp.get("/")
@public
@kept_for_visitors
def home_GET() -> ResponseReturnValue:
    """Say what Barter is, with the network in figures and its latest listings."""
    clusters = members.clusters()
    online, settled = listings.online_counts(), trades.network_figures()
    figures = Figures(
        companies=members.public_company_count(),
        clusters=len(clusters),
        offers=online.offers,
        needs=online.needs,
        trades_settled=settled.trades_settled,
        volume_cents=settled.volume_cents,
    )
    latest = listings.latest_online(_LATEST)
    return render_template("pages/home.html", figures=figures, latest=latest, clusters=clusters)


@bp.get("/entreprises/<id('cmp'):company_id>")
@public
@kept_for_visitors
def company_GET(company_id: str) -> ResponseReturnValue:
    """Show a company of the directory with its listings."""
    company = members.public_company(company_id)
    section = section_of(company.naf)
    return render_template(
        "members/company.html",
        company=company,
        section_name=NAF_SECTIONS[section][0] if section else "",
        listings=listings.online_of_company(company_id),
        sizes=SIZES,
    )


@bp.get("/comment-ca-marche")
@public
@kept_for_visitors
def how_GET() -> ResponseReturnValue:
    """Explain a trade step by step."""
    return render_template("pages/how.html")


@bp.get("/guide/entreprises")
@public
@kept_for_visitors
def guide_companies_GET() -> ResponseReturnValue:
    """Explain to companies how to buy, sell and price, with worked amounts."""
    return render_template("pages/guide/companies.html")


@bp.get("/guide/experts-comptables")
@public
@kept_for_visitors
def guide_accountants_GET() -> ResponseReturnValue:
    """Explain to accountants how a trade is booked, with worked entries."""
    return render_template("pages/guide/accountants.html")


@bp.get("/guide/poles")
@public
@kept_for_visitors
def guide_clusters_GET() -> ResponseReturnValue:
    """Explain to cluster staff what makes a network trade."""
    return render_template("pages/guide/clusters.html")


@bp.get("/mentions-legales")
@public
@kept_for_visitors
def legal_GET() -> ResponseReturnValue:
    """Say who publishes the site."""
    facts = queries.legal_facts(clock.today())
    return render_template("pages/legal.html", facts=facts, pairs=legal_pairs(facts) if facts else [])


@bp.get("/operateur/mentions-legales")
@allowed("operator")
def legal_notice_GET() -> ResponseReturnValue:
    """Show the legal notices there were and are, and the form that sets others from a day on."""
    return _legal_notice(legal_form(queries.legal_facts(clock.today())))


@bp.post("/operateur/mentions-legales")
@allowed("operator")
def legal_notice_POST() -> ResponseReturnValue:
    """Set the legal notices from a day on."""
    form = LegalForm()
    if not form.validate_on_submit():
        return _legal_notice(form), 422
    service.set_legal_facts(actor=current_actor(), starts_on=form.starts_on.data, facts=form.facts())
    flash(f"Mentions enregistrées\u00a0: le site les affiche à partir du {day(form.starts_on.data)}.", "ok")
    return see_other(url_for("pages.legal_notice_GET"))


def _legal_notice(form: LegalForm) -> str:
    notices = [(notice, name, legal_pairs(facts)) for notice, name, facts in queries.legal_notices()]
    in_force = next((notice.id for notice, *_ in notices if notice.starts_on <= clock.today()), None)
    return render_template("pages/legal_notice.html", form=form, notices=notices, in_force=in_force)


@bp.get("/confidentialite")
@public
@kept_for_visitors
def privacy_GET() -> ResponseReturnValue:
    """Say what is kept about people, and why."""
    return render_template("pages/privacy.html", rules=RULES)


@bp.get("/accessibilite")
@public
@kept_for_visitors
def accessibility_GET() -> ResponseReturnValue:
    """Say how accessible the site is."""
    return render_template("pages/accessibility.html")


@bp.get("/style")
@public
def style_GET() -> ResponseReturnValue:
    """Show every part of pages in all its states, to those who build the site; no page of production."""
    if current_app.config["SETTINGS"].mode == "production":
        abort(404)
    fresh, refused = samples()
    return render_template("pages/style.html", fresh=fresh, refused=refused, today=clock.today())


@bp.get("/sante")
@public
def health_GET() -> ResponseReturnValue:
    """Tell a supervisor that the site and its database answer."""
    session.execute(text("SELECT 1"))
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
