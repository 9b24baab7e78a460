"""Folders and archives of mail, as programs lay them out, and as somebody would who wants to do harm."""

import gzip
import io
import struct
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.mime.boxes import entries, walk
from teczka.mime.boxes.entries import Box, names_of
from teczka.mime.boxes.found import Found, Unfit
from tests.outlook import compound, message, text

LETTER = b"Subject: Pozew\r\n\r\ntekst\r\n"
BOX = b"From a@b Thu Nov  5 10:00:00 2026\n" + LETTER + b"\nFrom a@b Thu Nov  5 10:00:00 2026\nSubject: b\n\nx\n"


def told(found: Found) -> tuple[str, bytes | Trouble]:
    try:
        body = found.read().body
    except Unfit as wrong:
        return "/".join(found.folder), wrong.trouble
    return "/".join(found.folder), body if isinstance(body, bytes) else b"".join(body)


def walked(path: Path, room: Path) -> list[tuple[str, bytes | Trouble]]:
    how = walk.Walk(room, lambda name: name)
    if path.is_dir():
        return [told(found) for found in walk.folder(path, how)]
    box = Box(path.open("rb"))
    try:
        return [told(found) for found in walk.file(box, path.name, how)]
    finally:
        box.close()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return out.getvalue()


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


THUNDERBIRD = {
    "Inbox": BOX,
    "Inbox.msf": b"// <!-- index -->",
    "Inbox.sbd/Sprawy": BOX,
    "Inbox.sbd/Sprawy.msf": b"x",
    "msgFilterRules.dat": b"x",
    "Puste": b"",
}
MAILDIR = {
    "cur/1793869201.M1.host:2,RS": LETTER,
    "new/1793869202.M2.host": LETTER + b"2",
    "tmp/1793869203.M3.host": b"half",
    ".Sent.2026/cur/1793869204.M4.host:2,Sab": LETTER,
    ".Sent.2026/dovecot-keywords": b"0 pilne\n1 Kancelaria\n",
    "dovecot.index": b"\0\1",
}


@pytest.mark.parametrize("packed", [False, True])
def test_thunderbirds_folders_come_as_they_are(tmp_path: Path, packed: bool) -> None:
    source = _either(tmp_path, THUNDERBIRD, packed)
    found = walked(source, tmp_path)
    assert [folder for folder, _ in found] == ["Inbox", "Inbox", "Inbox/Sprawy", "Inbox/Sprawy", ""]
    assert found[0][1] == LETTER
    assert found[-1][1] is Trouble.IMPORT_EMPTY


@pytest.mark.parametrize("packed", [False, True])
def test_a_maildir_has_its_folders_flags_and_days(tmp_path: Path, packed: bool) -> None:
    source = _either(tmp_path, MAILDIR, packed)
    how = walk.Walk(tmp_path, lambda name: name)
    box = None if source.is_dir() else Box(source.open("rb"))
    letters = []
    for found in walk.file(box, "a.zip", how) if box else walk.folder(source, how):
        read = found.read()
        assert read.at is not None
        letters.append(("/".join(found.folder), read.flags, int(read.at.timestamp()) - 1793869200))
    assert sorted(letters, key=lambda one: one[2]) == [
        ("", frozenset({"\\Answered", "\\Seen"}), 1),
        ("", frozenset(), 2),
        ("Sent/2026", frozenset({"\\Seen", "pilne", "Kancelaria"}), 4),
    ]
    if box:
        box.close()


def test_every_kind_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    msg = compound(message(text(0x1A, "IPM.Note"), text(0x37, "Z Outlooka"), people=[], files=[]))
    files = {
        "a/list.eml": LETTER, "b": LETTER, "c.mbox": BOX, "d.mbox.gz": gzip.compress(BOX), "e.msg": msg,
        "f.zip": zipped({"w środku/x.eml": LETTER}), "g.pst": b"!BDN" + bytes(100), "h.txt": b"\0\1", "__MACOSX/._a.eml": b"x",
    }  # fmt: skip
    found = walked(write(tmp_path / "in", files), tmp_path)
    assert [folder for folder, _ in found] == ["a", "", "c", "c", "d", "d", "", "w środku", "", ""]
    assert [body for _, body in found if isinstance(body, Trouble)] == [Trouble.IMPORT_PST, Trouble.IMPORT_UNKNOWN]


def test_what_is_called_a_letter_and_has_no_header_is_none(tmp_path: Path) -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 8
    odd = [b"\r\n\r\n" + LETTER, b"\xef\xbb\xbfReceived: x\r\n" + LETTER, b">From a@b\nSubject: x\n\n", b"Subject:\r\n"]
    files = {"a.eml": jpeg, "b.eml": b"Umowa\r\nz dnia 3 maja, o 10:30\r\n"}
    files |= {f"c{number}.eml": raw for number, raw in enumerate(odd)}
    found = [body for _, body in walked(write(tmp_path / "in", files), tmp_path)]
    assert found == [Trouble.IMPORT_UNKNOWN, Trouble.IMPORT_UNKNOWN, *odd]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("above", ["", "zip/"])
def test_the_lists_of_our_own_exports_are_no_letters(tmp_path: Path, packed: bool, above: str) -> None:
    lists = {
        "manifest.jsonl": b'{"folder":"INBOX"}\n', "manifest.sha256": b"x", "index.html": b"<p>a: b", "index.csv": b"a: b",
    }  # fmt: skip
    ours = {"messages/ab/abc.eml": LETTER, "messages/index.csv": LETTER, **lists}
    source = _either(tmp_path, {f"{above}{name}": content for name, content in ours.items()}, packed)
    assert [body for _, body in walked(source, tmp_path)] == [LETTER, LETTER]
    strangers = walked(
        write(tmp_path / "other", {f"{above}{name}": content for name, content in lists.items()}), tmp_path
    )
    assert len(strangers) == len(lists)


@pytest.mark.parametrize(
    "name", ["../../etc/x.eml", "/etc/x.eml", "C:\\windows\\x.eml", "a/./../b/x.eml", "\\\\host\\x.eml"]
)
def test_no_name_leads_out_of_an_archive(tmp_path: Path, name: str) -> None:
    assert not {"..", ".", "", "C:"} & set(names_of(name))
    (tmp_path / "a.zip").write_bytes(zipped({name: LETTER}))
    ((folder, body),) = walked(tmp_path / "a.zip", tmp_path)
    assert body == LETTER
    assert ".." not in folder
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_archives_in_archives_come_to_an_end(tmp_path: Path) -> None:
    inside = LETTER
    for depth in range(6):
        inside = zipped({f"{depth}.{'eml' if depth == 0 else 'zip'}": inside})
    (tmp_path / "a.zip").write_bytes(inside)
    assert [body for _, body in walked(tmp_path / "a.zip", tmp_path)] == [Trouble.IMPORT_DEEP]


def test_an_archive_that_unpacks_to_much_more_than_mail_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "LEAST_BYTES", 1_000_000)
    box = b"From a@b Thu Nov  5 10:00:00 2026\nSubject: x\n\n" + b"\0" * 3_000_000
    (tmp_path / "a.zip").write_bytes(zipped({"ok.eml": LETTER, "p.mbox": box}))
    (tmp_path / "b.gz").write_bytes(gzip.compress(box))
    for name in ("a.zip", "b.gz"):
        with pytest.raises(Problem) as met:
            walked(tmp_path / name, tmp_path)
        assert met.value.trouble is Trouble.IMPORT_BOMB
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.gz"]


def test_what_is_damaged_locked_or_of_no_known_kind_keeps_nothing_else_out(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.eml": LETTER * 50, "b.eml": LETTER}))
    raw[45] ^= 0xFF  # in the first file's packed bytes
    (tmp_path / "a.zip").write_bytes(raw)
    assert [body for _, body in walked(tmp_path / "a.zip", tmp_path)] == [Trouble.IMPORT_BROKEN, LETTER]
    locked = bytearray(zipped({"a.eml": LETTER}))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.index(magic) + place
        locked[at : at + 2] = struct.pack("<H", 1)
    (tmp_path / "b.zip").write_bytes(locked)
    assert [body for _, body in walked(tmp_path / "b.zip", tmp_path)] == [Trouble.IMPORT_PASSWORD]
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    with pytest.raises(Unfit):
        walked(tmp_path / "c.zip", tmp_path)
    (tmp_path / "d.gz").write_bytes(gzip.compress(BOX)[:-20])
    with pytest.raises(Unfit):
        walked(tmp_path / "d.gz", tmp_path)


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_a_packed_file_that_is_damaged_keeps_the_others_in(tmp_path: Path, method: int) -> None:
    out = io.BytesIO()
    with ZipFile(out, "w", method) as archive:
        archive.writestr("a", LETTER * 50)
        archive.writestr("b.eml", LETTER)
    raw = out.getvalue()
    (tmp_path / "x.zip").write_bytes(raw[:50] + b"\xff" * 30 + raw[80:])
    assert walked(tmp_path / "x.zip", tmp_path) == [("", Trouble.IMPORT_BROKEN), ("", LETTER)]


def test_a_packed_file_without_a_name_or_before_the_beginning_keeps_the_others_in(tmp_path: Path) -> None:
    raw = bytearray(zipped({"ab.eml": LETTER, "c.eml": LETTER, "d.eml": LETTER}))
    first = raw.index(b"PK\x01\x02")
    raw[first + 46] = 0  # its name, to the first NUL
    second = raw.index(b"PK\x01\x02", first + 4)
    raw[second + 42 : second + 46] = struct.pack("<I", 2**31)
    (tmp_path / "x.zip").write_bytes(raw)
    assert walked(tmp_path / "x.zip", tmp_path) == [("", Trouble.IMPORT_BROKEN), ("", LETTER)]


def test_a_gzip_of_other_bytes_than_it_says_is_broken(tmp_path: Path) -> None:
    raw = gzip.compress(BOX)
    (tmp_path / "x.gz").write_bytes(raw[:-8] + bytes(8))
    with pytest.raises(Unfit) as told_:
        walked(tmp_path / "x.gz", tmp_path)
    assert told_.value.trouble is Trouble.IMPORT_BROKEN


def test_a_large_message_of_huge_lines_is_never_held_whole(tmp_path: Path) -> None:
    """100 MB of a single line, quoted beginnings behind it, NULs."""
    path = tmp_path / "a.mbox"
    with path.open("wb") as out:
        out.write(b"From a@b Thu Nov  5 10:00:00 2026\nSubject: x\n\n")
        for _ in range(100):
            out.write(b"\0x" * 500_000)
        out.write(b"\n>From me\n")
    box = Box(path.open("rb"))
    (found,) = walk.file(box, "a.mbox", walk.Walk(tmp_path, str))
    size, last = 0, b""
    for piece in found.read().body:
        assert isinstance(piece, bytes)
        assert len(piece) <= 2_000_000
        size, last = size + len(piece), piece
    assert size == 100_000_000 + len(b"Subject: x\n\n\nFrom me\n")
    assert last.endswith(b"\nFrom me\n")
    box.close()


def _either(tmp_path: Path, files: dict[str, bytes], packed: bool) -> Path:
    if not packed:
        return write(tmp_path / "in", files)
    (tmp_path / "a.zip").write_bytes(zipped(files))
    return tmp_path / "a.zip"
