"""Rules at work: on mail as it arrives, at the end of transaction B, and on older mail for a run. Each message once for a rule's version.

A rule of which something cannot be done pauses and says why; what it had begun is as if it had never been, and the others go on.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import uuid4

from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from teczka.actions import consequences
from teczka.actions.consequences import Batch
from teczka.core import rules as core
from teczka.core.acts import Verb
from teczka.core.conditions import BadRule
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.store import acts, events, rules
from teczka.store.models import Rule, RuleRun, User
from teczka.store.queries.rules import ARRIVED, matching
from teczka.store.reading import Read
from teczka.store.rules import Stamp
from teczka.store.viewer import as_user

log = logging.getLogger(__name__)

Parsed = tuple[Rule, core.Rule]


@dataclass(frozen=True, slots=True)
class Applied:
    rule: int
    matched: int
    met: list[int] = field(default_factory=list)  # messages that this version had not met before


def prepare(owner_id: int) -> list[Parsed]:
    """The rules that mail of the owner's is to be told to, in their order. Before anything else in the transaction: where one of them acts
    on a server, the owner's accounts are held from here on."""
    parsed = _heard(owner_id, rules.heard(owner_id))
    if any(consequences.acts_on_servers(rule) for _, rule in parsed):
        hold(owner_id)
    return parsed


def hold(owner_id: int) -> None:
    """All accounts of the owner's: no pass commits, and nobody acts on their mail, until the transaction ends. Before any row of messages
    is locked, and before their threads: a pass does it in that order, too."""
    acts.lock_all(owner_id)


def on_arrival(owner_id: int, parsed: Sequence[Parsed], read: Sequence[Read]) -> None:
    """At the end of transaction B: mail that was read for the first time, and came after its account was added. `parsed`: by `prepare`."""
    fresh = [one.message.id for one in read if one.message.thread_id is None]
    if parsed and fresh:
        asking = User(pk=owner_id, office_id=read[0].message.office_id)
        every = _fitting(asking, parsed, fresh, ARRIVED)
        if any(every):
            _apply(User.objects.get(pk=owner_id), parsed, every, None)


def apply(owner: User, rows: Sequence[Rule], messages: Sequence[int], run: RuleRun | None = None) -> list[Applied]:
    """These rules, in this order, on messages of the owner's, by inner ids; within the caller's transaction. After `hold` where one of them
    acts on a server. All conditions are looked at before anything is done."""
    with as_user(owner.pk):
        parsed = _parsed(rows)
        return _apply(owner, parsed, _fitting(owner, parsed, messages), run)


def pause(row: Rule, problem: Problem) -> None:
    """Until its owner has mended it."""
    now = timezone.now()
    told = {"trouble": problem.trouble, "trouble_params": problem.params, "trouble_at": now, "paused_at": now}
    Rule.objects.filter(pk=row.pk).update(**told)
    _tell(row, events.notice(row.public_id))


def _apply(owner: User, parsed: Sequence[Parsed], every: Sequence[Sequence[int]], run: RuleRun | None) -> list[Applied]:
    """`every`: the messages that fit each of them."""
    stopped, moved, applied = set[int](), set[int](), list[Applied]()
    consequences.hold_cases(owner, [(rule, fitting) for (_, rule), fitting in zip(parsed, every, strict=True)])
    for (row, rule), fitting in zip(parsed, every, strict=True):
        left = [message for message in fitting if message not in stopped]
        batch = _carry_out(owner, row, rule, left, moved, run) if left else None
        met = list(batch.messages) if batch else []
        applied.append(Applied(row.pk, len(fitting), met))
        moved |= batch.moved_now if batch else set()
        stopped |= set(met) if rule.stops else set()
    return applied


@lru_cache(256)
def _heard(owner_id: int, stamps: tuple[Stamp, ...]) -> list[Parsed]:
    """Asked for each message that comes: read and taken apart once for what its rows are now."""
    rows = Rule.objects.in_bulk([stamp.rule for stamp in stamps])
    return _parsed([rows[stamp.rule] for stamp in stamps if stamp.rule in rows])


def _parsed(rows: Sequence[Rule]) -> list[Parsed]:
    parsed = []
    for row in rows:
        try:
            parsed.append((row, core.rule_from(row.name, row.when, row.then)))
        except BadRule as bad:
            log.error("rule %s is none: %s", row.public_id, bad)
            pause(row, Problem(Trouble.RULE_FAILED))
    return parsed


def _fitting(owner: User, parsed: Sequence[Parsed], messages: Sequence[int], which: str = "true") -> list[list[int]]:
    """For each rule; together in one statement, and each by itself where that fails."""
    try:
        with transaction.atomic():
            return matching(owner, [rule.when for _, rule in parsed], messages, which)
    except OperationalError:
        raise
    except DatabaseError:
        if len(parsed) > 1:
            return [_fitting(owner, [one], messages, which)[0] for one in parsed]
        log.exception("rule %s could not be asked", parsed[0][0].public_id)
        pause(parsed[0][0], Problem(Trouble.RULE_FAILED))
        return [[]]


def _carry_out(
    owner: User, row: Rule, rule: core.Rule, messages: Sequence[int], moved: set[int], run: RuleRun | None
) -> Batch | None:
    """None where it failed."""
    try:
        with transaction.atomic():
            met = rules.hit(row, messages, run)
            batch = Batch(owner, rule, row.public_id, met, moved)
            if met:
                consequences.resolve(batch)
                act = acts.begin(owner, uuid4(), Verb.RULE, quiet=True)
                if act:
                    consequences.do(batch, act)
                    rules.note_done(row, act, batch.what)
                    _tell(row)
            return batch
    except OperationalError:
        raise
    except Problem as problem:
        pause(row, problem)
    except (NotAllowed, DatabaseError, LookupError, ArithmeticError, TypeError, ValueError):
        # Never the reader's end, nor the mail's.
        log.exception("rule %s could not be carried out", row.public_id)
        pause(row, Problem(Trouble.RULE_FAILED))
    return None


def _tell(row: Rule, *besides: str) -> None:
    owner = User.objects.get(pk=row.owner_id)
    events.told([owner.public_id], [events.rule(row.public_id), *besides])
