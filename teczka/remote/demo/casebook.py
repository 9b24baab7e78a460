"""What the demo's office keeps of its cases beside their mail: cards, and `letters/casebook.toml` with notes, tasks, comments, papers."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.remote.demo.matters import Matter
from teczka.remote.demo.script import Person, people, read, span
from teczka.remote.demo.slots import working

PATTERN = "LIP/{number}/{year}"
_NAMES = {
    "zapłata": "{short} – zapłata",
    "rozwód": "{short} – rozwód",
    "spadek": "{short} – dział spadku",
    "praca": "{short} – przywrócenie do pracy",
    "nieruchomość": "{short} – wady lokalu",
    "karna": "{short} – obrona",
    "szkoda": "{short} – odszkodowanie",
    "umowa": "{short} – share purchase",
    "debt": "{short} – unpaid invoice",
    "lease": "{short} – lease",
}
# Who takes part beside the parties: in each matter of that kind, or in this one alone.
_BESIDE = {
    "szkoda": (Side.EXPERT, "biegły ortopeda", "expert"),
    "nieruchomość": (Side.EXPERT, "rzeczoznawca budowlany", "engineer"),
    "Trans-Wir": (Side.BAILIFF, "egzekucja z rachunków", "bailiff"),
    "Cisowska": (Side.OTHER, "notariusz", "notary"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One of casebook.toml. What it does not say is empty."""

    by: str
    of: str  # `short` of its case
    age: timedelta
    text: str  # of a note, of a comment; a task's title
    name: str  # of a paper
    subject: str  # how the letter's subject begins
    whose: str  # whose mail that is, who does the task, or whom it is shown to
    due: int | None  # days from today
    remind: int | None  # days before
    done: int | None  # days ago
    office: bool  # everybody sees it


def entries(kind: str) -> list[Entry]:
    """note, task, share, comment, document, pin."""
    return [_entry(values) for values in read("casebook")[kind]]


def _entry(values: dict[str, Any]) -> Entry:
    return Entry(
        by=values["by"],
        of=values.get("of", ""),
        age=span(values.get("age", "0d")),
        text=values.get("text", values.get("title", "")).strip("\n"),
        name=values.get("name", ""),
        subject=values.get("subject", values.get("from", "")),
        whose=values.get("owner", values.get("for", values.get("with", values["by"]))),
        due=values.get("due"),
        remind=values.get("remind"),
        done=values.get("done"),
        office=values.get("office", False),
    )


def card(matter: Matter, today: date) -> Card:
    facts = matter.facts
    return Card(
        number=matter.own,
        name=_NAMES[matter.kind].format_map(facts),
        client=facts["party"],
        references=(facts["reference"],) if matter.court else (),
        state=CaseState.CLOSED if matter.ended else CaseState.OPEN,
        opened_on=working(today, -matter.begun),
        closed_on=working(today, -matter.ended) if matter.ended else None,
        parties=tuple(_parties(matter)),
    )


def _parties(matter: Matter) -> list[PartyCard]:
    english, facts = matter.english, matter.facts
    ours = PartyCard(None, Side.OURS, facts["party"], "client" if english else "klient", (matter.client.address,))
    found = [ours, PartyCard(None, Side.OPPOSING, facts["opponent"])]
    if matter.opposing.name != facts["opponent"]:
        role = "counsel for the other side" if english else "pełnomocnik strony przeciwnej"
        found.append(_party(Side.OPPOSING, role, matter.opposing))
    if matter.court:
        found.append(_party(Side.COURT, "", matter.court))
    everybody = people()
    more = [_BESIDE[key] for key in (matter.kind, matter.short) if key in _BESIDE]
    return found + [_party(side, role, everybody[key]) for side, role, key in more]


def _party(side: Side, role: str, person: Person) -> PartyCard:
    return PartyCard(None, side, person.name, role, (person.address.lower(),))
