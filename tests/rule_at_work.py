"""A rule that does everything at once, old mail for it, and what has become of that mail."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from teczka.actions import rule_runs
from teczka.store.models import Case, Rule, RuleRun, User
from teczka.store.viewer import as_user
from tests.acted import Mailbox, make_mailbox, wrong_counters
from tests.cases import make_case
from tests.cast import Cast

# What anybody could tell of a message: where it lies and how, to what it is filed, who sees it and why, what is to be done about it.
TOLD = """
SELECT m.subject,
  ARRAY(SELECT f.path || CASE WHEN p.seen THEN ' seen' ELSE '' END || CASE WHEN p.flagged THEN ' flagged' ELSE '' END
    FROM store_placement p JOIN store_folder f ON f.id = p.folder_id WHERE p.message_id = m.id AND p.gone_at IS NULL ORDER BY 1),
  ARRAY(SELECT 'filed ' || c.name || ' ' || l.how FROM store_filing l JOIN store_case c ON c.id = l.case_id
    WHERE l.message_id = m.id AND l.undone_at IS NULL ORDER BY 1),
  ARRAY(SELECT 'shared ' || coalesce(u.email, c.name) FROM store_share s LEFT JOIN store_user u ON u.id = s.with_user_id
    LEFT JOIN store_case c ON c.id = s.with_case_id WHERE s.message_id = m.id AND s.revoked_at IS NULL ORDER BY 1),
  ARRAY(SELECT u.email || ' ' || g.reason FROM store_grant g JOIN store_user u ON u.id = g.user_id
    WHERE g.message_id = m.id AND g.user_id <> m.owner_id ORDER BY 1),
  ARRAY(SELECT t.title FROM store_task t WHERE t.message_id = m.id AND t.removed_at IS NULL ORDER BY 1)
FROM store_message m WHERE m.owner_id = %s
"""
HITS = """
SELECT m.subject, count(*) FROM store_rulehit h JOIN store_message m ON m.id = h.message_id
WHERE h.owner_id = %s AND h.undone_at IS NULL GROUP BY 1
"""
SENDERS = 97  # of tests/generated.py
MEANT = range(1, SENDERS, 3)

Told = dict[int, tuple[tuple[str, ...], ...]]  # number of a message → what is told of it
EVERYTHING = (
    ("Praca seen flagged",),
    ("filed Kowal przeciw Nowak rule",),
    ("shared Kowal przeciw Nowak", "shared celina@lipowa.example"),
    ("bartek@lipowa.example team", "celina@lipowa.example share"),
    ("Odpowiedzieć",),
)


@dataclass
class AtWork:
    """Anna's mail, of which the rule means about every third message: 1, 4, 7, …"""

    cast: Cast
    mail: Mailbox
    case: Case
    rule: Rule
    many: int
    before: Told = field(default_factory=dict)

    @property
    def owner(self) -> User:
        return self.mail.owner

    @property
    def meant(self) -> list[int]:
        return [number for number in range(1, self.many + 1) if number % SENDERS in MEANT]

    def told(self) -> Told:
        with as_user(self.owner.pk), connection.cursor() as cursor:
            cursor.execute(TOLD, [self.owner.pk])
            return {int(subject.split()[1]): tuple(map(tuple, told)) for subject, *told in cursor}

    def hits(self) -> dict[int, int]:
        """Number of a message → how many times the rule has done it."""
        with as_user(self.owner.pk), connection.cursor() as cursor:
            cursor.execute(HITS, [self.owner.pk])
            return {int(subject.split()[1]): count for subject, count in cursor}

    def done(self) -> list[int]:
        """Messages to which everything was done, once; to the others nothing must have been, and the folders must count right."""
        told = self.told()
        done = sorted(number for number, of in told.items() if of == EVERYTHING)
        left = {number: of for number, of in told.items() if number not in done}
        assert left == {number: of for number, of in self.before.items() if number not in done}
        assert self.hits() == dict.fromkeys(done, 1)
        assert wrong_counters(self.owner) == []
        return done

    def tried(self) -> UUID:
        """A run that was only begun, and waits for its worker to try the rule."""
        return rule_runs.start(self.owner, self.rule.public_id).public_id

    def begun(self) -> UUID:
        """A run for real, that waits for its worker."""
        tried = self.tried()
        self.work(tried)
        return rule_runs.go_on(self.owner, tried).public_id

    def run(self, public_id: UUID) -> RuleRun:
        with as_user(self.owner.pk):
            return RuleRun.objects.get(public_id=public_id)

    def work(self, public_id: UUID, steps: int = 1_000) -> int:
        """As a worker would, at most so many steps. How many it took."""
        run = self.run(public_id)
        return next((n for n in range(1, steps + 1) if not rule_runs.step(run.pk, self.owner.pk)), steps)

    def change(self, **columns: Any) -> None:
        with as_user(self.owner.pk):
            Rule.objects.filter(pk=self.rule.pk).update(**columns)


def at_work(cast: Cast, many: int = 12) -> AtWork:
    mail = make_mailbox(cast.anna, many, paused_at=timezone.now())  # nobody speaks to a server that is not there
    case = make_case(cast.anna, "Kowal przeciw Nowak", cast.bartek)
    senders = [f"n{number}@sad.example" for number in MEANT]
    with as_user(cast.anna.pk):
        rule = Rule.objects.create(
            office=cast.office,
            owner=cast.anna,
            name="Pisma z sądu",
            when={"all": [{"field": "sender", "op": "is", "value": senders}]},
            then=[
                {"do": "file", "case": str(case.public_id)},
                {"do": "share", "people": [str(cast.celina.public_id)], "team": str(case.public_id)},
                {"do": "star"},
                {"do": "mark_read"},
                {"do": "label", "keyword": "Pilne"},
                {"do": "move", "folder": str(mail.work.public_id)},
                {"do": "task", "title": "Odpowiedzieć", "days": 3},
            ],
        )
    made = AtWork(cast, mail, case, rule, many)
    made.before = made.told()
    return made
