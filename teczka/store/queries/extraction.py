"""The words of attached files that a viewer may see, and how many files still wait for theirs."""

from collections.abc import Iterable

from teczka.store.models import User
from teczka.store.queries import walls

# Signs in which hits are looked for to be shown: of all messages of a page together, and of one. The fewer were found, the farther.
TOGETHER, MOST_SIGNS = 4_000_000, 1_000_000
MOST_FILES = 20  # of one message
_MOST_NAMES = 100  # of one message


def texts(viewer: User, message_ids: Iterable[int]) -> dict[int, list[tuple[str, str, str]]]:
    """(path, name, text) of each message's files in their order; of a long text its beginning, and none behind a message's share."""
    ids = list(message_ids)
    share = min(MOST_SIGNS, TOGETHER // max(1, len(ids)))
    found: dict[int, list[tuple[str, str, str]]] = {}
    rows: list[tuple[int, str, str, str]] = walls.read(
        viewer,
        lambda *row: row,
        f"""SELECT f.message_id, f.path, f.name, left(f.text, {share}) FROM (
              SELECT a.message_id, a.path, p.name, a.text, row_number() OVER files AS place,
                     sum(octet_length(a.text)) OVER files - octet_length(a.text) AS before
              FROM store_attachmenttext a JOIN store_message m ON m.id = a.message_id
              JOIN store_part p ON p.message_id = a.message_id AND p.path = a.path
              WHERE a.message_id = ANY(%(ids)s) AND a.text <> '' AND {walls.visible("m")}
              WINDOW files AS (PARTITION BY a.message_id ORDER BY a."offset" ROWS UNBOUNDED PRECEDING)) f
            WHERE f.place <= {MOST_FILES} AND f.before < {share} ORDER BY f.message_id, f.place""",
        ids=ids,
    )
    for message_id, *file in rows:
        path, name, text = file
        found.setdefault(message_id, []).append((path, name, text))
    return found


def names(viewer: User, message_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """(path, name) of each message's first files in their order, those without words or without a name, too."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows: list[tuple[int, str, str]] = walls.read(
        viewer,
        lambda *row: row,
        f"""SELECT f.message_id, f.path, f.name FROM (
              SELECT p.message_id, p.path, p.name, row_number() OVER (PARTITION BY p.message_id ORDER BY p."offset") AS place
              FROM store_part p JOIN store_message m ON m.id = p.message_id
              WHERE p.message_id = ANY(%(ids)s) AND p.kind = 'attachment' AND {walls.visible("m")}) f
            WHERE f.place <= {_MOST_NAMES} ORDER BY f.message_id, f.place""",
        ids=list(message_ids),
    )
    for message_id, path, name in rows:
        found.setdefault(message_id, []).append((path, name))
    return found


def waiting(viewer: User) -> int:
    """The viewer's own attached files that are not searched yet."""
    [(count,)] = walls.read(
        viewer,
        lambda count: (count,),
        f"SELECT count(*) FROM store_attachmenttext a WHERE {walls.mine('a')} AND a.extracted_with IS NULL",
    )
    return int(count)
