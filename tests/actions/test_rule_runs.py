"""A rule over old mail: tried, done, paused, taken back; and what happens to the rule, its case, its folder and its account meanwhile."""

from collections.abc import Callable
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.utils import timezone

from teczka.actions import rule_runs
from teczka.actions.rule_edit import switch_rule
from teczka.core.accounts import Farewell
from teczka.core.acts import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.rules import RunState
from teczka.store import events
from teczka.store.models import Account, Act, Case, CaseMember, Folder, Message, Rule, RuleException, RuleRun, User
from teczka.store.queries.rule_runs import RunLine, runs
from teczka.store.rule_runs import runs_at_work
from teczka.store.viewer import as_user
from tests.cast import make_cast
from tests.rule_at_work import EVERYTHING, AtWork, at_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(db: None, monkeypatch: pytest.MonkeyPatch) -> AtWork:
    monkeypatch.setattr(rule_runs, "LOOKED_AT", 4)
    return at_work(make_cast())


def line(work: AtWork) -> RunLine:
    return runs(work.owner, work.rule.public_id)[0]


def test_it_is_tried_first_and_trying_does_nothing(work: AtWork) -> None:
    work.work(work.tried())
    tried = line(work)
    assert (tried.state, tried.seen, tried.total, tried.matched, tried.percent) == ("done", 12, 12, 4, 100)
    assert tried.may_go_on
    assert not tried.may_undo
    assert work.done() == []


def test_what_was_tried_is_done_to_every_message_once(work: AtWork) -> None:
    work.work(work.begun())
    assert work.done() == work.meant
    done = line(work)
    assert (done.state, done.seen, done.matched, done.done) == ("done", 12, 4, 4)
    assert done.ended_at
    work.work(work.begun())
    assert line(work).matched == 0  # and is not done again
    assert work.done() == work.meant


def test_the_newest_mail_comes_first(work: AtWork) -> None:
    work.work(work.begun(), steps=1)
    assert work.done() == [10]
    assert line(work).percent == 33


def test_a_run_that_is_paused_does_nothing_until_it_goes_on(work: AtWork) -> None:
    run = work.begun()
    work.work(run, steps=1)
    rule_runs.pause(work.owner, run)
    assert (work.run(run).pk, work.owner.pk) not in runs_at_work()
    work.work(run)
    assert work.done() == [10]
    rule_runs.resume(work.owner, run)
    work.work(run)
    assert work.done() == work.meant


def test_a_rule_that_is_switched_off_pauses_its_run(work: AtWork) -> None:
    run = work.begun()
    work.work(run, steps=1)
    switch_rule(work.owner, work.rule.public_id, on=False)
    work.work(run)
    assert (line(work).state, work.done()) == ("paused", [10])
    rule_runs.resume(work.owner, run)  # asked for by name it goes on all the same
    work.work(run)
    assert work.done() == work.meant


@pytest.mark.parametrize("steps", [0, 1, 3, 100])
def test_all_that_a_run_did_is_taken_back_wherever_it_was(work: AtWork, steps: int) -> None:
    run = work.begun()
    work.work(run, steps)
    rule_runs.undo(work.owner, run)
    work.work(run)
    assert work.told() == work.before
    assert work.done() == []
    assert (line(work).state, line(work).may_undo) == ("undone", False)
    rule_runs.undo(work.owner, run)  # and a second time nothing happens
    assert work.run(run).state == RunState.UNDONE


def test_what_was_taken_back_can_be_done_again(work: AtWork) -> None:
    first = work.begun()
    work.work(first)
    rule_runs.undo(work.owner, first)
    work.work(first)
    again = work.begun()
    assert work.run(again).pk != work.run(first).pk
    work.work(again)
    assert work.done() == work.meant


def test_undo_takes_back_what_this_run_did_and_nothing_else(work: AtWork) -> None:
    """What was starred, read and filed by hand before stays so; what was moved on by hand since stays where it was put."""
    work.mail.act(Verb.STAR, 7)
    work.mail.act(Verb.READ, 7)
    before = work.told()
    run = work.begun()
    work.work(run)
    assert work.told()[7] == EVERYTHING
    work.mail.act(Verb.ARCHIVE, 4, folder=work.mail.work)
    rule_runs.undo(work.owner, run)
    work.work(run)
    after = work.told()
    assert after[7] == before[7]
    assert [place.split()[0] for place in after[4][0]] == ["Archiwum"]
    assert after[4][1:] == before[4][1:]
    assert {number: after[number] for number in after if number != 4} == {n: before[n] for n in before if n != 4}


def test_a_rule_that_is_changed_ends_its_run_and_what_it_did_can_be_taken_back(work: AtWork) -> None:
    run = work.begun()
    work.work(run, steps=1)
    work.change(version=2)
    work.work(run)
    assert (line(work).state, line(work).trouble) == ("failed", Trouble.RULE_CHANGED)
    assert work.done() == [10]
    rule_runs.undo(work.owner, run)
    work.work(run)
    assert work.told() == work.before


def test_what_was_tried_is_not_what_a_changed_rule_would_do(work: AtWork) -> None:
    tried = work.tried()
    work.work(tried)
    work.change(version=2)
    with pytest.raises(Problem) as refused:
        rule_runs.go_on(work.owner, tried)
    assert refused.value.trouble is Trouble.RULE_CHANGED


def test_a_rule_that_is_deleted_takes_its_run_with_it_and_leaves_what_it_did(work: AtWork) -> None:
    run = work.begun()
    work.work(run, steps=1)
    pk = work.run(run).pk
    with as_user(work.owner.pk):
        Rule.objects.filter(pk=work.rule.pk).delete()
        assert not RuleRun.objects.exists()
    assert not rule_runs.step(pk, work.owner.pk)
    assert [number for number, of in work.told().items() if of == EVERYTHING] == [10]


def folder_goes(work: AtWork) -> None:
    with as_user(work.owner.pk):
        Folder.objects.filter(pk=work.mail.work.pk).update(gone_at=timezone.now())


def folder_is_back(work: AtWork) -> None:
    with as_user(work.owner.pk):
        Folder.objects.filter(pk=work.mail.work.pk).update(gone_at=None)


def case_is_walled(work: AtWork) -> None:
    """Its team alone may know of it, and Anna is no longer in it."""
    with as_user(work.cast.bartek.pk):
        Case.objects.filter(pk=work.case.pk).update(walled=True)
        CaseMember.objects.filter(case=work.case, user=work.owner).delete()


def case_is_open(work: AtWork) -> None:
    with as_user(work.cast.bartek.pk):
        Case.objects.filter(pk=work.case.pk).update(walled=False)


def person_goes(work: AtWork) -> None:
    User.objects.filter(pk=work.cast.celina.pk).update(is_active=False)


def person_is_back(work: AtWork) -> None:
    User.objects.filter(pk=work.cast.celina.pk).update(is_active=True)


@pytest.mark.parametrize(
    ("harm", "mend"),
    [(folder_goes, folder_is_back), (case_is_walled, case_is_open), (person_goes, person_is_back)],
)
def test_a_consequence_that_cannot_be_done_pauses_rule_and_run_and_nothing_is_half_done(
    work: AtWork, harm: Callable[[AtWork], None], mend: Callable[[AtWork], None]
) -> None:
    run = work.begun()
    work.work(run, steps=1)
    harm(work)
    work.work(run)
    stopped = line(work)
    assert stopped.paused
    assert stopped.problem is not None
    assert stopped.problem.trouble is not Trouble.INTERNAL
    with as_user(work.owner.pk):
        assert Rule.objects.get().paused_at is not None
    assert work.hits() == {10: 1}
    mend(work)
    rule_runs.resume(work.owner, run)
    work.work(run)
    assert (line(work).state, line(work).trouble) == ("done", "")
    assert work.hits() == dict.fromkeys(work.meant, 1)


def test_a_mistake_of_ours_pauses_the_run_and_says_so(work: AtWork) -> None:
    run = work.begun()
    with mock.patch.object(rule_runs, "apply", side_effect=ZeroDivisionError):
        work.work(run)
    assert (line(work).state, line(work).trouble) == ("paused", Trouble.INTERNAL)
    rule_runs.resume(work.owner, run)
    work.work(run)
    assert work.done() == work.meant


@pytest.mark.parametrize("columns", [{"paused_at": timezone.now()}, {"mode": "read_only"}])
def test_an_account_whose_server_is_not_spoken_to_keeps_its_mail_where_it_is(
    work: AtWork, columns: dict[str, Any]
) -> None:
    """Of one that is paused the moves wait in the journal; in one that is read only nothing can be moved."""
    run = work.begun()
    work.work(run, steps=1)
    with as_user(work.owner.pk):
        Account.objects.filter(pk=work.mail.account.pk).update(**columns)
    work.work(run)
    if "mode" in columns:
        assert line(work).paused
        assert work.done() == [10]
    else:
        assert work.done() == work.meant


def test_mail_of_an_account_that_is_removed_is_met_no_more(work: AtWork) -> None:
    work.change(then=[{"do": "star"}])
    run = work.begun()
    work.work(run, steps=1)
    with as_user(work.owner.pk):
        farewell = {"deleted_at": timezone.now(), "farewell": Farewell.REMOVE}
        Account.objects.filter(pk=work.mail.account.pk).update(**farewell)
    work.work(run)
    assert work.hits() == {10: 1}
    assert line(work).state == "done"


def test_exceptions_are_passed_over(work: AtWork) -> None:
    with as_user(work.owner.pk):
        (message,) = [one.pk for one in _messages(work, 4)]
        RuleException.objects.create(
            rule=work.rule, message_id=message, office_id=work.owner.office_id, owner_id=work.owner.pk
        )
    work.work(work.tried())
    assert line(work).matched == 3
    work.work(work.begun())
    assert work.done() == [1, 7, 10]


def test_only_mail_since_a_day_is_looked_at(work: AtWork) -> None:
    with as_user(work.owner.pk):
        (sixth,) = _messages(work, 6)
    tried = rule_runs.start(work.owner, work.rule.public_id, sixth.internaldate)
    work.work(tried.public_id)
    assert (line(work).total, line(work).seen, line(work).matched) == (7, 7, 2)
    work.work(rule_runs.go_on(work.owner, tried.public_id).public_id)
    assert work.done() == [7, 10]


def test_a_rule_has_one_run_at_a_time(work: AtWork) -> None:
    run = work.begun()
    for again in (lambda: rule_runs.start(work.owner, work.rule.public_id), work.begun):
        with pytest.raises(Problem) as refused:
            again()
        assert refused.value.trouble is Trouble.RULE_BUSY
    work.work(run)
    work.begun()


def test_a_new_try_takes_the_place_of_the_last_one(work: AtWork) -> None:
    work.tried()
    work.tried()
    assert len(runs(work.owner, work.rule.public_id)) == 1


def test_nobody_else_can_start_pause_or_take_back_a_run(work: AtWork) -> None:
    run = work.begun()
    for person in (*work.cast.strangers, work.cast.felicja):
        assert runs(person, work.rule.public_id) == []
        for verb in (rule_runs.pause, rule_runs.resume, rule_runs.undo, rule_runs.go_on):
            with pytest.raises(NotAllowed):
                verb(person, run)
        with pytest.raises(NotAllowed):
            rule_runs.start(person, work.rule.public_id)
    with pytest.raises(NotAllowed):
        rule_runs.undo(work.owner, uuid4())
    assert line(work).state == "waiting"


def test_who_may_no_longer_sign_in_has_no_rules_at_work(work: AtWork) -> None:
    run = work.run(work.begun())
    assert (run.pk, work.owner.pk) in runs_at_work()
    User.objects.filter(pk=work.owner.pk).update(is_active=False)
    assert (run.pk, work.owner.pk) not in runs_at_work()


def test_what_is_long_past_cannot_be_taken_back(work: AtWork) -> None:
    run = work.begun()
    work.work(run)
    with as_user(work.owner.pk):
        RuleRun.objects.get(public_id=run).hits.update(act=None)
        Act.objects.filter(owner=work.owner, verb=Verb.RULE).delete()
    assert not line(work).may_undo
    with pytest.raises(Problem) as refused:
        rule_runs.undo(work.owner, run)
    assert refused.value.trouble is Trouble.ACT_TOO_LATE


def test_whoever_looks_at_the_rule_sees_each_step(work: AtWork) -> None:
    run = work.begun()
    with mock.patch.object(events, "told") as told:
        steps = work.work(run)
    topics = [call.args[1] for call in told.call_args_list if call.args[1] == [f"rule:{work.rule.public_id}"]]
    assert len(topics) >= steps
    assert all(call.args[0] == [work.owner.public_id] for call in told.call_args_list if call.args[1] in topics)


def _messages(work: AtWork, *numbers: int) -> list[Message]:
    ids = work.mail.ids(*numbers)
    return list(Message.objects.filter(public_id__in=ids))
