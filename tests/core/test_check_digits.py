import pytest

from teczka.core.check_digits import is_krs, is_nip, is_pesel, is_regon, land_digit


@pytest.mark.parametrize(
    ("court", "number", "digit"),
    [
        ("KA1S", "00012345", "6"),
        ("KR1P", "00012345", "2"),
        ("KR1Q", "00012345", ""),
        ("KR1P", "12345", ""),
        ("", "", ""),
    ],
)
def test_a_land_register_ends_with_its_check_digit(court: str, number: str, digit: str) -> None:
    assert land_digit(court, number) == digit


@pytest.mark.parametrize("place", range(12))
def test_one_sign_misread_changes_the_check_digit_of_a_land_register(place: int) -> None:
    signs = list("KR1P00012345")
    signs[place] = "7" if signs[place].isdigit() else "B"
    assert land_digit("".join(signs[:4]), "".join(signs[4:])) != "2"


@pytest.mark.parametrize("place", range(10))
def test_one_digit_misread_is_no_tax_number(place: int) -> None:
    number = "5272026252"
    assert is_nip(number)
    assert not is_nip(number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :])


def test_a_local_units_number_begins_with_its_business_and_has_a_digit_of_its_own() -> None:
    assert is_regon("000001270")
    assert [last for last in range(10) if is_regon(f"0000012700000{last}")] == [0]
    assert not any(is_regon(f"0000012710000{last}") for last in range(10))


@pytest.mark.parametrize("number", ["44051401359", "02070803628"])
def test_a_persons_number_begins_with_a_day(number: str) -> None:
    assert is_pesel(number)
    assert not is_pesel(number[:2] + "13" + number[4:])


@pytest.mark.parametrize("check", [is_nip, is_regon, is_pesel, is_krs])
@pytest.mark.parametrize("digits", ["", "0", "000000000", "0000000000", "00000000000", "00000000000000"])
def test_nothing_is_numbered_zero(check: object, digits: str) -> None:
    assert callable(check)
    assert not check(digits)
