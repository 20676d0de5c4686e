"""The invented network is complete, consistent, plausible and typeset as French asks."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
from stdnum.fr import siren, siret, tva

from barterweb.demo import corpus
from barterweb.demo.corpus.registration import INVENTED_PREFIX, registration
from barterweb.listings.facts import CATEGORIES, Content
from barterweb.members.facts import CompanyDetails

SEED = 2026
OWN_CLUSTERS = {cluster.slug: cluster for cluster in corpus.clusters()}
OWN_COMPANIES = {company.slug: company for company in corpus.companies()}

EVERYTHING = (
    corpus.regions(),
    corpus.clusters(),
    corpus.companies(),
    corpus.listings(),
    corpus.people(),
    corpus.phrases(),
    corpus.applicants(),
)

MISPRINTS = {
    "straight apostrophe or quotation mark": r"['\"]",
    "three dots instead of …": r"\.\.\.",
    "double, leading or trailing space": r"  |^\s|\s$",
    "no U+00A0 before : ; ! ? % »": r"[^\u00a0][;!?%»]|[^\u00a0]:|[^\u00a0]€",
    "no U+00A0 after «": r"«[^\u00a0]",
    "no U+202F between thousands": r"\d[ \u00a0]\d{3}(?!\d)",
    "no U+00A0 between number and unit": r"\d (?:[mckµ]?m[²³]?|k?g|t|h|kW|%|°C|B|palettes?|litres?|tonnes?)(?![\w’])",
    "hyphen instead of U+2212": r"(?:^|\s)-\d",
    "x instead of ×": r"\d\s?x\s?\d",
}


def texts(value: object) -> Iterator[str]:
    """Return every text inside tuples and dataclasses."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def repeated(values: Iterator[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def shared_fields(taker: type, giver: type) -> list[str]:
    given = {field.name for field in fields(giver)}
    return [field.name for field in fields(taker) if field.name in given]


def of_company(slug: str, kind: str, category: str) -> list[corpus.Listing]:
    return [
        listing
        for listing in corpus.listings()
        if (listing.company, listing.kind, listing.category) == (slug, kind, category)
    ]


def test_the_network_has_the_announced_size() -> None:
    kinds = Counter(listing.kind for listing in corpus.listings())
    assert (len(corpus.regions()), len(corpus.clusters()), len(corpus.companies())) == (2, 11, 62)
    assert kinds["offer"] >= 210
    assert kinds["need"] >= 120


def test_the_first_region_has_most_clusters() -> None:
    first, second = (
        code for code, _ in Counter(cluster.region for cluster in corpus.clusters()).most_common()
    )
    assert [region.code for region in corpus.regions()] == [first, second]


def test_files_are_read_once() -> None:
    for load in (corpus.companies, corpus.listings, corpus.people, corpus.clusters, corpus.phrases):
        assert load() is load()


def test_nothing_is_named_twice() -> None:
    assert repeated(company.slug for company in corpus.companies()) == []
    assert repeated(company.name for company in corpus.companies()) == []
    assert repeated(f"{company.street} {company.city}" for company in corpus.companies()) == []
    assert repeated(cluster.slug for cluster in corpus.clusters()) == []
    assert repeated(listing.title.casefold() for listing in corpus.listings()) == []
    assert repeated(listing.description for listing in corpus.listings()) == []
    assert repeated(person.email for person in corpus.people()) == []
    assert repeated(person.name for person in corpus.people()) == []


def test_every_reference_resolves() -> None:
    regions = {region.code for region in corpus.regions()}
    assert {cluster.region for cluster in corpus.clusters()} <= regions
    assert {slug for company in corpus.companies() for slug in company.clusters} == set(OWN_CLUSTERS)
    assert {listing.company for listing in corpus.listings()} == set(OWN_COMPANIES)
    assert {listing.category for listing in corpus.listings()} == set(CATEGORIES)
    roles = [role for person in corpus.people() for role in person.roles]
    assert {role.company for role in roles} - {None} == set(OWN_COMPANIES)
    assert {role.cluster for role in roles} - {None} == set(OWN_CLUSTERS)
    assert {role.region for role in roles} - {None} <= regions


def test_every_cluster_has_at_least_three_companies_of_its_own() -> None:
    own = Counter(company.clusters[0] for company in corpus.companies())
    assert min(own[slug] for slug in OWN_CLUSTERS) >= 3


def test_companies_stand_in_the_file_of_their_first_cluster() -> None:
    order = list(OWN_CLUSTERS)
    places = [order.index(company.clusters[0]) for company in corpus.companies()]
    assert places == sorted(places)


def test_companies_and_clusters_lie_in_their_region() -> None:
    departments = {region.code: region.departments for region in corpus.regions()}
    for cluster in corpus.clusters():
        assert cluster.department in departments[cluster.region]
    for company in corpus.companies():
        assert 1 <= len(set(company.clusters)) == len(company.clusters) <= 2
        (region,) = {OWN_CLUSTERS[slug].region for slug in company.clusters}
        assert company.department in departments[region], company.slug


def test_companies_say_what_an_invoice_asks() -> None:
    for company in corpus.companies():
        sole_trader = company.legal_form == "EI"
        assert (company.capital_cents is None) == sole_trader == (company.rcs_city == ""), company.slug
        assert company.capital_cents is None or company.capital_cents >= 100_000
        assert company.legal_form in {"SAS", "SARL", "SA", "EURL", "EI", "SCOP"}
        assert re.fullmatch(r"\d\d\.\d\d[A-Z]", company.naf)
        assert 1900 < company.founded < 2026
        assert re.match(r"\d+ \w", company.street)
        assert 100 <= len(company.description) <= 400


def test_companies_are_accepted_by_the_members_room() -> None:
    numbers = corpus.registrations(SEED)
    for company in corpus.companies():
        taken = {name: getattr(company, name) for name in shared_fields(CompanyDetails, corpus.Company)}
        details = CompanyDetails(
            siret=numbers[company.slug].siret, vat_number=numbers[company.slug].vat_number, **taken
        )
        assert details.department == company.department


def test_listings_are_accepted_by_the_listings_room() -> None:
    for listing in corpus.listings():
        content = Content(**{name: getattr(listing, name) for name in shared_fields(Content, corpus.Listing)})
        assert content.category, listing.title


def test_one_naf_code_has_one_label() -> None:
    assert len({company.naf for company in corpus.companies()}) == len(
        {(company.naf, company.sector) for company in corpus.companies()}
    )


def test_all_vat_regimes_are_met() -> None:
    regimes = Counter(company.vat_regime for company in corpus.companies())
    assert set(regimes) == {"normal", "franchise"}
    assert regimes["franchise"] == 2
    assert 3 <= sum(company.vat_on_debits for company in corpus.companies()) <= 10


def test_registration_numbers_are_valid_and_visibly_invented() -> None:
    numbers = corpus.registrations(SEED)
    assert set(numbers) == set(OWN_COMPANIES)
    assert (
        len({number.siret for number in numbers.values()}) == len({n.siren for n in numbers.values()}) == 62
    )
    for slug, number in numbers.items():
        assert number.siren.startswith(INVENTED_PREFIX)
        assert siren.validate(number.siren) == number.siren
        assert siret.validate(number.siret) == number.siret
        assert (number.vat_number is None) == (OWN_COMPANIES[slug].vat_regime == "franchise")


def test_vat_numbers_have_the_key_of_their_siren() -> None:
    for number in corpus.registrations(SEED).values():
        if number.vat_number is not None:
            key = (12 + 3 * (int(number.siren) % 97)) % 97
            assert number.vat_number == f"FR{key:02d}{number.siren}"
            assert tva.is_valid(number.vat_number)


def test_registration_numbers_depend_on_the_seed_only() -> None:
    assert corpus.registrations(SEED) == corpus.registrations(SEED)
    assert not set(corpus.registrations(SEED).values()) & set(corpus.registrations(SEED + 1).values())


@pytest.mark.parametrize("index", [-1, 10**6])
def test_there_are_a_million_registration_numbers(index: int) -> None:
    with pytest.raises(ValueError, match="index"):
        registration(index, seed=SEED)


def test_applicants_are_accepted_by_the_members_room_and_have_numbers_of_their_own() -> None:
    numbers = corpus.registrations_of_applicants(SEED)
    assert set(numbers) == {applicant.company.slug for applicant in corpus.applicants()}
    assert not set(numbers.values()) & set(corpus.registrations(SEED).values())
    for applicant in corpus.applicants():
        company = applicant.company
        taken = {name: getattr(company, name) for name in shared_fields(CompanyDetails, corpus.Company)}
        CompanyDetails(
            siret=numbers[company.slug].siret, vat_number=numbers[company.slug].vat_number, **taken
        )
        assert set(company.clusters) <= set(OWN_CLUSTERS)
        assert company.slug not in OWN_COMPANIES
        assert 100 <= len(company.description) <= 400
        assert 15 <= len(applicant.first_listing.title) <= 80
        assert applicant.contact.roles == ()
    decisions = Counter(applicant.decision for applicant in corpus.applicants())
    assert decisions == {"waiting": 3, "asked": 1, "refused": 1}


def test_listings_fit_their_columns() -> None:
    for listing in corpus.listings():
        assert 15 <= len(listing.title) <= 80, listing.title
        assert 5 <= len(listing.availability) <= 200, listing.title
        assert 40 <= len(listing.description) <= 300, listing.title
        assert re.fullmatch(r"\d{5}", listing.postal_code), listing.title
        assert listing.price_cents is None or 1 <= listing.price_cents <= 1_000_000, listing.title


def test_titles_are_titles_and_descriptions_are_sentences() -> None:
    for listing in corpus.listings():
        assert not listing.title.endswith("."), listing.title
        assert listing.availability.endswith("."), listing.title
        assert listing.description.endswith("."), listing.title
    assert all(company.description.endswith(".") for company in corpus.companies())
    assert all(cluster.theme.endswith(".") for cluster in corpus.clusters())


def test_units_form_a_short_list() -> None:
    units = Counter(listing.unit for listing in corpus.listings())
    assert {"heure", "jour", "m²/mois", "pièce", "kg", "trajet", "forfait"} <= set(units)
    assert len(units) <= 20


def test_only_exempt_suppliers_offer_without_vat() -> None:
    for listing in corpus.listings():
        exempt = listing.kind == "offer" and OWN_COMPANIES[listing.company].vat_regime == "franchise"
        assert (listing.vat_rate_bp == 0) == exempt, listing.title


def test_every_company_has_three_to_eight_listings_with_an_offer_and_a_need() -> None:
    for slug in OWN_COMPANIES:
        kinds = Counter(listing.kind for listing in corpus.listings() if listing.company == slug)
        assert 3 <= kinds.total() <= 8, slug
        assert set(kinds) == {"offer", "need"}, slug


def test_every_category_has_offers_enough_and_needs() -> None:
    counts = Counter((listing.kind, listing.category) for listing in corpus.listings())
    assert {key: counts["offer", key] for key in CATEGORIES if counts["offer", key] < 8} == {}
    assert {key: counts["need", key] for key in CATEGORIES if counts["need", key] < 3} == {}


def test_some_prices_are_on_quotation_and_most_are_not() -> None:
    unpriced = sum(listing.price_cents is None for listing in corpus.listings())
    assert 0.05 < unpriced / len(corpus.listings()) < 0.25


def test_prices_are_read_as_cents() -> None:
    (listing,) = of_company(corpus.STORY.haulier, "offer", "stockage")
    assert listing.price_cents == 720


def test_every_company_has_an_administrator_and_a_trader() -> None:
    held = Counter((role.company, role.kind) for person in corpus.people() for role in person.roles)
    for slug in OWN_COMPANIES:
        assert (held[slug, "administrator"], held[slug, "trader"]) == (1, 1)


def test_every_cluster_has_one_member_of_staff() -> None:
    staffed = Counter(
        role.cluster for person in corpus.people() for role in person.roles if role.kind == "staff"
    )
    assert staffed == dict.fromkeys(OWN_CLUSTERS, 1)


@pytest.mark.parametrize(
    ("email", "roles"),
    [
        ("transport@barter.example", [corpus.Role(kind="trader", company="transports-vercors")]),
        ("cabinet@barter.example", [corpus.Role(kind="trader", company="cabinet-marcellin")]),
        ("admin@barter.example", [corpus.Role(kind="administrator", company="decolletage-giffre")]),
        (
            "comptable@barter.example",
            [
                corpus.Role(kind="accountant", company=slug)
                for slug in ("transports-vercors", "torrefaction-bellecombe", "usinage-jarez")
            ],
        ),
        ("pole@barter.example", [corpus.Role(kind="staff", cluster="flux-confluents")]),
        ("operateur@barter.example", [corpus.Role(kind="operator")]),
        ("region@barter.example", [corpus.Role(kind="funder", region="ara")]),
    ],
)
def test_people_to_sign_in_as_have_their_known_address(email: str, roles: list[corpus.Role]) -> None:
    (person,) = (person for person in corpus.people() if person.email == email)
    assert list(person.roles) == roles


def test_other_addresses_are_made_of_name_and_company() -> None:
    emails = {person.name: person.email for person in corpus.people()}
    assert emails["Zineb El Amrani"] == "zineb.el-amrani@injection-valserine.example"
    assert emails["Jean-Baptiste Sauzède"] == "jean-baptiste.sauzede@coutellerie-rouets.example"
    assert all(re.fullmatch(r"[a-z.-]+@[a-z-]+\.example", email) for email in emails.values())
    assert sum(email.endswith("@barter.example") for email in emails.values()) == 7


def test_actors_of_the_story_want_what_the_next_one_offers() -> None:
    story = corpus.STORY
    assert of_company(story.haulier, "need", "conseil-gestion")
    assert of_company(story.accounting_firm, "offer", "conseil-gestion")
    assert of_company(story.accounting_firm, "need", "communication")
    assert of_company(story.agency, "offer", "communication")
    assert of_company(story.storage_customer, "need", "stockage")
    assert of_company(story.haulier, "offer", "stockage")


def test_phrase_banks_hold_fifteen_to_twenty_five_different_sentences() -> None:
    banks = {field.name: getattr(corpus.phrases(), field.name) for field in fields(corpus.Phrases)}
    assert {name: len(bank) for name, bank in banks.items() if not 15 <= len(bank) <= 25} == {}
    assert repeated(sentence for bank in banks.values() for sentence in bank) == []
    assert all(sentence[0].isupper() and sentence[-1] in ".?" for bank in banks.values() for sentence in bank)


@pytest.mark.parametrize("misprint", MISPRINTS)
def test_french_is_typeset_as_it_should_be(misprint: str) -> None:
    found = [text for text in texts(EVERYTHING) if re.search(MISPRINTS[misprint], text)]
    assert found == []


@pytest.mark.parametrize(
    ("misprint", "text"),
    list(
        zip(
            MISPRINTS,
            (
                "l'atelier",
                "etc...",
                "deux  mots",
                "Prix : 5",
                "« bon\u00a0»",
                "1 200",
                "20 kg",
                "à -18 °C",
                "3 x 3",
            ),
            strict=True,
        )
    ),
)
def test_the_typesetting_rules_see_their_misprint(misprint: str, text: str) -> None:
    assert re.search(MISPRINTS[misprint], text)
