"""What the outside world is made of, whatever the protocol. No database and no Django below this line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Security(StrEnum):
    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # mandatory: no encryption, no session
    PLAIN = "plain"  # only where the machine's keeper allowed the host (tests, the demo)


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: Security
    ca_pem: str = ""  # a certificate authority of the office's own, beside the system's


@dataclass(frozen=True, slots=True)
class Credential:
    username: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder as LIST told it. `name` is the wire form and the identity; `path` is for people."""

    name: bytes
    path: str
    delimiter: str | None
    attributes: frozenset[str]  # lower case, with the backslash: "\\sent", "\\noselect"

    @property
    def selectable(self) -> bool:
        return not self.attributes & {"\\noselect", "\\nonexistent"}


@dataclass(frozen=True, slots=True)
class FolderStatus:
    uidvalidity: int
    uidnext: int  # 0 where the server does not tell
    messages: int
    highestmodseq: int | None  # None without CONDSTORE


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """The list headers as the server's ENVELOPE gives them, RFC 3501 §7.4.2; texts still encoded as on the wire (RFC 2047)."""

    date: bytes
    subject: bytes
    from_: tuple[tuple[bytes, bytes], ...]  # (display name, address)
    to: tuple[tuple[bytes, bytes], ...]
    cc: tuple[tuple[bytes, bytes], ...]
    in_reply_to: bytes
    message_id: bytes


@dataclass(frozen=True, slots=True)
class RemoteFlags:
    uid: int
    flags: frozenset[str]  # system flags with the backslash, in the server's spelling
    modseq: int | None


@dataclass(frozen=True, slots=True)
class RemoteSummary:
    """What identifies a message without its bytes: enough to match it after a change of UIDVALIDITY."""

    uid: int
    flags: frozenset[str]
    internaldate: datetime
    size: int
    modseq: int | None
    envelope: Envelope | None


class Spool(Protocol):
    """A place for a message too large for memory. Given by the caller, so that the wire never knows about disks."""

    size: int  # bytes written so far

    def write(self, data: bytes | bytearray | memoryview) -> object: ...
    def discard(self) -> None: ...


SpoolFactory = Callable[[int], Spool]


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """A whole message: `body` is the bytes of BODY[], or the spool that they were streamed into."""

    uid: int
    flags: frozenset[str]
    internaldate: datetime
    size: int  # RFC822.SIZE as told; some servers tell it wrong, the body decides
    modseq: int | None
    body: bytes | bytearray | Spool
    envelope: Envelope | None = None


class RemoteMailbox(Protocol):
    """A signed-in connection to one account's mailbox. Every method may raise `core.errors.Problem`; after a Problem whose step is
    not "folder" the connection is closed and useless. Names are wire names. UIDs are ascending ints ≥ 1."""

    def folders(self) -> list[RemoteFolder]: ...

    def status(self, folder: bytes) -> FolderStatus:
        """STATUS: what has changed, in one round trip and without opening the folder."""
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

    def messages(self, uids: list[int], envelopes: bool = False) -> Iterator[RemoteMessage]:
        """Whole messages, pipelined, in the order of `uids` chunk by chunk (within a chunk the server's order). A UID that no longer
        exists is left out; an answer for a UID not asked is ignored; a body cut short is never yielded."""
        ...

    def close(self) -> None:
        """LOGOUT, never CLOSE or EXPUNGE (design P3)."""
        ...
