"""How long what is kept: one table, executed by a job and printed on the page « Confidentialité »."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """What is kept how long; `days` after which the job forgets it, None when something else decides."""

    name: str
    data: str
    reason: str
    kept: str
    days: int | None = None

    @property
    def age(self) -> timedelta:
        """After how long the job forgets; only for rules that have days."""
        if self.days is None:
            raise ValueError(f"{self.name} has no age")
        return timedelta(days=self.days)


RULES = (
    Rule(
        "people",
        "Nom, adresse électronique, rôles",
        "Vous connecter et agir pour une entreprise (contrat)",
        "Tant que vous avez un rôle, et un an après le dernier\u00a0; puis remplacés par un pseudonyme",
        365,
    ),
    Rule(
        "factors",
        "Mot de passe, application d’authentification, clés d’accès",
        "Protéger votre accès\u00a0; le mot de passe n’est gardé que sous forme d’empreinte (contrat)",
        "Tant que votre accès existe",
    ),
    Rule(
        "sessions",
        "Sessions\u00a0: navigateur, adresse réseau",
        "Vous montrer où votre accès est ouvert (intérêt légitime\u00a0: sécurité)",
        "Trois mois après leur fin",
        90,
    ),
    Rule(
        "devices",
        "Appareils connus",
        "Vous prévenir d’une connexion inhabituelle (intérêt légitime\u00a0: sécurité)",
        "Treize mois après la dernière visite",
        395,
    ),
    Rule(
        "events",
        "Journal\u00a0: connexions, rôles, limites, téléchargements d’un expert-comptable, actes du personnel d’un pôle",
        "Sécurité, et preuve pour les personnes concernées (intérêt légitime)",
        "Un an",
        365,
    ),
    Rule(
        "letters",
        "Courriels envoyés par le site",
        "Prouver qu’un avis est parti (intérêt légitime)",
        "Six mois",
        183,
    ),
    Rule(
        "notifications",
        "Notifications",
        "Vous dire ce qui attend (contrat)",
        "Un an",
        365,
    ),
    Rule(
        "searches",
        "Recherches enregistrées, et les annonces qu’elles vous ont signalées",
        "Vous prévenir des nouvelles annonces (contrat)",
        "Tant que vous les gardez\u00a0; effacées avec votre nom",
    ),
    Rule(
        "applications",
        "Candidature refusée\u00a0: nom et adresse du contact",
        "Répondre à la candidature (mesures avant contrat)",
        "Un an après la décision, puis remplacés par un pseudonyme",
        365,
    ),
    Rule(
        "links",
        "Liens à usage unique, demandes de mot de passe, compteurs d’essais",
        "Protéger votre accès (intérêt légitime\u00a0: sécurité)",
        "Un jour après leur expiration",
        1,
    ),
    Rule(
        "business",
        "Annonces, échanges",
        "Conclure et suivre les échanges (contrat)",
        "Tant qu’ils servent à l’échange et à sa preuve",
    ),
    Rule(
        "messages",
        "Messages d’un échange et fichiers joints",
        "S’entendre sur l’échange (contrat), puis justifier ce qui est en comptabilité (obligation légale)",
        "Dix ans, comme les pièces qu’ils expliquent (code de commerce, article L. 123-22)\u00a0; un pseudonyme y remplace"
        " le nom de qui a fermé son accès",
    ),
    Rule(
        "accounting",
        "Opérations, factures, relevés",
        "Tenir la comptabilité (obligation légale)",
        "Dix ans (code de commerce, article L. 123-22)",
    ),
)

_BY_NAME = {rule.name: rule for rule in RULES}


def rule(name: str) -> Rule:
    """Return a rule by its name."""
    return _BY_NAME[name]
