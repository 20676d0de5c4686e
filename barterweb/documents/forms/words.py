"""French words of documents: what an invoice lacks, and who can mend it."""

from collections.abc import Sequence

_WORDS = {
    "name": "le nom",
    "address": "l’adresse complète",
    "siren": "un SIREN valide",
    "siret": "un SIRET valide",
    "legal_form": "la forme juridique",
    "capital": "le capital social",
    "rcs_city": "la ville du registre du commerce (RCS)",
    "vat_number": "un numéro de TVA valide",
}
_OTHERS = {
    "lines.description": "une désignation pour chaque ligne",
    "vat.exemption": "le motif de l’exonération de TVA des lignes à 0\u00a0%",
}
_SIDES = {"seller": "du vendeur", "buyer": "de l’acheteur"}


def missing_words(missing: Sequence[str]) -> list[str]:
    """Say in French what `missing_mentions` named."""
    return [_word(path) for path in missing]


def _word(path: str) -> str:
    side, _, what = path.partition(".")
    if side in _SIDES and what in _WORDS:
        return f"{_WORDS[what]} {_SIDES[side]}"
    return _OTHERS.get(path, f"la mention {what}")
