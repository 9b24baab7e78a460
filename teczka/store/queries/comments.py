"""What is said about a message inside the office, for whoever may see the message."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class CommentLine:
    public_id: UUID
    text: str
    who: str
    mine: bool  # the viewer wrote it, and may change it
    at: datetime
    edited_at: datetime | None
    deaf: list[str]  # people whom it names, and who do not see the message: they are not told


@dataclass(frozen=True, slots=True)
class MentionLine:
    """A comment that names the viewer, which they have not acknowledged."""

    comment: UUID
    message: UUID
    subject: str | None
    who: str
    text: str
    at: datetime


def comments(viewer: User, message: UUID) -> list[CommentLine]:
    """Oldest first."""
    return walls.read(
        viewer,
        CommentLine,
        f"""SELECT c.public_id, c.text, u.name, c.author_id = %(viewer)s, c.at, c.edited_at,
                   ARRAY(SELECT nu.name FROM store_mention n JOIN store_user nu ON nu.id = n.user_id
                         WHERE n.comment_id = c.id AND n.user_id <> m.owner_id AND n.user_id <> %(viewer)s
                           AND n.user_id NOT IN (SELECT a.user_id FROM teczka_audience(ARRAY[m.id]) a) ORDER BY nu.name)
            FROM store_comment c JOIN store_message m ON m.id = c.message_id JOIN store_user u ON u.id = c.author_id
            WHERE c.deleted_at IS NULL AND {walls.visible("m")} AND m.public_id = %(message)s ORDER BY c.at, c.id""",
        message=message,
    )


def mentions(viewer: User) -> list[MentionLine]:
    """Newest first."""
    return walls.read_often(
        viewer,
        MentionLine,
        f"""SELECT c.public_id, m.public_id, m.subject, u.name, c.text, c.at
            FROM store_mention n JOIN store_comment c ON c.id = n.comment_id JOIN store_message m ON m.id = c.message_id
            JOIN store_user u ON u.id = c.author_id
            WHERE n.user_id = %(viewer)s AND n.heard_at IS NULL AND c.deleted_at IS NULL AND {walls.visible("m")}
            ORDER BY c.at DESC, c.id DESC LIMIT 20""",
    )
