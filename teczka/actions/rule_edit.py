"""Rules written and put in order by their owner; and what an office offers as a beginning."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.rule_runs import end_with, pause_with
from teczka.core.audit import Verb
from teczka.core.conditions import when_json
from teczka.core.errors import NotAllowed
from teczka.core.meanwhile import merged
from teczka.core.rules import Rule as Meaning
from teczka.core.rules import then_json
from teczka.store import events
from teczka.store.models import Message, Rule, RuleException, RuleTemplate, User
from teczka.store.queries.rule_lines import exceptions as exceptions_of
from teczka.store.queries.rule_lines import rule_line
from teczka.store.viewer import as_user


def save_rule(
    actor: User,
    public_id: UUID | None,
    meaning: Meaning,
    exceptions: Sequence[UUID] = (),
    template: UUID | None = None,
    seen: str | None = None,
) -> UUID:
    """None: a new one, behind the others and switched on. Another meaning is another version, and begins without its troubles.
    `exceptions`: messages that it passes over, all of them. `seen`: the marks of what was edited. Raises NotAllowed, ChangedMeanwhile."""
    when, then = when_json(meaning.when), then_json(meaning.then)
    with as_user(actor.pk):
        rule = _begun(actor, template) if public_id is None else _locked(actor, public_id)
        if rule.pk:
            merged(as_edited(actor, rule.public_id), written(meaning, exceptions), seen)
        if rule.pk and (rule.when, rule.then) != (when, then):
            rule.version += 1
            end_with(rule)
        rule.name, rule.when, rule.then = meaning.name, when, then
        rule.trouble, rule.trouble_params, rule.trouble_at, rule.paused_at = "", {}, None, None
        rule.save()
        _except(rule, exceptions)
        _tell(actor, rule)
        note(actor, Verb.RULE_MAKE if public_id is None else Verb.RULE_CHANGE, [rule.public_id])
    return rule.public_id


def as_edited(actor: User, public_id: UUID) -> dict[str, str]:
    """What its form is made with. Raises NotAllowed."""
    line = rule_line(actor, public_id)
    if line is None:
        raise NotAllowed
    return written(line.meaning, exceptions_of(actor, public_id))


def written(meaning: Meaning, passed_over: Sequence[UUID]) -> dict[str, str]:
    """All of it is one: of two halves nobody has agreed who sees what."""
    said = [meaning.name, when_json(meaning.when), then_json(meaning.then), sorted(map(str, passed_over))]
    return {"rule": json.dumps(said, sort_keys=True)}


def drop_rule(actor: User, public_id: UUID) -> None:
    """What it did stays; that it was the rule is forgotten. Raises NotAllowed, as all of these."""
    with as_user(actor.pk):
        rule = _locked(actor, public_id)
        _tell(actor, rule)
        rule.delete()
        note(actor, Verb.RULE_DROP, [public_id])


def switch_rule(actor: User, public_id: UUID, *, on: bool) -> None:
    """Switched on, it begins without its troubles: where what stopped it is still there, it stops again."""
    with as_user(actor.pk):
        rule = _locked(actor, public_id)
        rule.enabled = on
        if on:
            rule.trouble, rule.trouble_params, rule.trouble_at, rule.paused_at = "", {}, None, None
        else:
            pause_with(rule)
        rule.save()
        _tell(actor, rule)
        note(actor, Verb.RULE_ON if on else Verb.RULE_OFF, [public_id])


def move_rule(actor: User, public_id: UUID, by: int) -> None:
    """By -1 before the one above, by 1 behind the one below; beyond the ends it stays."""
    with as_user(actor.pk):
        rules = list(Rule.objects.filter(owner=actor).select_for_update().order_by("position", "pk"))
        at = next((place for place, one in enumerate(rules) if one.public_id == public_id), None)
        if at is None:
            raise NotAllowed
        rules.insert(max(0, at + by), rules.pop(at))
        for place, one in enumerate(rules):
            one.position = place
        Rule.objects.bulk_update(rules, ["position"])
        _tell(actor, rules[0])


def pass_over(actor: User, public_id: UUID, message: UUID, *, again: bool = False) -> None:
    """ "Not this one": what the rule did to it stays. `again`: it passes it over no longer."""
    with as_user(actor.pk):
        rule = _locked(actor, public_id)
        found = Message.objects.filter(owner=actor, public_id=message).first()
        if found is None:
            raise NotAllowed
        if again:
            RuleException.objects.filter(rule=rule, message=found).delete()
        else:
            owner = {"office_id": rule.office_id, "owner_id": rule.owner_id}
            RuleException.objects.get_or_create(rule=rule, message=found, defaults=owner)
        _tell(actor, rule)


def offer_rule(actor: User, public_id: UUID) -> None:
    """A rule of an administrator's own as the office's template; what the office offered under this name before gives way."""
    with as_user(actor.pk), transaction.atomic():
        rule = Rule.objects.filter(owner=actor, public_id=public_id).first()
        if rule is None or not actor.is_administrator:
            raise NotAllowed
        RuleTemplate.objects.update_or_create(
            office_id=actor.office_id,
            name=rule.name,
            defaults={"when": rule.when, "then": rule.then, "by": actor, "updated_at": timezone.now()},
        )
        note(actor, Verb.OFFICE_CHANGE, [])


def drop_template(actor: User, public_id: UUID) -> None:
    """Rules that were made of it stay. Raises NotAllowed."""
    with as_user(actor.pk):
        if not actor.is_administrator:
            raise NotAllowed
        deleted, _ = RuleTemplate.objects.filter(office_id=actor.office_id, public_id=public_id).delete()
        if not deleted:
            raise NotAllowed
        note(actor, Verb.OFFICE_CHANGE, [])


def _begun(actor: User, template: UUID | None) -> Rule:
    """Behind the others."""
    last = Rule.objects.filter(owner=actor).aggregate(last=Max("position"))["last"]
    of = RuleTemplate.objects.filter(office_id=actor.office_id, public_id=template).first() if template else None
    return Rule(office_id=actor.office_id, owner=actor, position=0 if last is None else last + 1, template=of)


def _locked(actor: User, public_id: UUID) -> Rule:
    found = Rule.objects.select_for_update().filter(owner=actor, public_id=public_id).first()
    if found is None:
        raise NotAllowed
    return found


def _except(rule: Rule, exceptions: Sequence[UUID]) -> None:
    messages = set(
        Message.objects.filter(owner_id=rule.owner_id, public_id__in=exceptions).values_list("pk", flat=True)
    )
    before = set(RuleException.objects.filter(rule=rule).values_list("message_id", flat=True))
    RuleException.objects.filter(rule=rule, message_id__in=before - messages).delete()
    RuleException.objects.bulk_create(
        RuleException(rule=rule, message_id=message, office_id=rule.office_id, owner_id=rule.owner_id)
        for message in sorted(messages - before)
    )


def _tell(actor: User, rule: Rule) -> None:
    events.told([actor.public_id], [events.rule(rule.public_id)])
