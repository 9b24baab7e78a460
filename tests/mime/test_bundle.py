"""ZIPs that leave while they are made, and what they are verified by."""

import gc
import io
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from teczka.mime.bundle import Bundle
from teczka.mime.bundle_check import MANIFEST, NoBundle, is_bundle, manifest, verify

NOW = datetime(2026, 5, 3, 12, 4, tzinfo=UTC)
FILES = {"messages/zażółć.eml": b"Subject: x\r\n\r\n" * 9_000, "pusty": b"", "dokumenty/a b.pdf": b"%PDF"}


def made(files: dict[str, bytes] = FILES) -> bytes:
    bundle, out = Bundle(), io.BytesIO()

    def keep(pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            out.write(piece)

    for name, content in files.items():
        keep(bundle.file(name, [content[start : start + 999] for start in range(0, len(content), 999)], NOW))
    keep(bundle.file(MANIFEST, [manifest(bundle.files)], NOW))
    keep(bundle.end())
    return out.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    there = tmp_path / "a.zip"
    there.write_bytes(made())
    return there


def rewritten(path: Path, changes: dict[str, bytes | None]) -> None:
    """Another ZIP of the same files but for these; None: without it."""
    with ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()} | changes
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(name, content)


def test_what_goes_in_comes_out_and_other_programs_read_it(path: Path) -> None:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in FILES} == FILES
        assert archive.getinfo("pusty").date_time == (2026, 5, 3, 12, 4, 0)
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-q", path, "-d", path.parent / "out"], check=True)
        subprocess.run(["sha256sum", "--check", "--strict", MANIFEST], cwd=path.parent / "out", check=True)
    found = verify(path)
    assert (found.files, found.bytes, found.faults) == (3, sum(map(len, FILES.values())), {})
    assert is_bundle(path)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(9998, 12, 31, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_a_day_that_no_zip_can_tell_does_not_end_it(at: datetime, told: tuple[int, ...]) -> None:
    bundle = Bundle()
    bundle.folder("leer", at)
    pieces = [*bundle.file("a.eml", [b"x"], at), *bundle.end()]
    with ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert (archive.testzip(), {one.date_time for one in archive.infolist()}) == (None, {told})


def test_no_piece_waits_for_the_end() -> None:
    bundle = Bundle()
    sizes = [len(piece) for piece in bundle.file("a", (os.urandom(1_000_000) for _ in range(5)), NOW)]
    assert len(sizes) >= 5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pusty": b"x"}, {"changed": ["pusty"]}),
        ({"pusty": None}, {"missing": ["pusty"]}),
        ({"nowy": b""}, {"not in the manifest": ["nowy"]}),
    ],
)
def test_what_was_changed_taken_out_or_put_in_is_found(
    path: Path, changes: dict[str, bytes | None], expected: dict[str, list[str]]
) -> None:
    before = verify(path).manifest
    rewritten(path, changes)
    found = verify(path)
    assert found.faults == expected
    assert found.manifest == before


def test_a_file_that_is_there_twice_is_found(path: Path) -> None:
    with ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("pusty", b"inny")
    assert verify(path).faults["twice"] == ["pusty"]


def test_a_changed_manifest_is_another(path: Path) -> None:
    before = verify(path).manifest
    rewritten(path, {"pusty": b"x", MANIFEST: None})
    with pytest.raises(NoBundle):
        verify(path)
    path.write_bytes(made(FILES | {"pusty": b"x"}))
    assert verify(path).manifest != before


def test_bytes_that_rotted_are_found(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[80] ^= 1
    path.write_bytes(raw)
    assert verify(path).faults


@pytest.mark.parametrize("content", [b"", b"PK", b"nic", made()[:-30], made()[100:]])
def test_what_is_no_export_is_refused_as_such(tmp_path: Path, content: bytes) -> None:
    there = tmp_path / "x.zip"
    there.write_bytes(content)
    try:
        found = verify(there)
    except NoBundle:
        return
    assert found.faults


def test_whoever_goes_away_in_the_middle_leaves_nothing_to_complain_of() -> None:
    gc.collect()  # what other tests left is theirs
    with warnings.catch_warnings(action="error"):
        bundle = Bundle()
        pieces = bundle.file("a", (os.urandom(1_000_000) for _ in range(5)), NOW)
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        del bundle, pieces
        gc.collect()
