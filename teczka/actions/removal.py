"""The end of an account whose mail was to go with it: rows and bytes, once the time for taking it back is over.

A pack at a time, each step idempotent: its rows first, which retires it, then the object that held the bytes (actions/packs.py). Killed at
any point and begun again it ends the same.
"""

import logging
import threading
from uuid import UUID

from teczka.actions.audit import note
from teczka.actions.packs import let_go
from teczka.core.audit import Verb
from teczka.store import compaction, removal
from teczka.store.blobs import blobs
from teczka.store.leases import Leases
from teczka.store.models import Account
from teczka.store.models.accounts import accounts_to_remove
from teczka.store.packs.format import PackDamaged
from teczka.store.packs.reader import read
from teczka.store.packs.writer import write_pack
from teczka.store.reading import lock_threads
from teczka.store.viewer import as_user

log = logging.getLogger(__name__)


def remove_the_doomed(stopping: threading.Event) -> int:
    """All of them, one after another; those that another process is removing are left to it. Returns how many packs went."""
    packs = 0
    for account_id, owner_id in accounts_to_remove():
        leases = Leases(sharing=False)
        try:
            if leases.try_take(account_id):
                packs += _remove(account_id, owner_id, stopping)
        except (
            PackDamaged,
            OSError,
        ):  # what stays for others cannot be read, or the store is away: the other accounts go on
            log.exception("account %s cannot be removed just now", account_id)
        finally:
            leases.close()
    return packs


def _remove(account_id: int, owner_id: int, stopping: threading.Event) -> int:
    packs = 0
    while not stopping.is_set():
        with as_user(owner_id):
            if not removal.is_doomed(account_id):
                return packs
            removal.forget_acts(account_id)
            pack = removal.next_pack(account_id)
            if pack is None:
                account = Account.objects.select_related("owner").get(pk=account_id)
                if removal.remove_rest(account_id):
                    note(account.owner, Verb.ACCOUNT_REMOVE, [account.public_id])
                log.info("an account that was deleted is gone, and %s packs of its mail", packs)
                break
            removal.withdraw(pack)
        _remove_pack(account_id, owner_id, pack)
        packs += 1
    return packs


def _remove_pack(account_id: int, owner_id: int, pack: UUID) -> None:
    with as_user(owner_id):
        lock_threads(owner_id)
        if not removal.is_doomed(account_id):
            return
        compaction.hold(pack)
        kept = removal.stays(pack)
        if kept:
            bodies = [read(blobs(), pack, one.entry) for one in kept]
            removal.move(pack, write_pack(blobs(), bodies, [one.entry.sha256 for one in kept]), kept)
        removal.empty(pack)
        compaction.retire([pack])
    let_go([pack])
