"""What a rule does to the messages that it met, as one act of its owner's; and taking that back.

Whatever can fail is looked at before anything is done. What others are shown is what a `Share` says, and nothing else here shows anything.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from teczka.actions import filing, sharing, tasks
from teczka.actions.acting import finish, unmanaged
from teczka.actions.telling import stir
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.mail import dated
from teczka.core.rules import Consequence, File, Label, MakeTask, MarkRead, Move, Notify, Rule, Share, Star, then_json
from teczka.core.sharing import Scope
from teczka.core.tasks import LONGEST_TITLE, Wanted
from teczka.store import acts, events, rules
from teczka.store.acts import Chosen, Touched
from teczka.store.models import Account, Act, Case, Folder, Message, Office, User
from teczka.store.queries.rules import found_cases, placements
from teczka.store.sharing import Targets


@dataclass(slots=True)
class Batch:
    """Messages that a rule met, by inner ids. `moved`: by an earlier rule, which was first."""

    owner: User
    rule: Rule
    row_id: UUID  # the rule's public id
    messages: Sequence[int]
    moved: Collection[int] = ()
    cases: dict[int, Case] = field(default_factory=dict)  # by inner ids
    found: dict[int, int] = field(default_factory=dict)  # message → its case
    named: dict[UUID, Case] = field(default_factory=dict)
    people: dict[UUID, int] = field(default_factory=dict)
    folder: Folder | None = None
    touched: list[Touched] = field(default_factory=list)
    what: dict[int, dict[str, Any]] = field(default_factory=dict)  # of each message: RuleHit.what
    moved_now: set[int] = field(default_factory=set)


def acts_on_servers(rule: Rule) -> bool:
    """Whether it flags or moves, so that whoever carries it out has to hold the accounts."""
    return any(isinstance(one, Star | MarkRead | Label | Move) for one in rule.then)


def hold_cases(owner: User, every: Iterable[tuple[Rule, Sequence[int]]]) -> None:
    """The rows of the cases to whose teams these rules show these messages, before anything is noted: from there on the office's register
    is locked, and who changes a case has its row already."""
    named, found = set[UUID](), set[int]()
    for rule, messages in every:
        for one in rule.shares if messages else ():
            if one.case:
                named.add(one.case)
            elif one.team:
                found |= set(found_cases(owner, messages).values())
    if named or found:
        cases = Case.objects.filter(Q(public_id__in=named) | Q(pk__in=found), office_id=owner.office_id)
        list(cases.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def resolve(batch: Batch) -> None:
    """Raises Problem where something that the rule names is not there for its owner."""
    then = batch.rule.then
    of_cases = [one for one in then if isinstance(one, File) or (isinstance(one, Share) and one.team)]
    named = {one.case for one in of_cases if one.case}
    office = batch.owner.office_id
    batch.named = {case.public_id: case for case in Case.objects.filter(office_id=office, public_id__in=named)}
    if named - batch.named.keys():
        raise Problem(Trouble.RULE_CASE)
    people = {person for one in batch.rule.shares for person in one.people}
    able = User.objects.filter(office_id=office, is_active=True, public_id__in=people)
    batch.people = dict(able.values_list("public_id", "pk"))
    if people - batch.people.keys():
        raise Problem(Trouble.RULE_PERSON)
    if any(one.case is None for one in of_cases):
        batch.found = found_cases(batch.owner, batch.messages)
        batch.cases = Case.objects.in_bulk(set(batch.found.values()))
    for one in then:
        if isinstance(one, Move):
            batch.folder = _folder(batch.owner, one)


def do(batch: Batch, act: Act) -> None:
    """Under `acts.lock` of all the owner's accounts where `acts_on_servers`. What shows mail to others comes last: the office's register is
    theirs from there to the end."""
    batch.what = {message: {"done": []} for message in batch.messages}
    for one in sorted(batch.rule.then, key=lambda one: isinstance(one, File | Share)):
        _note(batch, one, _one(batch, act, one))
    if any(touched.count for touched in batch.touched):
        folders = frozenset[int]().union(*(touched.folders for touched in batch.touched))
        finish(batch.owner, act, Touched(0, 0, folders), list(Account.objects.filter(owner=batch.owner)))
    act.count = len(batch.messages)
    act.save(update_fields=["count"])


def take_back(actor: User, act: Act) -> int:
    """What no server hears of: filings, shares, tasks. Another run may meet the messages again. Returns how many there were."""
    messages, made = rules.forgive(act)
    for task in made:
        try:
            tasks.remove(actor, task)
        except NotAllowed:  # handed on to others since
            continue
    filing.take_back(actor, act)  # last: the office's register is theirs from here to the end
    return messages


def _one(batch: Batch, act: Act, one: Consequence) -> Iterable[int]:
    """Returns the messages to which it was done."""
    match one:
        case File():
            return _file(batch, act, one)
        case Share():
            return _share(batch, act, one)
        case Star():
            return _flag(batch, act, "\\Flagged")
        case MarkRead():
            return _flag(batch, act, "\\Seen")
        case Label():
            return _flag(batch, act, one.keyword)
        case Move():
            return _move(batch, act)
        case MakeTask():
            return _task(batch, one)
        case Notify():
            events.told([batch.owner.public_id], [events.notice(batch.row_id)])
    return batch.messages


def _note(batch: Batch, one: Consequence, messages: Iterable[int]) -> None:
    for message in messages:
        batch.what[message]["done"] += then_json([one])


def _of(batch: Batch, case: UUID | None) -> dict[Case, list[int]]:
    """To which case, which messages."""
    if case:
        return {batch.named[case]: list(batch.messages)}
    of: dict[Case, list[int]] = defaultdict(list)
    for message, found in batch.found.items():
        of[batch.cases[found]].append(message)
        batch.what[message]["found"] = str(batch.cases[found].public_id)
    return of


def _file(batch: Batch, act: Act, one: File) -> list[int]:
    of = _of(batch, one.case)
    for case, messages in of.items():
        filing.put(batch.owner, act, messages, case)
    return [message for messages in of.values() for message in messages]


def _share(batch: Batch, act: Act, one: Share) -> list[int]:
    people = [batch.people[person] for person in one.people]
    shared = list(batch.messages) if people else []
    if people:
        sharing.give(batch.owner, act, batch.messages, Scope.MESSAGE, Targets(people=people))
    for case, messages in _of(batch, one.case).items() if one.team else ():
        stir(case)
        sharing.give(batch.owner, act, messages, Scope.MESSAGE, Targets(teams=[case.pk]))
        shared += [message for message in messages if not people]
    return shared


def _flag(batch: Batch, act: Act, flag: str) -> Sequence[int]:
    places = placements(batch.owner, batch.messages, every=True)
    chosen = Chosen(placements=[placement for each in places.values() for placement, _ in each])
    batch.touched.append(acts.flag(batch.owner.pk, act, chosen, flag, value=True))
    return batch.messages


def _move(batch: Batch, act: Act) -> set[int]:
    folder = batch.folder
    free = [message for message in batch.messages if message not in batch.moved]
    if folder is None or not free:
        return set()
    there = {
        message: [placement for placement, account in each if account == folder.account_id]
        for message, each in placements(batch.owner, free, every=False).items()
    }
    chosen = Chosen(placements=[placement for each in there.values() for placement in each])
    batch.touched.append(acts.move(batch.owner.pk, act, chosen, {folder.account_id: folder.pk}))
    batch.moved_now = {message for message, each in there.items() if each}
    return batch.moved_now


def _task(batch: Batch, one: MakeTask) -> Sequence[int]:
    zone = ZoneInfo(Office.objects.get(pk=batch.owner.office_id).timezone)
    for message in Message.objects.filter(pk__in=batch.messages).order_by("pk"):
        came = dated(message.internaldate)
        due = _due(came, one.days, zone) if came and one.days is not None else None
        title = (one.title or message.subject or batch.rule.name)[:LONGEST_TITLE]
        made = tasks.add_task(batch.owner, Wanted(title, due_on=due), message.public_id)
        batch.what[message.pk]["task"] = str(made.public_id)
    return batch.messages


def _due(came: datetime, days: int, zone: ZoneInfo) -> date | None:
    try:
        return came.astimezone(zone).date() + timedelta(days=days)
    except OverflowError:  # a server may call any day a message's, the last ones there are, too
        return None


def _folder(owner: User, one: Move) -> Folder:
    there = Folder.objects.select_related("account").filter(owner=owner, gone_at=None, selectable=True)
    found = there.filter(public_id=one.folder, account__owner=owner).first()
    if found is None:
        raise Problem(Trouble.RULE_FOLDER)
    if not found.account.managed:
        raise unmanaged(found.account)
    return found
