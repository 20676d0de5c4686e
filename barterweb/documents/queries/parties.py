"""Companies as documents name them."""

from barterweb.documents.facts import Address, Party
from barterweb.members.models import Company


def party_of(company: Company) -> Party:
    """Return a company as a document names it today."""
    return Party(
        name=company.name,
        address=Address(lines=(company.street,), postal_code=company.postal_code, city=company.city),
        siren=company.siren,
        siret=company.siret,
        legal_form=company.legal_form,
        capital_cents=company.capital_cents,
        rcs_city=company.rcs_city or None,
        vat_number=company.vat_number,
        is_sole_trader=company.legal_form == "EI",
        electronic_address=company.electronic_address,
        logo_sha256=company.logo_sha256,
    )
