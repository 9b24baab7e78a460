"""Who hears that mail was shared, or commented: whoever sees more or less by it, and nobody else (P7). By real NOTIFY."""

import json
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from teczka.actions import acts
from teczka.actions.comments import add_comment
from teczka.actions.reading import read_some
from teczka.actions.sharing import With, share
from teczka.actions.team import save_team
from teczka.core.sharing import Scope
from teczka.store import events
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.conversation import FOLLOWING, MESSAGE, Mailroom, letter, make_case
from tests.web.mailroom import store

Heard = Callable[[], set[str]]
FOLDERS = "folders"


@pytest.fixture
def heard(own_database: OwnDatabase) -> Iterator[Heard]:
    """First names of people who were told since the last time. Of the owner's folders and accounts nobody else ever is."""
    with psycopg.connect(own_database.url, autocommit=True) as connection:
        connection.execute(f"LISTEN {events.PAGES}")

        def told() -> set[str]:
            connection.execute("SELECT 1")  # what was sent before is here with its answer
            notices = [json.loads(one.payload) for one in connection.notifies(timeout=0)]
            ids = [user for notice in notices for user in notice["users"]]
            rows = connection.execute(
                "SELECT public_id::text, name FROM store_user WHERE public_id = ANY(%s::uuid[])", [ids]
            )
            names = {key: name.split()[0] for key, name in rows}
            for notice in notices:
                if notice.get(FOLDERS) not in (None, [], [events.SHARED]):
                    assert {names[user] for user in notice["users"]} == {"Anna"}
            return set(names.values())

        yield told


def test_who_gains_or_loses_is_told_and_nobody_else(heard: Heard) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    mail.arrive("1")
    case = make_case(cast.anna, cast.celina)
    heard()

    def give(scope: Scope, whom: With) -> UUID:
        return share(cast.anna, uuid4(), mail.letters["1"].public_id, scope, whom).public_id

    done = give(FOLLOWING, With([cast.bartek.public_id]))
    assert heard() == {"Anna", "Bartek"}
    assert give(MESSAGE, With([cast.bartek.public_id]))
    assert heard() <= {"Anna"}, "nothing changed"
    give(MESSAGE, With([], [case.public_id]))
    assert heard() == {"Anna", "Celina"}
    mail.arrive("2", "1")
    assert heard() == {"Anna", "Bartek"}
    add_comment(cast.bartek, mail.letters["1"].public_id, "@Dorota zobacz")
    assert heard() == {"Anna", "Bartek", "Celina"}
    add_comment(cast.anna, mail.letters["2"].public_id, "cicho")
    assert heard() == {"Anna", "Bartek"}
    acts.undo(cast.anna, done)
    assert heard() == {"Anna", "Bartek"}
    mail.arrive("3", "1")
    assert heard() == {"Anna"}
    save_team(cast.anna, case.public_id, [cast.anna.public_id, cast.dorota.public_id], None)
    assert {"Celina", "Dorota"} <= heard()


def test_of_what_comes_together_each_hears_of_their_own_alone(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    to = {"a": cast.bartek, "b": cast.celina}
    for name, person in to.items():
        mail.arrive(name)
        share(cast.anna, uuid4(), mail.letters[name].public_id, FOLLOWING, With([person.public_id]))
    replies = {
        person.public_id: store(mail.inbox, letter(f"{name}2", name), read_too=False) for name, person in to.items()
    }
    with psycopg.connect(own_database.url, autocommit=True) as connection:
        connection.execute(f"LISTEN {events.PAGES}")
        assert read_some(10) == len(replies), "in one transaction"
        connection.execute("SELECT 1")
        notices = [json.loads(one.payload) for one in connection.notifies(timeout=0)]
    for person, reply in replies.items():
        topics = [notice["topics"] for notice in notices if str(person) in notice["users"] and "topics" in notice]
        assert topics == [[events.message(reply.public_id)]]


def test_more_messages_than_fit_a_notice_are_told_as_everything(heard: Heard) -> None:
    cast = make_cast()
    everybody = [uuid4() for _ in range(events.PEOPLE)]
    events.spoken([cast.anna.public_id, *everybody], [uuid4() for _ in range(events.TOPICS)])
    assert heard() == {"Anna"}
    events.spoken([cast.anna.public_id], [uuid4() for _ in range(events.TOPICS + 1)])
    assert heard() == {"Anna"}
