"""The rows of rules that are applied to old mail. As their owner, in a transaction of the caller's."""

from collections.abc import Sequence
from uuid import UUID

from teczka.core.rules import RunState
from teczka.store.models import RuleRun
from teczka.store.statements import execute, rows_of

AT_WORK = (RunState.WAITING, RunState.RUNNING, RunState.UNDOING)

# Before the run itself, as whoever removes the rule has it: they wait for a step, and a step for them, and never both.
HOLD_RULE = "SELECT FROM store_rule r JOIN store_rulerun w ON w.rule_id = r.id WHERE w.id = %(run)s FOR KEY SHARE OF r"

NEW = """
SELECT count(*) FROM unnest(%(messages)s::bigint[]) m (id)
WHERE NOT EXISTS (SELECT FROM store_ruleexception x WHERE x.rule_id = %(rule)s AND x.message_id = m.id)
  AND NOT EXISTS (SELECT FROM store_rulehit h WHERE h.rule_id = %(rule)s AND h.version = %(version)s AND h.message_id = m.id
    AND h.undone_at IS NULL)
"""
NEXT_ACT = """
SELECT a.public_id FROM store_rulehit h JOIN store_act a ON a.id = h.act_id
WHERE h.run_id = %(run)s AND h.undone_at IS NULL ORDER BY a.id DESC LIMIT 1
"""
# Of an act, or, where none is left to take back, of the whole run.
FORGIVE = """
UPDATE store_rulehit h SET undone_at = now() WHERE h.run_id = %(run)s AND h.undone_at IS NULL
  AND (%(act)s::uuid IS NULL OR h.act_id = (SELECT a.id FROM store_act a WHERE a.public_id = %(act)s))
"""


def runs_at_work() -> list[tuple[int, int]]:
    """Everybody's: (run, owner), the oldest first. By a function over the wall (migration 0005)."""
    return rows_of("SELECT run_id, owner_id FROM teczka_rule_runs()", {})


def take(run_id: int) -> RuleRun | None:
    """Until the transaction ends it is this worker's alone. None: another has it, or nothing is to be done any more."""
    rows_of(HOLD_RULE, {"run": run_id})
    rows = RuleRun.objects.select_for_update(skip_locked=True, of=("self",)).select_related("rule", "owner")
    return rows.filter(pk=run_id, state__in=AT_WORK).first()


def hold(owner_id: int, public_id: UUID) -> RuleRun | None:
    """Nobody else changes it until the transaction ends; a step that is under way is waited for."""
    mine = RuleRun.objects.filter(owner=owner_id, public_id=public_id)
    for run_id in mine.values_list("pk", flat=True):
        rows_of(HOLD_RULE, {"run": run_id})
    return mine.select_for_update(of=("self",)).select_related("rule", "owner").first()


def not_met(run: RuleRun, messages: Sequence[int]) -> int:
    """How many of these the run's rule has not done yet, exceptions apart."""
    columns = {"rule": run.rule_id, "version": run.version, "messages": list(messages)}
    return int(rows_of(NEW, columns)[0][0])


def next_act(run: RuleRun) -> UUID | None:
    """The newest of its acts that has not been taken back."""
    found = rows_of(NEXT_ACT, {"run": run.pk})
    return found[0][0] if found else None


def forgive(run: RuleRun, act: UUID | None) -> None:
    """Nothing of this act, or of the whole run, is left to take back: another run may meet its messages again."""
    execute(FORGIVE, {"run": run.pk, "act": act})
