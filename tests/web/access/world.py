"""An office where something of every kind lies behind every kind of wall. What it is called stands nowhere else, so that whoever meets the
word has met the thing; who may is reckoned by the rule in words (core/access.py) from plain facts, and by nothing that serves pages."""

from dataclasses import dataclass
from itertools import count

from teczka.core.access import Standing, sees_document, sees_filing, sees_message, sees_task
from teczka.store.models import Case, Comment, Document, Filing, Message, Share, Task, User
from teczka.store.sharing import regrant
from teczka.store.viewer import as_user
from tests.cases import (
    comment,
    file,
    link,
    make_case,
    make_note,
    make_party,
    make_reference,
    make_task,
    upload,
)
from tests.cast import Cast
from tests.web.conftest import SECRETS, Office, make_office
from tests.web.mailroom import share, store

# By their roles: owner, shared with, not shared with, administrator, another office, team, removed.
PEOPLE = ("anna", "bartek", "celina", "dorota", "edward", "felicja", "grzegorz")
# What stands in an address beside the thing that it is of.
BESIDE = {"path": "2", "verb": "remove", "kind": "csv"}
# Parameters of addresses, and what the sweep's office calls its own thing of that kind.
KINDS = {
    "account_id": "account",
    "folder_id": "folder",
    "message_id": "private",
    "draft_id": "draft",
    "file_id": "file",
    "identity_id": "identity",
    "template_id": "template",
    "case_id": "case",
    "note_id": "note",
    "document_id": "document",
    "task_id": "task",
    "filing_id": "filing",
    "comment_id": "comment",
    "rule_id": "rule",
    "run_id": "run",
    "search_id": "search",
    "import_id": "brought_in",
    "passkey_id": "passkey",
}
OWNERS_ALONE = {
    "account_id",
    "folder_id",
    "draft_id",
    "file_id",
    "identity_id",
    "template_id",
    "rule_id",
    "run_id",
    "search_id",
    "import_id",
    "passkey_id",
}
LETTER = """\
From: {word} <strona102@wspolny.example>
To: Anna Lipowska <anna@skrzynka.example>
Subject: {word} {reference}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain; charset=utf-8

Tu jest {word}.
--B
Content-Type: application/pdf; name="{word}.pdf"
Content-Disposition: attachment; filename="{word}.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--B--
"""


@dataclass(frozen=True)
class Thing:
    name: str
    word: str
    parameter: str  # of addresses, that names it
    ids: dict[str, str]  # by parameter: its own, and of what it lies in
    sees: frozenset[str]

    @property
    def id(self) -> str:
        return self.ids[self.parameter]


@dataclass(frozen=True)
class World:
    office: Office
    things: list[Thing]
    references: dict[str, str]

    @property
    def cast(self) -> Cast:
        return self.office.cast

    def around(self, thing: Thing) -> list[frozenset[str]]:
        """Who may see what it lies in."""
        inside = {one for parameter, one in thing.ids.items() if parameter != thing.parameter}
        return [other.sees for other in self.things if other.id in inside]

    def person(self, name: str) -> User:
        found: User = getattr(self.cast, name)
        return found


class Maker:
    """Makes things, and writes down who may see each."""

    def __init__(self, office: Office) -> None:
        self.office, self.cast = office, office.cast
        self.things: list[Thing] = []
        self.references: dict[str, str] = {}  # and the word of what bears it
        self._numbers = count(101)
        self._teams: dict[int, tuple[User, ...]] = {}

    def word(self, name: str) -> str:
        return f"Zq{name.title().replace(' ', '')}Qz"

    def note_down(self, name: str, parameter: str, sees: frozenset[str], **ids: object) -> None:
        written = {key: str(getattr(thing, "public_id", thing)) for key, thing in ids.items()}
        self.things.append(Thing(name, self.word(name), parameter, written, sees))

    def standing(self, name: str, case: Case) -> Standing:
        person: User = getattr(self.cast, name)
        return Standing(
            person.is_active and person.office_id == case.office_id,
            person in self._teams[case.pk],
            case.walled,
            person.is_administrator,
        )

    def case(self, name: str, *team: User, walled: bool = False) -> Case:
        word, number = self.word(name), next(self._numbers)
        case = make_case(*team[:1], word, *team[1:], walled=walled, number=f"{word}/{number}", client=word)
        self._teams[case.pk] = team
        # Of the walled case, who writes the letters, too: it would be suggested.
        addresses = f"{word}@strona.example".lower(), f"strona{number}@wspolny.example"
        make_party(case, team[0], word, *addresses, side="opposing", role=word, note=word)
        reference = f"II C {number}/24"
        self.references[reference] = word
        make_reference(case, team[0], reference, "C", str(number), 2024, division="II")
        self.note_down(name, "case_id", self.those(lambda one: self.standing(one, case).sees_card), case_id=case)
        self._inside(name, case, team[0])
        return case

    def _inside(self, name: str, case: Case, by: User) -> None:
        sees = self.those(lambda one: self.standing(one, case).sees_inside)
        note = make_note(case, by, self.word(f"note {name}"))
        self.note_down(f"note {name}", "note_id", sees, note_id=note, case_id=case)
        sees = self.those(lambda one: sees_document(self.standing(one, case), None))
        document = upload(case, by, f"{self.word(f'upload {name}')}.pdf")
        self.note_down(f"upload {name}", "document_id", sees, document_id=document, case_id=case)

    def task(self, name: str, by: User, doer: User, case: Case | None = None, **fields: object) -> Task:
        task = make_task(by, self.word(name), doer, case=case, note=self.word(name), **fields)

        def sees(one: str) -> bool:
            person: User = getattr(self.cast, one)
            return sees_task(
                self.standing(one, case) if case else None,
                office=person.is_active and person.office_id == by.office_id,
                maker=person == by,
                doer=person == doer,
                for_office=task.for_office,
            )

        self.note_down(name, "task_id", self.those(sees), task_id=task)
        return task

    def letter(self, name: str, *granted: str) -> Message:
        word = self.word(name)
        reference = f"I C {next(self._numbers)}/24"
        self.references[reference] = word
        raw = LETTER.format(word=word, reference=reference).replace("\n", "\r\n").encode()
        message = store(self.office.folder, raw)
        sees = self.those(lambda one: sees_message(one == "anna", one in granted))
        self.note_down(name, "message_id", sees, message_id=message)
        return message

    def filed(self, name: str, message: Message, case: Case | None = None, task: Task | None = None) -> Filing:
        filing = file(message, self.cast.anna, case, task)
        letter = self.of(message)
        card = self.of(case or task)
        sees = self.those(lambda one: sees_filing(one in letter.sees, one in card.sees))
        self.note_down(name, "filing_id", sees, filing_id=filing, message_id=message)
        return filing

    def attached(self, name: str, message: Message, case: Case) -> Document:
        document = link(case, self.cast.anna, message, f"{self.word(name)}.pdf")
        letter = self.of(message)
        sees = self.those(lambda one: sees_document(self.standing(one, case), one in letter.sees))
        self.note_down(name, "document_id", sees, document_id=document, case_id=case)
        return document

    def said(self, name: str, message: Message, by: User) -> Comment:
        made = comment(message, by, self.word(name), self.cast.celina)
        self.note_down(name, "comment_id", self.of(message).sees, comment_id=made, message_id=message)
        return made

    def of(self, row: Case | Task | Message | None) -> Thing:
        return next(thing for thing in self.things if row and thing.id == str(row.public_id))

    def those(self, sees: object) -> frozenset[str]:
        return frozenset(name for name in PEOPLE if sees(name))  # type: ignore[operator]


def make_world() -> World:
    office = make_office()
    cast, made = office.cast, Maker(office)
    team = made.case("of team", cast.anna, cast.felicja)
    walled = made.case("walled", cast.anna, cast.felicja, walled=True)
    made.case("of celina alone", cast.celina, walled=True)
    made.case("of edward", cast.edward)
    _tasks(made, team, walled)
    private, shared, for_team = (
        made.letter(name, *to)
        for name, to in (("private letter", ()), ("shared letter", ("bartek",)), ("team letter", ("felicja",)))
    )
    share(shared, cast.bartek)
    with as_user(cast.anna.pk):
        Share.objects.create(office=cast.office, owner=cast.anna, message=for_team, with_case=walled)
        regrant([for_team.pk])
    made.task("task from letter", cast.anna, cast.celina, message=private, message_owner_id=cast.anna.pk)
    for letter, name in ((private, "private"), (shared, "shared"), (for_team, "team")):
        for case, where in ((team, "open"), (walled, "walled")):
            made.filed(f"{name} in {where}", letter, case)
            made.attached(f"file {name} in {where}", letter, case)
        made.said(f"comment {name}", letter, cast.anna)
    made.things += _of_the_sweep(office)
    return World(office, made.things, made.references)


def _tasks(made: Maker, team: Case, walled: Case) -> None:
    cast = made.cast
    made.task("task alone", cast.anna, cast.anna)
    made.task("task given", cast.anna, cast.bartek)
    made.task("task of case", cast.anna, cast.anna, team)
    made.task("task of case given", cast.anna, cast.celina, team)
    made.task("task for all", cast.anna, cast.anna, for_office=True)
    made.task("task walled", cast.anna, cast.felicja, walled)
    made.task("task walled given", cast.anna, cast.bartek, walled)
    made.task("task of edward", cast.edward, cast.edward, for_office=True)


def _of_the_sweep(office: Office) -> list[Thing]:
    """What tests/web/test_sweep.py knows as Anna's, and nobody else's."""
    ids = {parameter: str(getattr(office, name).public_id) for parameter, name in KINDS.items()}
    return [
        Thing(f"the sweep's {name}", word, name, ids, frozenset({"anna"}))
        for name, word in zip(ids, [*SECRETS, *([SECRETS[0]] * len(ids))], strict=False)
    ]
