"""What documents of the demonstration show: account numbers with right keys, a logo, an insolvent company."""

import io

import pytest
from PIL import Image
from stdnum import iban

from barterweb.demo import papers


@pytest.mark.parametrize("siren", ["010000008", "012345674", "019999990"])
def test_account_numbers_have_right_keys_and_no_bank(siren: str) -> None:
    number = papers.account_number(siren)
    assert iban.is_valid(number)
    bank, branch, account, key = number[4:9], number[9:14], number[14:25], number[25:]
    assert (89 * int(bank) + 15 * int(branch) + 3 * int(account) + int(key)) % 97 == 0, "the RIB's own key"
    assert (bank, branch) == ("00000", "00000")
    assert siren in account


def test_each_company_has_an_account_of_its_own() -> None:
    assert papers.account_number("010000008") != papers.account_number("010000016")


def test_the_logo_is_the_same_picture_each_time() -> None:
    assert papers.logo() == papers.logo()
    picture = Image.open(io.BytesIO(papers.logo()))
    assert (picture.format, picture.size) == ("PNG", (420, 160))
