"""What was written, as the letter that is built from it: its people, its text, and its files from wherever their bytes lie."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from teczka.core.drafts import QUOTE
from teczka.core.errors import Problem, Trouble
from teczka.core.outgoing import Line
from teczka.core.recipients import Mailbox
from teczka.mime.compose import Letter
from teczka.mime.enclosing import Attachment
from teczka.mime.transmitted import without_bcc
from teczka.store.blobs import blobs
from teczka.store.models import Outgoing, User
from teczka.store.packs.reader import STRIDE, mapped
from teczka.store.queries.drafts import EnclosureLine, enclosures
from teczka.store.queries.messages import message_part, message_text
from teczka.store.queries.raw import part_pieces, raw_pieces

Pieces = Callable[[], Iterator[bytes]]


def letter_of(actor: User, row: Outgoing, when: datetime) -> Letter:
    """`when`: what stands in Date, in the office's zone. Raises Problem(LETTER_ATTACHMENT) where a file's message is no longer there."""
    people = {str(line): [Mailbox(name, address) for name, address in row.recipients.get(line, [])] for line in Line}
    files = [_attachment(actor, line) for line in enclosures(actor, row.public_id)]
    return Letter(
        sender=Mailbox(row.from_name, row.from_address),
        to=people["to"],
        cc=people["cc"],
        bcc=people["bcc"],
        reply_to=[Mailbox("", row.reply_to)] if row.reply_to else [],
        subject=row.subject,
        text=row.text,
        html="" if row.plain else row.html.replace(QUOTE, ""),
        date=when.astimezone(ZoneInfo(actor.office.timezone)),
        message_id=row.message_id,
        in_reply_to=row.references[-1] if row.references else "",
        references=row.references,
        attachments=files,
    )


def _attachment(actor: User, line: EnclosureLine) -> Attachment:
    uploaded = _uploaded(line)
    pieces = uploaded or _taken(actor, line)
    if pieces is None:
        raise Problem(Trouble.LETTER_ATTACHMENT, name=line.name[:100])
    size = line.size if uploaded else sum(map(len, pieces()))  # a part's is an estimate until it is decoded
    return Attachment(line.name, line.content_type, size, pieces, line.content_id, line.inline)


def _uploaded(line: EnclosureLine) -> Pieces | None:
    pack, entry = line.pack, line.entry
    if pack is None or entry is None:
        return None

    def pieces() -> Iterator[bytes]:
        with mapped(blobs(), pack, entry) as whole:
            for start in range(0, len(whole), STRIDE):
                yield bytes(whole[start : start + STRIDE])

    return pieces


def _taken(actor: User, line: EnclosureLine) -> Pieces | None:
    """From another message: a part of it, or the whole of it, but for who had it in secret."""
    text = message_text(actor, line.message) if line.message else None
    if text is None or line.message is None:
        return None
    if not line.path:
        return lambda: without_bcc(raw_pieces(text))
    part = message_part(actor, line.message, line.path)
    return (lambda: part_pieces(text, part)) if part else None
