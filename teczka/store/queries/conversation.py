"""What else there is of a message's conversation, as whoever may see the message sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.threads import APART

# Message m, where the viewer may see it, and what else of its conversation they may see; without drafts, spam and what was thrown away.
# Copies of one letter are there once: of several that bear a Message-ID those are one of which all that is read is equal, and no letter
# that merely bears another's. A text names its message's own address where it has pictures.
ONCE = f"""part AS MATERIALIZED (
  SELECT m.id, m.public_id, m.internaldate, m.message_id, m.subject, m.sent_at, m.id = one.id AS asked,
         count(*) OVER (PARTITION BY m.message_id) AS copies
  FROM store_message one JOIN store_message m ON m.id = one.id OR m.thread_id = one.thread_id
  WHERE one.public_id = %(message)s AND {{one}} AND {{m}} AND (m.id = one.id OR NOT {APART})),
once AS (SELECT DISTINCT ON (said) * FROM (
  SELECT p.*, CASE WHEN t.message_id IS NULL THEN p.public_id::text
    ELSE encode(sha256(convert_to(jsonb_build_array(p.message_id, p.subject, p.sent_at, t.headers, t.text,
      replace(t.html, p.public_id::text, ''), (SELECT jsonb_agg(jsonb_build_array(f.path, f.content_type, f.name, f.size) ORDER BY f.path)
        FROM store_part f WHERE f.message_id = p.id))::text, 'UTF8')), 'hex') END AS said
  FROM part p LEFT JOIN store_text t ON t.message_id = p.id AND p.copies > 1 AND p.message_id <> '') every
  ORDER BY said, asked DESC, internaldate, id)"""


class Turn(NamedTuple):
    """A message of a conversation, in a line."""

    place: int  # from 1, the oldest
    asked: bool  # the message that the others are shown around
    public_id: UUID
    internaldate: datetime
    from_name: str
    from_address: str
    to_line: str
    snippet: str | None  # None: not read yet
    attachments: int
    sent: bool  # by the viewer: it lies in a folder of what was sent
    unread: bool
    seen_by: Sequence[str]  # names of everybody else who sees it


@dataclass(frozen=True, slots=True)
class Conversation:
    """Those that stand next to a message, with the first and the newest; oldest first. Every one of them the viewer may see, and they are
    counted without any other."""

    earlier: list[Turn]
    later: list[Turn]
    length: int  # with the message itself
    earlier_more: int  # between the first and the next
    later_more: int


def conversation_of(viewer: User, public_id: UUID) -> list[UUID]:
    """The message and what else of its conversation the viewer may see, oldest first; without drafts, spam and what was thrown away.
    Copies of one letter are there once."""
    return walls.read(
        viewer,
        lambda found: found,
        f"WITH {_once()} SELECT public_id FROM once ORDER BY internaldate, id",
        message=public_id,
    )


def conversation(viewer: User, public_id: UUID, near: int) -> Conversation | None:
    """Around the message: the first, `near` before it, `near` after it, the newest; and one that would be missing alone. Costs one look at
    each message of the conversation, and of those that are shown alone what is shown. None: the viewer may not see the message."""
    turns = walls.read_often(
        viewer,
        lambda *values: (values[0], Turn(*values[1:])),
        f"""WITH {_once()},
            placed AS (
                SELECT id, asked, row_number() OVER (ORDER BY internaldate, id) AS place, count(*) OVER () AS many FROM once),
            near AS MATERIALIZED (
                SELECT p.* FROM placed p JOIN placed mid ON mid.asked
                WHERE p.place IN (1, p.many) OR abs(p.place - mid.place) <= %(near)s::int
                  OR p.place = 2 AND mid.place = 3 + %(near)s::int OR p.place = p.many - 1 AND mid.place = p.many - 2 - %(near)s::int),
            seen AS MATERIALIZED (
                SELECT a.message_id, array_agg(u.name ORDER BY u.name) AS by
                FROM teczka_audience(ARRAY(SELECT id FROM near)) a JOIN store_user u ON u.id = a.user_id
                WHERE u.id <> %(viewer)s GROUP BY 1)
            SELECT n.many, n.place, n.asked, m.public_id, m.internaldate, m.from_name, m.from_address, m.to_line,
                   CASE WHEN m.indexed_with IS NOT NULL THEN m.snippet END, m.attachments,
                   EXISTS (SELECT FROM store_placement p JOIN store_folder f ON f.id = p.folder_id AND f.role = 'sent'
                           WHERE p.message_id = m.id AND p.gone_at IS NULL AND {walls.mine("p")} AND {walls.mine("f")}),
                   EXISTS (SELECT FROM store_placement p
                           WHERE p.message_id = m.id AND p.gone_at IS NULL AND NOT p.seen AND {walls.mine("p")}),
                   coalesce(seen.by, '{{}}')
            FROM near n JOIN store_message m ON m.id = n.id LEFT JOIN seen ON seen.message_id = m.id
            WHERE {walls.visible("m")} ORDER BY n.place""",
        message=public_id,
        near=near,
    )
    return _around(turns) if turns else None


def _around(turns: Sequence[tuple[int, Turn]]) -> Conversation:
    length = turns[0][0]
    middle = next(turn.place for _, turn in turns if turn.asked)
    earlier = [turn for _, turn in turns if turn.place < middle]
    later = [turn for _, turn in turns if turn.place > middle]
    return Conversation(earlier, later, length, middle - 1 - len(earlier), length - middle - len(later))


def _once() -> str:
    return ONCE.format(one=walls.visible("one"), m=walls.visible("m"))
