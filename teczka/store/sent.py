"""Our own copies of what was sent: in the folder for sent mail, at once, and on the server where it does not keep them itself.

Within the owner's transaction, under `acts.lock`. A copy is never there twice: what the server filed by itself is known by its
Message-ID, and then ours is neither appended nor shown any longer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from teczka.core.acts import OPEN, Kind, OperationState
from teczka.core.folders import AWAITED, FolderRole
from teczka.core.recipients import Mailbox
from teczka.store import placements
from teczka.store.drafts import append
from teczka.store.headline import Headline, to_line
from teczka.store.models import Account, Folder, Operation, Outgoing, Placement
from teczka.store.statements import rows_of

LOCAL_NAME = b"Sent"  # of a folder that no server has; should one come to have it, it is this one
SEEN = frozenset({"\\Seen"})

# Message-IDs that lie in the account's folder for sent mail, where its server told us so.
FILED = """
SELECT DISTINCT m.message_id FROM store_message m JOIN store_placement p ON p.message_id = m.id JOIN store_folder f ON f.id = p.folder_id
WHERE m.account_id = %s AND m.message_id = ANY(%s) AND f.role = 'sent' AND p.gone_at IS NULL AND p.uidvalidity > 0
"""

# Of the copies that are to be appended: those whose like has come from the server meanwhile.
NEEDLESS = """
SELECT o.id, o.target_id FROM store_operation o JOIN store_message ours ON ours.id = o.message_id
WHERE o.account_id = %s AND o.kind = 'append' AND o.state = 'pending' AND ours.message_id <> '' AND EXISTS (
  SELECT FROM store_placement p JOIN store_message m ON m.id = p.message_id
  WHERE p.folder_id = o.target_id AND p.gone_at IS NULL AND p.uidvalidity > 0 AND m.message_id = ours.message_id)
FOR UPDATE OF o
"""


def filed(account_id: int, message_ids: Sequence[str]) -> set[str]:
    return {name for (name,) in rows_of(FILED, [account_id, list(message_ids)])}


def append_copy(row: Outgoing, account: Account, folder: Folder, wait: timedelta) -> None:
    """`row` was sent. Its copy lies in the folder at once, and on the server when `wait` is over."""
    append(account, folder, _arriving(row), SEEN, wait)


def keep_copy(row: Outgoing, account: Account) -> None:
    """`row` was sent. Its copy stays here alone."""
    folder = _folder(account)
    operation = append(account, folder, _arriving(row), SEEN)
    Operation.objects.filter(pk=operation.pk).update(state=OperationState.LOCAL)
    if folder.uidvalidity != AWAITED:  # as what has left a POP3 server: no pass takes it for gone
        Placement.objects.filter(pk=operation.target_placement_id or 0).update(left_at=timezone.now())


def spare_copies(account_id: int) -> list[int]:
    """Ids of folders in which copies of ours were given up, because the server had filed its own."""
    found = dict(rows_of(NEEDLESS, [account_id]))
    Operation.objects.filter(pk__in=found, state__in=OPEN).update(state=OperationState.DONE, done_at=timezone.now())
    for operation, folder in found.items():
        placements.mark_gone(folder, AWAITED, [operation])
    return list(set(found.values()))


def waiting_copies(account_id: int) -> bool:
    return Operation.objects.filter(account=account_id, kind=Kind.APPEND, state=OperationState.PENDING).exists()


def _folder(account: Account) -> Folder:
    """The account's for sent mail; where its server has none, one that is here alone."""
    folders = Folder.objects.filter(account=account, role=FolderRole.SENT, gone_at=None, selectable=True)
    found = folders.exclude(uidvalidity=AWAITED).first()
    if found:
        return found
    made, _ = Folder.objects.update_or_create(
        account=account,
        wire_name=LOCAL_NAME,
        defaults={
            "office_id": account.office_id,
            "owner_id": account.owner_id,
            "path": LOCAL_NAME.decode(),
            "delimiter": "",
            "role": FolderRole.SENT,
            "uidvalidity": AWAITED,
            "gone_at": None,
        },
    )
    return made


def _arriving(row: Outgoing) -> dict[str, Any]:
    """As a message that a pass brings in (store/arrivals.py)."""
    return {
        "sha256": bytes(row.sha256 or b""),
        "size": row.size,
        "internaldate": row.sent_at,
        "pack": row.pack_id,
        "pack_offset": row.pack_offset,
        "pack_length": row.pack_length,
        "codec": row.pack_codec,
        **_headline(row, row.sent_at)._asdict(),
    }


def _headline(row: Outgoing, sent_at: datetime | None) -> Headline:
    people = [Mailbox(name, address) for name, address in row.recipients.get("to", [])]
    return Headline(row.subject, row.from_name, row.from_address, to_line(people), sent_at, row.message_id)
