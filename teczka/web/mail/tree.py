"""The folder tree: accounts, and under each its folders in the order in which people look for them."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from teczka.core.folders import ORDER, FolderRole
from teczka.store.models import User
from teczka.store.queries.accounts import AccountLine, accounts
from teczka.store.queries.folders import FolderLine, folders

ROLES = {
    FolderRole.INBOX: (_("Inbox"), "inbox"),
    FolderRole.DRAFTS: (_("Drafts"), "file-pen"),
    FolderRole.SENT: (_("Sent"), "send"),
    FolderRole.ARCHIVE: (_("Archive"), "archive"),
    FolderRole.JUNK: (_("Spam"), "shield-alert"),
    FolderRole.TRASH: (_("Bin"), "trash-2"),
    FolderRole.ALL: (_("All mail"), "mails"),
    FolderRole.FLAGGED: (_("Starred"), "star"),
}
# Polish letters after their Latin ones: a key made here sorts alike on every server's database.
_POLISH = str.maketrans(
    {plain: f"{base}{mark}" for plain, base, mark in zip("ąćęłńóśźż", "acelnoszz", "~~~~~~~~\x7f", strict=True)}
)


@dataclass(frozen=True, slots=True)
class Leaf:
    folder: FolderLine
    name: str
    icon: str
    depth: int


@dataclass(frozen=True, slots=True)
class Branch:
    account: AccountLine
    leaves: list[Leaf]

    def leaf(self, folder: UUID) -> Leaf | None:
        return next((leaf for leaf in self.leaves if leaf.folder.public_id == folder), None)


def tree(viewer: User) -> list[Branch]:
    lines = folders(viewer)
    return [
        Branch(account, _leaves([line for line in lines if line.account == account.public_id]))
        for account in accounts(viewer)
    ]


def levels(path: str, delimiter: str) -> list[str]:
    """The names from the top down. Some servers keep every folder below INBOX (Courier, Cyrus); people need not see that."""
    names = path.split(delimiter) if delimiter else [path]
    return names[1:] if len(names) > 1 and names[0].upper() == "INBOX" else names


def folder_name(path: str, delimiter: str, role: str) -> str:
    return str(ROLES[FolderRole(role)][0]) if role else levels(path, delimiter)[-1]


def polish(name: str) -> str:
    return name.casefold().translate(_POLISH)


def _leaves(lines: list[FolderLine]) -> list[Leaf]:
    roles = {tuple(levels(line.path, line.delimiter)): ORDER.index(FolderRole(line.role)) for line in lines}

    def place(line: FolderLine) -> list[tuple[int, str]]:
        names = levels(line.path, line.delimiter)
        last = len(ORDER)
        return [(roles.get(tuple(names[: depth + 1]), last), polish(name)) for depth, name in enumerate(names)]

    return [_leaf(line) for line in sorted(lines, key=place)]


def _leaf(line: FolderLine) -> Leaf:
    icon = ROLES[FolderRole(line.role)][1] if line.role else "folder"
    depth = len(levels(line.path, line.delimiter)) - 1
    return Leaf(line, folder_name(line.path, line.delimiter, line.role), icon, min(depth, 6))
