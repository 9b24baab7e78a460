"""The worker sends what is due, whatever keeps its pass busy."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

from teczka.actions import outbox
from teczka.core.outgoing import State
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
