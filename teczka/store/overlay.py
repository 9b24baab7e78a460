"""What people did and a server does not know yet, laid over what it tells. Within the owner's transaction."""

from collections.abc import Mapping

from teczka.core.acts import Held, lay
from teczka.store.statements import execute, rows_of

HELD = """
SELECT p.uid, o.id, o.flag, o.value, o.was, o.state = 'local' FROM store_operation o JOIN store_placement p ON p.id = o.placement_id
WHERE p.folder_id = %s AND p.uidvalidity = %s AND p.uid = ANY(%s) AND o.kind = 'flag' AND o.state IN ('pending', 'started', 'local')
ORDER BY o.id
"""
TOLD = """
UPDATE store_operation o SET was = t.was FROM unnest(%(ids)s::bigint[], %(was)s::boolean[]) AS t (id, was) WHERE o.id = t.id
"""
OVERTAKEN = "UPDATE store_operation SET state = 'done', done_at = now() WHERE id = ANY(%(ids)s)"

HERE_ALONE = "puts.state = 'local' OR (puts.kind = 'append' AND puts.state = 'refused')"


def hidden(placement: str) -> str:
    """SQL: it is the source of a move or a removal that the server has not done yet: out of our lists, but there."""
    return (
        f"EXISTS (SELECT FROM store_operation hides WHERE hides.placement_id = {placement}.id"
        " AND hides.kind IN ('move', 'expunge') AND hides.state IN ('pending', 'started', 'marked'))"
    )


def untold(placement: str) -> str:
    """SQL: an operation put it there, and the server has not been told yet, or never will be."""
    return _put(placement, "puts.state = 'pending'", HERE_ALONE)


def here_alone(placement: str) -> str:
    """SQL: an operation put it there, and no server will ever hear of it."""
    return _put(placement, HERE_ALONE)


def _put(placement: str, *which: str) -> str:
    operation = f"SELECT FROM store_operation puts WHERE puts.id = {placement}.uid AND ({' OR '.join(which)})"
    return f"({placement}.uidvalidity = -1 AND EXISTS ({operation}))"


def laid(folder_id: int, uidvalidity: int, told: Mapping[int, frozenset[str]]) -> dict[int, frozenset[str]]:
    """UID → flags as they shall be, of those over which something is held. What the server tells now is noted."""
    held: dict[int, list[Held]] = {}
    for uid, *rest in rows_of(HELD, [folder_id, uidvalidity, list(told)]):
        held.setdefault(uid, []).append(Held(*rest))
    results = {uid: lay(told[uid], over) for uid, over in held.items()}
    was = {operation: value for one in results.values() for operation, value in one.told.items()}
    if was:
        execute(TOLD, {"ids": list(was), "was": list(was.values())})
    ended = [operation for one in results.values() for operation in one.ended]
    if ended:
        execute(OVERTAKEN, {"ids": ended})
    return {uid: one.flags for uid, one in results.items()}
