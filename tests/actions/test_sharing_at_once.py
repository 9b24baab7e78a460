"""Somebody leaves a team while something is shared with it, in two transactions at once: who left sees nothing of it."""

import threading
from uuid import uuid4

from django.db import close_old_connections, connection

from teczka.actions.sharing import With, share
from teczka.actions.team import save_team
from teczka.store.models import Case
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast
from tests.conftest import OwnDatabase
from tests.conversation import FOLLOWING, Mailroom, make_case

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def shares(cast: Cast, mail: Mailroom, case: Case) -> threading.Thread:
    def run() -> None:
        share(cast.anna, uuid4(), mail.letters["1"].public_id, FOLLOWING, With([], [case.public_id]))
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_who_leaves_a_team_meanwhile_sees_nothing_of_what_is_shared_with_it(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    mail.arrive("1")
    case = make_case(cast.bartek, cast.celina)
    with as_user(cast.bartek.pk):
        save_team(cast.bartek, case.public_id, [cast.bartek.public_id], None)
        sharing = shares(cast, mail, case)
        with connection.cursor() as cursor:
            while True:
                cursor.execute(WAITS)
                if cursor.fetchone()[0] or not sharing.is_alive():
                    break
    sharing.join()
    close_old_connections()
    assert mail.seen_by("1") == {"1": ["Bartek"]}
