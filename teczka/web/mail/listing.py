"""What the mail page lists: one folder, or the inboxes of several accounts as one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from teczka.core.folders import FolderRole
from teczka.store.events import SHARED
from teczka.store.queries.folders import FolderLine
from teczka.store.queries.unfiled import WAITS
from teczka.store.queries.unified import Inbox
from teczka.web.mail.searched import Searched
from teczka.web.mail.tree import UNFILED, UNIFIED, folder_name

COLOURLESS = 7  # of the accounts' colours, the grey one
OUTWARD = {FolderRole.SENT, FolderRole.DRAFTS}


@dataclass(frozen=True, slots=True)
class Stripe:
    """Whose a row is among several accounts' rows, or people's: a name, and a colour beside it."""

    folder: UUID | str
    name: str
    colour: int


@dataclass(frozen=True, slots=True)
class Listing:
    key: str  # as the tree calls it
    name: str
    whose: str  # the account's name
    url: str
    rows_url: str
    folders: Sequence[int]
    stored: int
    on_server: int
    role: str
    managed: bool  # some of it may be moved about on its server
    gone: bool = False  # from the server; its mail is kept
    outward: bool = False  # whom it went to says more there than whom it came from
    stripes: dict[int, Stripe] = field(default_factory=dict)  # by folder
    which: str = ""  # of the folders' mail that alone (queries.listing.block)
    leaves: str = ""  # what, once done to a message, takes it out of the list
    members: str = ""  # the folders whose changes change it, where the tree does not say so
    uncounted: bool = False  # more than are counted
    searched: Searched | None = None  # of what was found

    @property
    def opens(self) -> str:
        """The address of a message in it, before the message's id."""
        return f"{self.url}{'&' if '?' in self.url else '?'}m="

    @property
    def missing(self) -> int:
        return max(self.on_server - self.stored, 0)


def of_shared(count: int, owners: dict[int, str] | None = None) -> Listing:
    """What others share with one. `owners`: whose each row is, by its third place (queries/shared.py)."""
    return Listing(
        SHARED,
        _("Shared with me"),
        _("Mail of others in the office"),
        reverse("shared_list"),
        reverse("shared_rows"),
        [],
        count,
        count,
        SHARED,
        managed=False,
        stripes={place: Stripe("", name, COLOURLESS) for place, name in (owners or {}).items()},
    )


def of_folder(line: FolderLine) -> Listing:
    return Listing(
        str(line.public_id),
        folder_name(line.path, line.delimiter, line.role),
        line.account_name,
        reverse("folder", args=[line.public_id]),
        reverse("folder_rows", args=[line.public_id]),
        [line.id],
        line.stored,
        line.on_server,
        line.role,
        line.managed,
        line.gone,
        outward=line.role in OUTWARD,
    )


def of_inboxes(inboxes: Sequence[Inbox]) -> Listing:
    chosen = [inbox for inbox in inboxes if inbox.chosen]
    return Listing(
        UNIFIED,
        _("Inbox"),
        _("All accounts"),
        reverse("unified"),
        reverse("unified_rows"),
        [inbox.folder for inbox in chosen],
        sum(inbox.stored for inbox in chosen),
        sum(max(inbox.stored, inbox.on_server) for inbox in chosen),
        FolderRole.INBOX,
        any(inbox.managed for inbox in chosen),
        stripes={inbox.folder: Stripe(inbox.folder_id, inbox.account_name, inbox.colour) for inbox in chosen},
    )


def of_unfiled(inboxes: Sequence[Inbox], waiting: int) -> Listing:
    several = len(inboxes) > 1
    return Listing(
        UNFILED,
        _("Unfiled"),
        _("Waiting to be filed"),
        reverse("unfiled"),
        reverse("unfiled_rows"),
        [inbox.folder for inbox in inboxes],
        waiting,
        waiting,
        FolderRole.INBOX,
        any(inbox.managed for inbox in inboxes),
        stripes={one.folder: Stripe(one.folder_id, one.account_name, one.colour) for one in inboxes} if several else {},
        which=WAITS,
        leaves="file set_aside",
        members=" ".join(str(inbox.folder_id) for inbox in inboxes),
    )
