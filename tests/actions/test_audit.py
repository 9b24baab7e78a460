"""The register: one chain an office, whoever writes; whatever is done to it afterwards is found; and nobody reads of others' mail in it."""

import threading
from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from teczka.actions.audit import note, note_each, note_view
from teczka.actions.cases import add_case, set_state
from teczka.actions.team import save_team, wall_case
from teczka.core.audit import Entry, Fault, Link, Verb, faults
from teczka.core.cases import Card, CaseState
from teczka.store.queries import walls
from teczka.store.queries.audit import case_entries, chain, lines, office_chain
from teczka.store.viewer import as_user
from tests.cases import file, make_case
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.web.mailroom import share, store

THING = UUID(int=5)
SWAP = "; ".join(
    f"UPDATE store_auditentry SET seq = {after} WHERE seq = {before}" for after, before in ((99, 2), (2, 3), (3, 99))
)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def found(cast: Cast) -> list[tuple[int, Fault]]:
    return list(faults(cast.office.public_id, chain(cast.office.pk)))


def test_what_the_database_hashed_is_found_again_by_what_an_entry_says(cast: Cast) -> None:
    case = make_case(cast.anna, "Kowalski p. Nowak")
    note(cast.anna, Verb.CASE_TEAM, [case.public_id, cast.bartek.public_id], case.pk)
    note(cast.dorota, Verb.PERSON_ROLE, [cast.anna.public_id])
    note(cast.anna, Verb.SIGN_IN, [])
    note(cast.edward, Verb.SIGN_IN, [])
    first, second, third = chain(cast.office.pk)
    assert isinstance(first, Entry)
    assert (first.seq, first.actor, first.verb, first.case) == (1, cast.anna.public_id, "case.team", case.public_id)
    assert first.ids == (case.public_id, cast.bartek.public_id)
    assert [second.previous, third.previous] == [first.hash, second.hash]
    assert found(cast) == []
    assert len(list(chain(cast.other_office.pk))) == 1, "each office has a chain of its own"


def test_nothing_is_noted_of_what_did_not_happen(cast: Cast) -> None:
    with as_user(cast.anna.pk), transaction.atomic():
        note(cast.anna, Verb.SIGN_IN, [])
        transaction.set_rollback(True)
    assert list(chain(cast.office.pk)) == []


@pytest.mark.parametrize("statement", ["UPDATE store_auditentry SET verb = 'x'", "DELETE FROM store_auditentry"])
def test_who_serves_can_change_nothing_that_was_noted(cast: Cast, statement: str) -> None:
    note(cast.anna, Verb.SIGN_IN, [])
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        as_user(cast.anna.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.fixture
def noted(own_database: OwnDatabase) -> Cast:
    cast = make_cast()
    for _ in range(5):
        note(cast.anna, Verb.ACCOUNT_CHANGE, [THING])
    return cast


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE store_auditentry SET ids = ARRAY[gen_random_uuid()] WHERE seq = 3", [(3, Fault.CHANGED)]),
        ("UPDATE store_auditentry SET actor_id = NULL WHERE seq = 3", [(3, Fault.CHANGED)]),
        ("UPDATE store_auditentry SET at = at + interval '1 microsecond' WHERE seq = 3", [(3, Fault.CHANGED)]),
        ("DELETE FROM store_auditentry WHERE seq = 3", [(3, Fault.MISSING)]),
        (
            "DELETE FROM store_auditentry WHERE seq = 3; UPDATE store_auditentry SET seq = seq - 1 WHERE seq > 3",
            [(3, Fault.MOVED), (3, Fault.CHANGED), (4, Fault.CHANGED)],
        ),
        (
            SWAP,
            [(2, Fault.MOVED), (2, Fault.CHANGED), (3, Fault.MOVED), (3, Fault.CHANGED), (4, Fault.MOVED)],
        ),
    ],
)
def test_whatever_the_machines_keeper_does_to_the_table_is_found(
    noted: Cast, own_database: OwnDatabase, test_database: TestDatabase, statement: str, expected: list[object]
) -> None:
    with psycopg.connect(test_database.owner_dsn(own_database.name), autocommit=True) as owner:
        owner.execute(statement)
    assert found(noted) == expected


def test_many_who_write_at_once_make_one_chain(own_database: OwnDatabase) -> None:
    cast = make_cast()

    def write() -> None:
        try:
            for _ in range(20):
                note(cast.anna, Verb.ACCOUNT_CHANGE, [uuid4()])
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(list(chain(cast.office.pk))) == 80
    assert found(cast) == []


@pytest.fixture
def told(cast: Cast) -> Iterator[tuple[Cast, list[UUID]]]:
    """Anna filed two letters to a case of hers and Bartek's, and shared one of them with him."""
    folder = make_folder(make_account(cast.anna))
    private, shared = store(folder, b"Subject: a\r\n\r\n"), store(folder, b"Subject: b\r\n\r\n")
    share(shared, cast.bartek)
    case = make_case(cast.anna, "Kowalski p. Nowak", cast.bartek)
    for message in (private, shared):
        file(message, cast.anna, case)
    note_each(cast.anna, Verb.FILE, [private.public_id, shared.public_id], case.pk)
    note(cast.anna, Verb.SEND, [uuid4()])
    note(cast.bartek, Verb.DOCUMENT_ADD, [uuid4()], case.pk)
    note(cast.dorota, Verb.PERSON_ROLE, [cast.anna.public_id])
    return cast, [case.public_id, private.public_id, shared.public_id]


def test_each_reads_what_they_may_know(told: tuple[Cast, list[UUID]]) -> None:
    cast, (case, private, shared) = told
    read = {person.name: [line.verb for line in lines(person)] for person in (cast.anna, *cast.strangers, cast.felicja)}
    assert read == {
        "Anna Lipowska": ["document.add", "message.send", "message.file", "message.file"],
        "Bartek Nowy": ["document.add", "message.file"],
        "Celina Cicha": [],
        "Dorota Zarządna": ["person.role"],
        "Edward Obcy": [],
        "Felicja Zespolona": [],
    }
    assert [line.ids for line in lines(cast.bartek, case, "message")] == [[shared]]
    assert {entry.ids[0] for entry in case_entries(cast.anna, case)} >= {private, shared}  # type: ignore[union-attr]
    assert [line.seq for line in lines(cast.anna, before=3)] == [2, 1]
    assert [line.verb for line in lines(cast.dorota, person=cast.dorota.public_id)] == ["person.role"]


def test_an_administrators_export_holds_together_without_telling_of_mail(told: tuple[Cast, list[UUID]]) -> None:
    cast, _ = told
    exported = list(office_chain(cast.dorota))
    assert [type(entry) for entry in exported] == [Link, Link, Link, Link, Entry]
    assert list(faults(cast.office.public_id, exported)) == []
    assert list(office_chain(cast.anna)) == list(office_chain(cast.edward)) == []


def test_of_a_case_behind_a_wall_administrators_are_told_nothing(cast: Cast) -> None:
    case = make_case(cast.anna, "Tajna", walled=True)
    note(cast.anna, Verb.CASE_WALL, [case.public_id], case.pk)
    assert lines(cast.dorota) == []
    assert [type(entry) for entry in office_chain(cast.dorota)] == [Link]
    assert [line.case_name for line in lines(cast.anna)] == ["Tajna"]


def test_who_saw_shared_mail_is_noted_once_an_hour(told: tuple[Cast, list[UUID]]) -> None:
    cast, (case, _, shared) = told
    for _ in range(3):
        with as_user(cast.bartek.pk), connection.cursor() as cursor:
            cursor.execute("SELECT teczka_audit_view(%s)", [shared])
    seen = [line for line in lines(cast.anna, case) if line.verb == Verb.VIEW]
    assert [(line.who, line.ids, line.case) for line in seen] == [("Bartek Nowy", [shared], case)]


def test_what_an_administrator_was_shown_says_nothing_of_a_case_behind_a_wall_that_it_is_filed_to(cast: Cast) -> None:
    message = store(make_folder(make_account(cast.anna)), b"Subject: Pismo\r\n\r\ntekst\r\n")
    share(message, cast.dorota)
    file(message, cast.anna, make_case(cast.anna, "Tajna", walled=True))
    note_view(cast.dorota, message.public_id)
    assert [one.verb for one in office_chain(cast.dorota) if isinstance(one, Entry)] == [Verb.VIEW]


def test_what_becomes_of_a_case_is_in_its_register(cast: Cast) -> None:
    case = add_case(cast.anna, Card("", "Kowalski p. Nowak", "", (), CaseState.OPEN, None, None, ()))
    save_team(cast.anna, case.public_id, [cast.anna.public_id, cast.bartek.public_id], None)
    set_state(cast.bartek, case.public_id, CaseState.CLOSED, date(2026, 5, 3))
    wall_case(cast.bartek, case.public_id)
    assert [(line.verb, line.who) for line in lines(cast.anna, case.public_id)] == [
        (Verb.CASE_WALL, "Bartek Nowy"),
        (Verb.CASE_CHANGE, "Bartek Nowy"),
        (Verb.CASE_TEAM, "Anna Lipowska"),
        (Verb.CASE_CREATE, "Anna Lipowska"),
    ]
    assert lines(cast.anna, case.public_id)[2].ids[0] == case.public_id
    assert lines(cast.dorota) == []
    assert found(cast) == []


def test_each_wall_around_the_register_holds_by_itself(
    told: tuple[Cast, list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row-level security alone here; the query's own conditions alone in tests/web/test_sweep.py."""
    cast, _ = told
    expected = {person: lines(person) for person in (cast.anna, *cast.strangers)}
    monkeypatch.setattr(walls, "register", lambda _entry: "true")
    assert {person: lines(person) for person in expected} == expected
    assert [type(entry) for entry in office_chain(cast.dorota)] == [Link, Link, Link, Link, Entry]


def test_each_message_has_an_entry_of_its_own_beside_whom_it_was_shared_with(cast: Cast) -> None:
    with as_user(cast.anna.pk):
        note_each(cast.anna, Verb.SHARE, [uuid4() for _ in range(3)], beside=[THING])
    entries = list(chain(cast.office.pk))
    assert len({entry.ids[0] for entry in entries}) == 3
    assert all(entry.ids[1] == THING for entry in entries)
    assert found(cast) == []
