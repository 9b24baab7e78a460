"""The worker sends what is due, whatever keeps its pass busy."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

from teczka.actions import outbox
from teczka.core.outgoing import State
from teczka.worker.places import MOST, OWNER
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.outgoing import sends, state_of, written
from tests.processes import Teczka, until
from tests.remote.imap.hostile import Hostile
from tests.submission import Submission


def test_a_letter_leaves_when_its_undo_is_over_while_the_pass_waits_for_a_silent_server(
    own_database: OwnDatabase,
) -> None:
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    with Submission() as submission, Hostile(lambda client: client.wait_for_goodbye()) as silent:
        account = sends(make_cast().anna, submission, port=silent.port)
        draft = written(account)
        with teczka.running("worker"):
            until(lambda: silent.clients, what="a pass that waits")
            with mock.patch.object(outbox, "held_for", return_value=timedelta(seconds=0.5)):
                outbox.send(account.owner, draft.public_id, draft.revision)
            assert not submission.received
            until(lambda: submission.received, 10, "the letter")
            until(lambda: state_of(draft) is State.SENT, 10, "what is said of it")


def test_a_letter_leaves_while_all_of_another_person_s_servers_are_silent(own_database: OwnDatabase) -> None:
    cast = make_cast()
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    with Submission() as submission, Hostile(lambda client: client.wait_for_goodbye()) as silent:
        with mock.patch.object(outbox, "held_for", return_value=timedelta(0)):
            for number in range(MOST + 1):
                bad = sends(cast.anna, submission, address=f"{number}@kancelaria.example", smtp_port=silent.port)
                letter = written(bad)
                outbox.send(cast.anna, letter.public_id, letter.revision)
        with teczka.running("worker"):
            until(lambda: len(silent.clients) >= OWNER, what="servers that are silent")
            account = sends(cast.bartek, submission)
            draft = written(account)
            with mock.patch.object(outbox, "held_for", return_value=timedelta(seconds=0.5)):
                outbox.send(cast.bartek, draft.public_id, draft.revision)
            until(lambda: submission.received, 10, "the other's letter")
            assert len(silent.clients) == OWNER
