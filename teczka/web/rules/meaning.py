"""What a draft means: a rule, or where it means none, said at the very line."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from teczka.core.conditions import BadRule, Condition, Fault, Field, Group, Kind, Op, Takes, when_from, when_json
from teczka.core.numbering import pattern
from teczka.core.references import parse
from teczka.core.rules import Consequence, Rule, rule_from, then_from, then_json
from teczka.store.queries.case_names import meant
from teczka.web.labels import meant as meant_label
from teczka.web.rules.choices import Do
from teczka.web.rules.draft import Branch, Doing, Draft, Leaf, values
from teczka.web.rules.faults import FAULTS
from teczka.web.rules.things import Things
from teczka.web.tasks.form import one_case

_PLAIN = {Do.STAR: "star", Do.MARK_READ: "mark_read", Do.NOTIFY: "notify", Do.STOP: "stop"}


def read(draft: Draft, things: Things) -> Rule | None:
    """None where it means nothing yet; then `wrong` of the draft or of a line in it says why."""
    when, then = _group(draft.when, things), [_consequence(one, things) for one in draft.then]
    if when is None or None in then:
        return None
    try:
        return rule_from(draft.name.strip() or "-", when_json(when), then_json([one for one in then if one]))
    except BadRule as bad:
        draft.wrong = _said(bad)
        return None


def nameless(draft: Draft) -> str:
    """Why it cannot be saved under its name; what it means is another question."""
    try:
        rule_from(draft.name, {"all": [{"field": "list", "op": "is", "value": True}]}, [{"do": "star"}])
    except BadRule as bad:
        return _said(bad)
    return ""


def digest(rule: Rule, exceptions: Iterable[UUID] = (), people: Iterable[UUID] = ()) -> str:
    """Of what somebody agrees to: this rule and no other, passing over these messages, and shown to these people. Keyed, since not all of
    them are named on the page: nobody finds out by trying who they are."""
    sets = [sorted(set(map(str, one))) for one in (exceptions, people)]
    told = json.dumps([when_json(rule.when), then_json(rule.then), *sets], sort_keys=True)
    return salted_hmac("teczka rule agreed to", told, algorithm="sha256").hexdigest()[:20]


def _group(branch: Branch, things: Things) -> Group | None:
    members = [_group(one, things) if isinstance(one, Branch) else _condition(one, things) for one in branch.of]
    if not members:
        branch.wrong = str(FAULTS[Fault.EMPTY])
        return None
    whole = [one for one in members if one]
    return Group(Kind(branch.kind), tuple(whole)) if len(whole) == len(members) else None


def _condition(leaf: Leaf, things: Things) -> Condition | None:
    try:
        told = {"field": leaf.field, "op": leaf.choice.op.value, "value": _value(leaf, things)}
        condition = when_from({"all": [told]}).of[0]
    except BadRule as bad:
        leaf.wrong = _said(bad)
        return None
    except ValidationError as wrong:
        leaf.wrong = " ".join(wrong.messages)
        return None
    return condition if isinstance(condition, Condition) else None


def _value(leaf: Leaf, things: Things) -> Any:
    choice, text = leaf.choice, leaf.text.strip()
    if choice.takes is Takes.YES:
        return choice.says
    if choice.op is Op.CASE:
        return [case for one in leaf.picked for case in _case(one, things)]
    if choice.takes is Takes.BYTES:
        try:
            return round(float(text.replace(",", ".")) * 1_000_000)
        except (ValueError, OverflowError):
            raise BadRule(Fault.NUMBER) from None
    if choice.takes is Takes.DAY:
        return text
    if choice.takes is Takes.IDS:
        known = things.account if leaf.field == Field.ACCOUNT else things.folder
        return [one for one in leaf.picked if known(one)]
    if choice.takes is Takes.REFERENCES:
        own = [pattern(one) for one in things.viewer.office.number_patterns]
        if any(parse(one, own) is None for one in values(text)):
            raise BadRule(Fault.REFERENCE)
    return values(text)


def _case(text: str, things: Things) -> list[str]:
    """Raises ValidationError where it is none, or may be several."""
    typed = " ".join(text.split())
    return [str(one_case(typed, meant(typed, things.cases)).public_id)] if typed else []


def _consequence(doing: Doing, things: Things) -> Consequence | None:
    try:
        return then_from([_told(doing, things)])[0]
    except BadRule as bad:
        doing.wrong = _said(bad) if bad.fault is not Fault.SHAPE else str(FAULTS[Fault.NO_VALUE])
    except ValidationError as wrong:
        doing.wrong = " ".join(wrong.messages)
    return None


def _told(doing: Doing, things: Things) -> dict[str, Any]:
    do = Do(doing.do)
    if do is Do.FILE_FOUND:
        return {"do": "file", "case": "found"}
    if do is Do.SHARE_FOUND:
        return {"do": "share", "people": [], "team": "found"}
    if do in {Do.FILE, Do.SHARE_TEAM}:
        case = next(iter(_case(doing.text, things)), None)
        return {"do": "file", "case": case} if do is Do.FILE else {"do": "share", "people": [], "team": case or "-"}
    if do is Do.SHARE:
        return {"do": "share", "people": [one for one in doing.people if things.person(_id(one))]}
    if do is Do.LABEL:
        return {"do": "label", "keyword": _keyword(doing.text, things)}
    if do is Do.MOVE:
        return {"do": "move", "folder": doing.text if things.folder(doing.text) else None}
    if do is Do.TASK:
        return {"do": "task", "title": doing.text, "days": _days(doing.days.strip())}
    return {"do": _PLAIN[do]}


def _keyword(text: str, things: Things) -> str:
    if len(keyword := meant_label(text, things.labels)) == 0 and text.strip():
        raise BadRule(Fault.LONG)
    return keyword


def _days(text: str) -> int | None:
    if (text and not text.isascii()) or (text and not text.isdigit()):
        raise BadRule(Fault.NUMBER)
    return int(text[:9]) if text else None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _said(bad: BadRule) -> str:
    return str(FAULTS[bad.fault])


def wrongs(draft: Draft) -> Iterator[str]:
    """All that is wrong, in the order of the page."""

    def of(branch: Branch) -> Iterator[str]:
        if branch.wrong:
            yield branch.wrong
        for one in branch.of:
            yield from of(one) if isinstance(one, Branch) else [one.wrong] if one.wrong else []

    yield from of(draft.when)
    yield from (one.wrong for one in draft.then if one.wrong)
    if draft.wrong:
        yield draft.wrong
