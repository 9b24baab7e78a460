"""A whole account's mail in a form that other programs read: a .mbox for each folder, or a Maildir. Taken in again it is the same, byte
for byte, in its folders and with its flags (mime/boxes/ours.py)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.export import made_whole, while_it_lies
from teczka.core.accounts import Farewell
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.core.names import free_name, safe_name
from teczka.mime.boxes import maildir, mbox, ours
from teczka.mime.bundle import Bundle
from teczka.remote.imap.utf7 import encode
from teczka.store.blobs import blobs
from teczka.store.models import Account, User
from teczka.store.packs.format import Codec, PackDamaged
from teczka.store.packs.reader import HELD_BYTES, STRIDE, read, read_range, verify
from teczka.store.queries.account_export import (
    KeptFolder,
    KeptMessage,
    kept_folders,
    kept_message,
    kept_messages,
    keywords_of,
)
from teczka.store.viewer import as_user

MISSING = "missing.txt"


class Form(StrEnum):
    MBOX = "mbox"
    MAILDIR = "maildir"


@dataclass(frozen=True, slots=True)
class OutFile:
    path: str  # its folders parted by "/"
    pieces: Iterator[bytes]
    at: datetime


class Leaving:
    """`files`, each to its end, then what is told of them."""

    def __init__(self, viewer: User, account: UUID, form: Form) -> None:
        """Raises NotAllowed: it is the owner's alone."""
        with as_user(viewer.pk):
            found = Account.objects.filter(owner=viewer, public_id=account).exclude(farewell=Farewell.REMOVE).first()
            if found is None:
                raise NotAllowed
            self._folders = kept_folders(found.pk)
            note(viewer, Verb.ACCOUNT_EXPORT, [found.public_id])
        self._owner = viewer.pk
        self._form = form
        self.zone = ZoneInfo(viewer.office.timezone)
        self.name = found.provider_name
        self.messages = 0
        self.missing: list[str] = []  # of damaged ones, where they lay

    def files(self) -> Iterator[OutFile]:
        taken: dict[str, set[str]] = {}
        for folder in self._folders:
            yield from self._maildir(folder) if self._form is Form.MAILDIR else self._mbox(folder, taken)

    def folders(self) -> Iterator[str]:
        """Empty ones that belong to a Maildir."""
        if self._form is Form.MAILDIR:
            for home in dict.fromkeys(["", *(_home(folder.levels) for folder in self._folders)]):
                yield from (f"{home}{name}" for name in ("cur", "new", "tmp"))

    def _mbox(self, folder: KeptFolder, taken: dict[str, set[str]]) -> Iterator[OutFile]:
        *above, name = (safe_name(level, "folder") for level in folder.levels)
        home = "".join(f"{level}/" for level in above)
        path = home + free_name(f"{name}.mbox", taken.setdefault(home.casefold(), set()))
        yield OutFile(path, self._box(folder), timezone.now())

    def _box(self, folder: KeptFolder) -> Iterator[bytes]:
        for message, raw in self._whole(folder):
            first = next(raw, b"")
            end = b"\r\n" if first[: first.find(b"\n") + 1].endswith(b"\r\n") else b"\n"
            lines = ours.lines(message.entry.raw_length, message.entry.sha256, message.flags, end)
            yield from mbox.written(end, chain([first], raw), message.sender, message.internaldate, lines)

    def _maildir(self, folder: KeptFolder) -> Iterator[OutFile]:
        with as_user(self._owner):
            known = [keyword for keyword in keywords_of(folder.id) if keyword != "$Forwarded"][:26]
        letters = {keyword: chr(ord("a") + number) for number, keyword in enumerate(known)}
        home = _home(folder.levels)
        if letters:
            yield OutFile(home + maildir.KEYWORDS, iter((maildir.keyword_table(letters),)), timezone.now())
        for message, raw in self._whole(folder):
            seconds = max(int(message.internaldate.timestamp()), 1)
            name = maildir.name(seconds, message.placement, message.entry.raw_length, message.flags, letters)
            yield OutFile(f"{home}cur/{name}", raw, message.internaldate)

    def _whole(self, folder: KeptFolder) -> Iterator[tuple[KeptMessage, Iterator[bytes]]]:
        """Those whose bytes are what was stored, and these."""
        for message in kept_messages(folder.id, self._owner):
            look = partial(kept_message, folder.id, message.placement, self._owner)
            told = f"{folder.path}: {message.public_id}"
            try:
                found = while_it_lies(message, look, _checked)
            except (PackDamaged, FileNotFoundError):
                self.missing.append(told)
                continue
            if found:
                there, raw = found
                self.messages += 1
                yield there, self._pieces(there, look, told) if raw is None else iter([raw])

    def _pieces(self, message: KeptMessage, look: Callable[[], KeptMessage | None], told: str) -> Iterator[bytes]:
        """Of one that is not held. What is taken away while it leaves ends there, and is told."""
        for offset in range(0, message.entry.raw_length, STRIDE):
            try:
                piece = while_it_lies(message, look, partial(_piece, offset))
            except (PackDamaged, FileNotFoundError):
                piece = None
            if piece is None:
                self.messages -= 1
                self.missing.append(told)
                return
            yield piece


def export_zip(leaving: Leaving) -> Iterator[bytes]:
    """Leaves while it is made. What is damaged is left out and named in a file of its own."""
    bundle, now = Bundle(), timezone.now().astimezone(leaving.zone)
    for name in leaving.folders():
        bundle.folder(name, now)
    for file in leaving.files():
        yield from bundle.file(file.path, file.pieces, file.at.astimezone(leaving.zone))
    if leaving.missing:
        yield from bundle.file(MISSING, ["\n".join([*leaving.missing, ""]).encode()], now)
    yield from bundle.end()


def export_folder(leaving: Leaving, to: Path) -> dict[str, int]:
    """Writes `to`, which must not exist or be empty. Returns messages, missing and bytes. Raises as `made_whole`."""
    size = 0
    with made_whole(to) as making:
        for name in leaving.folders():
            (making / name).mkdir(parents=True, exist_ok=True)
        for file in leaving.files():
            path = making / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                size += sum(out.write(piece) for piece in file.pieces)
    return {"messages": leaving.messages, "missing": len(leaving.missing), "bytes": size}


def _home(levels: tuple[str, ...]) -> str:
    """Maildir++: the inbox is the root, every other folder one beside it with a dot before each level."""
    if levels == ("INBOX",):
        return ""
    return "".join("." + encode(level).decode().replace(".", "&AC4-").replace("/", "&AC8-") for level in levels) + "/"


def _checked(message: KeptMessage) -> tuple[KeptMessage, bytes | None]:
    """With its bytes, where they may be held. Raises PackDamaged, FileNotFoundError."""
    if message.entry.raw_length <= HELD_BYTES or message.entry.codec is Codec.ZSTD:
        return message, read(blobs(), message.pack, message.entry)
    verify(blobs(), message.pack, message.entry)
    return message, None


def _piece(offset: int, message: KeptMessage) -> bytes:
    return read_range(blobs(), message.pack, message.entry, offset, STRIDE)
