"""Every message in a file or a folder, whatever form it has: told by what is in it, not by its name."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from gzip import GzipFile
from itertools import groupby
from pathlib import Path
from typing import IO, Final, cast
from zipfile import ZipFile

from teczka.core.errors import Trouble
from teczka.mime.boxes import maildir, marks, mbox, ours
from teczka.mime.boxes.entries import MEGABYTE, STRIDE, Box, Budget, FileEntry, levels, of_folder, of_zip, reading
from teczka.mime.boxes.found import HELD_BYTES, Found, Letter, Unfit, unfit
from teczka.mime.boxes.outlook import message as outlook
from teczka.mime.boxes.outlook.message import OLE

DEPTH: Final = 3  # archives in archives
HEAD: Final = 4_096  # bytes by which a file is known
ZIP: Final = b"PK\x03\x04"
EMPTY_ZIP: Final = b"PK\x05\x06"
GZIP: Final = b"\x1f\x8b\x08"
PST: Final = b"!BDN"
MOST_OUTLOOK: Final = 150 * MEGABYTE  # of one message: Outlook sends none that large

# What programs and systems lay beside mail, and nobody misses.
_BESIDE: Final = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini", "popstate.dat", "msgfilterrules.dat"}
# Ours: what lies beside the folder of messages in an account's export, and in a case's.
_LISTS: Final = {"manifest.jsonl", "manifest.sha256", "index.html", "index.csv"}
_INDEXES: Final = (".msf", ".dat", ".lock", ".cmeta", ".mozmsgs")


@dataclass(frozen=True, slots=True)
class Walk:
    room: Path  # where what is unpacked may lie meanwhile
    decode: maildir.Decode  # of a Maildir++ folder's name


def file(box: Box, name: str, walk: Walk) -> Iterator[Found]:
    """A single file's messages; those of an mbox lie in no folder. Raises Unfit where it cannot be read at all."""
    budget = Budget(box.size)
    yield from _box(box, (), name, walk, budget, 0)


def folder(root: Path, walk: Walk) -> Iterator[Found]:
    yield from _entries(of_folder(root), (), "", walk, Budget(0), 0)


def _box(box: Box, at: tuple[str, ...], where: str, walk: Walk, budget: Budget, depth: int) -> Iterator[Found]:
    head = box.head(HEAD)
    if head.startswith((ZIP, EMPTY_ZIP)):
        yield from _zip(box, at, where, walk, budget, depth)
    elif head.startswith(GZIP):
        yield from _gzip(box, at, where, walk, budget, depth)
    elif mbox.is_mbox(head):
        yield from _mbox(box, at, where)
    else:
        yield Found(at, where, 1.0, partial(_single, box, head, where))


def _zip(box: Box, at: tuple[str, ...], where: str, walk: Walk, budget: Budget, depth: int) -> Iterator[Found]:
    if depth == DEPTH:
        yield unfit(at, where, 1.0, Trouble.IMPORT_DEEP)
        return
    with reading():
        archive = ZipFile(box.file)
    with archive:
        yield from _entries(of_zip(archive, budget), at, where, walk, budget, depth + 1)


def _gzip(box: Box, at: tuple[str, ...], where: str, walk: Walk, budget: Budget, depth: int) -> Iterator[Found]:
    if depth == DEPTH:
        yield unfit(at, where, 1.0, Trouble.IMPORT_DEEP)
        return

    def opened() -> IO[bytes]:
        box.file.seek(box.begin)
        return cast(IO[bytes], GzipFile(fileobj=box.file))

    with FileEntry((where,), 0, None, opened, budget).box(walk.room) as unpacked:
        yield from _box(unpacked, at, where, walk, budget, depth + 1)


def _mbox(box: Box, at: tuple[str, ...], where: str) -> Iterator[Found]:
    for number, piece in enumerate(mbox.pieces(box.map, box.begin), 1):
        through = (piece.end - box.begin) / box.size
        yield Found(at, f"{where}, {number}", through, partial(_of_mbox, box, piece))


def _of_mbox(box: Box, piece: mbox.Piece) -> Letter:
    body = mbox.content(box.map, piece)
    again = () if isinstance(body, bytes) else mbox.content(box.map, piece)
    told, body = ours.original(body, cast("Iterator[bytes]", again))
    begin = told or box.map[piece.start : piece.start + marks.HEAD]
    if not told and piece.start == piece.end:
        raise Unfit(Trouble.IMPORT_EMPTY)
    noted = marks.notes(begin)
    if not told and marks.is_expunged(noted):
        raise Unfit(Trouble.IMPORT_DELETED)
    return Letter(body, marks.flags(noted), piece.at or marks.arrived(noted))


def _single(box: Box, head: bytes, where: str) -> Letter:
    if not box.size:
        raise Unfit(Trouble.IMPORT_EMPTY)
    if head.startswith(OLE):
        if box.size > MOST_OUTLOOK:
            raise Unfit(Trouble.IMPORT_BROKEN)
        return outlook.letter(box.map[box.begin :])
    if box.size <= HELD_BYTES:
        return _letter(box.map[box.begin :], head, where)
    return _letter(_strides(box), head, where)


def _strides(box: Box) -> Iterator[bytes]:
    for start in range(box.begin, box.begin + box.size, STRIDE):
        yield box.map[start : start + STRIDE]


def _letter(body: bytes | Iterator[bytes], head: bytes, where: str) -> Letter:
    """A file that is one message."""
    if head.startswith(PST):
        raise Unfit(Trouble.IMPORT_PST)
    if not head.strip():
        raise Unfit(Trouble.IMPORT_EMPTY)
    known = marks.HEADER.match(head) or (where.lower().endswith(".eml") and marks.HAS_HEADER.search(head))
    if not known:
        raise Unfit(Trouble.IMPORT_UNKNOWN)
    noted = marks.notes(body if isinstance(body, bytes) else head)
    return Letter(body, marks.flags(noted), marks.arrived(noted))


def _entries(
    entries: list[FileEntry], at: tuple[str, ...], where: str, walk: Walk, budget: Budget, depth: int
) -> Iterator[Found]:
    """Files in their folders. A Maildir is known by its "cur"."""
    entries = _without_lists(entries)
    total = sum(entry.size for entry in entries) or 1
    behind = 0
    homes = {entry.path[:-2] for entry in entries if len(entry.path) > 1 and entry.path[-2] == "cur"}
    for home, some in groupby(entries, lambda entry: _home(entry, homes)):
        inside = list(some)
        letters = _keywords(entries, home) if home is not None else {}
        for entry in inside:
            behind += entry.size
            shown = f"{where}: {entry.shown}" if where else entry.shown
            through = behind / total
            if home is None:
                for found in _entry(entry, at, shown, walk, budget, depth):
                    yield Found(found.folder, found.where, through, found.read)
            elif len(entry.path) == len(home) + 2 and entry.path[-2] in maildir.HOMES:
                folder = at + levels(maildir.folder(home, walk.decode))
                yield Found(folder, shown, through, partial(_of_maildir, entry, letters))


def _without_lists(entries: list[FileEntry]) -> list[FileEntry]:
    above = {entry.path[:at] for entry in entries for at, name in enumerate(entry.path[:-1]) if name == "messages"}
    return [entry for entry in entries if entry.path[-1] not in _LISTS or entry.path[:-1] not in above]


def _home(entry: FileEntry, homes: set[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The Maildir that the file lies in, itself or in its cur, new or tmp."""
    if entry.path[:-1] in homes:
        return entry.path[:-1]
    inside = len(entry.path) > 1 and entry.path[-2] in {*maildir.HOMES, "tmp"} and entry.path[:-2] in homes
    return entry.path[:-2] if inside else None


def _keywords(entries: list[FileEntry], home: tuple[str, ...]) -> dict[str, str]:
    table = next((entry for entry in entries if entry.path == (*home, maildir.KEYWORDS)), None)
    return maildir.keywords(table.whole(MEGABYTE)) if table else {}


def _of_maildir(entry: FileEntry, letters: dict[str, str]) -> Letter:
    home, name = entry.path[-2:]
    at = maildir.arrived(name) or entry.at
    return Letter(entry.content(), maildir.flags(name, home, letters), at)


def _entry(
    entry: FileEntry, at: tuple[str, ...], shown: str, walk: Walk, budget: Budget, depth: int
) -> Iterator[Found]:
    """What lies in one file of a folder or a ZIP: its folder is theirs, and an mbox is a folder itself."""
    name = entry.path[-1]
    if {part.lower() for part in entry.path} & _BESIDE or name.startswith("._") or name.lower().endswith(_INDEXES):
        return
    folders = at + levels(tuple(_folder(part) for part in entry.path[:-1]))
    if name.lower().endswith(".eml"):
        yield Found(folders, shown, 1.0, partial(_of_entry, entry, shown))
        return
    try:
        head = entry.head(HEAD)
        if not head.startswith((ZIP, GZIP)) and not mbox.is_mbox(head):
            yield Found(folders, shown, 1.0, partial(_of_entry, entry, shown))
            return
        if mbox.is_mbox(head) or head.startswith(GZIP):
            folders = (*folders, *levels((_stem(name),))) if name.lower() != "mbox" else folders
        with entry.box(walk.room) as box:
            within = budget if entry.packed else Budget(entry.size)
            yield from _box(box, folders, shown, walk, within, depth)
    except Unfit as wrong:
        yield unfit(folders, shown, 1.0, wrong.trouble)


def _of_entry(entry: FileEntry, shown: str) -> Letter:
    head = entry.head(HEAD)
    if head.startswith(OLE):
        return outlook.letter(entry.whole(MOST_OUTLOOK))
    found = _letter(entry.content(), head, shown)
    return found if found.at else Letter(found.body, found.flags, entry.at)


def _folder(name: str) -> str:
    """Thunderbird keeps what lies below a folder in one with ".sbd" behind its name, Apple Mail a folder in one with ".mbox"."""
    for ending in (".sbd", ".mbox"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def _stem(name: str) -> str:
    name = name[:-3] if name.lower().endswith(".gz") else name
    return name[:-5] if name.lower().endswith(".mbox") else name
