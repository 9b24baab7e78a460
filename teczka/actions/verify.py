"""Whether everything that is stored is still what was stored (P5), and the audit what was written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from teczka.core.audit import Entry, Link, faults
from teczka.store.blobs import blobs
from teczka.store.models import Office
from teczka.store.models.accounts import everyones_accounts
from teczka.store.packs.format import Entry as Packed
from teczka.store.packs.format import PackDamaged, key
from teczka.store.packs.reader import verify
from teczka.store.queries import holdings
from teczka.store.queries.audit import chain
from teczka.store.queries.documents import kept_documents
from teczka.store.viewer import as_user


@dataclass
class Verification:
    """`faults`: the rule that is broken → public ids of what breaks it. Orphans are no fault: a pack whose rows were never committed."""

    accounts: int = 0
    messages: int = 0
    documents: int = 0
    bytes: int = 0
    packs: int = 0
    entries: int = 0  # of the audit
    # Of each office's chain: its last entry's number and hash. Kept elsewhere, they show whether its end was cut off.
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    orphans: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults

    def fault(self, rule: str, what: UUID | str) -> None:
        self.faults.setdefault(rule, []).append(str(what))


def verify_all() -> Verification:
    """Every account, as its owner: each message's bytes against SHA-256, rows against rows, rows against packs and packs against rows.

    Packs are listed before rows, so that what arrives meanwhile is neither orphan nor fault.
    """
    found = Verification()
    there = dict(blobs().list())
    known: set[str] = set()
    for account_id, owner_id in everyones_accounts():
        found.accounts += 1
        _account(account_id, owner_id, there, known, found)
    _documents(there, known, found)
    _audit(found)
    found.orphans = sorted(there.keys() - known)
    return found


def _account(account_id: int, owner_id: int, there: dict[str, int], known: set[str], found: Verification) -> None:
    with as_user(owner_id):
        packs = holdings.packs(account_id)
        for rule in holdings.RULES:
            for what in holdings.broken(account_id, rule):
                found.fault(rule, what)
    for pack, size in packs.items():
        _pack(pack, size, there, known, found)
    for piece in holdings.pieces(account_id, owner_id):
        for message in piece:
            found.messages += 1
            found.bytes += message.entry.raw_length
            if not _is_whole(message.pack, message.entry):
                found.fault("message whose bytes are lost or changed", message.public_id)


def _documents(there: dict[str, int], known: set[str], found: Verification) -> None:
    for piece in kept_documents():
        for document in piece:
            found.documents += 1
            found.bytes += document.entry.raw_length
            _pack(document.pack, document.pack_size, there, known, found)
            if not _is_whole(document.pack, document.entry):
                found.fault("document whose bytes are lost or changed", document.public_id)


def _audit(found: Verification) -> None:
    for office in Office.objects.order_by("id"):
        for seq, fault in faults(office.public_id, _counted(chain(office.pk), office, found)):
            found.fault(f"entry of the audit that is {fault}", f"{office.public_id} {seq}")


def _counted(entries: Iterable[Entry | Link], office: Office, found: Verification) -> Iterator[Entry | Link]:
    for entry in entries:
        found.entries += 1
        found.chains[str(office.public_id)] = entry.seq, entry.hash.hex()
        yield entry


def _pack(pack: UUID, size: int | None, there: dict[str, int], known: set[str], found: Verification) -> None:
    name = key(pack)
    known.add(name)
    found.packs += 1
    if size is None or there.get(name, size) != size:
        found.fault("pack of another size than its row says", pack)


def _is_whole(pack: UUID, entry: Packed) -> bool:
    try:
        verify(blobs(), pack, entry)
    except (PackDamaged, FileNotFoundError):
        return False
    return True
