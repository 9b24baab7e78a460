"""Whether everything that is stored is still what was stored (P5), what follows from it follows, and the audit is as it was written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from teczka.core.audit import Entry, Link, faults
from teczka.store import locks, mending
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

AT_ONCE = 1_000


@dataclass
class Verification:
    """`faults`: the rule that is broken → public ids of what breaks it. `repaired`: what broke a rule and does no longer. Orphans are no
    fault: a pack whose rows were never committed."""

    accounts: int = 0
    messages: int = 0
    letters: int = 0  # and files that go with them
    documents: int = 0
    bytes: int = 0
    packs: int = 0
    entries: int = 0  # of the audit
    # Of each office's chain: its last entry's number and hash. Kept elsewhere, they show whether its end was cut off.
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    repaired: dict[str, list[str]] = field(default_factory=dict)
    orphans: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults

    def fault(self, rule: str, what: UUID | str, *, repaired: bool = False) -> None:
        (self.repaired if repaired else self.faults).setdefault(rule, []).append(str(what))


def verify_all(*, repair: bool = False) -> Verification:
    """Every account, as its owner: each message's bytes against SHA-256, rows against rows, rows against packs and packs against rows.
    `repair`: what follows from other rows is made anew from them, and nothing else.

    Packs are listed before rows, so that what arrives meanwhile is neither orphan nor fault; and none is removed meanwhile.
    """
    found = Verification()
    with locks.packs_stay():
        there = dict(blobs().list())
        known: set[str] = set()
        everyone = everyones_accounts()
        for account_id, owner_id in everyone:
            found.accounts += 1
            _account(account_id, owner_id, there, known, found)
            _rules(account_id, owner_id, found, repair)
        for owner_id in sorted({owner for _, owner in everyone}):
            _grants(owner_id, found, repair)
        _documents(there, known, found)
        found.orphans = sorted(there.keys() - known)
    _audit(found)
    return found


def _account(account_id: int, owner_id: int, there: dict[str, int], known: set[str], found: Verification) -> None:
    with as_user(owner_id):
        packs = holdings.packs(account_id)
        letters = holdings.letters(account_id)
    for pack, (size, retired) in packs.items():
        known.add(key(pack))
        if not retired:
            _pack(pack, size, there, found)
    for letter in letters:
        found.letters += 1
        _bytes(
            letter.pack, letter.entry, "letter or file of one whose bytes are lost or changed", letter.public_id, found
        )
    for piece in holdings.pieces(account_id, owner_id):
        for message in piece:
            found.messages += 1
            _bytes(message.pack, message.entry, "message whose bytes are lost or changed", message.public_id, found)


def _rules(account_id: int, owner_id: int, found: Verification, repair: bool) -> None:
    for rule in holdings.RULES:
        with as_user(owner_id):
            broken = holdings.broken(account_id, rule)
            mends = rule in mending.MENDS and repair
            while mends and broken:
                mending.MENDS[rule](account_id, broken)
                for what in broken:
                    found.fault(rule, what, repaired=True)
                broken = holdings.broken(account_id, rule)
        for what in broken:
            found.fault(rule, what)


def _grants(owner_id: int, found: Verification, repair: bool) -> None:
    after = 0
    while True:
        with as_user(owner_id):
            wrong, after = mending.wrong_grants(owner_id, after, AT_ONCE, mend=repair)
        for what in wrong:
            found.fault(holdings.GRANTS, what, repaired=repair)
        if not after:
            return


def _documents(there: dict[str, int], known: set[str], found: Verification) -> None:
    for piece in kept_documents():
        for document in piece:
            found.documents += 1
            known.add(key(document.pack))
            _pack(document.pack, document.pack_size, there, found)
            _bytes(document.pack, document.entry, "document whose bytes are lost or changed", document.public_id, found)


def _audit(found: Verification) -> None:
    for office in Office.objects.order_by("id"):
        for seq, fault in faults(office.public_id, _counted(chain(office.pk), office, found)):
            found.fault(f"entry of the audit that is {fault}", f"{office.public_id} {seq}")


def _counted(entries: Iterable[Entry | Link], office: Office, found: Verification) -> Iterator[Entry | Link]:
    for entry in entries:
        found.entries += 1
        found.chains[str(office.public_id)] = entry.seq, entry.hash.hex()
        yield entry


def _pack(pack: UUID, size: int | None, there: dict[str, int], found: Verification) -> None:
    found.packs += 1
    try:
        real = (
            there[key(pack)] if key(pack) in there else blobs().size(key(pack))
        )  # it may have come since they were listed
    except FileNotFoundError:
        found.fault("pack whose object is lost", pack)
        return
    if real != size:
        found.fault("pack of another size than its row says", pack)


def _bytes(pack: UUID, entry: Packed, rule: str, what: UUID, found: Verification) -> None:
    found.bytes += entry.raw_length
    try:
        verify(blobs(), pack, entry)
    except (PackDamaged, FileNotFoundError):
        found.fault(rule, what)
