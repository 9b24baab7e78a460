"""One user's mailbox on the test server: changes it and tells what is in it, by the standard library's imaplib and by files.

It shares no code with the product, so that it can be the oracle: `listing` says what the server holds, message for message.
"""

import hashlib
import imaplib
import itertools
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

PASSWORD = "sekret-do-poczty"

_UID = re.compile(rb"UID (\d+)")
_serial = itertools.count(1)


class Held(NamedTuple):
    """One message as the server holds it; sha256 of BODY[] in hexadecimal."""

    folder: str
    uidvalidity: int
    uid: int
    sha256: str


@dataclass
class Mailbox:
    username: str
    password: str = field(repr=False)
    host: str
    port: int  # without TLS: loopback
    maildir: Path
    owner: tuple[int, int]

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        """As a mail transfer agent does: a new file in the Maildir; IDLE clients are told."""
        self.deliver_many([raw], folder)

    def deliver_many(self, raws: Iterable[bytes], folder: str = "INBOX") -> int:
        """Straight into the Maildir, thousands a second. `folder` as on the wire (modified UTF-7)."""
        place = self._place(folder)
        count = 0
        for raw in raws:
            lines = raw.count(b"\n") - raw.count(b"\r\n")
            name = f"{time.time_ns() // 10**9}.M{next(_serial):09}.test,S={len(raw)},W={len(raw) + lines}"
            path = place / "tmp" / name
            path.write_bytes(raw)
            self._own(path)
            path.rename(place / "new" / name)
            count += 1
        return count

    def append(self, raw: bytes, folder: str = "INBOX", flags: str = "", date: str | None = None) -> None:
        """By APPEND. `date` as INTERNALDATE is written: `"05-Nov-2026 10:00:00 +0100"`, quotes included."""
        with self.session() as imap:
            _check(imap.append(_quoted(folder), flags, date, raw))

    def create(self, folder: str) -> None:
        with self.session() as imap:
            _check(imap.create(_quoted(folder)))

    def delete_folder(self, folder: str) -> None:
        with self.session() as imap:
            _check(imap.delete(_quoted(folder)))

    def rename_folder(self, old: str, new: str) -> None:
        with self.session() as imap:
            _check(imap.rename(_quoted(old), _quoted(new)))

    def set_flags(self, uids: list[int], flags: str, folder: str = "INBOX", how: str = "FLAGS") -> None:
        """`flags` as on the wire: `\\Seen $Label1`; `how` is FLAGS, +FLAGS or -FLAGS."""
        with self.session(folder) as imap:
            _check(imap.uid("STORE", _set(uids), how, f"({flags})"))

    def expunge(self, uids: list[int], folder: str = "INBOX") -> None:
        with self.session(folder) as imap:
            _check(imap.uid("STORE", _set(uids), "+FLAGS", "(\\Deleted)"))
            _check(imap.uid("EXPUNGE", _set(uids)))

    def change_uidvalidity(self, folder: str = "INBOX", to: int = 0) -> int:
        """What a server does that lost its indexes: same messages, new UIDVALIDITY (`to`, or a higher one), new UIDs. Returns the new one.

        Close other sessions of this user first: one that has the folder open would write the old list back.
        """
        new = to or self.uidvalidity(folder) + 1000
        place = self._place(folder)
        for path in place.glob("dovecot*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        (place / "dovecot-uidlist").write_text(f"3 V{new} N1\n")
        self._own(place / "dovecot-uidlist")
        return self.uidvalidity(folder)

    def uidvalidity(self, folder: str = "INBOX") -> int:
        with self.session() as imap:
            data = _check(imap.status(_quoted(folder), "(UIDVALIDITY)"))
        return int(data[0].rsplit(b" ", 1)[1].rstrip(b")"))

    def uids(self, folder: str = "INBOX") -> list[int]:
        with self.session(folder) as imap:
            return [int(uid) for uid in _check(imap.uid("SEARCH", "ALL"))[0].split()]

    def folders(self) -> list[str]:
        """Selectable folders' wire names. The server's delimiter is `/`."""
        with self.session() as imap:
            lines = [line for line in _check(imap.list()) if b"\\Noselect" not in line]
        return [line.split(b' "/" ', 1)[1].strip(b'"').decode("ascii") for line in lines]

    def listing(self, folders: list[str] | None = None) -> list[Held]:
        """Every message of these folders (None: of all), sorted."""
        found = [held for folder in folders or self.folders() for held in self._held(folder)]
        return sorted(found)

    def _held(self, folder: str) -> Iterator[Held]:
        validity, uids = self.uidvalidity(folder), self.uids(folder)
        with self.session(folder) as imap:
            for start in range(0, len(uids), 100):
                for item in _check(imap.uid("FETCH", _set(uids[start : start + 100]), "(BODY.PEEK[])")):
                    if isinstance(item, tuple):
                        uid = _UID.search(item[0])
                        assert uid is not None
                        yield Held(folder, validity, int(uid[1]), hashlib.sha256(item[1]).hexdigest())

    @contextmanager
    def session(self, folder: str = "") -> Iterator[imaplib.IMAP4]:
        imap = imaplib.IMAP4(self.host, self.port, timeout=60)
        try:
            _check(imap.login(self.username, self.password))
            if folder:
                _check(imap.select(_quoted(folder)))
            yield imap
        finally:
            imap.logout()

    def _place(self, folder: str) -> Path:
        """Dovecot's Maildir++ layout: INBOX is the root, `A/B` lies in `.A.B`."""
        place = self.maildir if folder == "INBOX" else self.maildir / ("." + folder.replace("/", "."))
        for part in ("tmp", "new", "cur"):
            (place / part).mkdir(parents=True, exist_ok=True)
            self._own(place / part)
        for made in (place, self.maildir, self.maildir.parent):
            self._own(made)
        return place

    def _own(self, path: Path) -> None:
        if os.getuid() == 0:
            os.chown(path, *self.owner)


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _set(uids: list[int]) -> str:
    return ",".join(map(str, uids))


def _check(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise RuntimeError(f"{status} {data!r}")
    return data
