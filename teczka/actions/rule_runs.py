"""A rule applied to old mail: tried first, then done in steps that a worker takes, and taken back the same way.

Each step is one transaction that also notes how far it came: wherever a worker dies, what the rule did to a message is whole and done once,
or it is not done. A step is short, and holds up nobody for longer.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from teczka.actions import acts
from teczka.actions.audit import note
from teczka.actions.consequences import acts_on_servers
from teczka.actions.rules import apply, hold
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.rules import ENDED, RunState, rule_from
from teczka.core.rules import Rule as Meaning
from teczka.store import events, rule_runs
from teczka.store.models import Rule, RuleRun, User
from teczka.store.queries.rules import how_many, matching, older
from teczka.store.viewer import as_user

LOOKED_AT = 200  # messages in one step: half a second where each of them becomes a task

log = logging.getLogger(__name__)


def start(actor: User, rule_id: UUID, since: datetime | None = None) -> RuleRun:
    """Only tries: it counts what the rule would do to mail since then, and does nothing. Raises NotAllowed, Problem(RULE_BUSY)."""
    with as_user(actor.pk):
        rule = Rule.objects.filter(owner=actor, public_id=rule_id).first()
        if rule is None:
            raise NotAllowed
        return _begin(rule, since, dry=True)


def go_on(actor: User, run_id: UUID) -> RuleRun:
    """What was tried is done. Raises NotAllowed, Problem(RULE_BUSY, RULE_CHANGED: something else would be done than was shown)."""
    with as_user(actor.pk):
        tried = _run(actor, run_id)
        if not tried.dry or tried.state != RunState.DONE:
            raise NotAllowed
        if tried.version != tried.rule.version:
            raise Problem(Trouble.RULE_CHANGED)
        return _applied(actor, tried.rule, tried.since)


def apply_now(actor: User, rule_id: UUID, since: datetime) -> RuleRun:
    """What was shown already of the mail since then, while the rule was written, is done. Raises NotAllowed, Problem(RULE_BUSY)."""
    with as_user(actor.pk):
        rule = Rule.objects.filter(owner=actor, public_id=rule_id).first()
        if rule is None:
            raise NotAllowed
        return _applied(actor, rule, since)


def pause(actor: User, run_id: UUID) -> None:
    """After the step that is under way. Nothing where it has ended. Raises NotAllowed, as all of these."""
    with as_user(actor.pk):
        run = _run(actor, run_id)
        if run.state in {RunState.WAITING, RunState.RUNNING}:
            _save(run, state=RunState.PAUSED)


def resume(actor: User, run_id: UUID) -> None:
    """Of a rule that paused itself, too: if what stopped it is still there, it stops again."""
    with as_user(actor.pk):
        run = _run(actor, run_id)
        if run.state == RunState.PAUSED:
            Rule.objects.filter(pk=run.rule_id).update(paused_at=None, trouble="", trouble_params={}, trouble_at=None)
            _save(run, state=RunState.RUNNING, trouble="", trouble_params={})
            events.ask_rule_runs()


def pause_with(rule: Rule) -> None:
    """It is switched off: nobody expects it to go on over old mail. In its owner's transaction, with its row locked; its owner can let the
    run go on all the same."""
    RuleRun.objects.filter(rule=rule, state__in=[RunState.WAITING, RunState.RUNNING]).update(state=RunState.PAUSED)


def end_with(rule: Rule) -> None:
    """It means something else now: what had stopped would end at its next step, and until then keep any other run from being begun. As
    `pause_with`."""
    told = {"state": RunState.FAILED, "trouble": Trouble.RULE_CHANGED, "trouble_params": {}, "ended_at": timezone.now()}
    RuleRun.objects.filter(rule=rule, state=RunState.PAUSED).update(**told)


def undo(actor: User, run_id: UUID) -> None:
    """All that it did, whether it came to its end or not, as far as acts can be taken back. Raises NotAllowed, Problem(RULE_BUSY: another
    run of the rule is not over, ACT_TOO_LATE: nothing is left to take back)."""
    with as_user(actor.pk):
        run = _run(actor, run_id)
        if run.dry:
            raise NotAllowed
        if run.state in {RunState.UNDOING, RunState.UNDONE}:
            return
        if rule_runs.next_act(run) is None and run.state in ENDED:
            raise Problem(Trouble.ACT_TOO_LATE)
        _alone(run, state=RunState.UNDOING, trouble="", trouble_params={}, ended_at=None)
        events.ask_rule_runs()
        note(actor, Verb.RULE_UNDO, [run.rule.public_id, run.public_id])


def step(run_id: int, owner_id: int) -> bool:
    """One more step of a run, or of taking it back. False: nothing is left to be done, or another worker does it."""
    try:
        with as_user(owner_id):
            run = rule_runs.take(run_id)
            if run is None:
                return False
            _take_back(run) if run.state == RunState.UNDOING else _advance(run)
            return run.state in rule_runs.AT_WORK
    except OperationalError:  # the database is away, or wants it tried again: nothing of the step was done
        raise
    except Exception:  # a mistake of ours: its owner sees that it stopped, and other runs go on
        log.exception("a run of a rule stumbled")
        with as_user(owner_id):
            stumbled = rule_runs.take(run_id)
            if stumbled is not None:
                _save(stumbled, state=RunState.PAUSED, trouble=Trouble.INTERNAL)
        return False


def _begin(rule: Rule, since: datetime | None, *, dry: bool) -> RuleRun:
    """What was only tried before gives way."""
    RuleRun.objects.filter(rule=rule, dry=True).delete()
    run = RuleRun(
        office_id=rule.office_id, owner_id=rule.owner_id, rule=rule, version=rule.version, since=since, dry=dry
    )
    _alone(run)
    events.ask_rule_runs()
    return run


def _applied(actor: User, rule: Rule, since: datetime | None) -> RuleRun:
    run = _begin(rule, since, dry=False)
    note(actor, Verb.RULE_RUN, [rule.public_id, run.public_id])
    return run


def _alone(run: RuleRun, **columns: object) -> None:
    try:
        with transaction.atomic():
            _save(run, **columns)
    except IntegrityError as error:  # rule_run_alone
        raise Problem(Trouble.RULE_BUSY) from error


def _run(actor: User, run_id: UUID) -> RuleRun:
    found = rule_runs.hold(actor.pk, run_id)
    if found is None:
        raise NotAllowed
    return found


def _save(run: RuleRun, **columns: object) -> None:
    for name, value in columns.items():
        setattr(run, name, value)
    run.save()
    events.told([run.rule.owner.public_id], [events.rule(run.rule.public_id)])


def _advance(run: RuleRun) -> None:
    if run.version != run.rule.version:
        _save(run, state=RunState.FAILED, trouble=Trouble.RULE_CHANGED, ended_at=timezone.now())
        return
    if run.rule.paused_at:
        _stop(run)
        return
    if run.state == RunState.WAITING:
        run.state, run.started_at, run.total = RunState.RUNNING, timezone.now(), how_many(run.owner, run.since)
    before = (run.before_at, run.before_id) if run.before_at and run.before_id else None
    looked_at = older(run.owner, before, run.since, LOOKED_AT)
    messages = [message for _, message in looked_at]
    rule = rule_from(run.rule.name, run.rule.when, run.rule.then)
    met = _try(run, rule, messages) if run.dry else _do(run, rule, messages)
    if run.rule.paused_at:
        _stop(run)
        return
    if looked_at:
        run.before_at, run.before_id = looked_at[-1]
    ended = len(looked_at) < LOOKED_AT
    state, at = (RunState.DONE, timezone.now()) if ended else (RunState.RUNNING, None)
    _save(run, state=state, ended_at=at, seen=run.seen + len(messages), matched=run.matched + met)


def _try(run: RuleRun, rule: Meaning, messages: list[int]) -> int:
    (fitting,) = matching(run.owner, [rule.when], messages)
    return rule_runs.not_met(run, fitting)


def _do(run: RuleRun, rule: Meaning, messages: list[int]) -> int:
    if acts_on_servers(rule):
        hold(run.owner_id)
    applied = apply(run.owner, [run.rule], messages, run)
    run.rule.refresh_from_db()
    return sum(len(one.met) for one in applied)


def _stop(run: RuleRun) -> None:
    """The rule paused itself, over this step's mail or over what came meanwhile. What was not done of the step is looked at again."""
    _save(run, state=RunState.PAUSED, trouble=run.rule.trouble, trouble_params=run.rule.trouble_params)


def _take_back(run: RuleRun) -> None:
    """The newest first: an act, or the end. What others moved on meanwhile stays as they left it."""
    act = rule_runs.next_act(run)
    if act is None:
        rule_runs.forgive(run, None)
        _save(run, state=RunState.UNDONE, ended_at=timezone.now())
        return
    try:
        acts.undo(run.owner, act)
    except Problem:  # nothing of it is left to take back
        log.info("run %s: an act of a rule could not be taken back any more", run.public_id)
    rule_runs.forgive(run, act)
    _save(run)
