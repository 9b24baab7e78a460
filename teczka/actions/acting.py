"""How every act begins and ends: once for its key, alone on its accounts, and told to whoever looks."""

from collections.abc import Collection
from uuid import UUID

from teczka.core.acts import Kind
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.folders import AWAITED, CALLED, FolderRole, root
from teczka.remote.imap.utf7 import encode
from teczka.store import archives, events, outcomes
from teczka.store.acts import Touched
from teczka.store.models import Account, Act, Folder, Operation, User
from teczka.store.queries.acts import ActLine, act_line


def finish(actor: User, act: Act, touched: Touched, accounts: Collection[Account]) -> None:
    act.count = touched.count
    act.save(update_fields=["count"])
    changed = Folder.objects.filter(pk__in=touched.folders).values_list("account_id", "public_id")
    for account in accounts:
        events.changed([actor.public_id], account.public_id, [folder for of, folder in changed if of == account.pk])
        if account.is_archive:
            for folder, path in archives.settle(account.pk):
                outcomes.renamed(folder, encode(path))
        elif account.managed:
            events.ask_replay(account.pk)


def line(actor: User, key: UUID) -> ActLine:
    """What was done under this key."""
    found = act_line(actor, key)
    if found is None:
        raise NotAllowed
    return found


def unmanaged(account: Account) -> Problem:
    """Why nothing is moved in it."""
    why = Trouble.ACT_POP3 if account.protocol == "pop3" else Trouble.ACT_READ_ONLY
    return Problem(Trouble.ACT_ARCHIVED if account.deleted_at else why, account=account.provider_name)


def folder_for(actor: User, act: Act | None, account: Account, role: FolderRole) -> Folder:
    """The account's folder of this role, made where it has none. What holds all mail serves as an archive (Gmail)."""
    there = Folder.objects.filter(account=account, gone_at=None, selectable=True)
    found = there.filter(role=role).first()
    if found is None and role is FolderRole.ARCHIVE:
        found = there.filter(role=FolderRole.ALL).first()
    if found:
        return found
    delimiter, paths = shape(account)
    path = root(paths, delimiter) + CALLED.get(actor.language, CALLED["en"])[role]
    same = there.filter(path=path).first()
    return same or make_folder(act, account, path, delimiter, role)


def shape(account: Account) -> tuple[str, list[str]]:
    """The delimiter of its folders' paths, and these."""
    folders = list(Folder.objects.filter(account=account, gone_at=None).values_list("delimiter", "path"))
    return next((delimiter for delimiter, _ in folders if delimiter), ""), [path for _, path in folders]


def has_folders(folder: Folder) -> bool:
    below = folder.path + folder.delimiter
    there = Folder.objects.filter(account=folder.account_id, gone_at=None)
    return bool(folder.delimiter) and there.filter(path__startswith=below).exists()


def make_folder(act: Act | None, account: Account, path: str, delimiter: str, role: FolderRole) -> Folder:
    """Here at once, known by its UIDVALIDITY for one that its server does not list yet; there in the order of the journal. One of this
    name that went earlier is the same again. Problem where one that is to be renamed has it on the server still."""
    there = Folder.objects.filter(account=account, wire_name=encode(path), gone_at=None)
    if there.exclude(path=path).exists():
        raise Problem(Trouble.FOLDER_EXISTS, folder=path)
    owner = {"office_id": account.office_id, "owner_id": account.owner_id}
    fresh = {"path": path, "delimiter": delimiter, "role": role, "selectable": True, "gone_at": None}
    folder, _ = Folder.objects.update_or_create(
        account=account,
        wire_name=encode(path),
        defaults={**fresh, "uidvalidity": AWAITED, "complete_below": 0, "highestmodseq": None},
        create_defaults={**fresh, "uidvalidity": AWAITED, **owner},
    )
    note(act, account, Kind.CREATE, folder, path)
    return folder


def note(act: Act | None, account: Account, kind: Kind, folder: Folder, path: str = "", before: str = "") -> None:
    Operation.objects.create(
        office_id=account.office_id,
        owner_id=account.owner_id,
        act=act,
        account=account,
        kind=kind,
        folder=folder,
        path=path,
        path_before=before,
    )
