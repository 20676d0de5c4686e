"""Plain values of members: what identifies a French company, what a form brings, what a person may wear.

SIREN and SIRET are numbers of the INSEE's register (code de commerce, art. R. 123-220 and following), checked by
python-stdnum: Luhn's key, and for La Poste's establishments a digit sum that is a multiple of 5.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number
from stdnum.fr import tva as vat_numbers

from barterweb.members.errors import NotASiret, NotAVatNumber

TERMS_DATE = date(2026, 9, 1)
TERMS_VERSION = TERMS_DATE.isoformat()
"""Version of the membership terms and of the invoicing mandate that an applicant accepts today: their date."""

MEMBERSHIP_PAYMENT_DAYS = 30
"""A year of membership is due so many days after it begins."""

SIZE_BANDS = ("0-9", "10-49", "50-249", "250+")
"""Sizes in employees, by the classes of decree 2008-1354 (microenterprise, small, medium, larger)."""

HIDEABLE_PARTS = ("street", "size_band", "siren", "capacities", "contacts", "joined_on", "logo")
"""Parts of its page that a company may keep to itself; name, activity, town and clusters are always shown."""

NAF_SECTIONS = {
    "A": ("Agriculture, sylviculture et pêche", "01", "03"),
    "B": ("Industries extractives", "05", "09"),
    "C": ("Industrie manufacturière", "10", "33"),
    "D": ("Électricité, gaz, vapeur et air conditionné", "35", "35"),
    "E": ("Eau, assainissement, déchets et dépollution", "36", "39"),
    "F": ("Construction", "41", "43"),
    "G": ("Commerce, réparation d’automobiles", "45", "47"),
    "H": ("Transports et entreposage", "49", "53"),
    "I": ("Hébergement et restauration", "55", "56"),
    "J": ("Information et communication", "58", "63"),
    "K": ("Activités financières et d’assurance", "64", "66"),
    "L": ("Activités immobilières", "68", "68"),
    "M": ("Activités spécialisées, scientifiques et techniques", "69", "75"),
    "N": ("Services administratifs et de soutien", "77", "82"),
    "O": ("Administration publique", "84", "84"),
    "P": ("Enseignement", "85", "85"),
    "Q": ("Santé humaine et action sociale", "86", "88"),
    "R": ("Arts, spectacles et activités récréatives", "90", "93"),
    "S": ("Autres activités de services", "94", "96"),
}
"""Sections of the French nomenclature NAF rév. 2 (decree 2007-1888): name, first and last division."""

_DEPARTMENTS = dict(
    entry.split(" ", 1)
    for entry in (
        "01 Ain,02 Aisne,03 Allier,04 Alpes-de-Haute-Provence,05 Hautes-Alpes,06 Alpes-Maritimes,07 Ardèche,"
        "08 Ardennes,09 Ariège,10 Aube,11 Aude,12 Aveyron,13 Bouches-du-Rhône,14 Calvados,15 Cantal,16 Charente,"
        "17 Charente-Maritime,18 Cher,19 Corrèze,2A Corse-du-Sud,2B Haute-Corse,21 Côte-d’Or,22 Côtes-d’Armor,"
        "23 Creuse,24 Dordogne,25 Doubs,26 Drôme,27 Eure,28 Eure-et-Loir,29 Finistère,30 Gard,31 Haute-Garonne,"
        "32 Gers,33 Gironde,34 Hérault,35 Ille-et-Vilaine,36 Indre,37 Indre-et-Loire,38 Isère,39 Jura,40 Landes,"
        "41 Loir-et-Cher,42 Loire,43 Haute-Loire,44 Loire-Atlantique,45 Loiret,46 Lot,47 Lot-et-Garonne,48 Lozère,"
        "49 Maine-et-Loire,50 Manche,51 Marne,52 Haute-Marne,53 Mayenne,54 Meurthe-et-Moselle,55 Meuse,"
        "56 Morbihan,57 Moselle,58 Nièvre,59 Nord,60 Oise,61 Orne,62 Pas-de-Calais,63 Puy-de-Dôme,"
        "64 Pyrénées-Atlantiques,65 Hautes-Pyrénées,66 Pyrénées-Orientales,67 Bas-Rhin,68 Haut-Rhin,69 Rhône,"
        "70 Haute-Saône,71 Saône-et-Loire,72 Sarthe,73 Savoie,74 Haute-Savoie,75 Paris,76 Seine-Maritime,"
        "77 Seine-et-Marne,78 Yvelines,79 Deux-Sèvres,80 Somme,81 Tarn,82 Tarn-et-Garonne,83 Var,84 Vaucluse,"
        "85 Vendée,86 Vienne,87 Haute-Vienne,88 Vosges,89 Yonne,90 Territoire de Belfort,91 Essonne,"
        "92 Hauts-de-Seine,93 Seine-Saint-Denis,94 Val-de-Marne,95 Val-d’Oise,971 Guadeloupe,972 Martinique,"
        "973 Guyane,974 La Réunion,975 Saint-Pierre-et-Miquelon,976 Mayotte"
    ).split(",")
)
_NAF = re.compile(r"([0-9]{2})\.?([0-9]{2})([A-Z])")
_POSTAL_CODE = re.compile(r"[0-9]{5}")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})


def read_siret(text: str) -> str:
    """Return the 14 digits of a SIRET typed with or without spaces; raises `NotASiret`."""
    typed = "".join(text.split()).replace(".", "")
    digits = sum(character in "0123456789" for character in typed)
    if digits != len(typed):
        raise NotASiret("characters", digits)
    if digits != 14:
        raise NotASiret("length", digits)
    try:
        return str(siret_number.validate(typed))
    except ValidationError as error:
        raise NotASiret("key", digits) from error


def vat_number_of(siren: str) -> str:
    """Return the usual VAT number of a SIREN: FR, the key (12 + 3 × (SIREN mod 97)) mod 97, the SIREN."""
    return f"FR{siren_number.to_tva(siren)}"


def read_vat_number(text: str, siren: str) -> str:
    """Return a French VAT number without its spaces, checked against the SIREN; raises `NotAVatNumber`.

    Old keys with letters are accepted: they cannot be computed from the SIREN.
    """
    try:
        number = vat_numbers.validate(text)
    except (InvalidChecksum, ValidationError) as error:
        raise NotAVatNumber("malformed") from error
    if number[2:] != siren:
        raise NotAVatNumber("company")
    return f"FR{number}"


def department_of(postal_code: str) -> str | None:
    """Return the name of the département of a postal code, or None when there is no such place.

    Corsica's codes begin with 200 or 201 (Corse-du-Sud) and 202 or 206 (Haute-Corse); overseas ones have three digits.
    """
    if _POSTAL_CODE.fullmatch(postal_code) is None:
        return None
    if postal_code.startswith("20"):
        code = "2A" if postal_code[2] in "01" else "2B"
    else:
        code = postal_code[:3] if postal_code.startswith("97") else postal_code[:2]
    return _DEPARTMENTS.get(code)


def read_naf(text: str) -> str | None:
    """Return a NAF code as ``49.41B``, typed with or without its dot; empty for nothing typed, None for what is none."""
    typed = text.upper().replace(" ", "")
    match = _NAF.fullmatch(typed)
    return f"{match[1]}.{match[2]}{match[3]}" if match else None if typed else ""


def section_of(naf: str) -> str | None:
    """Return the letter of the section of a NAF code such as ``49.41B``, None when it is in none."""
    return next((s for s, (_, first, last) in NAF_SECTIONS.items() if first <= naf[:2] <= last), None)


def without_accents(text: str) -> str:
    """Return the text in lowercase, without accents or ligatures."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return "".join(character for character in plain if not unicodedata.combining(character))


SEARCH_TEXT_LENGTH = 2_500
"""Characters of a company that the directory searches: an index of PostgreSQL takes rows of 2,704 bytes."""


def fold(text: str) -> str:
    """Return the words of a text in lowercase ASCII, apart by one space: what the directory's search compares."""
    return _NOT_A_WORD.sub(" ", without_accents(text)).strip()


def normal_email(text: str) -> str:
    """Return the form under which an address is stored and compared."""
    return text.strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDetails:
    """A company as its application describes it; malformed identifiers cannot get in (ValueError).

    `capital_cents` is in cents of euro. `rcs_city`, `naf` and `legal_form` may be empty: an association has no capital and
    no register of commerce.
    """

    name: str
    legal_form: str
    capital_cents: int | None
    siret: str
    rcs_city: str
    vat_number: str | None
    vat_regime: str
    vat_on_debits: bool = False
    street: str
    postal_code: str
    city: str
    sector: str
    naf: str
    size_band: str
    description: str

    def __post_init__(self) -> None:
        if not siret_number.is_valid(self.siret) or len(self.siret) != 14:
            raise ValueError(f"{self.siret!r} is not a SIRET")
        if self.vat_number is not None and not self.vat_number.endswith(self.siren):
            raise ValueError(f"{self.vat_number!r} is not the VAT number of {self.siren}")
        if department_of(self.postal_code) is None:
            raise ValueError(f"{self.postal_code!r} is not a postal code")
        if self.size_band not in SIZE_BANDS:
            raise ValueError(f"{self.size_band!r} is not one of {SIZE_BANDS}")

    @property
    def siren(self) -> str:
        """The company's own number: the first nine digits."""
        return self.siret[:9]

    @property
    def department(self) -> str:
        """The name of the département."""
        return department_of(self.postal_code) or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyChanges:
    """What an administrator may edit of the company: the description, the address, the legal mentions."""

    description: str
    street: str
    postal_code: str
    city: str
    legal_form: str
    capital_cents: int | None
    rcs_city: str
    vat_number: str | None
    vat_regime: str
    vat_on_debits: bool = False
    iban: str = ""
    bic: str = ""
    electronic_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a company shows of itself; `hidden_parts` are those of `HIDEABLE_PARTS` it keeps to itself."""

    sector: str
    naf: str
    size_band: str
    capacities: str
    website: str
    public_email: str
    public_phone: str
    hidden_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who applies, and will be the first person of the company."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstListing:
    """The offer or need that comes with an application; `kind` is offer or need."""

    kind: str
    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An admission's outcome, enough for the caller to publish the first listing in the same transaction."""

    company_id: str
    account_id: str
    person_id: str
    person_name: str
    first_listing: FirstListing


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSettings:
    """A region's fees and limits. Rates in basis points, fees in cents of euro excl. VAT, limits in cents of Barter.

    Defaults are those of the pilot: 5 % from the seller and 235 euros a year, both waived; a first line of 2 000 B.
    """

    commission_rate_bp: int = 500
    commission_payer: str = "seller"
    commission_waived: bool = True
    membership_fee_cents: int = 23_500
    membership_waived: bool = True
    credit_limit_cents: int = 200_000
    balance_cap_cents: int = 1_500_000
    soft_threshold_bp: int = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Somebody to whom a company opens its space: `kind` is trader, administrator or accountant."""

    kind: str
    name: str
    email: str
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Hat:
    """What a person can act as: one company, cluster or region, or all the accounts kept as an accountant."""

    role_id: str
    kind: str
    label: str
    company_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a session belongs to: see barterweb.web.sessions."""

    person_id: str
    stamp: str


@dataclass(frozen=True, slots=True)
class DirectorySearch:
    """What the directory is asked for; empty texts ask for nothing."""

    words: str = ""
    cluster_slug: str = ""
    department: str = ""
    section: str = ""
