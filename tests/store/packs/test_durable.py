"""Crashes and refusals of the disk, injected at every call that a promise hangs on."""

import errno
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.store.packs import reader
from teczka.store.packs.durable import DurabilityLost
from teczka.store.packs.folder import FolderBlobs, sweep
from teczka.store.packs.spool import SpoolFile
from teczka.store.packs.writer import Pack, write_pack

CALLS = ("open", "writev", "pwrite", "fsync", "rename")
MESSAGES = [b"first" * 100, secrets.token_bytes(300_000), b"third"]


class Killed(BaseException):
    """What a crash looks like from inside: nothing after it runs."""


def batch(blobs: FolderBlobs) -> Pack:
    return write_pack(blobs, MESSAGES)


def spooled(blobs: FolderBlobs) -> Pack:
    spool = SpoolFile(blobs)
    for message in MESSAGES:
        spool.write(message)
    return spool.finish()


WAYS = pytest.mark.parametrize("write", [batch, spooled])


@contextmanager
def at_each_call(fault: Callable[[str, int], BaseException | None]) -> Iterator[list[str]]:
    """Ask `fault` before every call; what it returns is raised instead of the call. Yields the calls that were made."""
    made: list[str] = []

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            made.append(name)
            wrong = fault(name, len(made))
            if wrong is not None:
                raise wrong
            return real(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, watched(name, getattr(os, name)))
        yield made


def only(place: int, wrong: BaseException) -> Callable[[str, int], BaseException | None]:
    return lambda name, number: wrong if number == place else None


def calls_of(write: Callable[[FolderBlobs], Pack], blobs: FolderBlobs) -> list[str]:
    with at_each_call(lambda name, number: None) as made:
        write(blobs)
    return made


@WAYS
def test_a_pack_is_synced_before_it_has_its_name_and_its_name_is_synced_too(
    tmp_path: Path, write: Callable[[FolderBlobs], Pack]
) -> None:
    made = calls_of(write, FolderBlobs(tmp_path / "packs"))
    assert [call for call in made if call in ("fsync", "rename")] == ["fsync", "rename", "fsync"]
    assert not {"writev", "pwrite"} & set(made[made.index("fsync") :])


@WAYS
def test_a_crash_at_any_call_leaves_a_whole_pack_or_none(tmp_path: Path, write: Callable[[FolderBlobs], Pack]) -> None:
    blobs = FolderBlobs(tmp_path / "packs")
    for crash in range(1, len(calls_of(write, blobs)) + 1):
        before = dict(blobs.list())
        with pytest.raises(Killed), at_each_call(only(crash, Killed())):
            write(blobs)
        for name in dict(blobs.list()).keys() - before.keys():
            assert len(list(_scan(blobs, name))) in (1, len(MESSAGES))


@WAYS
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_as_such_at_every_call_and_leaves_nothing_behind(
    tmp_path: Path, write: Callable[[FolderBlobs], Pack], code: int
) -> None:
    blobs = FolderBlobs(tmp_path / "packs")
    calls = calls_of(write, blobs)
    for place in [number for number, call in enumerate(calls, 1) if call != "open"]:
        with (
            pytest.raises(Problem) as told,
            at_each_call(only(place, OSError(code, "no space"))),
        ):
            write(blobs)
        assert told.value.trouble is Trouble.DISK_FULL
        assert not list(blobs.incoming.iterdir())
    assert write(blobs).entries


@WAYS
def test_a_failed_fsync_is_fatal_and_never_tried_again(tmp_path: Path, write: Callable[[FolderBlobs], Pack]) -> None:
    blobs = FolderBlobs(tmp_path / "packs")
    fsyncs = [number for number, call in enumerate(calls_of(write, blobs), 1) if call == "fsync"]
    for place in fsyncs:
        with (
            pytest.raises(DurabilityLost),
            at_each_call(only(place, OSError(errno.EIO, "I/O"))) as made,
        ):
            write(blobs)
        assert made[place:] == []


def test_a_write_that_took_only_a_part_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, real_at = os.writev, os.pwrite

    def sparing(descriptor: int, buffers: list[memoryview]) -> int:
        return real(descriptor, [buffers[0][: max(1, len(buffers[0]) // 3)]])

    def sparing_at(descriptor: int, data: memoryview, offset: int) -> int:
        return real_at(descriptor, data[: max(1, len(data) // 3)], offset)

    monkeypatch.setattr(os, "writev", sparing)
    monkeypatch.setattr(os, "pwrite", sparing_at)
    blobs = FolderBlobs(tmp_path / "packs")
    for pack in (write_pack(blobs, MESSAGES), spooled(blobs)):
        assert b"".join(reader.read(blobs, pack.id, entry) for entry in pack.entries) == b"".join(MESSAGES)


def test_what_a_kill_left_half_written_is_swept_once_it_is_old(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "packs")
    old, young = SpoolFile(blobs), SpoolFile(blobs)
    os.utime(old._path, (time.time() - 90_000,) * 2)
    assert sweep(blobs.incoming, older_than=86_400) == 1
    assert list(blobs.incoming.iterdir()) == [young._path]
    old.discard()
    young.discard()


def test_folders_that_a_kill_left_unpromised_are_promised_by_the_next_start(tmp_path: Path) -> None:
    FolderBlobs(tmp_path / "packs")
    with at_each_call(lambda name, number: None) as made:
        FolderBlobs(tmp_path / "packs")
    assert made.count("fsync") == 2


def _scan(blobs: FolderBlobs, name: str) -> Iterator[object]:
    pack = name.partition("/")[2].removesuffix(".pack")
    return reader.scan(blobs, UUID(pack))
