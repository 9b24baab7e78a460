"""Whether everything that is stored is still what was stored (P5)."""

from dataclasses import dataclass, field
from uuid import UUID

from teczka.store.blobs import blobs
from teczka.store.models.accounts import everyones_accounts
from teczka.store.packs.format import PackDamaged, key
from teczka.store.packs.reader import verify
from teczka.store.queries import holdings
from teczka.store.viewer import as_user


@dataclass
class Verification:
    """`faults`: the rule that is broken → public ids of what breaks it. Orphans are no fault: a pack whose rows were never committed."""

    accounts: int = 0
    messages: int = 0
    bytes: int = 0
    packs: int = 0
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
    found.orphans = sorted(there.keys() - known)
    return found


def _account(account_id: int, owner_id: int, there: dict[str, int], known: set[str], found: Verification) -> None:
    with as_user(owner_id):
        packs = holdings.packs(account_id)
        for rule in holdings.RULES:
            for what in holdings.broken(account_id, rule):
                found.fault(rule, what)
    for pack, size in packs.items():
        name = key(pack)
        known.add(name)
        found.packs += 1
        if there.get(name, size) != size:
            found.fault("pack of another size than its row says", pack)
    for piece in holdings.pieces(account_id, owner_id):
        for message in piece:
            found.messages += 1
            found.bytes += message.entry.raw_length
            try:
                verify(blobs(), message.pack, message.entry)
            except (PackDamaged, FileNotFoundError):
                found.fault("message whose bytes are lost or changed", message.public_id)
