"""Fills the slots of a letter: {amount} from the case, {+7} a date, {r:Pan|Pani} by sex, [[this|or this]] by chance."""

import random
import re
from collections.abc import Mapping
from datetime import date, timedelta

_MONTHS = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split()
_MONTHS_EN = "January February March April May June July August September October November December".split()
_CHOICE = re.compile(r"\[\[(.+?)\]\]")
_BY_SEX = re.compile(r"\{([src]):([^|}]*)\|([^}]*)\}")
_DAY = re.compile(r"\{([+-]\d+)\}")
_FACT = re.compile(r"\{(\w+)\}")


def luck(*seed: object) -> random.Random:
    """Chance that falls the same way each time."""
    return random.Random("/".join(map(str, seed)))  # noqa: S311 - nothing secret hangs on it


def fill(
    text: str,
    facts: Mapping[str, str],
    sexes: Mapping[str, str],
    day: date,
    chance: random.Random,
    english: bool = False,
) -> str:
    """`sexes`: of the sender (s), the recipient (r) and the client (c). Raises KeyError for a slot that nothing fills."""
    text = _BY_SEX.sub(lambda match: match[2] if sexes[match[1]] == "m" else match[3], text)
    text = _CHOICE.sub(lambda match: chance.choice(match[1].split("|")), text)
    text = _DAY.sub(lambda match: spoken(working(day, int(match[1])), english), text).replace(" r..", " r.")
    return _FACT.sub(lambda match: facts[match[1]], text)


def working(day: date, days: int) -> date:
    """So many days on, and to Monday where that is a weekend: courts and lawyers set no other dates."""
    there = day + timedelta(days=days)
    return there + timedelta(days=max(0, 7 - there.weekday()) if there.weekday() > 4 else 0)


def spoken(day: date, english: bool = False) -> str:
    return (
        f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
        if english
        else f"{day.day} {_MONTHS[day.month - 1]} {day.year} r."
    )
