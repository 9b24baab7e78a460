"""How rules that are applied to old mail get on: for their owner's page."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.core.errors import Problem, Trouble
from teczka.core.rules import ENDED, RunState
from teczka.store.models import User
from teczka.store.queries import walls

RUNS = f"""
SELECT r.public_id, r.state, r.dry, r.seen, r.total, r.matched, left_over.count, r.since, r.created_at, r.ended_at, r.trouble,
  r.trouble_params, left_over.acts > 0
FROM store_rulerun r JOIN store_rule o ON o.id = r.rule_id
CROSS JOIN LATERAL (SELECT count(*), count(h.act_id) AS acts FROM store_rulehit h WHERE h.run_id = r.id AND h.undone_at IS NULL) left_over
WHERE o.public_id = %(rule)s AND {walls.mine("o")} AND {walls.mine("r")} ORDER BY r.id DESC LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class RunLine:
    public_id: UUID
    state: str  # core.rules.RunState
    dry: bool  # only tried
    seen: int  # messages that were looked at
    total: int  # to be looked at, when it began
    matched: int  # that were met; of one that was only tried: that would be
    done: int  # that were met, and not taken back since
    since: datetime | None  # of no older mail
    created_at: datetime
    ended_at: datetime | None
    trouble: str  # why it stopped
    params_json: str
    has_acts: bool  # something of it can be taken back

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def goes(self) -> bool:
        return self.state in {RunState.WAITING, RunState.RUNNING}

    @property
    def paused(self) -> bool:
        return self.state == RunState.PAUSED

    @property
    def undoing(self) -> bool:
        return self.state == RunState.UNDOING

    @property
    def may_undo(self) -> bool:
        return self.has_acts and not self.undoing

    @property
    def may_go_on(self) -> bool:
        """What it tried can be done."""
        return self.dry and self.state == RunState.DONE and self.matched > 0

    @property
    def percent(self) -> int:
        """How far it came; of one that is taken back how much of it is."""
        done, of = (self.matched - self.done, self.matched) if self.undoing else (self.seen, self.total)
        return min(100, done * 100 // of) if of else 100 * self.ended

    @property
    def problem(self) -> Problem | None:
        return Problem(Trouble(self.trouble), **json.loads(self.params_json)) if self.trouble else None


def runs(viewer: User, rule: UUID) -> list[RunLine]:
    """The newest ten, newest first. None of a rule that is not the viewer's."""
    return walls.read(viewer, RunLine, RUNS, rule=rule)
