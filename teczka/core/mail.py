"""Mail as a server tells it, in plain data: what the wire yields, sync decides on and the store keeps. Whatever the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol


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


UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # when a message came whose server tells no date that can be


def dated(*moments: datetime | None) -> datetime | None:
    """The first that is known. For what is told to people: nobody wrote a letter in 1970."""
    return next((one for one in moments if one and one != UNDATED), None)


INBOX = RemoteFolder(b"INBOX", "INBOX", None, frozenset())  # all that POP3 shows of a mailbox


@dataclass(frozen=True, slots=True)
class FolderStatus:
    uidvalidity: int
    uidnext: int  # 0 where the server does not tell
    messages: int
    highestmodseq: int | None  # None without CONDSTORE
    keeps: frozenset[str] | None = (
        None  # PERMANENTFLAGS, lower case, of a folder that was selected; None: the server does not tell
    )


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
    envelope: Envelope | None


@dataclass(frozen=True, slots=True)
class Landed:
    """Where messages came to lie that were copied or moved. Empty where the server does not tell."""

    uidvalidity: int
    uids: Mapping[int, int] = field(default_factory=dict)  # the UID there, by the UID here


NOWHERE = Landed(0)


class Spool(Protocol):
    """A place for a message too large for memory. Given by the caller, so that the wire never knows about disks."""

    size: int  # bytes written so far

    @property
    def sha256(self) -> bytes:
        """Of what was written so far."""
        ...

    def write(self, data: bytes | bytearray | memoryview) -> object: ...
    def discard(self) -> None: ...


@dataclass(frozen=True, slots=True)
class DropEntry:
    """A message as a POP3 listing names it, for as long as the session lasts."""

    number: int
    size: int  # 0 where the server does not tell; some tell it wrong
    uidl: bytes | None


@dataclass(frozen=True, slots=True)
class DropHint:
    """By what a later session's listing may know a message again. Hints: only its bytes are the message's identity."""

    uidl: bytes | None
    size: int  # as LIST told it
    head: bytes | None  # of its headers; empty where they name no message, None where nobody has looked


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """A whole message: `body` is the bytes of BODY[], or the spool that they were streamed into."""

    uid: int
    flags: frozenset[str]
    internaldate: datetime
    size: int  # RFC822.SIZE as told; some servers tell it wrong, the body decides
    body: bytes | bytearray | Spool
    envelope: Envelope | None = None
    sha256: bytes = b""  # of a body in memory, where whoever received it has hashed it already
    hint: DropHint | None = None  # POP3: `uid` is of our own making, and `flags` are nobody's
