"""A message is erased, as if it had never come: rows at once, then its bytes, then what of it still lies in the database's own files.

Its owner's act, and nobody else's. What is filed belongs to a case, and is taken out of it first, which the case's register tells. What
stays is a tombstone, so that the next pass does not fetch it again, and in the register that something was erased, by its id alone.
"""

import logging
import time
from dataclasses import dataclass
from uuid import UUID

from teczka.actions.audit import note
from teczka.actions.packs import let_go, rewrite, sweep_copies
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.store import compaction, erasure, events
from teczka.store.blobs import blobs
from teczka.store.leases import revoke
from teczka.store.models import Erased, Grant, Message, Placement, User
from teczka.store.packs.folder import sweep
from teczka.store.packs.format import PackDamaged
from teczka.store.reading import lock_threads
from teczka.store.viewer import as_user

UNFINISHED_SECONDS = 600.0  # nobody stops for so long in the middle of a file and goes on
TRIES = 20  # with a pack on which others are at work, so far apart
AGAIN_SECONDS = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`bytes_gone`: False while a backup reads the pack: the next tidying removes it then; and where a neighbour in it is damaged: it stays
    as it is until that is mended, for its other messages' sake."""

    message: UUID
    bytes_gone: bool


def erase(actor: User, message: UUID) -> Outcome:
    """Here for good, and it cannot be taken back. Killed in between, the same act again, or the tidying, brings it to its end.

    Raises NotAllowed, Problem(ERASE_FILED, ERASE_UNDER_WAY).
    """
    packs, digest = _out_of_the_tables(actor, message)
    return Outcome(message, _off_the_disk(actor, packs, digest))


def finish(actor: User, message: UUID) -> Outcome:
    """Of one that was erased: what a kill, or a backup, left of its bytes. Raises NotAllowed."""
    with as_user(actor.pk):
        row = Erased.objects.filter(owner=actor, public_id=message).first()
        if row is None:
            raise NotAllowed
        packs = compaction.wasted_of(row.account_id)
    return Outcome(message, _off_the_disk(actor, packs, bytes(row.sha256)))


def is_erased(actor: User, message: UUID) -> bool:
    with as_user(actor.pk):
        return Erased.objects.filter(owner=actor, public_id=message).exists()


def ask_again(actor: User, message: UUID) -> None:
    """Its owner wants it back from its server, where that still has it. Raises NotAllowed."""
    with as_user(actor.pk):
        row = Erased.objects.filter(owner=actor, public_id=message).first()
        if row is None:
            raise NotAllowed
        revoke(row.account_id)
        row.delete()
        events.ask_keeper(row.account_id)


def _out_of_the_tables(actor: User, message: UUID) -> tuple[list[UUID], bytes]:
    with as_user(actor.pk):
        found = Message.objects.filter(owner=actor, public_id=message).select_related("account").first()
        if found is None:
            raise NotAllowed
        account = found.account
        revoke(account.pk)
        lock_threads(actor.pk)
        doomed = erasure.lock(actor.pk, message)
        if doomed is None:
            raise Problem(Trouble.ERASE_UNDER_WAY)
        if erasure.is_filed(doomed.id):
            raise Problem(Trouble.ERASE_FILED)
        if erasure.is_under_way(actor.pk, doomed):
            raise Problem(Trouble.ERASE_UNDER_WAY)
        places = Placement.objects.filter(message=doomed.id, gone_at=None).values_list("folder__public_id", flat=True)
        folders = list(places.distinct())
        seen_by = list(Grant.objects.filter(message=doomed.id).values_list("user__public_id", flat=True).distinct())
        packs = erasure.erase(actor.pk, doomed)
        events.changed([actor.public_id], account.public_id, folders)
        events.shared(seen_by, [message])
        note(actor, Verb.ERASE, [message])
    return packs, doomed.entry.sha256


def _off_the_disk(actor: User, packs: list[UUID], digest: bytes) -> bool:
    damaged = [pack for pack in packs if not _rewritten(actor, pack)]
    gone = let_go([pack for pack in packs if pack not in damaged]) and not damaged
    sweep_copies(digest)
    sweep(blobs().incoming, UNFINISHED_SECONDS)
    return gone


def _rewritten(actor: User, pack: UUID) -> bool:
    """Again while others are at work on its messages; what is not done then, the tidying does."""
    try:
        for _ in range(TRIES):
            if rewrite(actor.pk, pack) or not compaction.kept([pack]):
                break
            time.sleep(AGAIN_SECONDS)
    except PackDamaged:
        log.exception("pack %s cannot be rewritten", pack)
        return False
    return True
