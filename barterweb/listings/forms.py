"""Forms of listings and the parameters of a search, with the French sentence for each refusal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, SubmitField, ValidationError
from wtforms.validators import DataRequired, Length, StopValidation
from wtforms.widgets import HiddenInput, TextArea

from barterweb import ids
from barterweb.errors import BusinessError
from barterweb.images import SafeImage
from barterweb.listings.errors import (
    CompanyMayNotPublish,
    IncompleteListing,
    ListingChanged,
    ListingIdTaken,
    PhotosFull,
    SearchesFull,
    UnknownPlace,
)
from barterweb.listings.facts import CATEGORIES, PHOTO_SIDE, VAT_RATES_BP, Content
from barterweb.listings.models import Listing
from barterweb.listings.search import SORTS, Filters
from barterweb.members.facts import department_of
from barterweb.members.models import Cluster, Company
from barterweb.money import InvalidAmount, format_cents, parse_amount
from barterweb.web.fields import AmountField, Form, IdField, ImageField, TextField
from barterweb.web.filters import barter, percent_bp, whole

# ------------------------------------------------------------------------------------------- writing a listing

KINDS = (("offer", "Une offre\u00a0: nous proposons"), ("need", "Un besoin\u00a0: nous cherchons"))
NATURES = (("service", "Un service ou une prestation"), ("goods", "Un bien, livré ou à retirer"))
LONGEST_TITLE = 80
_WRONG_PLACE = "Ce code postal n’existe pas\u00a0: écrivez ses cinq chiffres, par exemple 42000."


class NeededOnline:
    """Refuse an empty field, unless the listing stays offline."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.field_flags = {"required": True}

    def __call__(self, form: "ListingForm", field: Field) -> None:
        """Stop with the sentence."""
        if not field.data and not form.offline.data:
            field.errors = []
            raise StopValidation(self.sentence)


class OneOf:
    """Refuse what is not among the choices of a field made with ``validate_choice=False``."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.field_flags = {"required": True}

    def __call__(self, _form: "ListingForm", field: Field) -> None:
        """Stop with the sentence."""
        if field.data not in dict(field.choices):
            raise StopValidation(self.sentence)


class PictureChosen:
    """Refuse a form without a picture, unless the picture itself was refused already."""

    field_flags: Mapping[str, bool] = {"required": True}

    def __call__(self, _form: Form, field: Field) -> None:
        """Stop with the sentence."""
        if field.data is None and not field.process_errors:
            raise StopValidation("Choisissez une photo.")


def _at_most(number: int) -> Length:
    return Length(max=number, message=f"{whole(number)} caractères au plus.")


class ListingForm(Form):
    """What a listing says. `offline` is the button that saves without publishing: it asks for a title only."""

    listing_id = IdField("lst", widget=HiddenInput())
    seen_at = HiddenField()
    company_id = SelectField(
        "Pour l’entreprise",
        validate_choice=False,
        validators=[OneOf("Choisissez l’entreprise."), DataRequired("Choisissez l’entreprise.")],
    )
    kind = RadioField(
        "Vous publiez",
        choices=KINDS,
        default="offer",
        validate_choice=False,
        validators=[OneOf("Choisissez offre ou besoin.")],
    )
    title = TextField(
        "Titre", validators=[DataRequired("Donnez un titre à l’annonce."), _at_most(LONGEST_TITLE)]
    )
    category = SelectField(
        "Catégorie",
        choices=[("", "Choisissez…"), *CATEGORIES.items()],
        validate_choice=False,
        validators=[OneOf("Cette catégorie n’existe pas."), NeededOnline("Choisissez une catégorie.")],
    )
    description = TextField(
        "Description",
        widget=TextArea(),
        validators=[NeededOnline("Décrivez l’offre ou le besoin."), _at_most(4000)],
    )
    nature = RadioField(
        "Nature",
        choices=NATURES,
        default="service",
        validate_choice=False,
        validators=[OneOf("Choisissez service ou bien.")],
    )
    price_cents = AmountField("Prix hors taxe")
    unit = TextField("Unité", validators=[_at_most(30)])
    vat_rate_bp = SelectField(
        "Taux de TVA",
        choices=[(rate, percent_bp(rate)) for rate in VAT_RATES_BP],
        coerce=int,
        default=VAT_RATES_BP[0],
        validate_choice=False,
        validators=[OneOf("Choisissez un taux de TVA.")],
    )
    availability = TextField("Disponibilité", validators=[_at_most(200)])
    postal_code = TextField("Code postal", validators=[NeededOnline(_WRONG_PLACE)])
    city = TextField("Ville", validators=[NeededOnline("Indiquez la ville où cela se passe."), _at_most(80)])
    offline = SubmitField("Enregistrer sans publier")

    def validate_postal_code(self, field: StringField) -> None:
        """The place must exist, for searches by département."""
        if field.data and department_of(field.data) is None:
            raise ValidationError(_WRONG_PLACE)

    def validate_unit(self, field: StringField) -> None:
        """A price is for something."""
        if self.price_cents.data is not None and not field.data:
            raise ValidationError("Indiquez pour quoi est ce prix\u00a0: une heure, un jour, une pièce…")

    def begin(self, args: Mapping[str, str]) -> None:
        """Prepare the form for a new listing; the address may say its type, its title and, for staff, its company."""
        self.listing_id.data = ids.new_id("lst")
        self.kind.data = TYPES.get(args.get("type", ""), "offer")
        self.title.data = _clean(args.get("titre", ""))[:LONGEST_TITLE]
        if "company_id" in self:
            self.company_id.data = args.get("entreprise", "")

    def for_company(self, company: Company) -> None:
        """Propose the company's place; under the small-business exemption it charges no VAT (CGI, art. 293 B)."""
        if not self.is_submitted() and not self.city.data:
            self.postal_code.data, self.city.data = company.postal_code, company.city
        if company.vat_regime == "franchise" and self.kind.data != "need":
            self.vat_rate_bp.choices = [(0, percent_bp(0))]
            self.vat_rate_bp.data = 0

    def content(self) -> Content:
        """Return the validated listing."""
        names = Content.__dataclass_fields__
        return Content(**{name: self[name].data for name in names})


class PhotoForm(Form):
    """A photo of a listing, with what is to be seen on it."""

    photo_id = IdField("pho", widget=HiddenInput())
    photo = ImageField("Photo", widest=PHOTO_SIDE, highest=PHOTO_SIDE, validators=[PictureChosen()])
    alt = TextField(
        "Ce que montre la photo", validators=[DataRequired("Dites ce que montre la photo."), _at_most(150)]
    )

    def picture(self) -> SafeImage:
        """Return the picture drawn anew; only after validation."""
        if self.photo.data is None:
            raise ValueError("no picture was sent")
        return self.photo.data


class SearchForm(Form):
    """The name of a saved search; the id is that of the search to be."""

    search_id = IdField("rec", widget=HiddenInput())
    name = TextField(
        "Nom de la recherche",
        validators=[DataRequired("Donnez un nom à la recherche."), _at_most(LONGEST_TITLE)],
    )


def form_of(listing: Listing) -> ListingForm:
    """Return the form filled from a listing."""
    return ListingForm(
        formdata=None, obj=listing, listing_id=listing.id, seen_at=listing.updated_at.isoformat()
    )


def seen_moment(text: str | None) -> datetime:
    """Read the moment a form carries; one that was tampered with is older than any listing."""
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime(2000, 1, 1, tzinfo=UTC)


_MISSING = {"category": "une catégorie", "description": "une description", "city": "une ville"}
_SENTENCES: dict[type[BusinessError], str] = {
    ListingChanged: (
        "Quelqu’un d’autre a modifié cette annonce pendant que vous l’écriviez. Rien n’a été enregistré\u00a0: votre "
        "texte est ci-dessous\u00a0; enregistrez de nouveau pour remplacer l’autre version."
    ),
    ListingIdTaken: "Ce formulaire a déjà servi\u00a0: ouvrez-en un nouveau. Rien n’a été enregistré.",
    PhotosFull: (
        "L’annonce a déjà quatre photos\u00a0: celle-ci n’est pas ajoutée. Retirez-en une, puis recommencez."
    ),
    SearchesFull: (
        "Vous gardez déjà vingt recherches\u00a0: celle-ci n’est pas enregistrée. Retirez-en une, puis recommencez."
    ),
    UnknownPlace: _WRONG_PLACE,
}


def explain(error: BusinessError) -> str:
    """Return the sentence that tells a person what was refused, what is safe and what to do."""
    if isinstance(error, IncompleteListing):
        missing = " et ".join(_MISSING[name] for name in error.missing)
        return f"Il manque {missing} pour mettre l’annonce en ligne. Modifiez-la pour la compléter."
    if isinstance(error, CompanyMayNotPublish):
        if error.status == "standby":
            return "L’entreprise est en veille\u00a0: elle peut publier des besoins, pas d’offres. Rien n’a été enregistré."
        return "L’entreprise ne peut rien publier en ce moment\u00a0: demandez à votre pôle. Rien n’a été enregistré."
    return _SENTENCES[type(error)]


# ---------------------------------------------------------------------------------------------- asking a search

TYPES = {"offre": "offer", "besoin": "need"}
SORT_LABELS = {"pertinence": "Pertinence", "recentes": "Plus récentes", "prix": "Prix croissant"}
PAGE_SIZE = 12
"""Fits the weight of the page (docs/decisions/0035) and fills rows of two or three cards."""
LONGEST_WORDS = 200

_NAMES = {"offer": "offre", "need": "besoin"}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]+")


def _clean(text: str) -> str:
    """Return a parameter without what a database or a feed refuses: control characters and non-characters."""
    return _UNSEEN.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as its address says it: what was understood, and a sentence for each part that was not."""

    filters: Filters
    ignored: tuple[str, ...]


def read_search(args: Mapping[str, Any], clusters: Sequence[Cluster], page: int) -> Asked:
    """Read the parameters of a search (a werkzeug MultiDict); whatever cannot be understood is left out and told."""
    ignored: list[str] = []

    def one(name: str) -> str:
        return _clean(args.get(name, ""))

    def choice(name: str, label: str, known: Mapping[str, str]) -> str:
        typed = one(name)
        if typed and typed not in known:
            ignored.append(f"Le {label} demandé n’existe pas\u00a0: il est ignoré.")
        return known.get(typed, "")

    def price(name: str, label: str) -> int | None:
        typed = one(name)
        if not typed.strip("0,. "):
            return None
        try:
            return parse_amount(typed).cents
        except InvalidAmount:
            ignored.append(f"Le {label} n’est pas un montant comme 1250 ou 1250,50\u00a0: il est ignoré.")
            return None

    words, place = one("mots"), one("lieu")
    if len(words) > LONGEST_WORDS or len(place) > LONGEST_WORDS:
        ignored.append(f"Seuls les {LONGEST_WORDS} premiers caractères sont cherchés.")
    wanted = list(dict.fromkeys(args.getlist("categorie")))  # type: ignore[attr-defined]
    categories = tuple(slug for slug in wanted if slug in CATEGORIES)
    if len(categories) < len([slug for slug in wanted if slug]):
        ignored.append("Une catégorie demandée n’existe pas\u00a0: elle est ignorée.")
    kind = choice("type", "type d’annonce", TYPES)
    filters = Filters(
        words=words[:LONGEST_WORDS],
        exact=one("exact") == "1",
        kinds=(kind,) if kind else (),
        categories=categories,
        cluster=choice("pole", "pôle", {cluster.slug: cluster.slug for cluster in clusters}),
        place=place[:LONGEST_WORDS],
        price_min_cents=price("prix_min", "prix minimum"),
        price_max_cents=price("prix_max", "prix maximum"),
        sort=choice("tri", "tri", {sort: sort for sort in SORTS}) or SORTS[0],
        page=page,
        per_page=PAGE_SIZE,
    )
    return Asked(_in_order(filters, ignored), tuple(ignored))


def _in_order(filters: Filters, ignored: list[str]) -> Filters:
    """Exchange prices given the wrong way round."""
    low, high = filters.price_min_cents, filters.price_max_cents
    if low is None or high is None or low <= high:
        return filters
    ignored.append("Le prix minimum dépassait le maximum\u00a0: ils ont été échangés.")
    return replace(filters, price_min_cents=high, price_max_cents=low)


def parameters(filters: Filters) -> dict[str, str | list[str]]:
    """Return the parameters that ask for `filters`, page left out: the reverse of `read_search`."""
    found: dict[str, str | list[str]] = {
        "mots": filters.words,
        "exact": "1" if filters.exact else "",
        "type": _NAMES[filters.kinds[0]] if filters.kinds else "",
        "categorie": list(filters.categories),
        "pole": filters.cluster,
        "lieu": filters.place,
        "prix_min": typed_amount(filters.price_min_cents),
        "prix_max": typed_amount(filters.price_max_cents),
        "tri": filters.sort if filters.sort != SORTS[0] else "",
    }
    return {name: value for name, value in found.items() if value}


def typed_amount(cents: int | None) -> str:
    """Return cents as one would type them: ``125000`` → ``1250``, ``125050`` → ``1250,50``."""
    return "" if cents is None else format_cents(cents).replace("\u202f", "").removesuffix(",00")


def chips(filters: Filters, clusters: Sequence[Cluster]) -> list[tuple[str, Filters]]:
    """Return what restricts the search, in words, each with the search that does without it."""
    found = [
        ("Offres" if kind == "offer" else "Besoins", replace(filters, kinds=())) for kind in filters.kinds
    ]
    for slug in filters.categories:
        left = tuple(other for other in filters.categories if other != slug)
        found.append((CATEGORIES[slug], replace(filters, categories=left)))
    found += [
        (f"Pôle {cluster.name}", replace(filters, cluster=""))
        for cluster in clusters
        if cluster.slug == filters.cluster
    ]
    if filters.place:
        found.append((f"Lieu\u00a0: {filters.place}", replace(filters, place="")))
    if filters.price_min_cents is not None:
        found.append((f"Au moins {barter(filters.price_min_cents)}", replace(filters, price_min_cents=None)))
    if filters.price_max_cents is not None:
        found.append((f"Au plus {barter(filters.price_max_cents)}", replace(filters, price_max_cents=None)))
    if filters.exact:
        found.append(("Mots exacts", replace(filters, exact=False)))
    return found


def name_of(filters: Filters, clusters: Sequence[Cluster]) -> str:
    """Return a name for a search, made of its words and its chips, short enough to be kept."""
    parts = [filters.words, *(label for label, _ in chips(filters, clusters))]
    name = ", ".join(part for part in parts if part) or "Toutes les annonces"
    return name if len(name) <= LONGEST_TITLE else f"{name[: LONGEST_TITLE - 1].rstrip(' ,')}…"


_EMPTY: dict[str, dict[str, Any]] = {
    "kinds": {"kinds": ()},
    "categories": {"categories": ()},
    "cluster": {"cluster": ""},
    "place": {"place": ""},
    "price": {"price_min_cents": None, "price_max_cents": None},
}


def without(filters: Filters, name: str) -> Filters:
    """Return the search that does without what `search.drop_one` named."""
    return replace(filters, page=1, **_EMPTY[name])


def count_sentence(total: int, capped: bool, kinds: Sequence[str]) -> str:
    """Return ``12 annonces``, ``1 offre``, ``Aucun besoin`` or ``Plus de 1 000 annonces``."""
    noun = _NAMES[kinds[0]] if kinds else "annonce"
    if not total:
        return f"Aucun {noun}" if noun == "besoin" else f"Aucune {noun}"
    number = f"Plus de {whole(total)}" if capped else whole(total)
    return f"{number} {noun}{'s' if total > 1 else ''}"
