"""What a person does to mail. It is done here at once; the account's keeper does it on the server, in the same order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from teczka.actions import consequences, filing
from teczka.actions.acting import finish, folder_for, line, unmanaged
from teczka.actions.audit import note_deleted
from teczka.actions.undoing import take_back
from teczka.core import audit
from teczka.core.accounts import Farewell
from teczka.core.acts import OperationState, Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.folders import FolderRole
from teczka.core.labels import is_keyword, is_label
from teczka.store import acts, undoing
from teczka.store.acts import Chosen, Touched
from teczka.store.models import Account, Act, Folder, Operation, User
from teczka.store.queries.acts import ActLine
from teczka.store.viewer import as_user

FLAGS = {
    Verb.READ: {"\\Seen": True},
    Verb.UNREAD: {"\\Seen": False},
    Verb.STAR: {"\\Flagged": True},
    Verb.UNSTAR: {"\\Flagged": False},
}
GOALS = {
    Verb.ARCHIVE: FolderRole.ARCHIVE,
    Verb.SPAM: FolderRole.JUNK,
    Verb.NOT_SPAM: FolderRole.INBOX,
    Verb.BIN: FolderRole.TRASH,
}
# What no server hears of, with its undo.
HERE_ALONE = {Verb.FILE: filing.take_back, Verb.SET_ASIDE: filing.take_up}
NO_LABELS: Mapping[str, bool] = {}
FOR_GOOD = {FolderRole.TRASH, FolderRole.JUNK}
UNDO_SECONDS = 10  # before what is removed for good is removed


@dataclass(frozen=True, slots=True)
class Selection:
    """Messages in folders of the actor's, by the folders' inner ids as the actor's own queries gave them; None: everything in these."""

    folders: Sequence[int]
    messages: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    line: ActLine
    stayed: int = 0  # messages of accounts where that cannot be done
    why: Problem | None = None  # why they stayed


def do(
    actor: User,
    key: UUID,
    verb: Verb,
    selection: Selection,
    target: UUID | None = None,
    *,
    quiet: bool = False,
    labels: Mapping[str, bool] = NO_LABELS,
) -> Done:
    """Once for its key: the same one again tells what was done. `target`: the folder of MOVE and COPY. `quiet`: by the way, no matter for
    `z`. `labels`: of LABEL, keyword → whether it is put on. Raises NotAllowed, or Problem where nothing of the selection can be so acted
    on."""
    with as_user(actor.pk), transaction.atomic():
        folders = _folders(actor, selection.folders)
        chosen = Chosen([folder.pk for folder in folders], selection.messages)
        spread = acts.spread(actor.pk, chosen)
        accounts = {folder.account_id: folder.account for folder in folders if folder.account_id in spread}
        acts.lock(list(accounts))
        act = acts.begin(actor, key, verb, quiet=quiet)
        if act is None:
            return Done(line(actor, key))
        out: dict[int, Problem] = {}
        if verb in FLAGS or verb is Verb.LABEL:
            touched = _flag(actor, act, chosen, FLAGS.get(verb) or _labels(labels))
        elif verb is Verb.DELETE:
            touched, out = _delete(actor, act, chosen, folders)
        else:
            touched, out = _move(actor, act, chosen, list(accounts.values()), target)
        stuck = {} if verb in FLAGS or verb is Verb.LABEL else acts.spread(actor.pk, chosen, gone=True)
        out |= {
            account: Problem(Trouble.ACT_FOLDER_GONE)
            for account in stuck.keys() - out
            if stuck[account] == spread[account]
        }
        if accounts and len(out) == len(accounts):
            raise next(iter(out.values()))
        finish(actor, act, touched, list(accounts.values()))
        if verb is Verb.DELETE:
            note_deleted(actor, audit.Verb.DELETE, act)
        stayed = stuck | {account: spread[account] for account in out}
        why = next(iter(out.values()), Problem(Trouble.ACT_FOLDER_GONE) if stuck else None)
        return Done(line(actor, key), sum(stayed.values()), why)


def undo(actor: User, public_id: UUID) -> Done:
    """Takes the whole act back, as far as that still goes: what its server has not heard of is as if it had never been, the rest is done
    the other way round. Asked again it tells the same. Raises NotAllowed, or Problem(ACT_TOO_LATE)."""
    with as_user(actor.pk), transaction.atomic():
        found = Act.objects.filter(owner=actor, public_id=public_id).exclude(verb=Verb.UNDO).first()
        if found is None:
            raise NotAllowed
        accounts = list(Account.objects.filter(owner=actor, pk__in=undoing.accounts(found)))
        acts.lock([account.pk for account in accounts])
        key = uuid5(public_id, Verb.UNDO)
        back = acts.begin(actor, key, Verb.UNDO, undoes=found)
        if back is None:
            return Done(line(actor, key))
        if aside := HERE_ALONE.get(Verb(found.verb)):
            touched = Touched(aside(actor, found))
        else:
            touched = take_back(actor, back, found, {account.pk: account for account in accounts})
        if found.verb == Verb.RULE:
            touched = replace(touched, count=max(touched.count, consequences.take_back(actor, found)))
        if not touched.count:
            raise Problem(Trouble.ACT_TOO_LATE)
        found.undone_at = timezone.now()
        found.save(update_fields=["undone_at"])
        finish(actor, back, touched, accounts)
        if found.verb == Verb.DELETE:
            note_deleted(actor, audit.Verb.UNDELETE, found)
        return Done(line(actor, key), max(found.count - touched.count, 0))


def dismiss(actor: User, public_id: UUID) -> None:
    """The notice of a refusal (queries.acts.RefusedLine) has been read: it, and what is told with it. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        refused = Operation.objects.filter(owner=actor, state=OperationState.REFUSED)
        newest = refused.filter(public_id=public_id).first()
        if newest is None:
            raise NotAllowed
        alike = Q(act=newest.act_id) if newest.act_id else Q(act=None)
        refused.filter(alike, trouble=newest.trouble, pk__lte=newest.pk).update(dismissed_at=timezone.now())


def _folders(actor: User, ids: Sequence[int]) -> list[Folder]:
    known = Folder.objects.select_related("account").filter(owner=actor, account__owner=actor, pk__in=ids)
    folders = list(known.exclude(account__farewell=Farewell.REMOVE))
    if len(folders) < len(set(ids)) or not folders:
        raise NotAllowed
    return folders


def _labels(labels: Mapping[str, bool]) -> Mapping[str, bool]:
    if not labels or not all(is_keyword(label) and is_label(label) for label in labels):
        raise NotAllowed
    return labels


def _flag(actor: User, act: Act, chosen: Chosen, flags: Mapping[str, bool]) -> Touched:
    every = [acts.flag(actor.pk, act, chosen, flag, value=value) for flag, value in sorted(flags.items())]
    if len(every) == 1:
        return every[0]
    folders = frozenset[int]().union(*(touched.folders for touched in every))
    changed = Operation.objects.filter(act=act).values("placement_id").distinct()
    return Touched(changed.count(), changed.filter(state=OperationState.LOCAL).count(), folders)


def _delete(actor: User, act: Act, chosen: Chosen, folders: Sequence[Folder]) -> tuple[Touched, dict[int, Problem]]:
    if any(folder.role not in FOR_GOOD for folder in folders):
        raise Problem(Trouble.ACT_FOR_GOOD)
    out = {folder.account_id: unmanaged(folder.account) for folder in folders if not folder.account.managed}
    return acts.expunge(actor.pk, act, chosen, timedelta(seconds=UNDO_SECONDS)), out


def _move(
    actor: User, act: Act, chosen: Chosen, accounts: Sequence[Account], target: UUID | None
) -> tuple[Touched, dict[int, Problem]]:
    """And the accounts whose mail stays, with the reason."""
    out = {account.pk: unmanaged(account) for account in accounts if not account.managed}
    verb = Verb(act.verb)
    goals: dict[int, int] = {}
    if verb in GOALS:
        able = [account for account in accounts if account.managed]
        goals = {account.pk: folder_for(actor, act, account, GOALS[verb]).pk for account in able}
    else:
        there = Folder.objects.filter(owner=actor, gone_at=None, selectable=True)
        goal = there.filter(public_id=target).first() if target else None
        if goal is None:
            raise NotAllowed
        goals = {goal.account_id: goal.pk}
        out = {account.pk: Problem(Trouble.ACT_ELSEWHERE) for account in accounts if account.pk not in goals} | out
    return acts.move(actor.pk, act, chosen, goals, copy=verb is Verb.COPY), out
