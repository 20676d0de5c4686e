"""French words of members: names of codes, and the sentence for each refusal."""

from barterweb.errors import BusinessError
from barterweb.members.errors import (
    ApplicationIdTaken,
    ClustersOfSeveralRegions,
    NothingAsked,
    OwnRole,
    SiretKnown,
)
from barterweb.members.facts import SIZE_BANDS

LEGAL_FORMS = ("SARL", "EURL", "SAS", "SASU", "SA", "SNC", "SCOP", "SCIC", "EI", "Association", "GIE")
VAT_REGIMES = {
    "normal": "TVA applicable (cas général)",
    "franchise": "Franchise en base\u00a0: TVA non applicable",
}
LISTING_KINDS = {
    "offer": "Une offre\u00a0: ce que l’entreprise peut fournir",
    "need": "Un besoin\u00a0: ce que l’entreprise recherche",
}
INVITABLE = {
    "accountant": "Expert-comptable\u00a0: lit les comptes et les documents, ne change rien",
    "trader": "Négociateur\u00a0: publie des annonces et conclut des échanges",
    "administrator": "Administrateur\u00a0: négocie, gère les accès et la fiche de l’entreprise",
}
SIZES = dict(
    zip(
        SIZE_BANDS,
        ("Moins de 10 salariés", "10 à 49 salariés", "50 à 249 salariés", "250 salariés et plus"),
        strict=True,
    )
)
ROLE_NAMES = {
    "administrator": "Administrateur",
    "trader": "Négociateur",
    "accountant": "Expert-comptable",
    "staff": "Équipe du pôle",
    "operator": "Exploitant du réseau",
    "funder": "Financeur",
}


def explain(error: BusinessError) -> str:
    """Return the sentence for a refusal."""
    match error:
        case SiretKnown():
            return (
                "Une entreprise portant ce SIRET est déjà connue ici. Si c’est la vôtre, demandez un accès à son"
                " administrateur\u00a0; si sa candidature est en cours, votre pôle vous répondra par courriel."
            )
        case ClustersOfSeveralRegions():
            return "Choisissez des pôles d’un même territoire\u00a0: le compte Barter relève d’un seul."
        case ApplicationIdTaken():
            return "Ce formulaire a déjà servi pour une autre entreprise. Rechargez la page pour en ouvrir un nouveau."
        case NothingAsked():
            return "Votre réponse est déjà enregistrée\u00a0: il n’y a rien d’autre à faire."
        case OwnRole():
            return (
                "Vous ne pouvez pas retirer votre propre accès\u00a0: demandez-le à un autre administrateur."
            )
        case _:
            raise error
