"""The unified inbox: the inboxes of the accounts that its owner wants in it."""

from dataclasses import dataclass
from uuid import UUID

from teczka.core.folders import FolderRole
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.folders import MANAGED


@dataclass(frozen=True, slots=True)
class Inbox:
    """One account's, with its folder's counters."""

    folder: int
    folder_id: UUID
    account: UUID
    account_name: str
    address: str
    colour: int
    chosen: bool  # it is in the unified inbox
    stored: int
    unread: int
    on_server: int
    managed: bool  # as FolderLine.managed


def inboxes(viewer: User) -> list[Inbox]:
    """Of every account that is not deleted, the oldest first. Costs a row an account."""
    return walls.read_often(
        viewer,
        Inbox,
        f"""SELECT f.id, f.public_id, a.public_id, a.provider_name, a.address, a.colour, a.in_unified, f.stored, f.unread, f.on_server,
                   {MANAGED}
            FROM store_account a JOIN store_folder f ON f.account_id = a.id
            WHERE {walls.mine("a")} AND {walls.mine("f")} AND a.deleted_at IS NULL
              AND f.role = %(inbox)s AND f.selectable AND f.gone_at IS NULL
            ORDER BY a.id, f.id""",
        inbox=FolderRole.INBOX,
    )
