"""What points from messages to cases, as it is gathered: in four statements, and from what the viewer may see alone."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from teczka.actions.filing import Wanted, file
from teczka.core.suggestions import Reason
from teczka.store.models import Case, CaseReference, Message, User
from teczka.store.queries.suggestions import suggestions
from teczka.store.viewer import as_user
from tests.cases import make_case, make_party
from tests.cast import make_account, make_cast, make_folder
from tests.generated_letters import raw
from tests.web.mailroom import share, store

pytestmark = pytest.mark.django_db


class Room:
    def __init__(self) -> None:
        self.cast = make_cast()
        self.inbox = make_folder(make_account(self.cast.anna, "anna@kancelaria.example"))
        self.kowalski = self.case("Kowalski", "I C 12/24")
        self.number = 0

    def case(self, name: str, *references: str, **fields: object) -> Case:
        case = make_case(self.cast.anna, name, self.cast.bartek, **fields)  # type: ignore[arg-type]
        for written in references:
            division, repertory, number = written.split(" ")
            docket, year = number.split("/")
            with as_user(self.cast.anna.pk):
                CaseReference.objects.create(
                    case=case, office_id=case.office_id, written=written, repertory=repertory, number=docket,
                    year=2000 + int(year), division=division,
                )  # fmt: skip
        return case

    def receive(self, subject: str, text: str = "", sender: str = "ktos@inny.example", **parts: str) -> Message:
        self.number += 1
        return store(self.inbox, raw(parts.pop("name", f"n{self.number}"), sender, subject, text, **parts))

    def reasons(self, message: Message, viewer: User | None = None) -> list[tuple[str, str]]:
        found = suggestions(viewer or self.cast.anna, [message.pk]).get(message.pk, [])
        return [(one.name, one.suggestion.reason.value) for one in found]

    def file(self, message: Message, case: Case, by: User | None = None, whole: bool = True) -> None:
        file(by or self.cast.anna, uuid4(), [message.public_id], Wanted(case=case.public_id, whole=whole))


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.mark.parametrize("written", ["I C 12/24", "sygn. akt I C 12/2024.", "i c 12/24", "I\u00a0C\u00a012/24"])
def test_a_reference_is_known_in_every_spelling(room: Room, written: str) -> None:
    assert room.reasons(room.receive(f"Sprawa {written}")) == [("Kowalski", Reason.SUBJECT)]


@pytest.mark.parametrize(
    "written", ["II C 12/24", "XII C 12/24", "I C 12/241", "I C 112/24", "I Co 12/24", "I C 12/23"]
)
def test_a_number_within_another_is_none(room: Room, written: str) -> None:
    """Pitfall 1 of peers: a number was looked for as a substring."""
    assert room.reasons(room.receive(f"Sprawa {written}")) == []


def test_text_files_people_and_conversations_say_why(room: Room) -> None:
    nowak = room.case("Nowak")
    make_party(nowak, room.cast.anna, "Ewa Nowak", "ewa@nowak.example", side="ours")
    assert room.reasons(room.receive("Pismo", "W sprawie I C 12/24 przesyłam.")) == [("Kowalski", Reason.TEXT)]
    assert room.reasons(room.receive("Pismo", file="I C 12_24.pdf")) == [("Kowalski", Reason.FILE)]
    assert room.reasons(room.receive("Pytanie", sender="Ewa@Nowak.example")) == [("Nowak", Reason.PARTY)]
    room.file(room.receive("Ustalenia", name="first"), nowak)
    answer = room.receive("Re: Ustalenia", sender="nowy@inny.example", answers="first")
    assert room.reasons(answer) == [("Nowak", Reason.THREAD)]


def test_habits_of_the_viewer_are_learnt_by_conversation_and_those_of_others_are_not(room: Room) -> None:
    for _ in range(2):
        room.file(room.receive("Umowa", sender="biuro@spolka.example"), room.kowalski)
    message = room.receive("Aneks", sender="biuro@spolka.example")
    assert room.reasons(message) == [("Kowalski", Reason.SENDER)]
    share(message, room.cast.celina)
    assert room.reasons(message, room.cast.celina) == []


def test_a_public_providers_domain_is_nobodys(room: Room) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        room.file(room.receive("List", sender=f"{name}@gmail.com"), room.kowalski)
        room.file(room.receive("List", sender=f"{name}@spolka.example"), room.kowalski)
    assert room.reasons(room.receive("List", sender="g@gmail.com")) == []
    assert room.reasons(room.receive("List", sender="g@spolka.example")) == [("Kowalski", Reason.DOMAIN)]


def test_what_one_sends_is_no_habit(room: Room) -> None:
    for _ in range(3):
        room.file(room.receive("Pismo", sender="anna@kancelaria.example"), room.kowalski)
    assert room.reasons(room.receive("Inne", sender="anna@kancelaria.example")) == []


def test_of_a_case_behind_a_wall_nobody_outside_learns(room: Room) -> None:
    message = room.receive("Sprawa I C 12/24")
    share(message, room.cast.celina)
    assert room.reasons(message, room.cast.celina) == [("Kowalski", Reason.SUBJECT)]
    with as_user(room.cast.anna.pk):
        Case.objects.filter(pk=room.kowalski.pk).update(walled=True)
    assert room.reasons(message, room.cast.celina) == []
    assert room.reasons(message) == [("Kowalski", Reason.SUBJECT)]


def test_of_mail_that_one_may_not_see_nothing_is_suggested(room: Room) -> None:
    message = room.receive("Sprawa I C 12/24")
    for who in room.cast.strangers:
        assert room.reasons(message, who) == []


def test_a_list_costs_as_many_statements_as_one_message(room: Room) -> None:
    messages = [room.receive(f"Sprawa {reference}") for reference in ("I C 12/24", "II C 12/24", "I C 12/24")]
    with CaptureQueriesContext(connection) as one:
        alone = {
            key: each for message in messages[:1] for key, each in suggestions(room.cast.anna, [message.pk]).items()
        }
    with CaptureQueriesContext(connection) as many:
        together = suggestions(room.cast.anna, [message.pk for message in messages])
    assert sum("store_" in query["sql"] for query in one) == 4
    assert len(one) == len(many)
    assert alone[messages[0].pk] == together[messages[0].pk]
    assert set(together) == {messages[0].pk, messages[2].pk}
