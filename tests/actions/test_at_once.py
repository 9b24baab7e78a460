"""People change teams, share, revoke and file in two transactions at once: nobody comes to see more by that, and neither waits for the
other in a circle."""

import threading
from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.case_import import OtherMeanwhile, import_cases, preview_import
from teczka.actions.cases import changeable, set_state
from teczka.actions.filing import Wanted, file
from teczka.actions.leaving import disable, hand_over
from teczka.actions.numbering import add_pattern
from teczka.actions.sharing import With, revoke, share
from teczka.actions.team import save_team
from teczka.core.accounts import Farewell
from teczka.core.audit import Verb
from teczka.core.cases import CaseState
from teczka.store import locks, reading
from teczka.store.models import Share, User
from teczka.store.viewer import as_user
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.conversation import FOLLOWING, MESSAGE, Mailroom, letter, make_case
from tests.web.mailroom import store

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
DAY = date(2026, 11, 5)


class Meanwhile:
    """Something done in a transaction of its own, by a thread."""

    def __init__(self, run: Callable[[], object]) -> None:
        self._run, self._wrong = run, ""
        self._thread = threading.Thread(target=self._do)
        self._thread.start()

    def _do(self) -> None:
        try:
            self._run()
        except Exception as wrong:  # noqa: BLE001  whatever it is, the test tells it
            self._wrong = repr(wrong)
        finally:
            connection.close()

    def comes_as_far_as_it_can(self, waiting: int = 1) -> None:
        """It waits for somebody, as `waiting` do then, or is done."""
        with connection.cursor() as cursor:
            while self._thread.is_alive():
                cursor.execute(WAITS)
                if cursor.fetchone()[0] >= waiting:
                    return

    def ends(self) -> str:
        """What went wrong, if anything."""
        self._thread.join()
        return self._wrong


def sign_in_once(person: User) -> None:
    """Only such an administrator may be the last one."""
    User.objects.filter(pk=person.pk).update(last_login=timezone.now())


def test_who_leaves_two_teams_at_once_sees_nothing_that_was_shared_with_both(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    mail.arrive("1")
    one, other = (make_case(cast.bartek, cast.celina, number=number) for number in ("K 1/26", "K 2/26"))
    share(cast.anna, uuid4(), mail.letters["1"].public_id, MESSAGE, With([], [one.public_id, other.public_id]))
    with as_user(cast.bartek.pk):
        save_team(cast.bartek, one.public_id, [cast.bartek.public_id], None)
        meanwhile = Meanwhile(lambda: save_team(cast.bartek, other.public_id, [cast.bartek.public_id], None))
        meanwhile.comes_as_far_as_it_can()
    assert meanwhile.ends() == ""
    assert mail.seen_by("1") == {"1": ["Bartek"]}


def test_what_is_revoked_while_a_team_changes_stays_revoked(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    mail.arrive("1")
    case = make_case(cast.bartek, cast.felicja)
    message = mail.letters["1"].public_id
    share(cast.anna, uuid4(), message, MESSAGE, With([cast.celina.public_id], [case.public_id]))
    with as_user(cast.anna.pk):
        given = Share.objects.get(with_user=cast.celina).public_id
        revoke(cast.anna, uuid4(), message, MESSAGE, [given])
        meanwhile = Meanwhile(lambda: save_team(cast.bartek, case.public_id, [cast.bartek.public_id], None))
        meanwhile.comes_as_far_as_it_can()
    assert meanwhile.ends() == ""
    assert mail.seen_by("1") == {"1": ["Bartek"]}


def test_who_is_disabled_while_something_is_shared_with_them_is_given_nothing(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    mail.arrive("1")
    to = make_case(cast.bartek, cast.celina)
    sign_in_once(cast.dorota)
    for whom in (With([cast.celina.public_id]), With([], [to.public_id])):
        with as_user(cast.anna.pk):
            share(cast.anna, uuid4(), mail.letters["1"].public_id, MESSAGE, whom)
            meanwhile = Meanwhile(lambda: disable(cast.dorota, cast.celina.public_id))
            meanwhile.comes_as_far_as_it_can()
        assert meanwhile.ends() == ""
        assert "Celina" not in mail.seen_by("1")["1"]
        User.objects.filter(pk=cast.celina.pk).update(is_active=True)


def test_mail_is_filed_while_it_is_read(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    case = make_case(cast.anna, cast.felicja)
    unread = store(mail.inbox, letter("1"), read_too=False)
    for wanted in (Wanted(case=case.public_id), Wanted(case=case.public_id, shared=True)):
        with as_user(cast.anna.pk):  # a reader that has the message in hand, and joins threads last
            assert reading.lock_unread([unread.pk])
            meanwhile = Meanwhile(partial(file, cast.anna, uuid4(), [unread.public_id], wanted))
            meanwhile.comes_as_far_as_it_can()
            reading.lock_threads(cast.anna.pk)
        assert meanwhile.ends() == ""


def test_the_register_is_written_while_cases_and_people_change(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    mail.arrive("1")
    case = make_case(cast.anna, cast.bartek)
    share(cast.anna, uuid4(), mail.letters["1"].public_id, FOLLOWING, With([], [case.public_id]))
    file(cast.anna, uuid4(), [mail.letters["1"].public_id], Wanted(case=case.public_id))
    table = "number;case\nK 9/26;Nowa\n"
    sign_in_once(cast.dorota)
    changes = (
        lambda: set_state(cast.anna, case.public_id, CaseState.CLOSED, DAY),
        lambda: import_cases(cast.anna, table, preview_import(cast.anna, table).mark),
        lambda: disable(cast.dorota, cast.celina.public_id),
    )
    for change in changes:
        with as_user(cast.bartek.pk):
            with connection.cursor() as cursor:  # a look at shared mail is about to be noted
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [locks.AUDIT, cast.office.pk])
            meanwhile = Meanwhile(change)
            meanwhile.comes_as_far_as_it_can()
            note(cast.bartek, Verb.VIEW, [mail.letters["1"].public_id], case.pk)
        assert meanwhile.ends() == ""


def test_a_case_changes_while_mail_is_shared_with_its_team(own_database: OwnDatabase) -> None:
    cast = make_cast()
    mail = Mailroom(cast.anna)
    mail.arrive("1")
    case = make_case(cast.anna, cast.bartek)
    wanted = Wanted(case=case.public_id, shared=True)
    with as_user(cast.bartek.pk):
        changeable(cast.bartek, case.public_id)
        meanwhile = Meanwhile(lambda: file(cast.anna, uuid4(), [mail.letters["1"].public_id], wanted))
        meanwhile.comes_as_far_as_it_can()
        set_state(cast.bartek, case.public_id, CaseState.CLOSED, DAY)
    assert meanwhile.ends() == ""
    assert mail.seen_by("1") == {"1": ["Bartek"]}


def test_cases_change_while_a_table_changes_them_and_while_they_are_handed_over(own_database: OwnDatabase) -> None:
    cast = make_cast()
    first, second = (make_case(cast.anna, cast.grzegorz, number=number, name=number) for number in ("K 1/26", "K 2/26"))
    table = "number;case;client\nK 1/26;K 1/26;Jan\nK 2/26;K 2/26;Jan\n"
    mark = preview_import(cast.anna, table).mark
    gone, heir = cast.grzegorz.public_id, cast.celina.public_id
    changes = (
        lambda: import_cases(cast.anna, table, mark),
        lambda: hand_over(cast.dorota, gone, heir, Farewell.ARCHIVE),
    )
    for change in changes:
        with as_user(cast.anna.pk):
            changeable(cast.anna, second.public_id).members.update(lead=False)
            meanwhile = Meanwhile(change)
            meanwhile.comes_as_far_as_it_can()
            note(cast.anna, Verb.CASE_TEAM, [second.public_id], second.pk)
        assert meanwhile.ends() == ""
    with as_user(cast.anna.pk):
        assert {one.name for one in User.objects.filter(pk__in=first.members.values("user"))} == {
            "Anna Lipowska",
            "Celina Cicha",
        }


def test_a_table_is_shown_again_where_a_case_changed_after_it_was_looked_at(own_database: OwnDatabase) -> None:
    cast = make_cast()
    case = make_case(cast.anna, number="K 1/26", name="K 1/26")
    table = "number;case;client\nK 1/26;K 1/26;Jan\n"
    mark = preview_import(cast.anna, table).mark
    shown: list[OtherMeanwhile] = []

    def agree() -> None:
        try:
            import_cases(cast.anna, table, mark)
        except OtherMeanwhile as other:
            shown.append(other)

    with as_user(cast.anna.pk):
        set_state(cast.anna, case.public_id, CaseState.CLOSED, DAY)
        meanwhile = Meanwhile(agree)
        meanwhile.comes_as_far_as_it_can()
    assert (meanwhile.ends(), len(shown)) == ("", 1)


def test_numbers_change_while_somebody_leaves(own_database: OwnDatabase) -> None:
    cast = make_cast()
    sign_in_once(cast.dorota)
    with as_user(cast.dorota.pk):
        User.objects.filter(pk=cast.anna.pk).update(name="Anna")  # whose row is another's for the moment
        adding = Meanwhile(partial(add_pattern, cast.dorota, "KAN/{number}"))
        adding.comes_as_far_as_it_can()
        leaving = Meanwhile(partial(disable, cast.dorota, cast.celina.public_id))
        leaving.comes_as_far_as_it_can(2)
    assert (adding.ends(), leaving.ends()) == ("", "")
