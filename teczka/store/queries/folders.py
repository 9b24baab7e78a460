"""Folders as their owner sees them."""

from dataclasses import dataclass
from uuid import UUID

from teczka.core.accounts import Farewell, Mode, Protocol
from teczka.core.folders import FolderRole
from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class FolderLine:
    id: int
    public_id: UUID
    account: UUID
    account_name: str
    path: str
    delimiter: str
    role: str  # core.folders.FolderRole: what it serves as
    chosen: bool  # by its owner, over what the server or the name says
    selectable: bool
    stored: int
    unread: int
    on_server: int
    managed: bool  # what is done to its mail is done on the server
    left_out: bool  # by the last whole pass
    gone: bool  # from its server; its mail is kept

    @property
    def missing(self) -> int:
        """Messages that are still to be fetched, as far as the server's last word goes."""
        return max(self.on_server - self.stored, 0)


# What is done to mail in folder f of account a is done on its server.
MANAGED = (
    f"(a.protocol <> '{Protocol.POP3}' AND a.mode = '{Mode.MANAGED}' AND a.deleted_at IS NULL AND f.gone_at IS NULL)"
)
# Whose mail goes with its account is out of sight from the moment its owner said so.
THERE = f"a.farewell <> '{Farewell.REMOVE}'"
COLUMNS = (
    "f.id, f.public_id, a.public_id, a.provider_name, f.path, f.delimiter, f.role, f.chosen_role IS NOT NULL, f.selectable,"
    f" f.stored, f.unread, CASE WHEN f.gone_at IS NULL THEN f.on_server ELSE 0 END, {MANAGED},"
    " a.left_out @> jsonb_build_array(jsonb_build_object('folder', f.path)), f.gone_at IS NOT NULL"
)


def folders(viewer: User) -> list[FolderLine]:
    """Every folder that the servers list now or that still holds mail, in no order."""
    return walls.read_often(
        viewer,
        FolderLine,
        f"""SELECT {COLUMNS} FROM store_folder f JOIN store_account a ON a.id = f.account_id
            WHERE {walls.mine("f")} AND {walls.mine("a")} AND {THERE} AND (f.gone_at IS NULL OR f.stored > 0)""",
    )


def folder(viewer: User, public_id: UUID) -> FolderLine | None:
    found = walls.read(
        viewer,
        FolderLine,
        f"""SELECT {COLUMNS} FROM store_folder f JOIN store_account a ON a.id = f.account_id
            WHERE {walls.mine("f")} AND {walls.mine("a")} AND {THERE} AND f.public_id = %(folder)s""",
        folder=public_id,
    )
    return found[0] if found else None


def first_inbox(viewer: User, account_id: int = 0) -> UUID | None:
    """Where a day begins: the inbox of the oldest account, or whatever folder there is. With an account, rather its inbox."""
    found = walls.read(
        viewer,
        _id,
        f"""SELECT f.public_id FROM store_folder f JOIN store_account a ON a.id = f.account_id
            WHERE {walls.mine("f")} AND {walls.mine("a")} AND a.deleted_at IS NULL AND f.selectable AND f.gone_at IS NULL
            ORDER BY f.account_id = %(account)s DESC, f.role = %(inbox)s DESC, f.account_id, f.id LIMIT 1""",
        inbox=FolderRole.INBOX,
        account=account_id,
    )
    return found[0] if found else None


def _id(public_id: UUID) -> UUID:
    return public_id
