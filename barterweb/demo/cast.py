"""Who plays: the corpus as it is, or as many companies and listings as a test of scale asks for, varied from it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from barterweb.demo import corpus
from barterweb.demo.corpus.registration import Registration, registration

SEED = 2026

NAMED = (
    corpus.STORY.haulier,
    corpus.STORY.accounting_firm,
    corpus.STORY.storage_customer,
    "usinage-jarez",
    "decolletage-giffre",
    corpus.STORY.agency,
)
"""Companies of the people on the sign-in page, and of the founding example: in every network, the first to join."""

SECOND_REGION = "bfc"
_LONGEST_TITLE = 80


@dataclass(frozen=True)
class Cast:
    """Companies in the order they join, what they offer and need, and their people."""

    companies: tuple[corpus.Company, ...]
    listings: Mapping[str, tuple[corpus.Listing, ...]]
    people: Mapping[str, tuple[corpus.Person, corpus.Person]]
    registrations: Mapping[str, Registration]

    @cached_property
    def accountants(self) -> Mapping[str, tuple[corpus.Person, ...]]:
        """The accountants each company invites, by its slug."""
        invited = defaultdict(list)
        for person in corpus.people():
            for role in person.roles:
                if role.kind == "accountant" and role.company is not None:
                    invited[role.company].append(person)
        return {slug: tuple(people) for slug, people in invited.items()}


def whole_corpus() -> Cast:
    """Return the demonstration network."""
    listings = defaultdict(list)
    for listing in corpus.listings():
        listings[listing.company].append(listing)
    return Cast(
        companies=_in_order(),
        listings={slug: tuple(some) for slug, some in listings.items()},
        people=_pairs(),
        registrations=corpus.registrations(SEED),
    )


def of_size(companies: int, listings: int) -> Cast:
    """Return a network of so many companies, the named ones first, with so many listings shared out evenly among them."""
    cast, models = whole_corpus(), _in_order()
    members = tuple(islice(_companies(models), companies))
    each, more = divmod(listings, companies)
    return Cast(
        companies=members,
        listings={
            member.slug: tuple(
                _listing(cast.listings[models[index % len(models)].slug], number, member)
                for number in range(each + (index < more))
            )
            for index, member in enumerate(members)
        },
        people={
            member.slug: _people(cast.people[models[index % len(models)].slug], member)
            for index, member in enumerate(members)
        },
        registrations={
            member.slug: registration(index, seed=SEED, exempt=member.vat_regime == "franchise")
            for index, member in enumerate(members)
        },
    )


def _in_order() -> tuple[corpus.Company, ...]:
    regions = {cluster.slug: cluster.region for cluster in corpus.clusters()}

    def place(company: corpus.Company) -> tuple[int, bool]:
        """The named ones first, then those whose memberships are no longer waived: their second year is about to begin."""
        named = NAMED.index(company.slug) if company.slug in NAMED else len(NAMED)
        return named, regions[company.clusters[0]] != SECOND_REGION

    return tuple(sorted(corpus.companies(), key=place))


def _pairs() -> dict[str, tuple[corpus.Person, corpus.Person]]:
    """Return each company's administrator and trader."""
    people = [person for person in corpus.people() if person.roles[0].kind in ("administrator", "trader")]
    return {
        administrator.roles[0].company or "": (administrator, trader)
        for administrator, trader in zip(people[::2], people[1::2], strict=True)
    }


def _companies(models: tuple[corpus.Company, ...]) -> Iterator[corpus.Company]:
    """Yield the models, then for ever companies like them in the towns of their neighbours."""
    yield from models
    neighbours = defaultdict(list)
    for model in models:
        neighbours[model.clusters[0]].append(model)
    generation = 1
    while True:
        for index, model in enumerate(models):
            places = neighbours[model.clusters[0]]
            place = places[(index + generation) % len(places)]
            yield replace(
                model,
                slug=f"{model.slug}-{generation}",
                name=f"{model.name} {place.city} {generation}",
                street=f"{generation} {place.street.split(' ', 1)[1]}",
                postal_code=place.postal_code,
                city=place.city,
            )
        generation += 1


def _listing(of_model: tuple[corpus.Listing, ...], number: int, member: corpus.Company) -> corpus.Listing:
    """Return the model's listing as it is, or another one like it, with a title and a price of its own."""
    model = of_model[number % len(of_model)]
    if number < len(of_model) and model.company == member.slug:
        return model
    ending = f" – {member.city} {number + 1}"
    price = None if model.price_cents is None else max(1, model.price_cents * (80 + number * 37 % 46) // 100)
    return replace(
        model,
        company=member.slug,
        title=model.title[: _LONGEST_TITLE - len(ending)].rstrip() + ending,
        price_cents=price,
        postal_code=member.postal_code,
        city=member.city,
    )


def _people(
    models: tuple[corpus.Person, corpus.Person], member: corpus.Company
) -> tuple[corpus.Person, corpus.Person]:
    """Return the model's own people, or people of the same names with addresses of their own."""
    administrator, trader = models
    if administrator.roles[0].company == member.slug:
        return models
    return _namesake(administrator, member), _namesake(trader, member)


def _namesake(person: corpus.Person, member: corpus.Company) -> corpus.Person:
    local = person.email.split("@")[0]
    role = replace(person.roles[0], company=member.slug)
    return replace(person, email=f"{local}@{member.slug}.example", roles=(role,))
