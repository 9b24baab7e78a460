"""A rule at work on old mail while its owner acts on the same mail by hand, and on the rule: nobody waits for another in a circle, and no
message is done twice."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from teczka.actions import rule_runs
from teczka.actions.filing import Wanted, file
from teczka.actions.rule_edit import drop_rule, switch_rule
from teczka.actions.sharing import With, share
from teczka.core.acts import Verb
from teczka.core.rules import RunState
from teczka.core.sharing import Scope
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.rule_at_work import AtWork, at_work

MESSAGES = 18
TURNS = 3
BY_HAND = (2, 4, 16, 7)


@pytest.fixture
def work(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> AtWork:
    monkeypatch.setattr(rule_runs, "LOOKED_AT", 3)
    return at_work(make_cast(), MESSAGES)


def at_once(unblocked: DjangoDbBlocker, *doings: Callable[[], object]) -> None:
    """Each in a thread of its own; what one raises is raised here."""
    together, wrong = threading.Barrier(len(doings)), list[BaseException]()

    def live(doing: Callable[[], object]) -> None:
        with unblocked.unblock():
            try:
                connection.ensure_connection()
                together.wait(20)
                doing()
            except BaseException as error:  # noqa: BLE001  told below
                wrong.append(error)
            finally:
                connection.close()

    threads = [threading.Thread(target=live, args=[doing]) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if wrong:
        raise wrong[0]


def test_hands_and_a_run_on_the_same_mail(work: AtWork, django_db_blocker: DjangoDbBlocker) -> None:
    run = work.begun()
    pk = work.run(run).pk

    def steps() -> None:
        while work.run(run).state != RunState.DONE:
            rule_runs.step(pk, work.owner.pk)

    def hands() -> None:
        for number in BY_HAND:
            key, (message,) = uuid4(), work.mail.ids(number)
            file(work.owner, key, [message], Wanted(case=work.case.public_id, whole=False))
            work.mail.act(Verb.STAR, number)
            share(work.owner, uuid4(), message, Scope.MESSAGE, With([work.cast.celina.public_id]))
            work.mail.act(Verb.UNREAD, number)

    def wishes() -> None:
        for _ in range(TURNS):
            rule_runs.pause(work.owner, run)
            switch_rule(work.owner, work.rule.public_id, on=False)
            switch_rule(work.owner, work.rule.public_id, on=True)
            rule_runs.resume(work.owner, run)

    at_once(django_db_blocker, steps, steps, hands, wishes)
    assert work.hits() == dict.fromkeys(work.meant, 1)
    told = work.told()
    assert all(len(told[number][1]) == 1 and "celina@lipowa.example share" in told[number][3] for number in work.meant)
    rule_runs.undo(work.owner, run)
    at_once(django_db_blocker, lambda: work.work(run), lambda: work.work(run), hands)
    work.work(run)
    assert work.run(run).state == RunState.UNDONE
    assert work.hits() == {}
    after = work.told()

    assert {number for number, of in after.items() if of[1]} <= set(BY_HAND)
    assert {number: of for number, of in after.items() if number not in BY_HAND} == {
        number: of for number, of in work.before.items() if number not in BY_HAND
    }


def test_a_rule_that_is_removed_while_it_is_at_work_waits_for_the_step_and_ends_it(
    work: AtWork, django_db_blocker: DjangoDbBlocker
) -> None:
    run = work.run(work.begun()).pk

    def steps() -> None:
        while rule_runs.step(run, work.owner.pk):
            pass

    at_once(django_db_blocker, steps, steps, lambda: drop_rule(work.owner, work.rule.public_id))
    assert not rule_runs.step(run, work.owner.pk)
    assert work.hits() == {}


def test_two_workers_do_each_step_once(work: AtWork, django_db_blocker: DjangoDbBlocker) -> None:
    run = work.begun()
    at_once(django_db_blocker, *[lambda: work.work(run)] * 3)
    work.work(run)
    assert work.done() == work.meant
    assert (work.run(run).seen, work.run(run).matched) == (MESSAGES, len(work.meant))
