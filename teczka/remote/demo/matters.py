"""The office's cases as they are written in `letters/matters*.toml`: what happens in them is played by correspondence.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from teczka.remote.demo.script import Person, read

_SECRETARY = "beata"  # in every team
_SINCE_A_JUDGMENT = 25  # days, until a case is closed


@dataclass(frozen=True, slots=True)
class Matter:
    kind: str
    lawyer: str
    short: str
    own: str  # the office's number
    begun: int  # days before now
    ended: int  # likewise; 0: it goes on
    hearing: int  # days from now
    year: int  # that {yy} in its letters stands for
    client: Person
    opposing: Person
    court: Person | None
    facts: Mapping[str, str]  # the slots that letters fill in
    team: tuple[str, ...]  # its lawyer first
    filed: bool
    shared: bool  # whoever files their mail to it shows it to its team
    walled: bool
    english: bool  # so its client writes


def matters(today: date) -> list[Matter]:
    return [_matter(values, today) for name in ("matters", "matters_past") for values in read(name)["matter"]]


def _matter(values: dict[str, Any], today: date) -> Matter:
    ended = values.get("ended", 0)
    began = today - timedelta(days=values["begun"])
    year = began.year if ended else today.year
    own = f"LIP/{values['number']}/{year if values['kind'] in _BY_OWN_NUMBER else began.year}"
    facts = {name: in_year(text, year) for name, text in values.items() if isinstance(text, str)} | {"own": own}
    court = None
    if facts["court"]:
        court = Person(f"{facts['court']}, {facts['division']}", facts["court_address"], "m", "Państwo", "")
    return Matter(
        kind=values["kind"],
        lawyer=values["lawyer"],
        short=values["short"],
        own=own,
        begun=values["begun"],
        ended=ended,
        hearing=values.get("hearing", -ended - _SINCE_A_JUDGMENT),
        year=year,
        client=Person(**values["client"]),
        opposing=Person(**values["opposing"]),
        court=court,
        facts=facts,
        team=(values["lawyer"], *values.get("beside", ()), _SECRETARY),
        filed=values.get("filed", False),
        shared=values.get("shared", False),
        walled=values.get("walled", False),
        english=values.get("english", False),
    )


_BY_OWN_NUMBER = ("umowa", "lease")  # no court gave them another: their reference is our number


def in_year(text: str, year: int) -> str:
    """{yy}: two digits of this year, {ly}: of the last."""
    return text.replace("{yy}", f"{year % 100:02}").replace("{ly}", f"{(year - 1) % 100:02}")
