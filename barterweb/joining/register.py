"""Asking a company register about a SIRET, to prefill an application; its silence blocks nobody.

`registry_for` gives what the settings name: nothing (`NoRegister`), or the open search of the French administration
(`SearchOfCompanies`), whose answers have the format of https://recherche-entreprises.api.gouv.fr/docs/. Whatever happens,
an answer comes within `TIMEOUT_SECONDS`: names to resolve, servers that drip bytes and nonsense all end as "unavailable".
"""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT_SECONDS = 2
_LONGEST_ANSWER = 512 * 1024
_DIFFUSIBLE = "O"
_HIDDEN = "[ND]"
_log = logging.getLogger(__name__)
_askers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="register")

LEGAL_FORMS = {
    "1000": "EI", "5202": "SNC", "5498": "EURL", "5499": "SARL", "5505": "SA", "5510": "SA", "5515": "SA", "5599": "SA",
    "5458": "SCOP", "5558": "SCOP", "5658": "SCOP", "5699": "SA", "5710": "SAS", "5720": "SASU", "6220": "GIE",
    "9220": "Association",
}  # fmt: skip
"""Legal categories of INSEE (third level) that the application's list knows."""

_SIZES = {
    "0-9": ("NN", "00", "01", "02", "03"),
    "10-49": ("11", "12"),
    "50-249": ("21", "22", "31"),
    "250+": ("32", "41", "42", "51", "52", "53"),
}
"""INSEE's classes of employees, put together as decree 2008-1354 does."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a register says of an establishment; texts it does not give are empty."""

    name: str = ""
    legal_form: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    naf: str = ""
    size_band: str = ""

    def answers(self) -> dict[str, str]:
        """Return what is not empty, by name of field."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: `outcome` is found, unknown, hidden (not to be shown), closed, unavailable or off."""

    outcome: str
    found: Found | None = None


class Register(Protocol):
    """Somewhere to ask about a SIRET."""

    def look_up(self, siret: str) -> Answer:
        """Return what the register says, within `TIMEOUT_SECONDS`; never raises."""


class NoRegister:
    """Nobody to ask: the applicant types the name and the address."""

    def look_up(self, siret: str) -> Answer:
        """Return that nobody was asked."""
        return Answer("off")


class SearchOfCompanies:
    """The open search of companies, at the address of its ``/search``."""

    def __init__(self, url: str) -> None:
        self._url = url

    def look_up(self, siret: str) -> Answer:
        """Return what the search says of the establishment."""
        asking = _askers.submit(self._ask, siret)
        try:
            return read_answer(asking.result(timeout=TIMEOUT_SECONDS), siret)
        except TooLate:
            asking.cancel()
        except Exception as error:  # noqa: BLE001 - whatever is wrong over there, the application goes on
            _log.info("the register did not answer: %s", type(error).__name__)
        return Answer("unavailable")

    def _ask(self, siret: str) -> object:
        query = urlencode({"q": siret, "per_page": "1"})
        request = Request(f"{self._url}?{query}", headers={"Accept": "application/json"})  # noqa: S310 - see registry_for
        try:
            with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                body = response.read(_LONGEST_ANSWER + 1)
        except HTTPError as error:
            error.close()
            raise
        if len(body) > _LONGEST_ANSWER:
            raise ValueError("too long an answer")
        return json.loads(body)


class _StayHere(HTTPRedirectHandler):
    """The register answers where the settings say, or not at all."""

    def redirect_request(self, *_args: Any) -> None:
        """Refuse to follow."""


_opener = build_opener(_StayHere)


def registry_for(url: str | None) -> Register:
    """Return the register that the setting names; only http and https addresses are asked."""
    if url is None or urlsplit(url).scheme not in {"http", "https"}:
        return NoRegister()
    return SearchOfCompanies(url)


def read_answer(answer: object, siret: str) -> Answer:
    """Read what the search of companies answered about a SIRET; raises what malformed answers raise."""
    if not isinstance(answer, dict):
        raise TypeError("not an object")
    for company in answer["results"]:
        places = [company.get("siege") or {}, *(company.get("matching_etablissements") or [])]
        place = next((place for place in places if place.get("siret") == siret), None)
        if place is not None:
            return _read(company, place)
    return Answer("unknown")


def _read(company: dict[str, Any], place: dict[str, Any]) -> Answer:
    if place.get("etat_administratif") == "F" or company.get("etat_administratif") == "C":
        return Answer("closed")
    public = {
        company.get("statut_diffusion", _DIFFUSIBLE),
        place.get("statut_diffusion_etablissement", _DIFFUSIBLE),
    }
    if public != {_DIFFUSIBLE} or _HIDDEN in str(place.get("adresse")):
        return Answer("hidden")
    postal_code, city = _text(place, "code_postal"), _text(place, "libelle_commune")
    found = Found(
        name=_text(company, "nom_raison_sociale") or _text(company, "nom_complet"),
        legal_form=LEGAL_FORMS.get(_text(company, "nature_juridique"), ""),
        street=_text(place, "adresse").partition(f" {postal_code} ")[0].strip(" ,").capitalize(),
        postal_code=postal_code,
        city=city.title(),
        naf=_text(place, "activite_principale") or _text(company, "activite_principale"),
        size_band=_size(_text(company, "tranche_effectif_salarie")),
    )
    return Answer("found", found) if found.name else Answer("hidden")


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def _size(code: str) -> str:
    return next((band for band, codes in _SIZES.items() if code in codes), "")
