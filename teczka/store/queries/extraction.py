"""The words of attached files that a viewer may see, and how many files still wait for theirs."""

from collections.abc import Iterable

from teczka.store.models import User
from teczka.store.queries import walls

MOST_SIGNS = 200_000  # of one file, where a hit is looked for to be shown
MOST_FILES = 20  # of one message


def texts(viewer: User, message_ids: Iterable[int]) -> dict[int, list[tuple[str, str, str]]]:
    """(path, name, text) of each message's files in their order; of a long text its beginning."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    rows: list[tuple[int, str, str, str]] = walls.read(
        viewer,
        lambda *row: row,
        f"""SELECT f.message_id, f.path, f.name, left(f.text, {MOST_SIGNS}) FROM (
              SELECT a.message_id, a.path, p.name, a.text, row_number() OVER (PARTITION BY a.message_id ORDER BY a."offset") AS place
              FROM store_attachmenttext a JOIN store_message m ON m.id = a.message_id
              JOIN store_part p ON p.message_id = a.message_id AND p.path = a.path
              WHERE a.message_id = ANY(%(ids)s) AND a.text <> '' AND {walls.visible("m")}) f
            WHERE f.place <= {MOST_FILES} ORDER BY f.message_id, f.place""",
        ids=list(message_ids),
    )
    for message_id, *file in rows:
        path, name, text = file
        found.setdefault(message_id, []).append((path, name, text))
    return found


def waiting(viewer: User) -> int:
    """The viewer's own attached files that are not searched yet."""
    [(count,)] = walls.read(
        viewer,
        lambda count: (count,),
        f"SELECT count(*) FROM store_attachmenttext a WHERE {walls.mine('a')} AND a.extracted_with IS NULL",
    )
    return int(count)
