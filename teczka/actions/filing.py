"""Filing: what mail belongs to. A link that its maker, the mail's owner and the case's team can take back; it shows nobody anything.

Who owns the mail may share it with the case's team by the same act, where they were told who will see it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from teczka.actions import sharing
from teczka.actions.acting import line
from teczka.actions.audit import note_each
from teczka.actions.telling import knowing, stir
from teczka.core import audit
from teczka.core.acts import Verb
from teczka.core.errors import NotAllowed
from teczka.core.filing import How
from teczka.core.sharing import Scope
from teczka.store import acts, events, filing, following
from teczka.store.filing import Goal
from teczka.store.models import Act, Case, Filing, Message, NeverSuggest, SetAside, User
from teczka.store.queries import filing as queries
from teczka.store.queries.acts import ActLine
from teczka.store.queries.cases import case_line
from teczka.store.reading import Read, lock_threads, places
from teczka.store.sharing import Targets, audience
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class Wanted:
    """To what, how far, and who is to see it."""

    case: UUID | None = None
    task: UUID | None = None
    whole: bool = True  # their conversations, and what is answered to these from now on
    shared: bool = False  # with the case's team, as far as the mail is the actor's own
    how: How = How.PICKER
    reason: str = ""  # core.suggestions.Reason: what the suggestion said
    params: Mapping[str, str | int] = field(default_factory=dict)


def file(actor: User, key: UUID, messages: Sequence[UUID], wanted: Wanted, *, quiet: bool = False) -> ActLine:
    """Once for its key. What the actor may see is filed, whoever owns it, and nobody sees more by that. `quiet`: by the way, no matter
    for `z`. Raises NotAllowed: none of the messages, or not the case or task, is theirs to see."""
    with as_user(actor.pk), transaction.atomic():
        goal, case = _goal(actor, wanted)
        named = filing.chosen(actor.pk, messages)
        if not named:
            raise NotAllowed
        act = acts.begin(actor, key, Verb.FILE, quiet=quiet)
        if act is not None:
            lock_threads(actor.pk)  # so that no reply is missed between what is there and what comes
            every = named | (filing.conversations(actor.pk, list(named)) if wanted.whole else {})
            follows = filing.follow(actor.pk, list(named), case.pk) if wanted.whole and case else []
            why = (wanted.reason, wanted.params)
            filed = filing.file(actor.pk, act, list(every), goal, wanted.how, why, follows)
            filing.link_documents(filed)
            own = [message for message, owner in named.items() if owner == actor.pk]
            given = _share(actor, act, own, wanted, case, follows) if case and wanted.shared else []
            if case:
                filing.use(actor.pk, case.pk)
            act.count = len({*filed, *given})
            act.save(update_fields=["count"])
            _tell(actor, filed, audit.Verb.FILE, [case] if case else [])
        return line(actor, key)


def put(actor: User, act: Act, messages: Sequence[int], case: Case) -> list[int]:
    """Files these messages of the actor's, and no others of their conversations, as part of a rule's act: its undo takes them back. In the
    act's transaction. Returns those that were not there already."""
    filed = filing.file(actor.pk, act, messages, Goal(case=case.pk), How.RULE, ("", {}))
    filing.link_documents(filed)
    _tell(actor, filed, audit.Verb.FILE, [case])
    return filed


def take_back(actor: User, act: Act) -> int:
    """All of a filing: the links, what would have come after them, and the shares that it made. Returns of how many messages."""
    cases = list(Case.objects.filter(pk__in=Filing.objects.filter(act=act).values("case_id")))
    lock_threads(actor.pk)
    undone = filing.undo(actor.pk, act)
    filing.link_documents(undone)
    shown = sharing.take_back(actor, act)
    _tell(actor, undone, audit.Verb.UNFILE, cases)
    return max(len(undone), shown)


def unfile(actor: User, filing_id: UUID) -> int:
    """One link, for ever, or a conversation's: who made it, who owns the mail, and the case's team may. What its maker showed by it is
    shown no longer. Returns of how many messages. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        seen = queries.filing(actor, filing_id)
        if seen is None or not seen.may_undo:
            raise NotAllowed
        lock_threads(actor.pk)
        found = Filing.objects.select_related("act", "case").filter(public_id=filing_id).first()
        if found is None:  # walled off since it was looked at
            raise NotAllowed
        undone = filing.undo_one(actor.pk, found.pk)
        filing.link_documents(undone)
        if found.act and found.by_id == actor.pk:
            sharing.take_back_of(actor, found.act, undone)
            if not Filing.objects.filter(act=found.act, undone_at=None).exists():
                Act.objects.filter(pk=found.act.pk, undone_at=None, verb=Verb.FILE).update(undone_at=timezone.now())
        _tell(actor, undone, audit.Verb.UNFILE, [found.case] if found.case else [])
    return len(undone)


def set_aside(actor: User, key: UUID, messages: Sequence[UUID]) -> ActLine:
    """Mail of the actor's that waits to be filed no longer. Once for its key. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        own = list(Message.objects.filter(owner=actor, public_id__in=messages).values_list("pk", flat=True))
        if not own:
            raise NotAllowed
        act = acts.begin(actor, key, Verb.SET_ASIDE)
        if act is not None:
            there = set(SetAside.objects.filter(message__in=own).values_list("pk", flat=True))
            fresh = [SetAside(message_id=pk, owner_id=actor.pk, act=act) for pk in own if pk not in there]
            SetAside.objects.bulk_create(fresh, ignore_conflicts=True)
            act.count = len(fresh)
            act.save(update_fields=["count"])
            _tell_lists(own)
        return line(actor, key)


def take_up(actor: User, act: Act) -> int:
    """What was set aside waits again."""
    rows = SetAside.objects.filter(owner_id=actor.pk, act=act)
    again = list(rows.values_list("pk", flat=True))
    rows.delete()
    _tell_lists(again)
    return len(again)


def never_suggest(actor: User, message: UUID, case: UUID | None) -> None:
    """No case, or not this one, for mail from whom this message is. Raises NotAllowed."""
    with as_user(actor.pk):
        address, known = queries.sender(actor, message), case_line(actor, case) if case else None
        if not address or (case and known is None):
            raise NotAllowed
        of = Case.objects.get(pk=known.id) if known else None
        NeverSuggest.objects.get_or_create(owner=actor, office_id=actor.office_id, address=address, case=of)


def suggest_again(actor: User, message: UUID) -> None:
    """Whatever was never to be suggested for mail from whom this message is. Raises NotAllowed."""
    with as_user(actor.pk):
        address = queries.sender(actor, message)
        if not address:
            raise NotAllowed
        NeverSuggest.objects.filter(owner=actor, address=address).delete()


def follow(owner_id: int, read: Sequence[Read]) -> None:
    """At the end of transaction B: letters that were written in a case are filed to it, and copies of them at their readers'; what answers
    filed mail is filed, too; and attachments of what was filed unread become documents."""
    office = read[0].message.office_id
    for message, letter, case, shared in following.composed(owner_id, office, read):
        wanted = Wanted(case=case, shared=shared, how=How.COMPOSE)
        file(User.objects.get(pk=owner_id), uuid5(letter, str(message)), [message], wanted, quiet=True)
    filed: list[int] = []
    fresh = [one for one in read if one.message.thread_id is None]  # what is read again is nothing that comes
    if fresh:
        filed = following.file_headed(owner_id, office, fresh) + following.file_replies(owner_id, office, fresh)
    filing.link_documents([*(one.message.id for one in read if one.attachments), *filed])
    if filed:
        owner = User.objects.get(pk=owner_id)
        of = Filing.objects.filter(message__in=filed, undone_at=None).values("case_id")
        events.told([owner.public_id], [events.case(case.public_id) for case in Case.objects.filter(pk__in=of)])
        _tell(owner, filed, audit.Verb.FILE, [])


def _goal(actor: User, wanted: Wanted) -> tuple[Goal, Case | None]:
    if wanted.task:
        task = queries.task_of(actor, wanted.task)
        if task is None:
            raise NotAllowed
        return Goal(task=task), None
    found = case_line(actor, wanted.case) if wanted.case else None
    if found is None:
        raise NotAllowed
    return Goal(case=found.id), Case.objects.get(pk=found.id)


def _share(
    actor: User, act: Act, own: Sequence[int], wanted: Wanted, case: Case, follows: Sequence[int]
) -> Collection[int]:
    """With the case's team: the owner alone does that. A letter's writer shows it what they wrote, and not what they answered."""
    if not own:
        return []
    stir(case)  # its row before the register, which is locked once anything is shared: so does whoever changes the case
    scope = Scope.FOLLOWING if wanted.whole else Scope.MESSAGE
    earlier = wanted.how is not How.COMPOSE
    given = sharing.give(actor, act, own, scope, Targets(teams=[case.pk]), earlier=earlier)
    filing.share_follows(follows, given.standing)
    return given.messages


def _tell(actor: User, messages: Sequence[int], verb: audit.Verb, cases: Sequence[Case]) -> None:
    """Lists and pages of whoever files, and of who else sees the mail, of each what they see, where they may know of the case; the register
    last."""
    if not messages:
        return
    _tell_lists(messages)
    names = dict(Message.objects.filter(pk__in=messages).values_list("pk", "public_id"))
    knows = set.intersection(*(set(knowing(case)) for case in cases)) if cases else set()
    others = {person: seen for person, seen in audience(messages).items() if person in knows}
    for person, seen in {actor.public_id: list(names), **others}.items():
        events.spoken([person], [names[one] for one in seen])
        events.told([person], [events.case(case.public_id) for case in cases])
    note_each(actor, verb, names.values(), cases[0].pk if cases else None)


def _tell_lists(messages: Sequence[int]) -> None:
    """Folders are their owners' alone: of mail that was shared with the actor nothing is told here."""
    for owner, account, folder in places(messages):
        events.changed([owner], account, [folder])
