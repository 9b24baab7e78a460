"""Letters to an office with many cases, by lot from a seed, each with what it truly belongs to: what suggestions are measured on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

OWN = "anna@kancelaria.example"
FOREIGN = ("III CZP 11/20", "II CSK 123/19", "I NSNc 37/21", "II FSK 1002/22", "K 3/21")
IDLE = (
    "Zaproszenie na konferencję",
    "Faktura FV 12/2024 za prąd",
    "Obiad w piątek?",
    "Newsletter: zmiany w KPC 12/24",
    "Nowe szkolenie z art. 12 § 4 k.p.c.",
    "Rachunek 4/2025",
    "Twoje zamówienie nr 118/25",
    "Urodziny Bartka",
)
IDLE_SENDERS = ("newsletter@wydawnictwo.example", "biuro@dostawca.example", "mama@gmail.com", "kolega@izba.example")


@dataclass(frozen=True, slots=True)
class Known:
    """As much of a case as letters tell of."""

    id: int
    number: str
    references: tuple[str, ...]
    client: str  # its address


@dataclass(frozen=True, slots=True)
class Written:
    raw: bytes
    sender: str
    told: str  # its subject and its text
    case: int | None  # to which it belongs; None: to none
    kind: str


def letters(
    cases: Sequence[Known], courts: Sequence[str], known: frozenset[str], count: int, seed: int = 7
) -> list[Written]:
    """Half of them belong to a case. `known`: every reference of every case, so that what is made up is nobody's."""
    chance = random.Random(seed)
    return [_letter(chance, place, cases, courts, known) for place in range(count)]


def raw(name: str, sender: str, subject: str, text: str, answers: str = "", file: str = "") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, OWN, subject
    made["Message-ID"] = f"<{name}@poczta.example>"
    if answers:
        made["In-Reply-To"] = made["References"] = f"<{answers}@poczta.example>"
    made.set_content(text)
    if file:
        made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=file)
    return bytes(made)


def _letter(
    chance: random.Random, place: int, cases: Sequence[Known], courts: Sequence[str], known: frozenset[str]
) -> Written:
    kinds = _OF_CASES if chance.random() < 0.5 else _OF_NONE
    kind = chance.choices(list(kinds), [weight for weight, _ in kinds.values()])[0]
    case = chance.choice(cases)
    sender, subject, text, file = kinds[kind][1](chance, case, courts, known)
    whole = f"Dzień dobry,\n\n{text}\n\nZ poważaniem"
    belongs = case.id if kinds is _OF_CASES else None
    return Written(
        raw(f"list-{place}", sender, subject, whole, file=file), sender, f"{subject}\n{whole}", belongs, kind
    )


_Parts = tuple[str, str, str, str]  # sender, subject, text, file


def _spelled(chance: random.Random, reference: str) -> str:
    whole = reference[:-2] + "20" + reference[-2:]
    return chance.choice(
        [reference, f"sygn. akt {reference}", f"sygn. akt: {whole}", reference.replace(" ", "\u00a0"), whole]
    )


def _subject(chance: random.Random, case: Known, courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    sender = chance.choice([chance.choice(courts), case.client, "pelnomocnik@inna.example"])
    return sender, f"Pismo w sprawie {_spelled(chance, chance.choice(case.references))}", "W załączeniu pismo.", ""


def _text(chance: random.Random, case: Known, courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    told = f"W sprawie {_spelled(chance, chance.choice(case.references))} przesyłam odpis."
    if chance.random() < 0.3:
        told += f" Por. uchwała {chance.choice(FOREIGN)}."
    return chance.choice([chance.choice(courts), "pelnomocnik@inna.example"]), "Doręczenie", told, ""


def _number(chance: random.Random, case: Known, _courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    return "recepcja@spolka.example", f"Umowa do sprawy {case.number}", "Jak w temacie.", ""


def _client(chance: random.Random, case: Known, _courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    return case.client, chance.choice(["Pytanie", "Dokumenty", "Czy są wieści?"]), "Kiedy rozprawa?", ""


def _file(chance: random.Random, case: Known, courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    name = chance.choice(case.references).replace("/", "_")
    return (
        chance.choice(courts),
        f"Zawiadomienie {chance.choice(case.references)}",
        "Patrz plik.",
        f"Zawiadomienie {name}.pdf",
    )


def _idle(chance: random.Random, _case: Known, _courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    return chance.choice(IDLE_SENDERS), chance.choice(IDLE), "Do zobaczenia 12.05.2025 r., ul. Lipowa 12/24.", ""


def _foreign(chance: random.Random, _case: Known, _courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    return IDLE_SENDERS[0], f"Przegląd orzecznictwa: {chance.choice(FOREIGN)}", " ".join(FOREIGN), ""


def _near(chance: random.Random, case: Known, courts: Sequence[str], known: frozenset[str]) -> _Parts:
    """A file that nobody here has, written so that ours stands within it."""
    reference = case.references[0]
    near = [f"X{reference}", f"V{reference}", reference.replace("/", "1/"), f"XX{reference}"]
    free = [one for one in near if one not in known] or ["XLIX C 9999/24"]
    return chance.choice(courts), f"Zawiadomienie: {chance.choice(free)}", "Omyłkowo doręczone.", ""


def _of_court(chance: random.Random, _case: Known, courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    return chance.choice(courts), "Komunikat o godzinach pracy sądu", "Sąd będzie nieczynny.", ""


def _greeting(_chance: random.Random, case: Known, _courts: Sequence[str], _known: frozenset[str]) -> _Parts:
    """Nobody could tell this from a letter about the case."""
    return case.client, "Wesołych Świąt", "Wszystkiego dobrego!", ""


_OF_CASES = {
    "subject": (45, _subject),
    "text": (15, _text),
    "number": (10, _number),
    "client": (22, _client),
    "file": (8, _file),
}
_OF_NONE = {
    "idle": (45, _idle),
    "foreign": (15, _foreign),
    "near": (25, _near),
    "court": (12, _of_court),
    "greeting": (3, _greeting),
}
