"""Showing mail to others of the office, and showing it no longer: the owner's act alone, told in the register, taken back with one key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from django.db import transaction

from teczka.actions.acting import line
from teczka.actions.audit import note_each
from teczka.core import audit
from teczka.core.acts import Verb
from teczka.core.errors import NotAllowed
from teczka.core.sharing import Scope
from teczka.store import acts, events, sharing
from teczka.store.models import Act, Case, Message, Share, User
from teczka.store.queries.acts import ActLine
from teczka.store.reading import Read, lock_threads, places
from teczka.store.sharing import Given, Targets
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class With:
    """People and teams of cases, by their public ids."""

    people: Sequence[UUID] = field(default_factory=list)
    cases: Sequence[UUID] = field(default_factory=list)


def share(actor: User, key: UUID, message: UUID, scope: Scope, whom: With) -> ActLine:
    """Once for its key. Raises NotAllowed: the message is not the actor's, or of whom it names they may not know."""
    with as_user(actor.pk), transaction.atomic():
        found = _own(actor, message)
        targets = targets_of(actor, whom)
        act = acts.begin(actor, key, Verb.SHARE)
        if act is not None:
            act.count = len(give(actor, act, [found.pk], scope, targets).messages)
            act.save(update_fields=["count"])
        return line(actor, key)


def revoke(actor: User, key: UUID, message: UUID, scope: Scope, shares: Sequence[UUID]) -> ActLine:
    """Ends these shares of the message; with a wider scope all shares of its thread with the same people and teams. From now on: that
    somebody has seen it the register keeps. Raises NotAllowed: the message or a share is not the actor's."""
    with as_user(actor.pk), transaction.atomic():
        found = _own(actor, message)
        ended = Share.objects.filter(owner=actor, message=found, revoked_at=None, public_id__in=shares)
        pairs = list(ended.values_list("with_user_id", "with_case_id"))
        act = acts.begin(actor, key, Verb.REVOKE)
        if act is None:
            return line(actor, key)
        if not pairs:
            raise NotAllowed
        if scope is not Scope.MESSAGE:
            lock_threads(actor.pk)
        targets = Targets([person for person, _ in pairs if person], [team for _, team in pairs if team])
        taken = sharing.end(actor.pk, act, [found.pk], scope, targets)
        act.count = len(taken)
        act.save(update_fields=["count"])
        _change(actor, taken, audit.Verb.REVOKE, targets)
        return line(actor, key)


def targets_of(actor: User, whom: With) -> Targets:
    """Raises NotAllowed: of somebody, or of a case, the actor may not know, or nobody is named."""
    people = User.objects.filter(office_id=actor.office_id, is_active=True, public_id__in=whom.people)
    targets = Targets(
        list(people.exclude(pk=actor.pk).values_list("pk", flat=True)),
        list(Case.objects.filter(office_id=actor.office_id, public_id__in=whom.cases).values_list("pk", flat=True)),
    )
    if len(targets.people) < len(set(whom.people)) or len(targets.teams) < len(set(whom.cases)):
        raise NotAllowed
    if not targets.people and not targets.teams:
        raise NotAllowed
    return targets


def give(
    actor: User, act: Act, messages: Sequence[int], scope: Scope, targets: Targets, *, earlier: bool = True
) -> Given:
    """Shares messages of the actor's, as part of whatever act: its undo takes them back. In the act's transaction; the register is locked
    from here to its end. `earlier`: with what was in their conversations before."""
    if scope is Scope.FOLLOWING:  # no reply is missed between what is there and what comes
        lock_threads(actor.pk)
    given = sharing.give(actor.pk, act, messages, scope, targets, earlier=earlier)
    _change(actor, given.messages, audit.Verb.SHARE, targets)
    return given


def take_back(actor: User, act: Act) -> int:
    """What the act shared is shared no longer, and what it revoked is shared again. Returns how many messages that was."""
    lock_threads(actor.pk)
    touched = sharing.take_back(actor.pk, act)
    _change(actor, touched, audit.Verb.SHARE if act.verb == Verb.REVOKE else audit.Verb.REVOKE, Targets())
    return len(touched)


def take_back_of(actor: User, act: Act, messages: Sequence[int]) -> None:
    """What the act shared of these messages, and of what answers them, is shared no longer."""
    lock_threads(actor.pk)
    _change(actor, sharing.take_back_of(actor.pk, act, messages), audit.Verb.REVOKE, Targets())


def follow(owner_id: int, read: Sequence[Read]) -> None:
    """At the end of transaction B: what answers a conversation that is shared with its future replies is shared, too."""
    given = sharing.follow(owner_id, read)
    if given:
        _change(User.objects.get(pk=owner_id), given, audit.Verb.SHARE, Targets())


def _own(actor: User, message: UUID) -> Message:
    found = Message.objects.filter(owner=actor, public_id=message).first()
    if found is None:
        raise NotAllowed
    return found


def _change(actor: User, messages: Sequence[int], verb: audit.Verb, targets: Targets) -> None:
    """Grants follow; whoever gains or loses is told, and the owner, whose rows say so; nobody else."""
    if not messages:
        return
    changed = sharing.regrant(messages)
    names = dict(Message.objects.filter(pk__in=messages).values_list("pk", "public_id"))
    of: dict[tuple[int, ...], list[UUID]] = {}  # messages → whose view of them changed, and of no other
    for person, seen in changed.items():
        of.setdefault(tuple(seen), []).append(person)
    for seen_so, people_of in of.items():
        events.shared(people_of, [names[one] for one in seen_so])
    events.shared([actor.public_id], names.values())  # whose own pages say who sees it
    for (owner, account), rows in groupby(sorted(places(messages)), lambda row: row[:2]):
        events.changed([owner], account, [folder for _, _, folder in rows])
    people = User.objects.filter(pk__in=targets.people).values_list("public_id", flat=True)
    teams = Case.objects.filter(pk__in=targets.teams).values_list("public_id", flat=True)
    of_case = next(iter(targets.teams), None)
    note_each(actor, verb, [names[one] for one in sorted(names)], of_case, beside=[*people, *teams])
