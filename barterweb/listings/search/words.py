"""Small closed lists of French words the analysis needs: words without meaning, words of the request, units."""

STOP_WORDS = frozenset(
    "a afin ai ainsi alors au aucun aussi autre autres aux avec avoir avons avez c car ce ceci cela"
    " celle celles celui ces cet"
    " cette ceux chaque chez ci comme comment d dans de depuis des donc dont du elle elles en entre es est et etait etant"
    " etes etre eu eux fait font il ils j je l la le les leur leurs lors lorsque lui m ma mais me mes moi mon n ne ni nos"
    " notre nous on ont ou par parce pas pendant peu peut peuvent plus pour pourquoi puis qu quand que quel quelle quelles"
    " quels qui quoi s sa sans se sera ses si sinon soit son sont sous suis sur t ta te tes toi ton tous tout toute toutes"
    " tres tu un une vos votre vous y".split()
)
"""Words without meaning of their own (folded), neither stored nor searched unless written as an acronym."""

WEAK_WORDS = frozenset(
    "acheter aide aider aimerais aimerions avis besoin besoins bon bonjour bonne capable cher cherche cherchent chercher"
    " chercherais cherchons collegue collegues demande demander devis devons dispo disponible disponibles dois doit"
    " entreprise entreprises environ faire faudrait faut fiable gros jour jours local locale locaux"
    " merci mois nombreux nouveau"
    " nouveaux nouvel nouvelle offre offres partenaire petit petite petites petits pme possible pourraient pourrait pouvant"
    " pouvoir pouvons prestataire prestataires prestation prestations prix pro proche professionnel professionnelle"
    " professionnels propose proposer proposons pros qualite quelqu quelque quelques rapide rapidement recherche recherchent"
    " rechercher recherchons region regional savoir semaine semaines serait service services societe societes souhaite"
    " souhaitent souhaitons specialise specialisee specialiste tpe travail travaux trouver urgence"
    " urgent vend vendre vends veut"
    " veux voudrais voudrions voulons".split()
)
"""Words of the request rather than of the thing (folded): they may rank a listing higher, none is required."""

_UNITS = {
    "m2": "mq",
    "m3": "",
    "m": "metre metres",
    "ml": "",
    "mm": "millimetre millimetres",
    "cm": "centimetre centimetres",
    "km": "kilometre kilometres",
    "g": "gramme grammes",
    "kg": "kgs kilo kilos kilogramme kilogrammes",
    "t": "tonne tonnes",
    "l": "litre litres",
    "h": "heure heures",
    "w": "watt watts",
    "kw": "kilowatt kilowatts",
    "kwh": "",
    "kva": "",
    "v": "volt volts",
    "bar": "bars",
}

UNIT_OF = {written: unit for unit, others in _UNITS.items() for written in (unit, *others.split())}
"""Every way (folded) to write a unit after a number, and the one way it is stored."""
