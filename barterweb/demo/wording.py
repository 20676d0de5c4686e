"""What people write along a trade: a sentence of the corpus that fits what is traded, who speaks and how it is settled."""

from collections.abc import Sequence
from random import Random

_ABOUT = {
    # proposals
    "Le prix comprend la mise en route": "machines impression-3d metrologie numerique maintenance-nettoyage",
    "une livraison dans vos locaux": "fournitures-biens impression-3d restauration-evenement",
    "Les quantités correspondent à votre plan": "machines impression-3d fournitures-biens",
    "pour les trois mois à venir": "fournitures-biens stockage",
    "arrondi le nombre d’heures": "machines metrologie personnel numerique conseil-gestion maintenance-nettoyage",
    "Le transport reste à notre charge": "fournitures-biens impression-3d",
    "Notre équipe est libre": "personnel maintenance-nettoyage conseil-gestion numerique communication formation",
    "avant le départ de la marchandise": "machines fournitures-biens impression-3d",
    "la matière est déjà réservée": "machines impression-3d fournitures-biens",
    "un accès de 7": "locaux stockage",
    "Suite à notre visite de mardi": "machines metrologie impression-3d stockage locaux",
    "Notre atelier peut vous recevoir": "personnel maintenance-nettoyage formation transport",
    # deliveries
    "palettes déposées à gauche": "fournitures-biens transport",
    "rapport joint à l’échange": "metrologie conseil-gestion numerique",
    "colis numérotés": "machines impression-3d fournitures-biens",
    "Heures effectuées": "personnel",
    "procès-verbal joint": "machines metrologie impression-3d",
    "remise contre signature": "fournitures-biens transport",
    "Emplacements mis à disposition": "stockage",
    "Formation achevée": "formation",
    "Livraison en deux fois": "fournitures-biens",
    "zone nettoyée": "maintenance-nettoyage",
    "Fichiers remis": "communication numerique conseil-gestion",
    "Salle occupée": "locaux",
    "Enlèvement fait par vos soins": "fournitures-biens machines impression-3d",
    "Première échéance": "stockage conseil-gestion",
    "Une caisse de réserve": "fournitures-biens",
    "un jour d’avance": "",  # nobody here delivers before the day agreed on
    "vaisselle et matériel repris": "restauration-evenement",
    "une heure avant vos invités": "restauration-evenement",
    "preuve de livraison envoyée": "transport",
    "attestations envoyées": "formation",
    "clés rendues à l’heure dite": "locaux",
    "relevé laissé à votre accueil": "maintenance-nettoyage",
    "corrections comprises": "communication numerique conseil-gestion",
    "près de la machine": "machines",
    # disputes
    "Deux palettes sur douze": "transport stockage",
    "mesures de la troisième zone": "metrologie conseil-gestion",
    "cote sur quatre": "machines impression-3d",
    "trois jours de retard": "transport fournitures-biens",
    "Le nombre d’heures déclaré": "personnel",
    "Le site livré": "communication numerique",
    "La teinte est différente": "fournitures-biens",
    "derrière les machines": "maintenance-nettoyage",
    "Il manque un carton": "fournitures-biens transport",
    "n’était pas chauffée": "locaux",
    "Le support de formation": "formation",
    "traces de choc": "machines impression-3d fournitures-biens",
    "L’emplacement mis à disposition": "stockage",
    "La température relevée": "transport restauration-evenement",
    "Le véhicule fourni": "transport",
    # cancellations
    "La machine est en panne": "machines metrologie impression-3d",
    "La matière n’est plus": "machines fournitures-biens impression-3d",
    "Notre personnel est en arrêt": "personnel maintenance-nettoyage formation conseil-gestion restauration-evenement",
    "Le local n’est pas prêt": "locaux stockage",
    "route d’accès": "transport",
    "trop étroit pour nos palettes": "stockage",
    "L’essai préalable": "machines impression-3d metrologie numerique",
    "Le prix du transport": "machines fournitures-biens",
    "Réunion de service": "formation locaux restauration-evenement",
    # refusals
    "nos machines sont prises": "machines impression-3d metrologie",
    "contrôler correctement les pièces": "machines impression-3d metrologie",
    "l’échantillon ne correspond pas": "fournitures-biens machines impression-3d",
    "un réglage de ce genre": "machines impression-3d",
    "une habilitation pour entrer": "personnel maintenance-nettoyage transport",
    "Le matériel demandé": "machines locaux transport restauration-evenement",
    "une demi-journée": "personnel formation conseil-gestion maintenance-nettoyage",
    "sur place toute la semaine": "personnel conseil-gestion numerique",
    "pour ce type d’intervention": "personnel maintenance-nettoyage transport",
}
"""A part of the sentence → the categories it makes sense in; a sentence that is not here makes sense in all."""

_SAID_BY = {
    "buyer": (
        "Nous réglons le tout",
        "Votre annonce répond à notre besoin",
        "Nous prendrions ces quantités",
        "Suite à notre visite de mardi",
        "Nous aimerions commencer petit",
        "Nous reprenons votre tarif",
        "pour faire connaissance",
        "Nous avons du crédit à employer",
        "Notre atelier peut vous recevoir",
        "un accès de 7",
        "auprès d’un voisin",
        "Notre ligne de crédit",
        "l’échantillon ne correspond pas",
        "sur place toute la semaine",
        "Notre direction souhaite",
    ),
    "both": (
        "commencer par une première tranche",
        "La date est indicative",
        "la TVA en euros, pour",
    ),
}
"""Parts of sentences that do not fit in a seller's mouth; in the banks where both speak, the others only fit there."""

_SETTLED = {"Nous réglons le tout": "barter", "la TVA en euros, pour": "net_in_barter"}
_OF_SEVERAL_LINES = ("la deuxième ligne", "Le détail des lignes")
_OF_HOURS = "arrondi le nombre d’heures"


def fitting(
    bank: Sequence[str],
    rng: Random,
    category: str,
    *,
    speaker: str = "",
    settlement: str = "",
    lines: int = 1,
    unit: str = "",
) -> str:
    """Return a sentence of the bank that fits, or nothing when none does; `speaker` is buyer or seller when it matters."""
    possible = [
        sentence
        for sentence in bank
        if _suits(sentence, category)
        and (not speaker or speaker in _speakers(sentence))
        and all(settlement == how for part, how in _SETTLED.items() if part in sentence)
        and (lines > 1 or not any(part in sentence for part in _OF_SEVERAL_LINES))
        and (unit == "heure" or _OF_HOURS not in sentence)
    ]
    return rng.choice(possible) if possible else ""


def parts_known() -> list[str]:
    """Return every part of a sentence by which one is recognised here; each must be found in the corpus."""
    return [
        *_ABOUT,
        *(part for parts in _SAID_BY.values() for part in parts),
        *_SETTLED,
        *_OF_SEVERAL_LINES,
        _OF_HOURS,
    ]


def _suits(sentence: str, category: str) -> bool:
    return all(category in categories.split() for part, categories in _ABOUT.items() if part in sentence)


def _speakers(sentence: str) -> tuple[str, ...]:
    if any(part in sentence for part in _SAID_BY["both"]):
        return ("buyer", "seller")
    return ("buyer",) if any(part in sentence for part in _SAID_BY["buyer"]) else ("seller",)
