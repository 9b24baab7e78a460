"""Which pending operations of an account may be said now, with all that their replay has to know. Within the owner's transaction."""

from typing import Any

from teczka.core.acts import OPEN, Kind
from teczka.core.operations import Footing, Identity, Pending, Spot
from teczka.store.acts import FLAGS
from teczka.store.models import Operation
from teczka.store.statements import rows_of, value_of

MOST = 1000  # at a time

# An awaited placement bears the id of the operation that puts it there. A folder that is still to be made has no messages and takes none.
DUE = """
WITH making AS MATERIALIZED (
  SELECT id, folder_id FROM store_operation WHERE account_id = %(account)s AND kind = 'create' AND state IN ('pending', 'started'))
SELECT o.id, o.kind, o.started_at, o.state = 'started', o.act_id IS NULL, o.flag, o.value, o.copied, o.path,
  o.target_uidvalidity, o.target_uidnext,
  f.wire_name, p.id, p.uidvalidity, p.uid, extract(epoch FROM p.internaldate)::bigint,
  t.wire_name, CASE WHEN t.uidvalidity > 0 THEN greatest(t.complete_below, 1) END, m.size, m.message_id, m.sha256, m.internaldate,
  w.seen, w.flagged, w.answered, w.draft, w.keywords,
  (p.uidvalidity = -1 AND EXISTS (SELECT FROM store_operation puts WHERE puts.id = p.uid AND puts.state IN ('pending', 'started')))
    OR EXISTS (SELECT FROM making WHERE making.id < o.id AND making.folder_id IN (o.folder_id, o.target_id))
FROM store_operation o LEFT JOIN store_folder f ON f.id = o.folder_id LEFT JOIN store_folder t ON t.id = o.target_id
LEFT JOIN store_placement p ON p.id = o.placement_id LEFT JOIN store_placement w ON w.id = o.target_placement_id
LEFT JOIN store_message m ON m.id = o.message_id
WHERE o.account_id = %(account)s AND o.id > %(after)s AND o.state IN ('pending', 'started') AND (o.due_at IS NULL OR o.due_at <= now())
ORDER BY o.id LIMIT %(most)s
"""
OF_MESSAGES = {Kind.FLAG, Kind.MOVE, Kind.COPY, Kind.EXPUNGE}


def due_in(account_id: int) -> float | None:
    """Seconds until the next one that waits for its time."""
    seconds = value_of(
        "SELECT extract(epoch FROM min(due_at) - now()) FROM store_operation"
        " WHERE account_id = %s AND state IN ('pending', 'started') AND due_at > now()",
        [account_id],
    )
    return None if seconds is None else float(seconds)


def open_operations(account_id: int) -> list[int]:
    return list(
        Operation.objects.filter(account=account_id, state__in=OPEN).order_by("pk").values_list("pk", flat=True)
    )


def due(account_id: int, after: int) -> list[Pending]:
    """Those with an id above `after`, in order; at most MOST."""
    return [_pending(row) for row in rows_of(DUE, {"account": account_id, "after": after, "most": MOST})]


def _pending(row: tuple[Any, ...]) -> Pending:
    (op, kind, started_at, started, unasked, flag, value, copied, path, uidvalidity, uidnext) = row[:11]
    (folder, placement, source_validity, uid, seconds, target, known_below) = row[11:18]
    (size, message_id, sha256, internaldate, *flags, keywords, waits) = row[18:]
    of_messages = kind in OF_MESSAGES
    lost = of_messages and (placement is None or source_validity == -1)
    return Pending(
        id=op,
        kind=Kind(kind),
        footing=Footing.AWAITED if waits else Footing.LOST if lost else Footing.FIRM,
        started_at=started_at if started else None,
        source=Spot(bytes(folder), source_validity or 0, uid or 0) if folder is not None else None,
        target=Spot(bytes(target), uidvalidity or 0, uidnext or 0) if target is not None else None,
        identity=Identity(size, seconds or 0, message_id.encode(), bytes(sha256)) if size is not None else None,
        flags=_spelled(flags, keywords) if kind == Kind.APPEND else (flag,),
        value=bool(value),
        copied=copied,
        by_bytes=unasked and kind == Kind.EXPUNGE,
        known_below=known_below or 0,
        date=internaldate,
        path=path,
    )


def _spelled(flags: list[bool | None], keywords: list[str] | None) -> tuple[str, ...]:
    system = [name for name, has in zip(FLAGS, flags, strict=True) if has]
    return (*system, *(keywords or ()))
