"""What goes past the system's cache arrives whole, also where the file system will have none of it."""

import errno
import fcntl
import os
import secrets
from pathlib import Path
from typing import Any

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.store.packs import direct, durable
from teczka.store.packs.direct import PAGE, ROOM

NOISE = secrets.token_bytes(ROOM + PAGE)


def written(tmp_path: Path, pieces: list[bytes]) -> bytes:
    path = tmp_path / secrets.token_hex(8)
    descriptor = durable.create(path)
    try:
        direct.write(descriptor, pieces)
        durable.sync(descriptor)
    finally:
        durable.close(descriptor)
    return path.read_bytes()


def past_the_cache(descriptor: int) -> bool:
    return bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT)


@pytest.mark.parametrize("length", [0, 1, PAGE - 1, PAGE, PAGE + 1, ROOM - 1, ROOM, ROOM + 1, ROOM + PAGE])
def test_any_length_arrives_whole_in_any_pieces(tmp_path: Path, length: int) -> None:
    whole = NOISE[:length]
    for cut in (0, 1, 60, PAGE, length // 2, length):
        assert written(tmp_path, [whole[:cut], b"", whole[cut:]]) == whole
    assert written(tmp_path, [whole, whole, b"end"]) == whole * 2 + b"end"


def test_whole_pages_go_past_the_cache_and_the_rest_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, int]] = []
    real = os.pwrite

    def watched(descriptor: int, data: memoryview, offset: int) -> int:
        seen.append((past_the_cache(descriptor), len(data)))
        return real(descriptor, data, offset)

    with (tmp_path / "tried").open("wb") as tried:
        if direct._past_the_cache(tried.fileno()) is None:
            pytest.skip("tests run on a file system that knows its cache alone")
    monkeypatch.setattr(os, "pwrite", watched)
    assert written(tmp_path, [NOISE, b"end"]) == NOISE + b"end"
    assert seen == [(True, ROOM), (True, PAGE), (False, 3)]


def test_a_file_system_that_refuses_takes_everything_through_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.pwrite

    def refusing(descriptor: int, data: memoryview, offset: int) -> int:
        if past_the_cache(descriptor):
            raise OSError(errno.EINVAL, "no")
        return real(descriptor, data, offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", refusing)
        assert written(tmp_path, [NOISE, b"end"]) == NOISE + b"end"

    asked = fcntl.fcntl

    def unknown(descriptor: int, command: int, flags: int = 0) -> Any:
        if command == fcntl.F_SETFL and flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, "no")
        return asked(descriptor, command, flags)

    monkeypatch.setattr(fcntl, "fcntl", unknown)
    assert written(tmp_path, [NOISE, b"end"]) == NOISE + b"end"


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: memoryview, offset: int) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(Problem) as told:
        written(tmp_path, [NOISE])
    assert told.value.trouble is Trouble.DISK_FULL


def test_a_process_that_was_forked_off_writes_into_no_memory_of_its_parent(tmp_path: Path) -> None:
    written(tmp_path, [NOISE[:ROOM]])
    before = bytes(direct._own.room)
    child = os.fork()
    if not child:
        direct._own.room[:PAGE] = bytes(PAGE)
        os._exit(0)
    os.waitpid(child, 0)
    assert bytes(direct._own.room) == before
