"""Describing a company: the application, and what its administrators change later."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, HiddenInput, TextArea

from barterweb.errors import BusinessError
from barterweb.members.errors import ClustersOfSeveralRegions, NotAVatNumber, SiretKnown
from barterweb.members.facts import (
    CompanyChanges,
    CompanyDetails,
    Contact,
    FirstListing,
    department_of,
    read_vat_number,
    vat_number_of,
)
from barterweb.members.forms.fields import EmailField, SiretField, one_of, optional, required
from barterweb.members.forms.words import LISTING_KINDS, SIZES, VAT_REGIMES, explain
from barterweb.members.models import Cluster, Company
from barterweb.web.fields import AmountField, Form, IdField, TextField

_NAF = re.compile(r"([0-9]{2})\.?([0-9]{2})([A-Z])")
_FIRST_ON_THE_PAGE = ("siret", "name", "sector", "naf", "size_band", "description")
_WRONG_VAT_NUMBER = {
    "malformed": "Ce n’est pas un numéro de TVA français\u00a0: il s’écrit FR, deux caractères, puis le SIREN.",
    "company": "Ce numéro de TVA est celui d’une autre entreprise\u00a0: il doit se terminer par votre SIREN.",
}


class LegalForm(Form):
    """What an invoice must say of a company, and its address: shared by the application and by later changes."""

    description = TextField(
        "Ce que fait l’entreprise",
        required("Décrivez l’entreprise en quelques phrases.", 2000),
        widget=TextArea(),
    )
    street = TextField("Numéro et voie", required("Indiquez le numéro et la voie.", 200))
    postal_code = TextField("Code postal", [DataRequired("Indiquez le code postal.")])
    city = TextField("Commune", required("Indiquez la commune.", 80))
    legal_form = TextField("Forme juridique", required("Indiquez la forme juridique, par exemple SARL.", 20))
    capital = AmountField("Capital social")
    rcs_city = TextField("Ville du registre du commerce (RCS)", optional(80))
    vat_regime = RadioField(
        "Régime de TVA",
        one_of(VAT_REGIMES, "Choisissez le régime de TVA."),
        choices=list(VAT_REGIMES.items()),
        validate_choice=False,
        default="normal",
    )
    vat_on_debits = BooleanField("L’entreprise a opté pour le paiement de la TVA d’après les débits")
    vat_number = TextField("Numéro de TVA intracommunautaire", optional(20))

    def siren(self) -> str | None:
        """Return the SIREN the VAT number must agree with, if it is known; forms that know one say so."""
        return None

    def validate_postal_code(self, field: TextField) -> None:
        """Refuse what is not a French postal code."""
        if department_of(field.data or "") is None:
            raise ValidationError("Écrivez un code postal français de cinq chiffres, par exemple 38000.")

    def validate_vat_number(self, field: TextField) -> None:
        """Check the number against the SIREN."""
        siren = self.siren()
        if field.data and siren is not None:
            try:
                read_vat_number(field.data, siren)
            except NotAVatNumber as error:
                raise ValidationError(_WRONG_VAT_NUMBER[error.problem]) from error

    def pays_vat_on_debits(self) -> bool:
        """Return whether the option is taken; an exempt company has none to take."""
        return bool(self.vat_on_debits.data) and self.vat_regime.data == "normal"

    def full_vat_number(self, siren: str) -> str | None:
        """Return the number typed, else the usual one; none when the company is exempt and typed nothing."""
        if self.vat_number.data:
            return read_vat_number(self.vat_number.data, siren)
        return None if self.vat_regime.data == "franchise" else vat_number_of(siren)


class ApplicationForm(LegalForm):
    """A company's request to join, on one page."""

    application_id = IdField("adh", widget=HiddenInput())
    siret = SiretField("SIRET de l’établissement", [InputRequired("Indiquez le SIRET.")])
    name = TextField("Nom de l’entreprise", required("Indiquez le nom de l’entreprise.", 120))
    sector = TextField(
        "Secteur d’activité", required("Indiquez le secteur, par exemple transport routier.", 120)
    )
    naf = TextField("Code NAF (APE)", optional(8))
    size_band = SelectField(
        "Effectif",
        one_of(SIZES, "Choisissez l’effectif."),
        choices=list(SIZES.items()),
        validate_choice=False,
    )
    clusters = SelectMultipleField(
        "Pôles",
        [DataRequired("Choisissez au moins un pôle dont l’entreprise est membre.")],
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    kind = RadioField(
        "Vous proposez ou vous cherchez\u00a0?",
        one_of(LISTING_KINDS, "Choisissez offre ou besoin."),
        choices=list(LISTING_KINDS.items()),
        validate_choice=False,
    )
    title = TextField("Intitulé", required("Donnez un intitulé à cette offre ou à ce besoin.", 80))
    listing_description = TextField(
        "Description",
        required("Décrivez cette offre ou ce besoin en quelques phrases.", 4000),
        widget=TextArea(),
    )
    contact_name = TextField("Prénom et nom", required("Indiquez votre prénom et votre nom.", 120))
    contact_email = EmailField("Adresse électronique", [DataRequired("Indiquez votre adresse électronique.")])
    terms = BooleanField(
        "J’accepte les conditions d’adhésion au nom de l’entreprise",
        [DataRequired("Acceptez les conditions d’adhésion pour continuer.")],
    )
    mandate = BooleanField("Je donne mandat à France Clusters d’établir les factures de l’entreprise")

    def __init__(self, clusters: Sequence[Cluster], **options: Any) -> None:
        super().__init__(**options)
        self._regions = {cluster.id: cluster.region.name for cluster in clusters}
        self.clusters.choices = [(cluster.id, cluster.name) for cluster in clusters]

    def __iter__(self) -> Iterator[Field]:
        """Go through the fields in the order of the page, which is that of the error summary."""
        first = [self._fields[name] for name in _FIRST_ON_THE_PAGE]
        return iter([*first, *(field for field in super().__iter__() if field not in first)])

    def siren(self) -> str | None:
        """Return the SIREN of the SIRET typed, once it is one."""
        return self.siret.data[:9] or None

    def clusters_by_region(self) -> dict[str, list[Any]]:
        """Return the boxes of clusters under the names of their regions."""
        groups: dict[str, list[Any]] = {}
        for box, region in zip(self.clusters, self._regions.values(), strict=True):
            groups.setdefault(region, []).append(box)
        return groups

    def validate_clusters(self, field: SelectMultipleField) -> None:
        """Refuse what is no cluster."""
        if not self._regions.keys() >= set(field.data):
            raise ValidationError("Choisissez les pôles dans la liste.")

    def validate_naf(self, field: TextField) -> None:
        """Refuse what is not a code of the French nomenclature."""
        if field.data and _NAF.fullmatch(field.data.upper().replace(" ", "")) is None:
            raise ValidationError("Écrivez un code de quatre chiffres et une lettre, par exemple 49.41B.")

    def application(self) -> dict[str, Any]:
        """Return what `service.register_company` takes; only after validation."""
        return {
            "application_id": self.application_id.data,
            "details": self._details(),
            "cluster_ids": self.clusters.data,
            "contact": Contact(name=self.contact_name.data, email=self.contact_email.data),
            "first_listing": FirstListing(
                kind=self.kind.data, title=self.title.data, description=self.listing_description.data
            ),
            "mandate_accepted": self.mandate.data,
        }

    def _details(self) -> CompanyDetails:
        naf = _NAF.fullmatch(self.naf.data.upper().replace(" ", ""))
        return CompanyDetails(
            name=self.name.data,
            legal_form=self.legal_form.data,
            capital_cents=self.capital.data,
            siret=self.siret.data,
            rcs_city=self.rcs_city.data,
            vat_number=self.full_vat_number(self.siret.data[:9]),
            vat_regime=self.vat_regime.data,
            vat_on_debits=self.pays_vat_on_debits(),
            street=self.street.data,
            postal_code=self.postal_code.data,
            city=self.city.data,
            sector=self.sector.data,
            naf=f"{naf[1]}.{naf[2]}{naf[3]}" if naf else "",
            size_band=self.size_band.data,
            description=self.description.data,
        )

    def show(self, error: BusinessError) -> None:
        """Put the sentence of a refusal where it belongs."""
        if isinstance(error, SiretKnown):
            self.siret.errors = [explain(error)]
        elif isinstance(error, ClustersOfSeveralRegions):
            self.clusters.errors = [explain(error)]
        else:
            self.refuse(explain(error))


class AnswerForm(Form):
    """An applicant's answer to staff."""

    answer = TextField("Votre réponse", required("Écrivez votre réponse.", 4000), widget=TextArea())


class CompanyForm(LegalForm):
    """What an administrator may change of the company."""

    def __init__(self, company: Company, **options: Any) -> None:
        super().__init__(obj=company, data={"capital": company.capital_cents}, **options)
        self._siren = company.siren

    def siren(self) -> str | None:
        """Return the company's SIREN."""
        return self._siren

    def changes(self) -> CompanyChanges:
        """Return what `service.edit_company` takes; only after validation."""
        return CompanyChanges(
            description=self.description.data,
            street=self.street.data,
            postal_code=self.postal_code.data,
            city=self.city.data,
            legal_form=self.legal_form.data,
            capital_cents=self.capital.data,
            rcs_city=self.rcs_city.data,
            vat_number=self.full_vat_number(self._siren),
            vat_regime=self.vat_regime.data,
            vat_on_debits=self.pays_vat_on_debits(),
        )
