"""Messages as the two transactions leave them, bytes and all, for pages to show."""

from datetime import UTC, datetime

from django.db.models import F

from teczka.mime.parts import Part as MimePart
from teczka.mime.reading import read
from teczka.store.blobs import blobs
from teczka.store.models import Folder, Grant, Message, Pack, Part, Placement, Text, User
from teczka.store.packs.writer import write_pack
from teczka.store.viewer import as_user

ARRIVED = datetime(2026, 5, 3, 10, 4, tzinfo=UTC)


def store(folder: Folder, raw: bytes, arrived: datetime = ARRIVED, read_too: bool = True, **flags: bool) -> Message:
    """The message in this folder, its bytes in a pack. `flags`: seen, flagged, answered."""
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
        Grant.objects.create(message=message, user_id=folder.owner_id, reason="owner", **owner)
        values = {"seen": False, "flagged": False, "answered": False, "draft": False} | flags
        uid = Placement.objects.filter(folder=folder).count() + 1
        Placement.objects.create(
            folder=folder, message=message, uidvalidity=1, uid=uid, internaldate=arrived, **owner, **values
        )
        Folder.objects.filter(pk=folder.pk).update(
            stored=F("stored") + 1, unread=F("unread") + (0 if values["seen"] else 1)
        )
        if read_too:
            _read(message, raw)
    return message


def share(message: Message, user: User) -> None:
    with as_user(message.owner_id):
        Grant.objects.create(
            message=message, user=user, office_id=message.office_id, owner_id=message.owner_id, reason="share"
        )


def _read(message: Message, raw: bytes) -> None:
    reading = read(raw, lambda part: f"/messages/{message.public_id}/parts/{part.path}/?inline=1")
    head = reading.parsed
    lines = {key: [[one.name, one.address] for one in getattr(head, key)] for key in ("to", "cc", "bcc", "reply_to")}
    lines["from"] = [[one.name, one.address] for one in head.from_]
    sender = lines["from"][0] if lines["from"] else ["", ""]
    message.subject, message.from_name, message.from_address = head.subject, *sender
    message.to_line = ", ".join(name or address for name, address in lines["to"][:3])
    message.snippet = " ".join(reading.text.split())[:200]
    message.message_id, message.sent_at, message.defects = head.message_id, head.date, reading.defects
    message.attachments, message.indexed_with = len(reading.attachments), 1
    message.save()
    Text.objects.create(
        message=message,
        owner_id=message.owner_id,
        headers=lines,
        text=reading.text,
        html=reading.html,
        blocked_images=reading.blocked_images,
        blocked_hosts=list(reading.blocked_hosts),
    )
    for part in reading.attachments:
        _part(message, part, "attachment")
    for part in head.inline.values():
        if part not in reading.attachments:
            _part(message, part, "inline")


def _part(message: Message, part: MimePart, kind: str) -> None:
    Part.objects.create(
        message=message,
        owner_id=message.owner_id,
        path=part.path,
        kind=kind,
        content_type=part.content_type,
        charset=part.charset,
        encoding=part.encoding,
        name=part.name,
        content_id=part.cid,
        offset=part.offset,
        length=part.length,
        size=part.size,
    )
