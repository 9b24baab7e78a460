"""What the outside world is made of, whatever the protocol. No database and no Django below this line."""

import base64
import errno
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import (
    NOWHERE,
    DropEntry,
    Envelope,
    FolderStatus,
    Landed,
    RemoteFlags,
    RemoteFolder,
    RemoteMessage,
    RemoteSummary,
    Spool,
)

__all__ = [
    "NOWHERE",
    "Credential",
    "DropEntry",
    "Envelope",
    "FolderStatus",
    "Landed",
    "RemoteDrop",
    "RemoteFlags",
    "RemoteFolder",
    "RemoteMailbox",
    "RemoteMessage",
    "RemoteSummary",
    "Security",
    "Server",
    "Spool",
    "SpoolFactory",
    "printable",
    "write",
]


class Security(StrEnum):
    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # mandatory: no encryption, no session
    PLAIN = "plain"  # only where an administrator allowed the host


_ENCODED = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")


def _decoded(piece: str) -> bytes:
    try:
        return base64.b64decode(piece + "=" * (-len(piece) % 4))
    except ValueError:
        return b""


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: Security
    ca_pem: str = ""  # a certificate authority of the office's own, beside the system's
    plain_allowed: bool = False  # an administrator named the host: it may be spoken to without encryption

    @property
    def named_only(self) -> bool:
        """For the egress gate. Without encryption somebody must have named the place: an administrator the host, or the machine's keeper
        the address."""
        return self.security is Security.PLAIN and not self.plain_allowed


@dataclass(frozen=True, slots=True)
class Credential:
    username: str
    secret: str = field(repr=False)
    bearer: bool = False  # the secret is an access token, for XOAUTH2 or OAUTHBEARER alone

    def refused(self, host: str, detail: str = "") -> Problem:
        """What it means that a server did not take it."""
        trouble = Trouble.SIGNIN_TOKEN if self.bearer else Trouble.SIGNIN_REFUSED
        return Problem(trouble, host=host, username=self.username, detail=detail)

    def hidden_in(self, said: str) -> str:
        """What a server said, without the secret: some quote the command that they did not like, as it stood or in base64."""
        for piece in set(_ENCODED.findall(said)):
            if self.secret and self.secret.encode() in _decoded(piece):
                said = said.replace(piece, "…")
        return said.replace(self.secret, "…") if self.secret else said


SpoolFactory = Callable[[int], Spool]


def write(spool: Spool, piece: bytearray | memoryview) -> None:
    """Raises Problem(DISK_FULL)."""
    try:
        spool.write(piece)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Problem(Trouble.DISK_FULL) from error
        raise


def printable(told: str) -> str:
    """On one line: what others said is quoted to people."""
    return "".join(letter if letter.isprintable() else " " for letter in told)


class RemoteMailbox(Protocol):
    """A signed-in connection to one account's mailbox. Every method may raise `core.errors.Problem`; after a Problem whose step is
    not "folder" the connection is closed and useless. Names are wire names. UIDs are ascending ints ≥ 1."""

    def folders(self) -> list[RemoteFolder]: ...

    def status(self, folder: bytes) -> FolderStatus:
        """STATUS: what has changed, in one round trip and without opening the folder."""
        ...

    def statuses(self, folders: Sequence[bytes]) -> Mapping[bytes, FolderStatus]:
        """STATUS of some tens of folders in about one round trip. Without those that are refused, or have to be asked for by themselves."""
        ...

    def open(self, folder: bytes) -> FolderStatus:
        """EXAMINE: all the methods below speak of the folder opened last. Read only: nothing here changes the server."""
        ...

    def uids(self, lowest: int = 1) -> list[int]:
        """All UIDs ≥ lowest, ascending, without duplicates."""
        ...

    def flags(self, uids: list[int] | None = None, changed_since: int | None = None) -> Iterator[RemoteFlags]:
        """Flags of these messages (None: of all), or only of those changed since a modseq (RFC 7162 §3.1.4)."""
        ...

    def summaries(self, uids: list[int]) -> Iterator[RemoteSummary]: ...

    def messages(
        self, uids: list[int], envelopes: bool = False, pause: Callable[[], bool] | None = None
    ) -> Iterator[RemoteMessage]:
        """Whole messages, pipelined, roughly in the order of `uids`: a server may mix the few hundred that are asked for at once. A UID
        that no longer exists is left out; an answer for a UID not asked is ignored; a body cut short is never yielded.

        Once `pause` says so nothing more is asked for: the stream ends, early, with what is on its way. A few hundred come in any case."""
        ...

    # What follows changes the mailbox, and only because a person said so. A Problem whose step is "folder" is the server's refusal.

    @property
    def moves(self) -> bool:
        """MOVE is there (RFC 6851)."""
        ...

    @property
    def expunges(self) -> bool:
        """UID EXPUNGE is there (RFC 4315). Without it nothing can be removed that is not another's to remove as well."""
        ...

    def select(self, folder: bytes) -> FolderStatus:
        """SELECT: as `open`, and the five below may change what lies in it. Problem(FOLDER_READ_ONLY)."""
        ...

    def keeps(self, flag: str) -> bool:
        """Whether the selected folder keeps this keyword beyond the session (PERMANENTFLAGS)."""
        ...

    def store_flags(self, uids: Sequence[int], flags: Sequence[str], *, add: bool) -> None:
        """Add these flags, or take them away. A UID that is not there is passed over in silence, here and below."""
        ...

    def copy(self, uids: Sequence[int], target: bytes) -> Landed: ...

    def move(self, uids: Sequence[int], target: bytes) -> Landed:
        """Only where `moves`. After a refusal some may have gone."""
        ...

    def expunge(self, uids: Sequence[int]) -> None:
        """Remove those of these that are marked \\Deleted, and no other (P3). Only where `expunges`."""
        ...

    def append(
        self, folder: bytes, size: int, chunks: Iterable[bytes], flags: Sequence[str], date: datetime
    ) -> tuple[int, int] | None:
        """A message of `size` bytes; (UIDVALIDITY, UID), or None where the server does not tell."""
        ...

    def create(self, folder: bytes) -> None:
        """And subscribe to it."""
        ...

    def rename(self, folder: bytes, to: bytes) -> None:
        """The folders below go with it. None of them may be open here."""
        ...

    def remove(self, folder: bytes) -> None:
        """With all that lies in it: whoever calls has looked. It may not be open here."""
        ...

    def close(self) -> None:
        """LOGOUT, never CLOSE or EXPUNGE (P3)."""
        ...


class RemoteDrop(Protocol):
    """A signed-in POP3 session: one mailbox, as it was when the session began. Every method may raise `core.errors.Problem`, and then
    the connection is closed. Nothing here changes the server."""

    def listing(self) -> list[DropEntry]:
        """By number, ascending; the newest is the last."""
        ...

    @property
    def digest(self) -> bytes:
        """Of the listing: alike in two sessions that list the same. Empty before it was asked for."""
        ...

    def heads(self, entries: Sequence[DropEntry]) -> Iterator[tuple[DropEntry, bytes]]:
        """`DropHint.head` of each, from its headers alone; fewer, or none, where the server does not give them."""
        ...

    def messages(self, wanted: Sequence[tuple[int, DropEntry]], envelopes: bool = False) -> Iterator[RemoteMessage]:
        """Whole messages, in this order, each under the UID given with it. One that the server refuses is left out."""
        ...

    def close(self) -> None: ...
