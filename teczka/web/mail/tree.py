"""The folder tree: the unified inbox, accounts, and under each its folders in the order in which people look for them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language
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
DRAWN = 16_384  # leaves whose HTML is kept, each about 1 KB

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

    @property
    def drawn(self) -> SafeString:
        return _drawn(self, get_language() or "")


@dataclass(frozen=True)
class Branch:
    account: AccountLine
    lines: list[FolderLine]
    had: Collection[str] = ()  # versions that the page has

    @cached_property
    def version(self) -> str:
        """Another where anything else than what is unread would be drawn otherwise."""
        told = sorted((f.id, f.path, f.delimiter, f.role, f.selectable, f.gone, f.left_out) for f in self.lines)
        return "v" + blake2b(repr(told).encode(), digest_size=8).hexdigest()  # not to be taken for a number

    @property
    def same(self) -> bool:
        """Of its folders the page is told no more than which have unread mail."""
        return self.version in self.had

    @cached_property
    def leaves(self) -> list[Leaf]:
        """Those to be told: all, in their order, or of what is the same those with unread mail."""
        return [_leaf(line) for line in self.lines if line.unread] if self.same else _leaves(self.lines)

    @property
    def inbox(self) -> FolderLine | None:
        return next((line for line in self.lines if line.role == FolderRole.INBOX), None)


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
            if any(line.id in folders for line in branch.lines)
        ]


def tree(viewer: User, had: Collection[str] = ()) -> Tree:
    """`had`: the versions of branches that a page shows already."""
    lines: defaultdict[UUID, list[FolderLine]] = defaultdict(list)
    for line in folders(viewer):
        lines[line.account].append(line)
    known = [Branch(account, lines[account.public_id], had) for account in accounts(viewer)]
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


@lru_cache(DRAWN)
def _drawn(leaf: Leaf, _language: str) -> SafeString:
    """A page has thousands of folders, and draws most of them as the page before did: a template takes 0.1 ms for each."""
    return render_to_string("mail/leaf.html", {"leaf": leaf})
