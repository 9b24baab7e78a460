"""Files of mail that somebody has, to be attached to a letter of theirs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls

MOST = 30


@dataclass(frozen=True, slots=True)
class FileLine:
    message: UUID
    path: str
    name: str
    content_type: str
    size: int
    subject: str | None
    who: str
    internaldate: datetime


def like(query: str) -> str:
    """For ILIKE: what has these words, in this order."""
    return "%" + query.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace(" ", "%") + "%"


def files(viewer: User, query: str) -> list[FileLine]:
    """The newest whose name, sender or subject has the words. Costs the viewer's messages with files, once."""
    return walls.read(
        viewer,
        FileLine,
        f"""SELECT m.public_id, p.path, p.name, p.content_type, p.size, m.subject, coalesce(nullif(m.from_name, ''), m.from_address),
                   m.internaldate
            FROM store_message m JOIN store_part p ON p.message_id = m.id
            WHERE {walls.mine("m")} AND {walls.mine("p")} AND m.attachments > 0 AND p.kind = 'attachment'
              AND (p.name || ' ' || coalesce(m.subject, '') || ' ' || m.from_name || ' ' || m.from_address) ILIKE %(like)s
            ORDER BY m.internaldate DESC, m.id, p.path LIMIT %(most)s""",
        like=like(query),
        most=MOST,
    )
