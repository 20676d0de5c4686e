"""Good passwords, safe addresses, and who may decide."""

import pytest

from barterweb.actors import Actor
from barterweb.members.policy import is_local_path, may_administer, may_decide, password_problem

OWN = {"email": "lea.martin@vercors.example", "name": "Léa Martin"}


@pytest.mark.parametrize(
    "password",
    [
        "chamois pervenche tambour lucarne",
        "xK4#vbN9!qLz",
        "le chat mange des olives",
        "пароль из трёх слов",
        "barter-clusters-gravillon-mauve",  # common words, and enough others
        "🦔🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔",
    ],
)
def test_long_and_uncommon_passwords_are_good(password: str) -> None:
    assert password_problem(password, **OWN) is None


@pytest.mark.parametrize("password", ["", "court", "xK4#vbN9!qL", "éééééééé"])
def test_fewer_than_twelve_characters_are_too_short(password: str) -> None:
    assert password_problem(password, **OWN) == "short"


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "121212121212121212",
        "abcabcabcabcabc",
        "123456789012",
        "azertyuiopqsdf",
        "qwertyuiop123",
        "motdepasse2026",
        "MotDePasse2026!",
        "Mot de passe 1234",
        "demo-barter-2026",
        "BARTER-clusters-1",
        "lea.martin@vercors",
        "LéaMartin2026!!",
        "vercors-vercors-1985",
        "password-password",
        "987654321098765",
        "!@#$%^&*()_+",  # a row of the keyboard with the shift key
        "Tr0ub4dour&3",  # zxcvbn knows the tricks
        "correcthorse1",
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    assert password_problem(password, **OWN) == "common"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/annonces",
        "/annonces?mots=%C3%A9lectricit%C3%A9&pole=axelera&page=2",
        "/echanges/trd_01kc3v5t4yq8k0000000000000",
        "/comptes/cmp_01kc/releve.pdf?du=2026-01-01&au=2026-12-31",
        "/entreprises/?q=a+b",
    ],
)
def test_addresses_of_our_pages_are_safe(path: str) -> None:
    assert is_local_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "annonces",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " /annonces",
        "/annonces\r\nSet-Cookie: a=b",
        "/annonces\x00",
        "https://evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/annonces?x=%0d%0aSet-Cookie:a=b",
        "/annonces?x=%00",
        "/annonces?x=%5C",
        "/annonces?x=\\",
        "/..//evil.example",
        "/../admin",
        "/./annonces",
        "/annonces//evil",
        "/annonces#//evil",
        "/@evil.example",
        "/annonces;evil",
        "/é",
        "／／evil.example",
        "/a" * 1001,
        "/annonces?" + "x" * 2000,
    ],
)
def test_anything_else_is_no_address_to_go_to(path: str) -> None:
    assert not is_local_path(path)


def _actor(kind: str, **scope: str) -> Actor:
    return Actor(person_id="per_1", person_name="Léa", kind=kind, label="", **scope)  # type: ignore[arg-type]


def test_only_operators_and_staff_of_its_clusters_decide_on_a_company() -> None:
    assert may_decide(["pol_1", "pol_2"], _actor("operator"))
    assert may_decide(["pol_1", "pol_2"], _actor("staff", cluster_id="pol_2"))
    assert not may_decide(["pol_1", "pol_2"], _actor("staff", cluster_id="pol_3"))
    for kind in ("trader", "administrator", "accountant", "funder"):
        assert not may_decide(["pol_1"], _actor(kind, cluster_id="pol_1"))


def test_only_its_administrators_administer_a_company() -> None:
    assert may_administer("cmp_1", _actor("administrator", company_id="cmp_1"))
    assert not may_administer("cmp_2", _actor("administrator", company_id="cmp_1"))
    assert not may_administer("cmp_1", _actor("trader", company_id="cmp_1"))
    assert not may_administer("cmp_1", _actor("operator"))
