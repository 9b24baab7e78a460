"""A corpus of letters and queries with judged answers: what a letter is about is known before it is written, so an answer is right or wrong
whatever an engine thinks of it. The pieces are written by hand (tests/data/search); who writes, of whom, under which reference, and how it
is written, is a lot that always falls alike."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from teczka.language.fields import Field, of_message

DATA: Final = Path(__file__).parent / "data" / "search"
EACH: Final = (5, 7)  # letters of a piece
_BARE: Final = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")

Sections = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """What it says, and what is true of it: the pieces, references, clients, people and numbers that it names, quoted ones among them."""

    subject: str
    sender: str
    phone: str
    text: str
    pieces: frozenset[str]
    references: frozenset[str]  # as "I C 12/2024"
    clients: frozenset[str]
    people: frozenset[str]
    numbers: frozenset[str]  # invoices as "FV/1/02/2025"; amounts, accounts and its sender's telephone as digits

    def fields(self) -> list[tuple[Field, str]]:
        address = ".".join(bare(self.sender).lower().split()) + "@poczta.example"
        return of_message(self.subject, [(self.sender, address)], [("", "kancelaria@lipowa.example")], [], self.text)


@dataclass(frozen=True, slots=True)
class Judged:
    """A query, and the places in the corpus of the letters that answer it."""

    kind: str  # words, other words, short, references, names, numbers
    text: str
    answers: frozenset[int]


def bare(text: str) -> str:
    """As one types who spares the marks."""
    return text.translate(_BARE)


def corpus() -> tuple[list[Letter], list[Judged]]:
    pieces, frame = _sections("pieces.txt"), _sections("frame.txt")
    lot = random.Random(9)
    letters = [letter for name in pieces for letter in _of_piece(lot, name, pieces[name][0], frame, lot.randint(*EACH))]
    lot.shuffle(letters)
    letters = [_answering(lot, letters, place) for place in range(len(letters))]
    return letters, [*_half_remembered(pieces, letters), *_short(letters), *_by_fact(lot, frame, letters)]


def _sections(name: str) -> Sections:
    found: Sections = {}
    for line in (DATA / name).read_text().splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            found[list(found)[-1]].append(line)
    return found


def _of_piece(lot: random.Random, name: str, said: str, frame: Sections, count: int) -> Iterator[Letter]:
    english = name.startswith("english")
    way = "english-" if english else ""
    for _ in range(count):
        sender = lot.choice(frame["senders"])
        phone = _phone(frame["senders"].index(sender))
        facts = _Facts()
        if not english:
            _tell(lot, frame["clients"], facts)
        fillers = lot.sample(frame[way + "fillers"], 2)
        middle = [fillers[0], " ".join([said, *facts.told]), fillers[1]]
        lines = [lot.choice(frame[way + "greetings"]), "", *middle, "", lot.choice(frame[way + "closings"]), sender]
        text, subject = "\n".join([*lines, f"tel. {_spaced(lot, phone)}"]), lot.choice(frame["subjects"])
        if not english and lot.random() < 0.25:
            text, subject = bare(text), bare(subject)
        yield Letter(
            subject,
            sender,
            phone,
            text,
            frozenset([name]),
            frozenset(facts.references),
            frozenset(facts.clients),
            frozenset([sender]),
            frozenset([phone, *facts.numbers]),
        )


@dataclass(slots=True)
class _Facts:
    told: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)


def _tell(lot: random.Random, clients: list[str], to: _Facts) -> None:
    if lot.random() < 0.6:
        court, register = lot.choice("I II III".split()), lot.choice("C Ca Nc K GC".split())
        to.references.append(f"{court} {register} {lot.randint(1, 12)}/{lot.randint(2023, 2025)}")
        to.told.append(f"Sygn. akt {_written(lot, to.references[0])}.")
    if lot.random() < 0.5:
        client, of_them, with_them = (each.strip() for each in lot.choice(clients).split(";"))
        to.clients.append(client)
        to.told.append(lot.choice([f"Rzecz dotyczy {of_them}.", f"Rozmawiałam {with_them}."]))
    if lot.random() < 0.2:
        to.numbers.append(f"FV/{lot.randint(1, 40)}/{lot.randint(1, 12):02}/2025")
        to.told.append(f"Por. {to.numbers[-1].replace('/', lot.choice(['/', ' / ']))}.")
    if lot.random() < 0.3:
        amount = 500 * lot.randint(3, 4_000)
        grouped = f"{amount:,}".replace(",", lot.choice([" ", ".", "\u00a0"]))
        to.numbers.append(str(amount))
        to.told.append(f"Chodzi o {lot.choice([grouped + ',00', grouped, str(amount)])} zł.")
    if lot.random() < 0.1:
        account = "".join(str(lot.randrange(10)) for _ in range(26))
        to.numbers.append(account)
        to.told.append(f"Rachunek: {lot.choice(['PL', ''])}{lot.choice([account, _in_fours(account)])}.")


def _in_fours(account: str) -> str:
    return " ".join([account[:2], *(account[at : at + 4] for at in range(2, 26, 4))])


def _written(lot: random.Random, reference: str) -> str:
    number, year = reference.split("/")
    return lot.choice([reference, f"{number}/{year[2:]}", f"{number}/{year[2:]}", reference.replace(" ", "  ")])


def _phone(place: int) -> str:
    return f"60{place % 9 + 1}{234_000 + 567 * place:06}"


def _spaced(lot: random.Random, phone: str) -> str:
    groups = [phone[:3], phone[3:6], phone[6:]]
    return lot.choice(["", "+48 "]) + lot.choice([" ", "-", ""]).join(groups)


def _answering(lot: random.Random, letters: list[Letter], place: int) -> Letter:
    """Every twelfth answers an earlier one and quotes it."""
    one = letters[place]
    if place < 20 or lot.random() > 1 / 12:
        return one
    other = letters[lot.randrange(place)]
    quoted = "\n".join(f"> {line}" for line in other.text.splitlines() if "tel." not in line)
    return replace(
        one,
        subject=f"Re: {other.subject}",
        text=f"{one.text}\n\nW dniu 3 marca {other.sender} pisze:\n{quoted}",
        pieces=one.pieces | other.pieces,
        references=one.references | other.references,
        clients=one.clients | other.clients,
        people=one.people | other.people,
        numbers=one.numbers | other.numbers - {_phone(place) for place in range(99)},  # their lines are not quoted
    )


def _half_remembered(pieces: Sections, letters: Sequence[Letter]) -> Iterator[Judged]:
    for name, (_, *queries) in pieces.items():
        for query in queries:
            sign, _, text = query.partition(" ")
            kind = "words" if sign == "?" else "other words"
            yield Judged(kind, text, _naming(letters, "pieces", name))


def _short(letters: Sequence[Letter]) -> Iterator[Judged]:
    for line in (DATA / "short.txt").read_text().splitlines():
        query, bar, about = line.partition("|")
        if bar and not line.startswith("#"):
            yield Judged("short", query.strip(), _naming(letters, "pieces", *about.split()))


def _by_fact(lot: random.Random, frame: Sections, letters: Sequence[Letter]) -> Iterator[Judged]:
    references = sorted({each for one in letters for each in one.references})
    for written in lot.sample(references, 40):
        asked = lot.choice(
            [written, written.replace("/20", "/"), written.lower(), f"sygn. akt {written}", written.replace(" ", "", 1)]
        )
        yield Judged("references", asked, _naming(letters, "references", written))
    for line in frame["clients"]:
        name, of_them, with_them = (each.strip() for each in line.split(";"))
        answers = _naming(letters, "clients", name)
        for asked in (name, name.split()[1].lower(), of_them.split()[2], with_them.split()[3]):
            yield Judged("names", asked, answers)
    for sender in frame["senders"]:
        yield Judged("names", sender, _naming(letters, "people", sender))
        phone = _phone(frame["senders"].index(sender))
        yield Judged("numbers", _spaced(lot, phone), _naming(letters, "numbers", phone))
    phones = {one.phone for one in letters}
    for number in lot.sample(sorted({each for one in letters for each in one.numbers} - phones), 60):
        yield Judged("numbers", _asked(lot, number), _naming(letters, "numbers", number))


def _asked(lot: random.Random, number: str) -> str:
    if not number.isdecimal():
        return lot.choice([number, number.replace("FV/", "fv "), number.replace("/", " / ")])
    if len(number) == 26:
        return lot.choice([number, _in_fours(number), f"PL{number}"])
    return lot.choice([number, f"{int(number):,}".replace(",", " "), f"{int(number):,}".replace(",", ".") + ",00 zł"])


def _naming(letters: Sequence[Letter], what: str, *names: str) -> frozenset[int]:
    return frozenset(place for place, one in enumerate(letters) if not getattr(one, what).isdisjoint(names))
