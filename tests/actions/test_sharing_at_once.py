"""Somebody leaves a team while something is shared with it, in two transactions at once: who left sees nothing of it."""

import threading
from collections.abc import Callable
from uuid import uuid4

from django.db import close_old_connections, connection

from teczka.actions import acts
from teczka.actions.sharing import With, revoke, share
from teczka.actions.team import save_team
from teczka.store.models import Case, Share
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast
from tests.conftest import OwnDatabase
from tests.conversation import FOLLOWING, Mailroom, make_case

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def at_once(act: Callable[[], object], cast: Cast, case: Case) -> None:
    """Celina leaves the team, and before that is committed somebody acts."""

    def run() -> None:
        act()
        connection.close()

    with as_user(cast.bartek.pk):
        save_team(cast.bartek, case.public_id, [cast.bartek.public_id], None)
        acting = threading.Thread(target=run)
        acting.start()
        with connection.cursor() as cursor:
            while True:
                cursor.execute(WAITS)
                if cursor.fetchone()[0] or not acting.is_alive():
                    break
    acting.join()
    close_old_connections()


def test_who_leaves_a_team_meanwhile_sees_nothing_of_what_is_shared_with_it(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    letter = mail.arrive("1").public_id
    case = make_case(cast.bartek, cast.celina)
    at_once(lambda: share(cast.anna, uuid4(), letter, FOLLOWING, With([], [case.public_id])), cast, case)
    assert mail.seen_by("1") == {"1": ["Bartek"]}


def test_who_leaves_a_team_meanwhile_sees_nothing_of_what_is_shared_again(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    letter = mail.arrive("1").public_id
    case = make_case(cast.bartek, cast.celina)
    share(cast.anna, uuid4(), letter, FOLLOWING, With([], [case.public_id]))
    with as_user(cast.anna.pk):
        shares = list(Share.objects.filter(message__public_id=letter).values_list("public_id", flat=True))
    revoked = revoke(cast.anna, uuid4(), letter, FOLLOWING, shares)
    at_once(lambda: acts.undo(cast.anna, revoked.public_id), cast, case)
    assert mail.seen_by("1") == {"1": ["Bartek"]}
