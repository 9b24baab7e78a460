"""Taking an act back: nothing is said of what the server has not heard, and the rest is done the other way round."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from teczka.actions import sharing
from teczka.actions.acting import folder_for, has_folders, note
from teczka.core.acts import Kind, Verb
from teczka.core.folders import AWAITED, FolderRole
from teczka.store import acts, outcomes, undoing
from teczka.store.acts import Chosen, Touched
from teczka.store.models import Account, Act, Folder, Operation, User
from teczka.store.undoing import Moved, Shaped

_SHOWING = {Verb.SHARE, Verb.REVOKE}


def take_back(actor: User, back: Act, act: Act, accounts: Mapping[int, Account]) -> Touched:
    """Folders that were removed are there again before their messages return; those that were made go after theirs have left. What a server
    did stays where it is managed no longer."""
    managed = {pk: account for pk, account in accounts.items() if account.managed}
    touched = [_unheard(act)]
    shaped = [each for each in undoing.shaped(act) if each.account in managed]
    touched += [_make_again(back, each) for each in shaped if each.kind == Kind.REMOVE]
    for flag, value, placements in undoing.flagged(act):
        touched.append(acts.flag(actor.pk, back, Chosen(placements=placements), flag, value=not value))
    moves = [each for each in undoing.moved(act) if each.account in managed]
    if moves:
        touched.append(acts.move_back(actor.pk, back, _goals(actor, back, moves, managed)))
    touched += [_name_back(back, each) for each in shaped if each.kind == Kind.RENAME]
    touched += [_unmake(back, act, each) for each in shaped if each.kind == Kind.CREATE]
    if act.verb in _SHOWING:
        touched.append(Touched(sharing.take_back(actor, act)))
    return Touched(
        sum(one.count for one in touched),
        sum(one.local for one in touched),
        frozenset[int]().union(*(one.folders for one in touched)),
    )


def _unheard(act: Act) -> Touched:
    withdrawn = outcomes.withdraw(undoing.unheard(act))
    operations = Operation.objects.filter(pk__in=withdrawn)
    folders = {folder for pair in operations.values_list("folder", "target").distinct() for folder in pair if folder}
    return Touched(operations.exclude(kind__in=_beside(act)).count(), 0, frozenset(folders))


def _beside(act: Act) -> list[Kind]:
    """What is no message of an act on messages: a folder that had to be made for them."""
    return [] if act.verb.startswith("folder_") else [Kind.CREATE]


def _goals(actor: User, back: Act, moves: Sequence[Moved], accounts: Mapping[int, Account]) -> dict[int, int]:
    """Placement → folder. Copies go to the bin: nothing is removed for good by an undo."""
    bins = {
        of: folder_for(actor, back, accounts[of], FolderRole.TRASH).pk
        for of in {m.account for m in moves if not m.back}
    }
    return {move.placement: move.back or bins[move.account] for move in moves}


def _make_again(back: Act, shaped: Shaped) -> Touched:
    folder = Folder.objects.select_related("account").get(pk=shaped.folder)
    folder.gone_at, folder.uidvalidity, folder.complete_below, folder.highestmodseq = None, AWAITED, 0, None
    folder.save(update_fields=["gone_at", "uidvalidity", "complete_below", "highestmodseq"])
    note(back, folder.account, Kind.CREATE, folder, folder.path)
    return Touched(1, 0, frozenset({folder.pk}))


def _name_back(back: Act, shaped: Shaped) -> Touched:
    folder = Folder.objects.select_related("account").get(pk=shaped.folder)
    if folder.path != shaped.path or folder.gone_at:  # it was renamed again, or removed
        return Touched()
    acts.repath(folder, shaped.path_before)
    note(back, folder.account, Kind.RENAME, folder, shaped.path_before, shaped.path)
    return Touched(1, 0, frozenset({folder.pk}))


def _unmake(back: Act, act: Act, shaped: Shaped) -> Touched:
    """Only what was made for its own sake, and is as empty as it was made."""
    folder = Folder.objects.select_related("account").get(pk=shaped.folder)
    if act.verb != Verb.FOLDER_CREATE or folder.stored or has_folders(folder):
        return Touched()
    folder.gone_at = timezone.now()
    folder.save(update_fields=["gone_at"])
    note(back, folder.account, Kind.REMOVE, folder)
    return Touched(1, 0, frozenset({folder.pk}))
