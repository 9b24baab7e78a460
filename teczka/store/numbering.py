"""The tables' side of a change of the office's own file numbers: what their owners' mail has of them, a bounded piece at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from teczka.core.references import Reference
from teczka.store.models import Office, User
from teczka.store.reading import lock_threads
from teczka.store.statements import execute, rows_of

EVERYTHING = 2**63 - 1  # above every id


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that was read, as far as it can name a number of the office's own."""

    id: int
    subject: str
    text: str
    html: str
    files: list[str]
    own: set[Reference]  # that it was found to name


def changed(office: Office) -> None:
    """Everybody's mail is to be looked through."""
    User.objects.filter(office=office).update(numbers_below=EVERYTHING)


def waiting() -> User | None:
    """Somebody whose mail is to be looked through, locked until the transaction ends; nobody whom another process has in hand."""
    rows = User.objects.filter(numbers_below__isnull=False).select_related("office")
    return rows.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("id").first()


def look_at(owner: User, most: int) -> list[Stored]:
    """The next of the owner's messages, at most so many, and remember having looked at them. As the owner."""
    rows = rows_of(
        """SELECT m.id, coalesce(m.subject, ''), t.text, t.html,
                      ARRAY(SELECT p.name FROM store_part p WHERE p.message_id = m.id AND p.name <> '' ORDER BY p."offset"),
                      ARRAY(SELECT ARRAY[r.repertory, r.number, r.year::text, r.division] FROM store_messagereference r
                        WHERE r.message_id = m.id AND strpos(r.repertory, '{') > 0)
               FROM store_message m JOIN store_text t ON t.message_id = m.id
               WHERE m.owner_id = %s AND m.id < %s AND m.indexed_with IS NOT NULL ORDER BY m.id DESC LIMIT %s""",
        [owner.pk, owner.numbers_below, most],
    )
    found = [_stored(*row) for row in rows]
    below = found[-1].id if len(found) == most else None
    User.objects.filter(pk=owner.pk).update(numbers_below=below)
    return found


def _stored(id_: int, subject: str, text: str, html: str, files: list[str], own: list[list[str]]) -> Stored:
    references = {Reference(repertory, number, int(year), division) for repertory, number, year, division in own}
    return Stored(id_, subject, text, html, files, references)


def read_again(owner: User, message_ids: Sequence[int]) -> None:
    """Back into the durable queue of transaction B."""
    lock_threads(owner.pk)  # who joins threads holds messages' rows, too, in an order of its own
    execute(
        "UPDATE store_message SET indexed_with = NULL, reading_tries = 0 WHERE id = ANY(%s) AND indexed_with IS NOT NULL",
        [list(message_ids)],
    )
