"""A statement that looks by itself sees as `as_user` does, leaves nothing behind, and ends when it is told to."""

from contextlib import nullcontext

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from teczka.store import together
from teczka.store.connections import planned_once
from teczka.store.sessions import SessionStore
from teczka.store.viewer import TookTooLongError, as_user, look_once
from tests.cast import make_account, make_cast, make_folder
from tests.conftest import OwnDatabase

FOLDERS = "SELECT path FROM store_folder WHERE %(all)s ORDER BY path"
LEFT = "SELECT current_setting('teczka.viewer', true), current_setting('statement_timeout')"


def left_behind() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(LEFT)
        viewer, timeout = cursor.fetchone()
    return viewer or "", timeout


def test_alone_or_within_a_transaction_it_sees_what_its_viewer_may_and_leaves_nothing_behind(
    own_database: OwnDatabase,
) -> None:
    cast = make_cast()
    make_folder(make_account(cast.anna), "Akta")
    make_folder(make_account(cast.edward, "edward@inna.example"), "Obce")
    for _ in range(8):  # psycopg plans it once it has been asked a few times
        for person, paths in ((cast.anna, [("Akta",)]), (cast.edward, [("Obce",)]), (cast.celina, [])):
            assert look_once(person.pk, FOLDERS, {"all": True}) == paths
            assert look_once(person.pk, FOLDERS, {"all": True}, seconds=5) == paths
            assert left_behind() == ("", "0")
            with as_user(person.pk):
                assert look_once(person.pk, FOLDERS, {"all": True}, seconds=5) == paths
                assert left_behind() == (str(person.pk), "0")
    with as_user(cast.anna.pk), pytest.raises(RuntimeError):
        look_once(cast.edward.pk, FOLDERS, {"all": True})


def test_it_ends_when_it_is_told_to_and_the_connection_serves_on(own_database: OwnDatabase) -> None:
    cast = make_cast()
    for around in (nullcontext(), as_user(cast.anna.pk)):
        with pytest.raises(TookTooLongError), around:
            look_once(cast.anna.pk, "SELECT pg_sleep(%(long)s)", {"long": 30}, seconds=0.05)
        assert left_behind() == ("", "0")
        assert look_once(cast.anna.pk, "SELECT teczka_viewer(), %(one)s::int", {"one": 1}) == [(cast.anna.pk, 1)]


def test_a_connection_keeps_so_many_statements_planned_and_answers_as_well_where_none_is_kept(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'together%%' AND statement LIKE '%%::text%%'"
    for most, those in ((0, 0), (200, 3)):
        monkeypatch.setattr(together, "_MOST", most)
        for number in range(3):
            for _ in range(2):
                told = look_once(cast.anna.pk, f"SELECT {number}, %(what)s::text, teczka_viewer()", {"what": "ż"})
                assert told == [(number, "ż", cast.anna.pk)]
        with connection.cursor() as cursor:
            cursor.execute(kept)
            assert cursor.fetchone() == (those,)


@pytest.mark.timeout(60)
def test_what_the_socket_has_no_room_for_arrives_and_so_does_a_long_answer(own_database: OwnDatabase) -> None:
    """The server answers no statement before it has all of it: to wait for its answer meanwhile is to wait for ever."""
    cast = make_cast()
    for signs in (1_000, 2_000_000, 20_000_000):
        told = look_once(cast.anna.pk, "SELECT %(long)s::text, teczka_viewer()", {"long": "ż" * signs})
        assert told == [("ż" * signs, cast.anna.pk)]


def test_what_psycopg_has_taken_away_is_planned_anew(own_database: OwnDatabase) -> None:
    cast = make_cast()
    for _ in range(3):
        assert look_once(cast.anna.pk, "SELECT teczka_viewer(), %(one)s::int", {"one": 1}) == [(cast.anna.pk, 1)]
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        assert left_behind() == ("", "0")


def test_a_rollback_takes_away_what_was_planned_and_what_asks_next_plans_it_anew(own_database: OwnDatabase) -> None:
    cast = make_cast()

    def answered() -> None:
        for _ in range(8):  # psycopg plans it once it has been asked a few times
            assert planned_once("SELECT %(one)s::int", {"one": 1}) == [(1,)]
            assert look_once(cast.anna.pk, "SELECT teczka_viewer(), %(one)s::int", {"one": 1}) == [(cast.anna.pk, 1)]

    def planned() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            return int(cursor.fetchone()[0])

    for _ in range(2):
        answered()
        assert planned() >= 3
        with transaction.atomic():
            assert planned_once("SELECT %(one)s::int", {"one": 2}) == [(2,)]
            transaction.set_rollback(True)
        assert planned() == 0
    answered()


def test_what_begins_a_request_notices_that_the_database_ended_its_connection(own_database: OwnDatabase) -> None:
    """It is asked for before anything that goes by Django's own cursor, which would look."""
    assert SessionStore("none").load() == {}
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
    other.close()
    connection.close_if_unusable_or_obsolete()  # as at the beginning of each request
    assert SessionStore("none").load() == {}
