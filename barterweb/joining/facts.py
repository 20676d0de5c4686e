"""The steps of an application, in their order, and how long a draft is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the application: its word in addresses, its title, its name among the steps, the fields it brings."""

    slug: str
    title: str
    short: str
    fields: tuple[str, ...]


STEPS = (
    Step("siret", "Le SIRET", "SIRET", ("siret",)),
    Step(
        "entreprise",
        "L’entreprise",
        "Entreprise",
        ("name", "sector", "naf", "size_band", "description", "street", "postal_code", "city"),
    ),
    Step(
        "factures",
        "Ce que ses factures doivent dire",
        "Factures",
        ("legal_form", "capital", "rcs_city", "vat_regime", "vat_on_debits", "vat_number"),
    ),
    Step("poles", "Ses pôles", "Pôles", ("clusters",)),
    Step(
        "annonce",
        "Une première offre ou un premier besoin",
        "Annonce",
        ("kind", "title", "listing_description"),
    ),
    Step("envoi", "Vérifier et envoyer", "Envoi", ("terms", "mandate")),
)
"""After the first page, which asks who applies: so that a link to resume can be sent at once."""

KEPT_DAYS = 60
"""A draft that nobody touches for so long is erased."""


def step_of(slug: str) -> Step | None:
    """Return a step by its word, None when there is none."""
    return next((step for step in STEPS if step.slug == slug), None)


def after(step: Step) -> Step:
    """Return the step that follows; the last one follows itself."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
