"""Messages as the two transactions leave them, bytes and all, for pages to show."""

from datetime import UTC, datetime

from django.db.models import F

from teczka.actions.reading import read_now
from teczka.store.blobs import blobs
from teczka.store.models import Folder, Message, Pack, Placement, Share, User
from teczka.store.packs.writer import write_pack
from teczka.store.sharing import regrant
from teczka.store.viewer import as_user

ARRIVED = datetime(2026, 5, 3, 10, 4, tzinfo=UTC)


def store(
    folder: Folder, raw: bytes, arrived: datetime = ARRIVED, read_too: bool = True, uid: int = 0, **flags: bool
) -> Message:
    """The message in this folder, its bytes in a pack. `uid`: the next one if not told. `flags`: seen, flagged, answered."""
    owner = {"office_id": folder.office_id, "owner_id": folder.owner_id}
    with as_user(folder.owner_id):
        pack = write_pack(blobs(), [raw])
        Pack.objects.create(id=pack.id, account_id=folder.account_id, size=pack.size, **owner)
        entry = pack.entries[0]
        message = Message.objects.create(
            account_id=folder.account_id,
            sha256=entry.sha256,
            size=len(raw),
            pack_id=pack.id,
            pack_offset=entry.offset,
            pack_length=entry.length,
            pack_codec=entry.codec,
            internaldate=arrived,
            **owner,
        )
        values = {"seen": False, "flagged": False, "answered": False, "draft": False} | flags
        uid = uid or Placement.objects.filter(folder=folder).count() + 1
        Placement.objects.create(
            folder=folder, message=message, uidvalidity=1, uid=uid, internaldate=arrived, **owner, **values
        )
        Folder.objects.filter(pk=folder.pk).update(
            stored=F("stored") + 1, unread=F("unread") + (0 if values["seen"] else 1)
        )
    if read_too:
        read_now(folder.owner_id, message.pk)
        with as_user(folder.owner_id):
            message.refresh_from_db()
    return message


def share(message: Message, user: User) -> None:
    """As its owner does with this message alone, without an act to undo."""
    with as_user(message.owner_id):
        Share.objects.create(message=message, with_user=user, office_id=message.office_id, owner_id=message.owner_id)
        regrant([message.pk])
