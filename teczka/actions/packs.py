"""Space that comes back: packs are rewritten without what is dead in them, and objects go in which nothing lives.

Killed at any point and begun again each ends the same. A pack that was written and got no row is a stray; a pack whose row is retired has
an object that may go; of anything else no object is ever removed.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from uuid import UUID

from django.db import transaction

from teczka.core.errors import Problem
from teczka.store import compaction
from teczka.store.blobs import blobs
from teczka.store.locks import PACKS, alone
from teczka.store.packs.copying import copy_entries
from teczka.store.packs.format import PackDamaged, key
from teczka.store.packs.reader import headers
from teczka.store.packs.writer import Pack
from teczka.store.viewer import as_user

WASTE = 0.5  # share of a pack: rewriting costs as much as is won, at most
AT_ONCE = 1_000
READERS_SECONDS = 600  # whoever asked for a message before its pack was retired has read it by then
STRAY_HOURS = 24  # a day is long enough to look at what goes wrong; it need not be, see migration 0007
PATIENCE_SECONDS = 1.0  # with a backup that is reading

log = logging.getLogger(__name__)


def compact_wasted(stopping: threading.Event) -> int:
    """Everybody's packs of which a large share is dead. Returns how many were rewritten."""
    done = 0
    for pack, owner in compaction.wasted(WASTE, AT_ONCE):
        if stopping.is_set():
            break
        try:
            done += rewrite(owner, pack)
        except (PackDamaged, OSError, Problem):  # as it is it stays: the scrub names it, and other packs go on
            log.exception("pack %s cannot be rewritten", pack)
    return done


def rewrite(owner_id: int, pack: UUID) -> bool:
    """The pack's living entries lie in a new one, and it is retired. False where it changed meanwhile, or is not for it.

    Raises PackDamaged where one of them is not what was stored: nothing changes then.
    """
    with as_user(owner_id):
        if not compaction.hold(pack):
            return False
        copied = compaction.living(pack)
    try:
        made = copy_entries(blobs(), pack, [one.entry for one in copied]) if copied else None
    except FileNotFoundError:
        if compaction.kept([pack]):
            raise
        return False  # another was quicker, and let it go
    try:
        with as_user(owner_id):
            if not compaction.hold(pack):
                raise compaction.Changed
            compaction.move(pack, made, copied)
    except compaction.Changed:
        _discard(made)
        return False
    return True


def let_go(packs: Sequence[UUID]) -> bool:
    """Of packs that are retired the objects now. False where a backup holds them, then the next tidying does it; or where one of them is
    not retired, and stays."""
    if not packs:
        return True
    try:
        with alone(PACKS, 0, PATIENCE_SECONDS):
            kept = set(compaction.kept(packs))
            _remove([pack for pack in packs if pack not in kept])
    except TimeoutError:
        return False
    return not kept


def remove_retired(seconds: int = READERS_SECONDS) -> int:
    """Everybody's. Returns how many went; none while a backup reads."""
    packs = compaction.retired(seconds, AT_ONCE)
    return len(packs) if let_go(packs) else 0


def sweep_strays(hours: int = STRAY_HOURS) -> int:
    """Objects that no row knows: left by a kill between the writing of a pack and the commit of its rows. Returns how many went."""
    removed = 0
    for seen in _pieces(_objects()):
        removed += len(_sweep(seen, hours))
    return removed


def sweep_copies(digest: bytes) -> int:
    """Of strays those in which bytes of this SHA-256 lie, at once: a batch that was cut off may have held what was erased."""
    removed = 0
    for seen in _pieces(_objects()):
        holding = [pack for pack in compaction.unknown(seen) if _holds(pack, digest)]
        removed += len(_sweep(holding, 0))
    return removed


def _holds(pack: UUID, digest: bytes) -> bool:
    try:
        return any(entry.sha256 == digest for entry in headers(blobs(), pack))
    except FileNotFoundError:  # its writer gave it up just now
        return False


def _sweep(seen: Sequence[UUID], hours: int) -> list[UUID]:
    if not seen:
        return []
    with transaction.atomic():
        condemned = compaction.condemn(seen, hours)
    for pack in condemned:
        blobs().delete(key(pack))
    return condemned


def _remove(packs: Sequence[UUID]) -> None:
    for pack in packs:
        blobs().delete(key(pack))
    compaction.forget(packs)


def _discard(made: Pack | None) -> None:
    """Nobody knows of it yet."""
    if made:
        blobs().delete(key(made.id))


def _objects() -> Iterator[UUID]:
    for name, _ in blobs().list():
        try:
            yield UUID(PurePosixPath(name).stem)
        except ValueError:  # nothing of ours
            continue


def _pieces(packs: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(packs)
    while piece := list(islice(left, AT_ONCE)):
        yield piece
