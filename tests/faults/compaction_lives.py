"""A small house whose packs are rewritten, erased from and swept, by a process that dies at a chosen point."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from unittest import mock
from uuid import UUID, uuid4

from teczka.actions import erasure, packs
from teczka.actions.reading import read_some
from teczka.actions.verify import verify_all
from teczka.store.blobs import blobs
from teczka.store.models import Account, Message, Pack, User
from teczka.store.packs.format import key
from teczka.store.packs.reader import headers, read
from teczka.store.packs.writer import write_pack
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.faults.lives import Points, has_died, in_a_child
from tests.stored import store

BATCH = 6  # messages of a pack


class Deaths(Points):
    """And at each removal of a file."""

    @contextmanager
    def installed(self) -> Iterator[None]:
        with super().installed(), mock.patch.object(os, "unlink", self._before("os.unlink", os.unlink)):
            yield


@dataclass
class House:
    owner: User
    account: Account
    meant: dict[bytes, bytes] = field(default_factory=dict)  # SHA-256 → what must be there, and nothing else
    erased: set[bytes] = field(default_factory=set)
    uid: int = 1

    @classmethod
    def made(cls) -> "House":
        cast = make_cast()
        return cls(cast.anna, make_account(cast.anna))

    def fill(self, number: int) -> None:
        """Batches more, read."""
        for _ in range(number):
            raws = [_raw() for _ in range(BATCH)]
            store(self.account, raws, first_uid=self.uid)
            self.uid += BATCH
            self.meant |= {sha256(raw).digest(): raw for raw in raws}
        while read_some(100):
            pass

    def some(self, random: Random) -> UUID:
        with as_user(self.owner.pk):
            messages = list(
                Message.objects.filter(account=self.account).order_by("pk").values_list("public_id", "sha256")
            )
        public_id, digest = random.choice(messages)
        self.erased.add(bytes(digest))
        self.meant.pop(bytes(digest))
        return public_id

    def steps(self, random: Random) -> list[Callable[[], object]]:
        """What writes, each to be brought to its end however often it dies."""
        doomed = self.some(random)

        def erase() -> None:
            (erasure.finish if erasure.is_erased(self.owner, doomed) else erasure.erase)(self.owner, doomed)

        def compact() -> None:
            for pack in self.packs():
                packs.rewrite(self.owner.pk, pack)

        def stray() -> None:
            write_pack(blobs(), [_raw(), _raw()])
            packs.sweep_strays(0)

        return [erase, compact, lambda: packs.remove_retired(0), stray, lambda: packs.sweep_strays(0)]

    def packs(self) -> list[UUID]:
        with as_user(self.owner.pk):
            return list(Pack.objects.filter(retired_at=None).order_by("pk").values_list("pk", flat=True))

    def whole(self) -> None:
        """Raises AssertionError where a message is lost, doubled, or an erased one is there again."""
        found = verify_all()
        assert not found.faults, found.faults
        with as_user(self.owner.pk):
            rows = list(Message.objects.filter(account=self.account).values_list("sha256", "pack_id"))
        digests = [bytes(digest) for digest, _ in rows]
        assert len(digests) == len(set(digests))
        assert set(digests) - self.erased == set(self.meant)

    def at_last(self) -> None:
        """And when all has come to its end: of what was erased no object holds a byte, and no object is there for nothing."""
        packs.remove_retired(0)
        packs.sweep_strays(0)
        self.whole()
        objects = {UUID(Path(name).stem) for name, _ in blobs().list()}
        assert objects == set(self.packs())
        held = [entry.sha256 for pack in objects for entry in headers(blobs(), pack)]
        assert sorted(held) == sorted(self.meant)
        assert all(
            read(blobs(), pack, entry) == self.meant[entry.sha256]
            for pack in objects
            for entry in headers(blobs(), pack)
        )
        assert all((local := blobs().local(key(pack))) is None or local.exists() for pack in objects)


def dies(doing: Callable[[], object], at: int) -> bool:
    """In a child of its own: nothing unwinds, nothing is tidied. False where it came to its end before this point."""
    return has_died(_child(doing, Deaths(at)))


def is_killed(doing: Callable[[], object], seconds: float) -> bool:
    """By a signal, after so long. False where it came to its end before."""
    child = _child(doing, Points())
    time.sleep(seconds)  # no wait for anything: the moment is to be any moment
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _child(doing: Callable[[], object], points: Points) -> int:
    def life() -> None:
        with points.installed():
            doing()

    return in_a_child(life)


def _raw() -> bytes:
    return f"Message-ID: <{uuid4()}@a.example>\r\nSubject: {uuid4()}\r\n\r\n{uuid4()}\r\n".encode() * 3
