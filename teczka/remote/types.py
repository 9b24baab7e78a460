"""What the outside world is made of, whatever the protocol. No database and no Django below this line."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import (
    DropEntry,
    Envelope,
    FolderStatus,
    RemoteFlags,
    RemoteFolder,
    RemoteMessage,
    RemoteSummary,
    Spool,
)

__all__ = [
    "Credential",
    "DropEntry",
    "Envelope",
    "FolderStatus",
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
        """Whole messages, pipelined, roughly in the order of `uids`: a server may mix the few hundred that are asked for at once. A UID
        that no longer exists is left out; an answer for a UID not asked is ignored; a body cut short is never yielded."""
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
