"""As many cases as a busy office has, made by lot from a seed: what finding and importing are measured on."""

import random
from dataclasses import dataclass

_NAMES = (
    "Kowalski Nowak Wiśniewska Wójcik Kamińska Lewandowski Zielińska Szymański Woźniak Dąbrowska Kozłowski Jankowska Mazur Krawczyk"
    " Piotrowska Grabowski Pawłowska Michalski Król Wieczorek Jabłońska Wróbel Nowakowska Majewski Olszewska Stępień Malinowska Jaworski"
    " Adamczyk Dudek Pająk Górski Sikora Baran Rutkowska Śliwa Łapiński Żak Ćwik Ostrowska"
).split()
_FIRST = "Jan Anna Piotr Katarzyna Łukasz Małgorzata Józef Żaneta Stanisław Zofia Michał Agnieszka".split()
_FIRMS = (
    "Spółdzielnia Hurtownia Przedsiębiorstwo Zakład Fundacja Wspólnota Stowarzyszenie Bank Towarzystwo Fabryka".split()
)
_PLACES = "Łódź Kraków Gdańsk Wrocław Poznań Ełk Żyrardów Świdnica Białystok Częstochowa Zakopane Lublin".split()
_REPERTORIES = ("C", "Ca", "GC", "Nc", "Ns", "Co", "P", "U", "ACa", "GNc")


@dataclass(frozen=True, slots=True)
class Sample:
    number: str
    name: str
    client: str
    references: tuple[str, ...]
    parties: tuple[str, ...]


def samples(count: int, seed: int = 6) -> list[Sample]:
    """Cases with numbers of the office's own, each with one or two references and two or three parties."""
    chance = random.Random(seed)
    return [_sample(chance, place) for place in range(1, count + 1)]


def _sample(chance: random.Random, place: int) -> Sample:
    client, opponent = _person(chance), _firm(chance) if place % 3 else _person(chance)
    year = 2018 + place % 9
    references = [
        f"{chance.choice(['I', 'II', 'III', 'V', 'XII'])} {chance.choice(_REPERTORIES)} {chance.randint(1, 2500)}/{year % 100}"
    ]
    if place % 4 == 0:
        references.append(f"Km {chance.randint(1, 4000)}/{year % 100}")
    parties = [client, opponent] + ([_person(chance)] if place % 5 == 0 else [])
    return Sample(f"KAN/{place}/{year}", f"{client} p. {opponent}", client, tuple(references), tuple(parties))


def _person(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_NAMES)}"


def _firm(chance: random.Random) -> str:
    return f"{chance.choice(_FIRMS)} {chance.choice(_NAMES)} {chance.choice(_PLACES)} sp. z o.o."


def table(cases: list[Sample]) -> str:
    """A CSV of them, as core/case_csv.py reads it."""
    sides = ("ours", "opposing", "other")
    lines = ["Number;Case;Client;References;Side;Party;E-mail"]
    for one in cases:
        for place, party in enumerate(one.parties):
            address = f"{one.number.replace('/', '-').lower()}-{place}@strona.example"
            told = (one.number, one.name, one.client, " | ".join(one.references), sides[place], party, address)
            lines.append(";".join(told))
    return "\n".join(lines)
