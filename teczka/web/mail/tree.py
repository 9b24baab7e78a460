"""The folder tree: the unified inbox, accounts, and under each its folders in the order in which people look for them."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from teczka.core.folders import ORDER, FolderRole, levels
from teczka.language.order import sort_key
from teczka.store.models import User
from teczka.store.queries.accounts import AccountLine, accounts
from teczka.store.queries.backups import wants_backup
from teczka.store.queries.case_find import at_hand
from teczka.store.queries.comments import mentions
from teczka.store.queries.drafts import waiting
from teczka.store.queries.folders import FolderLine, folders
from teczka.store.queries.oauth import registrations
from teczka.store.queries.tasks import pressing
from teczka.store.queries.unfiled import count_unfiled
from teczka.store.queries.unified import Inbox, inboxes

UNFILED = "unfiled"
UNIFIED = "inbox"  # what the tree calls the unified inbox, beside folders' public ids

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

    @property
    def inbox(self) -> Leaf | None:
        return next((leaf for leaf in self.leaves if leaf.folder.role == FolderRole.INBOX), None)


@dataclass(frozen=True, slots=True)
class Tree:
    branches: list[Branch]
    archived: list[Branch]  # of accounts that were deleted, and whose mail was to stay
    inboxes: list[Inbox]  # of the former

    @property
    def unites(self) -> bool:
        """With one account the unified inbox would be the same again."""
        return len(self.inboxes) > 1

    @property
    def chosen(self) -> list[Inbox]:
        return [inbox for inbox in self.inboxes if inbox.chosen]

    @property
    def unread(self) -> int:
        return sum(inbox.unread for inbox in self.chosen)

    @property
    def members(self) -> str:
        """The folders whose changes change the unified inbox."""
        return " ".join(str(inbox.folder_id) for inbox in self.chosen)

    def accounts_of(self, folders: Collection[int]) -> list[AccountLine]:
        return [
            branch.account
            for branch in self.branches + self.archived
            if any(leaf.folder.id in folders for leaf in branch.leaves)
        ]


def tree(viewer: User) -> Tree:
    lines = folders(viewer)
    known = [
        Branch(account, _leaves([line for line in lines if line.account == account.public_id]))
        for account in accounts(viewer)
    ]
    return Tree(
        [branch for branch in known if branch.account.deleted_at is None],
        [branch for branch in known if branch.account.archived],
        inboxes(viewer),
    )


def beside(request: HttpRequest) -> dict[str, Any]:
    """For the templates: the tree of whoever has signed in, made where a page shows it, and whether an administrator has something to
    mend."""
    viewer = getattr(request, "user", None)  # a request that was refused early has none
    if not isinstance(viewer, User):
        return {}
    return {
        "tree": SimpleLazyObject(lambda: tree(viewer)),
        "to_mend": SimpleLazyObject(lambda: _to_mend(viewer)),
        "unsaved": SimpleLazyObject(lambda: viewer.is_administrator and wants_backup()),
        "outgoing": SimpleLazyObject(lambda: waiting(viewer)),
        "at_hand": SimpleLazyObject(lambda: at_hand(viewer)),
        "unfiled": cache(lambda: count_unfiled(viewer)),
        "mentioned": cache(lambda: len(mentions(viewer))),
        "pressing": cache(lambda: pressing(viewer, timezone.localdate())),  # a number cannot be made lazy otherwise
    }


def _to_mend(viewer: User) -> bool:
    today = timezone.localdate()
    return viewer.is_administrator and any(one.wants_mending(today) for one in registrations(viewer).values())


def folder_name(path: str, delimiter: str, role: str) -> str:
    return str(ROLES[FolderRole(role)][0]) if role else levels(path, delimiter)[-1]


def _leaves(lines: list[FolderLine]) -> list[Leaf]:
    roles = {tuple(levels(line.path, line.delimiter)): ORDER.index(FolderRole(line.role)) for line in lines}

    def place(line: FolderLine) -> list[tuple[int, str]]:
        names = levels(line.path, line.delimiter)
        last = len(ORDER)
        return [(roles.get(tuple(names[: depth + 1]), last), sort_key(name)) for depth, name in enumerate(names)]

    return [_leaf(line) for line in sorted(lines, key=place)]


def _leaf(line: FolderLine) -> Leaf:
    icon = ROLES[FolderRole(line.role)][1] if line.role else "folder"
    depth = len(levels(line.path, line.delimiter)) - 1
    return Leaf(line, folder_name(line.path, line.delimiter, line.role), icon, min(depth, 6))
