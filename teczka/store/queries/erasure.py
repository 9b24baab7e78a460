"""What goes with a message that is erased, for its owner to read before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class Prospect:
    filed: bool  # by anybody: then it is not erased
    comments: int
    tasks: int  # that were made of it: they stay, and bear their own words
    copies: int  # of the same letter, among the viewer's own mail: they stay
    on_server: bool  # it lies there still, and stays there


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    at: datetime


# Copies: of the same Message-ID, which lie in one thread once they are read, or of the same bytes. Each look has its index: all of
# one's mail is not read for it.
PROSPECT = """
SELECT teczka_is_filed(m.id),
  (SELECT count(*) FROM store_comment c WHERE c.message_id = m.id AND c.deleted_at IS NULL),
  (SELECT count(*) FROM store_task t WHERE t.message_id = m.id AND t.removed_at IS NULL),
  (SELECT count(*) FROM (
    SELECT o.id FROM store_message o WHERE o.owner_id = m.owner_id AND o.message_id = m.message_id AND m.message_id <> ''
      AND o.thread_id = (SELECT l.thread_id FROM store_threadlink l WHERE l.owner_id = m.owner_id AND l.message_id = m.message_id)
    UNION SELECT o.id FROM store_message o WHERE o.owner_id = m.owner_id AND o.message_id = m.message_id AND m.message_id <> ''
      AND o.indexed_with IS NULL
    UNION SELECT o.id FROM store_account own JOIN store_message o ON o.account_id = own.id AND o.sha256 = m.sha256 AND o.size = m.size
      WHERE own.owner_id = m.owner_id) o WHERE o.id <> m.id),
  EXISTS (SELECT FROM store_placement p JOIN store_folder f ON f.id = p.folder_id AND f.gone_at IS NULL
    WHERE p.message_id = m.id AND p.gone_at IS NULL AND p.left_at IS NULL AND p.uidvalidity >= 0)
FROM store_message m JOIN store_account a ON a.id = m.account_id WHERE m.owner_id = %(viewer)s AND m.public_id = %(message)s
"""


def prospect(viewer: User, message: UUID) -> Prospect | None:
    """None of what is not the viewer's own."""
    found = walls.read(viewer, Prospect, PROSPECT, message=message)
    return found[0] if found else None


def shown_to(viewer: User, message: UUID) -> list[Shown]:
    """Of the viewer's own message: who has read it, whoever may see it now, the first of them first."""
    who = "SELECT u.name, s.since FROM teczka_shown_to(%(message)s) s JOIN store_user u ON u.id = s.who ORDER BY s.since, u.id"
    return walls.read(viewer, Shown, who, message=message)
