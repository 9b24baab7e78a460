"""Rules as their owner sees them: the list, one of them, what it did; and what their office offers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from teczka.core.errors import Trouble
from teczka.core.rules import Rule as Meaning
from teczka.core.rules import rule_from
from teczka.store.models import Rule, RuleException, RuleHit, RuleTemplate, User
from teczka.store.queries import walls
from teczka.store.viewer import as_user

BLOCK = 50


@dataclass(frozen=True, slots=True)
class RuleLine:
    public_id: UUID
    enabled: bool
    version: int
    meaning: Meaning
    trouble: str  # core.errors.Trouble, where it paused itself
    trouble_params: dict[str, Any]
    trouble_at: datetime | None
    paused_at: datetime | None
    met: int  # messages to which it did something, of all versions
    last_met: datetime | None

    @property
    def why(self) -> Trouble | None:
        return Trouble(self.trouble) if self.trouble else None


@dataclass(frozen=True, slots=True)
class HitLine:
    """What a rule did to a message."""

    id: int
    message: UUID
    subject: str
    sender: str
    at: datetime
    done_json: str  # as core.rules.then_json writes it
    found: str  # public id of the case that was found by its reference
    undone: bool
    passed_over: bool  # "not this one" was said since

    @property
    def done(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = json.loads(self.done_json)
        return told


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    public_id: UUID  # of the message
    subject: str
    sender: str
    internaldate: datetime


@dataclass(frozen=True, slots=True)
class TemplateLine:
    public_id: UUID
    meaning: Meaning


def rule_lines(viewer: User) -> list[RuleLine]:
    """In their order."""
    with as_user(viewer.pk):
        rows = list(Rule.objects.filter(owner=viewer).order_by("position", "pk"))
        counts = _counts(viewer)
    return [_line(row, counts) for row in rows]


def rule_line(viewer: User, public_id: UUID) -> RuleLine | None:
    with as_user(viewer.pk):
        row = Rule.objects.filter(owner=viewer, public_id=public_id).first()
        return _line(row, _counts(viewer, row.pk)) if row else None


def moving_into(viewer: User, folder: UUID) -> list[str]:
    """Names of the viewer's rules that move mail there, in their order."""
    with as_user(viewer.pk):
        rows = Rule.objects.filter(owner=viewer, then__contains=[{"do": "move", "folder": str(folder)}])
        return list(rows.order_by("position", "pk").values_list("name", flat=True))


def rule_log(viewer: User, public_id: UUID, before: int | None = None) -> list[HitLine]:
    """The newest first, a block of them and one more where there are; behind the hit of this id."""
    return walls.read(
        viewer,
        HitLine,
        f"""SELECT h.id, m.public_id, coalesce(m.subject, ''), coalesce(nullif(m.from_name, ''), m.from_address), h.at,
                   coalesce(h.what->'done', '[]')::text, coalesce(h.what->>'found', ''), h.undone_at IS NOT NULL,
                   EXISTS (SELECT FROM store_ruleexception x WHERE x.rule_id = r.id AND x.message_id = m.id)
            FROM store_rule r JOIN store_rulehit h ON h.rule_id = r.id JOIN store_message m ON m.id = h.message_id
            WHERE {walls.mine("r")} AND {walls.mine("m")} AND r.public_id = %(rule)s AND (%(before)s::bigint IS NULL OR h.id < %(before)s)
            ORDER BY h.id DESC LIMIT {BLOCK + 1}""",
        rule=public_id,
        before=before,
    )


def excepted(viewer: User, messages: Sequence[UUID]) -> list[ExceptionLine]:
    """Those of these messages that are the viewer's own, the newest first."""
    return (
        walls.read(
            viewer,
            ExceptionLine,
            f"""SELECT m.public_id, coalesce(m.subject, ''), coalesce(nullif(m.from_name, ''), m.from_address), m.internaldate
                FROM store_message m WHERE {walls.mine("m")} AND m.public_id = ANY(%(messages)s) ORDER BY m.internaldate DESC, m.id DESC""",
            messages=list(messages),
        )
        if messages
        else []
    )


def exceptions(viewer: User, public_id: UUID) -> list[UUID]:
    """Messages that the rule passes over."""
    with as_user(viewer.pk):
        rows = RuleException.objects.filter(rule__owner=viewer, rule__public_id=public_id)
        return list(rows.order_by("pk").values_list("message__public_id", flat=True))


def rule_templates(viewer: User) -> list[TemplateLine]:
    """What the viewer's office offers, by name."""
    with as_user(viewer.pk):
        rows = list(RuleTemplate.objects.filter(office_id=viewer.office_id).order_by("name", "pk"))
    return [TemplateLine(row.public_id, rule_from(row.name, row.when, row.then)) for row in rows]


def rule_of_run(viewer: User, run: UUID) -> UUID | None:
    with as_user(viewer.pk):
        return Rule.objects.filter(owner=viewer, runs__public_id=run).values_list("public_id", flat=True).first()


def team_names(viewer: User, case: UUID) -> list[str]:
    """Who of its team is not the viewer: whom sharing with it would show something."""
    return walls.read(
        viewer,
        str,
        f"""SELECT u.name FROM store_case c JOIN store_casemember t ON t.case_id = c.id JOIN store_user u ON u.id = t.user_id
            WHERE c.public_id = %(case)s AND {walls.card("c")} AND u.is_active AND u.id <> %(viewer)s ORDER BY u.name, u.id""",
        case=case,
    )


def references_of(viewer: User, message: UUID, most: int) -> list[str]:
    """That a message of the viewer's own bears, as they are written there."""
    return walls.read(
        viewer,
        str,
        f"""SELECT min(r.written) FROM store_messagereference r JOIN store_message m ON m.id = r.message_id
            WHERE {walls.mine("m")} AND m.public_id = %(message)s
            GROUP BY r.repertory, r.number, r.year, r.division, r.court ORDER BY min(r.id) LIMIT %(most)s""",
        message=message,
        most=most,
    )


def _line(row: Rule, counts: Mapping[int, tuple[int, datetime]]) -> RuleLine:
    met, last = counts.get(row.pk, (0, None))
    return RuleLine(
        row.public_id,
        row.enabled,
        row.version,
        rule_from(row.name, row.when, row.then),
        row.trouble,
        row.trouble_params,
        row.trouble_at,
        row.paused_at,
        met,
        last,
    )


def _counts(viewer: User, rule: int | None = None) -> dict[int, tuple[int, datetime]]:
    """Without those that it met and did nothing to: an earlier rule had moved them, or no case was found."""
    rows = RuleHit.objects.filter(owner=viewer, undone_at=None).exclude(what__done=[]).values_list("rule_id")
    if rule is not None:
        rows = rows.filter(rule_id=rule)
    return {pk: (met, last) for pk, met, last in rows.annotate(met=Count("pk"), last=Max("at"))}
