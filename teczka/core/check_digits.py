"""Check digits of Polish registers: land register, NIP, REGON, PESEL. Each function takes the digits alone, without separators."""

from collections.abc import Iterable
from datetime import date

# Regulation of the Minister of Justice on keeping land registers in the computer system (NKW): letters have values, no Q and no V.
_LAND_VALUES = {sign: value for value, sign in enumerate("0123456789XABCDEFGHIJKLMNOPRSTUWYZ")}
_LAND_WEIGHTS = (1, 3, 7) * 4
_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_REGON_WEIGHTS = (8, 9, 2, 3, 4, 5, 6, 7)
_LONG_REGON_WEIGHTS = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
# A PESEL's month tells the century of birth: 81-92 is 1800, 1-12 is 1900, 21-32 is 2000.
_CENTURIES = {0: 1900, 20: 2000, 80: 1800}


def land_digit(court: str, number: str) -> str:
    """Of a land register: its court's code ("KR1P") and eight digits; "" where a sign has no value."""
    signs = court + number
    if len(signs) != len(_LAND_WEIGHTS) or not set(signs) <= _LAND_VALUES.keys():
        return ""
    return str(_sum((_LAND_VALUES[sign] for sign in signs), _LAND_WEIGHTS) % 10)


def is_nip(digits: str) -> bool:
    """A tax number: ten digits, modulo 11; a remainder of 10 is never given out."""
    return len(digits) == 10 and any(map(int, digits)) and _weighed(digits, _NIP_WEIGHTS) == int(digits[9])


def is_regon(digits: str) -> bool:
    """A statistical number of a business (nine digits) or of one of its local units (fourteen, beginning with the nine)."""
    if len(digits) == 14 and _weighed(digits, _LONG_REGON_WEIGHTS) % 10 != int(digits[13]):
        return False
    short = digits[:9]
    return len(digits) in {9, 14} and any(map(int, short)) and _weighed(short, _REGON_WEIGHTS) % 10 == int(short[8])


def is_pesel(digits: str) -> bool:
    """A person's number: eleven digits that begin with a day that was (the Act on population records, art. 15)."""
    if len(digits) != 11 or -_sum(map(int, digits), _PESEL_WEIGHTS) % 10 != int(digits[10]):
        return False
    month = int(digits[2:4])
    century = _CENTURIES.get(month // 20 * 20, 0)
    try:
        date(century + int(digits[:2]), month % 20, int(digits[4:6]))
    except ValueError:
        return False
    return century > 0


def is_krs(digits: str) -> bool:
    """A number in the National Court Register: ten digits without a check digit."""
    return len(digits) == 10 and any(map(int, digits))


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    return _sum(map(int, digits), weights) % 11


def _sum(values: Iterable[int], weights: tuple[int, ...]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=False))
