"""Who a document is about, as it stood on the day of the document."""

from dataclasses import dataclass

from barterweb.documents.facts.frozen import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Facts):
    """A postal address; `country` is an ISO 3166 code of two letters."""

    lines: tuple[str, ...]
    postal_code: str
    city: str
    country: str = "FR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Facts):
    """A seller, a buyer or the holder of an account, as it stood on the day of the document.

    `capital_cents` is the share capital in cents of euro; `rcs_city` the town of the commercial register;
    `electronic_address` where its e-invoices go (scheme 0225), its SIREN when None; `logo_sha256` a picture in the archive.
    """

    name: str
    address: Address
    siren: str
    siret: str | None = None
    legal_form: str = ""
    capital_cents: int | None = None
    rcs_city: str | None = None
    vat_number: str | None = None
    is_sole_trader: bool = False
    electronic_address: str | None = None
    logo_sha256: str | None = None

    @property
    def legal_name(self) -> str:
        """The name with the "EI" a sole trader must print beside it (C. com., art. R. 526-27)."""
        return f"{self.name} EI" if self.is_sole_trader and "EI" not in self.name.split() else self.name
