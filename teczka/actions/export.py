"""A mailbox as files: every message byte for byte, and a manifest that says where each lay on its server (P5)."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from teczka.actions.audit import note
from teczka.core.audit import Verb
from teczka.store.blobs import blobs
from teczka.store.models import Account, User
from teczka.store.packs.format import PackDamaged
from teczka.store.packs.reader import STRIDE, mapped, verify
from teczka.store.queries import holdings
from teczka.store.queries.account_export import KeptMessage
from teczka.store.queries.holdings import Held
from teczka.store.viewer import as_user

MANIFEST = "manifest.jsonl"
StoredT = TypeVar("StoredT", Held, KeptMessage)
TakenT = TypeVar("TakenT")


def export_account(viewer: User, account: Account, to: Path) -> tuple[dict[str, int], list[str]]:
    """Writes `to`, which must not exist or be empty: `messages/ab/<sha256>.eml`, and `manifest.jsonl` with a line for each placement
    that is still on the server (folder, uidvalidity, uid, sha256, size, flags, internaldate). Returns messages, placements, missing and
    bytes, and the ids of the missing: what is damaged or lost is passed over.

    Raises as `made_whole`; Account.DoesNotExist where it is not the viewer's.
    """
    with as_user(viewer.pk):
        Account.objects.get(pk=account.pk, owner=viewer)
    counted = {"messages": 0, "placements": 0, "missing": 0, "bytes": 0}
    missing: list[str] = []
    with made_whole(to) as making, (making / MANIFEST).open("w", encoding="utf-8") as manifest:
        with as_user(viewer.pk):
            note(viewer, Verb.ACCOUNT_EXPORT, [account.public_id])
        for piece in holdings.pieces(account.pk, viewer.pk):
            held: dict[int, Held] = {}
            for message in piece:
                try:
                    there = while_it_lies(message, partial(_now, message, account), partial(_write, making))
                except (PackDamaged, FileNotFoundError):
                    missing.append(str(message.public_id))
                    continue
                if there:
                    held[there.id] = there
                    counted["bytes"] += there.entry.raw_length
            counted["messages"] += len(held)
            with as_user(viewer.pk):
                places = holdings.placements(list(held))
            for placed in places:
                line = _line(placed, held[placed.message_id])
                manifest.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
                counted["placements"] += 1
    counted["missing"] = len(missing)
    return counted, missing


@contextmanager
def made_whole(to: Path) -> Iterator[Path]:
    """A folder beside `to`, which takes its name at the end. What an export left that was killed goes. FileExistsError where something lies
    at `to`."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise FileExistsError(to)
    making = to.with_name(f".{to.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    yield making
    if to.exists():
        to.rmdir()
    making.rename(to)


def while_it_lies(
    message: StoredT, look: Callable[[], StoredT | None], take: Callable[[StoredT], TakenT]
) -> TakenT | None:
    """What `take` makes of it, from the beginning again if need be: packs are rewritten, and removed, while a long export goes through
    those before, and `look` asks where it lies now. None: it is there no longer. Raises PackDamaged, FileNotFoundError."""
    while True:
        try:
            return take(message)
        except FileNotFoundError:
            now = look()
            if now is None:
                return None
            if (now.pack, now.entry) == (message.pack, message.entry):
                raise
            message = now


def _now(message: Held, account: Account) -> Held | None:
    with as_user(account.owner_id):
        return holdings.message(account.pk, message.id)


def _write(folder: Path, message: Held) -> Held:
    """What is what was stored."""
    verify(blobs(), message.pack, message.entry)
    path = folder / _name(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    with mapped(blobs(), message.pack, message.entry) as raw, path.open("wb") as file:
        for offset in range(0, len(raw), STRIDE):
            file.write(raw[offset : offset + STRIDE])
    return message


def _name(message: Held) -> Path:
    digest = message.entry.sha256.hex()
    return Path("messages") / digest[:2] / f"{digest}.eml"


def _line(placed: holdings.Placed, message: Held) -> dict[str, Any]:
    return {
        "folder": placed.folder,
        "uidvalidity": placed.uidvalidity,
        "uid": placed.uid,
        "sha256": message.entry.sha256.hex(),
        "size": message.entry.raw_length,
        "flags": placed.flags,
        "internaldate": placed.internaldate.isoformat(),
        "file": str(_name(message)),
    }
