"""Folders made, renamed and removed; and what one serves as, where its owner knows better than its server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unicodedata import normalize
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teczka.actions.acting import finish, folder_for, has_folders, line, make_folder, note, shape, unmanaged
from teczka.core.acts import Kind, Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.folders import FolderRole, claim, is_name, root
from teczka.core.mail import RemoteFolder
from teczka.store import acts, events
from teczka.store.acts import Chosen, Touched
from teczka.store.models import Account, Act, Folder, User
from teczka.store.queries.acts import ActLine
from teczka.store.viewer import as_user


def create_folder(actor: User, key: UUID, account_id: UUID, name: str, parent: UUID | None = None) -> ActLine:
    """Once for its key, as all of these. Below `parent`, or where the account's folders begin. Raises NotAllowed, or Problem."""
    with as_user(actor.pk), transaction.atomic():
        account = Account.objects.filter(owner=actor, public_id=account_id).first()
        if account is None:
            raise NotAllowed
        with _acting(actor, key, Verb.FOLDER_CREATE, account) as act:
            if act:
                delimiter, paths = shape(account)
                above = _below(_folder(actor, parent)) if parent else root(paths, delimiter)
                path = _path(account, above, name, delimiter)
                folder = make_folder(act, account, path, delimiter, FolderRole.OTHER)
                finish(actor, act, Touched(1, 0, frozenset({folder.pk})), [account])
        return line(actor, key)


def rename_folder(actor: User, key: UUID, public_id: UUID, name: str) -> ActLine:
    """What lies below it goes with it. Raises NotAllowed, or Problem."""
    with as_user(actor.pk), transaction.atomic():
        folder = _own(actor, public_id)
        with _acting(actor, key, Verb.FOLDER_RENAME, folder.account) as act:
            if act:
                before = folder.path
                above = before[: len(before) - len(_last(folder))]
                path = _path(folder.account, above, name, folder.delimiter)
                acts.repath(folder, path)
                note(act, folder.account, Kind.RENAME, folder, path, before)
                finish(actor, act, Touched(1, 0, frozenset({folder.pk})), [folder.account])
        return line(actor, key)


def remove_folder(actor: User, key: UUID, public_id: UUID) -> ActLine:
    """Its messages go to the bin first; the server removes it only if it is empty then. Raises NotAllowed, or Problem."""
    with as_user(actor.pk), transaction.atomic():
        folder = _own(actor, public_id)
        with _acting(actor, key, Verb.FOLDER_REMOVE, folder.account) as act:
            if act:
                if has_folders(folder):
                    raise Problem(Trouble.FOLDER_PARENT, folder=_last(folder))
                goal = folder_for(actor, act, folder.account, FolderRole.TRASH)
                touched = acts.move(actor.pk, act, Chosen([folder.pk]), {folder.account_id: goal.pk})
                Folder.objects.filter(pk=folder.pk).update(gone_at=timezone.now())
                note(act, folder.account, Kind.REMOVE, folder)
                finish(actor, act, replace(touched, count=1, folders=touched.folders | {folder.pk}), [folder.account])
        return line(actor, key)


@contextmanager
def _acting(actor: User, key: UUID, verb: Verb, account: Account) -> Iterator[Act | None]:
    """None where it was done already."""
    if not account.managed:
        raise unmanaged(account)
    acts.lock([account.pk])
    yield acts.begin(actor, key, verb)


def _own(actor: User, public_id: UUID) -> Folder:
    """One that serves as nothing but itself."""
    folder = _folder(actor, public_id)
    if folder.role:
        raise Problem(Trouble.FOLDER_NEEDED, folder=_last(folder))
    return folder


def _folder(actor: User, public_id: UUID) -> Folder:
    known = Folder.objects.select_related("account").filter(owner=actor, account__owner=actor, gone_at=None)
    folder = known.filter(public_id=public_id).first()
    if folder is None:
        raise NotAllowed
    return folder


def _path(account: Account, above: str, name: str, delimiter: str) -> str:
    name = normalize("NFC", name.strip())
    if not is_name(name, delimiter):
        raise Problem(Trouble.FOLDER_NAME, folder=name)
    path = above + name
    if Folder.objects.filter(account=account, gone_at=None, path=path).exists():
        raise Problem(Trouble.FOLDER_EXISTS, folder=name)
    return path


def _below(folder: Folder) -> str:
    return folder.path + folder.delimiter


def _last(folder: Folder) -> str:
    return folder.path.rsplit(folder.delimiter, 1)[-1] if folder.delimiter else folder.path


def choose_role(actor: User, public_id: UUID, role: FolderRole | None) -> None:
    """OTHER: none, whatever its name says. None: as the server says, else its name. Whichever folder had the role loses it. The inbox is
    what the server says it is. Raises NotAllowed.
    """
    with as_user(actor.pk), transaction.atomic():
        found = Folder.objects.select_for_update(of=("self",)).select_related("account")
        folder = found.filter(owner=actor, public_id=public_id, gone_at=None).first()
        if folder is None or FolderRole.INBOX in (folder.role, role):
            raise NotAllowed
        others = Folder.objects.filter(account=folder.account_id).exclude(pk=folder.pk)
        folder.chosen_role = role
        if role is None:
            folder.role = _named(folder)
            if others.filter(role=folder.role).exists():
                folder.role = FolderRole.OTHER
        else:
            if role:
                others.filter(chosen_role=role).update(chosen_role=None)
                others.filter(role=role).update(role=FolderRole.OTHER)
            folder.role = role
        folder.save(update_fields=["chosen_role", "role"])
        events.ask_keeper(folder.account_id)  # the next listing gives the roles that are free now by the server's word
        events.changed([actor.public_id], folder.account.public_id, [])


def _named(folder: Folder) -> FolderRole:
    as_listed = RemoteFolder(bytes(folder.wire_name), folder.path, folder.delimiter or None, frozenset())
    return claim(as_listed)[1]
