"""The journal for whoever repeats it on the server (`sync.ports.Journal`). Each method that writes is one transaction of the lease's
holder; what becomes of the rows is in outcomes.py."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from teczka.core.acts import OperationState
from teczka.core.errors import Problem, Trouble
from teczka.core.mail import FolderStatus
from teczka.core.operations import Pending
from teczka.store import drafts, events, outcomes, placements
from teczka.store.due import due
from teczka.store.models import Account, Message, Operation, Placement
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.format import Codec, Entry, PackDamaged
from teczka.store.packs.reader import pieces
from teczka.store.statements import execute
from teczka.store.viewer import as_user

Place = tuple[int, int]  # UIDVALIDITY, UID


class AccountJournal:
    """`writing` begins a transaction that is fenced by the lease (store/mail.py)."""

    def __init__(self, account: Account, writing: Callable[[], AbstractContextManager[None]], blobs: Blobs) -> None:
        self._account = account
        self._writing = writing
        self._blobs = blobs

    def due(self, after: int) -> list[Pending]:
        with as_user(self._account.owner_id):
            return due(self._account.pk, after)

    def start(self, ids: Sequence[int], target: FolderStatus | None) -> set[int]:
        with self._writing():
            return outcomes.start(ids, target.uidvalidity if target else None, target.uidnext if target else None)

    def copied(self, ids: Sequence[int], landed: Mapping[int, Place]) -> None:
        with self._writing():
            Operation.objects.filter(pk__in=ids).update(copied=True)
            outcomes.land(landed)

    def done(self, ids: Sequence[int], landed: Mapping[int, Place], *, marked: bool = False) -> None:
        with self._writing():
            outcomes.land(landed)
            outcomes.done(ids, OperationState.MARKED if marked else OperationState.DONE)
            drafts.replace_older(self._account, ids)
            if marked:
                self._tell()

    def rewritten(self, operation: int, place: Place) -> None:
        """Kept where it was looked for: by that a draft's own version is known, once a pass has brought it (drafts.py)."""
        with self._writing():
            uidvalidity, uid = place
            where = {"target_uidvalidity": uidvalidity, "target_uidnext": uid}
            Operation.objects.filter(pk=operation).update(copied=True, **where)

    def refuse(self, ids: Sequence[int], problem: Problem, *, vanished: bool = False) -> None:
        with self._writing():
            outcomes.refuse(ids, problem, vanished=vanished)
            self._tell()

    def here_alone(self, ids: Sequence[int]) -> None:
        with self._writing():
            outcomes.keep_here(ids)

    def found(self, sources: Mapping[int, Place]) -> None:
        with self._writing():
            for operation, (uidvalidity, uid) in sources.items():
                _found(operation, uidvalidity, uid)

    def named(self, operation: int, name: bytes) -> None:
        with self._writing():
            outcomes.renamed(Operation.objects.values_list("folder_id", flat=True).get(pk=operation), name)
            self._tell()

    def raw(self, operation: int) -> tuple[int, Iterator[bytes]]:
        with as_user(self._account.owner_id):
            message = Message.objects.get(pk__in=Operation.objects.values("message_id").filter(pk=operation))
        codec, digest = Codec(message.pack_codec), bytes(message.sha256)
        entry = Entry(message.pack_offset, message.pack_length, codec, message.size, digest)
        return message.size, _whole(pieces(self._blobs, message.pack_id, entry))

    def _tell(self) -> None:
        events.changed([self._account.owner.public_id], self._account.public_id, [])


def _whole(read: Iterator[bytes]) -> Iterator[bytes]:
    """Bytes that are lost or damaged are not sent: it is refused then, and holds up nothing."""
    try:
        yield from read
    except (PackDamaged, FileNotFoundError) as damaged:
        raise Problem(Trouble.INTERNAL) from damaged


def _found(operation: int, uidvalidity: int, uid: int) -> None:
    """A pass may have placed it there already: then what is held over the old placement is held over that one."""
    held = Placement.objects.get(pk__in=Operation.objects.values("placement_id").filter(pk=operation))
    there = Placement.objects.filter(folder=held.folder_id, uidvalidity=uidvalidity, uid=uid).first()
    if there is None:
        Placement.objects.filter(pk=held.pk).update(uidvalidity=uidvalidity, uid=uid)
        return
    execute(
        "UPDATE store_operation SET placement_id = %s WHERE placement_id = %s AND state IN ('pending', 'started', 'local', 'marked')",
        [there.pk, held.pk],
    )
    old = held if held.gone_at is None else there  # each is shown once, or, where it is to leave, not at all
    placements.mark_gone(old.folder_id, old.uidvalidity, [old.uid])
