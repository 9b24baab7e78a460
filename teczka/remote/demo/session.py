"""One IMAP connection: reading commands, the selected folder's view, and what must be told unasked.

The view is what keeps sequence numbers honest (RFC 3501 §7.4.1): the client's list of messages changes only where the server says
so, and never by EXPUNGE while a FETCH, STORE or SEARCH by number runs. Messages expunged by others stay readable through it.
"""

import asyncio
import ssl
from collections.abc import Mapping
from enum import Enum, auto

from teczka.remote.demo.grammar import LITERAL, TAG, Bad, No
from teczka.remote.demo.mailbox import DemoFolder, DemoMailbox, DemoMessage

LINE = 64 * 1024
LITERAL_BEFORE_SIGN_IN = 4 * 1024
LITERAL_MAX = 64 * 1024 * 1024


class State(Enum):
    """RFC 3501 §3."""

    GREETED = auto()
    SIGNED_IN = auto()
    SELECTED = auto()
    ENDED = auto()


class HungUp(Exception):
    """The client is gone, or said something after which nothing can be understood."""


class Session:
    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        mailboxes: Mapping[str, DemoMailbox],
        starttls: ssl.SSLContext | None,
    ) -> None:
        self.reader, self.writer = reader, writer
        self.mailboxes = mailboxes
        self.starttls = starttls  # None also after the handshake: it is offered once
        self.state = State.GREETED
        self.tag = "*"  # of the command being obeyed
        self.condstore = False  # once the client showed that it knows modseqs (RFC 7162 §3.1)
        self.folder: DemoFolder | None = None
        self.read_only = False
        self.view: list[DemoMessage] = []
        self.changed = asyncio.Event()
        self._told: dict[int, int] = {}  # UID → the modseq whose flags the client knows
        self._mailbox: DemoMailbox | None = None

    # --- bytes ---
    def untagged(self, *parts: bytes | str) -> None:
        self.line("*", *parts)

    def line(self, *parts: bytes | str) -> None:
        self.writer.write(
            b" ".join(part.encode("ascii") if isinstance(part, str) else part for part in parts) + b"\r\n"
        )

    async def read_line(self) -> bytes:
        try:
            return (await self.reader.readuntil(b"\n")).removesuffix(b"\n").removesuffix(b"\r")
        except asyncio.LimitOverrunError as error:
            self.untagged("BYE that line has no end")
            raise HungUp from error
        except (asyncio.IncompleteReadError, OSError) as error:
            raise HungUp from error

    async def read_command(self) -> list[bytes]:
        """Text and literals in turn, as `grammar.parse` takes them."""
        pieces = [await self.read_line()]
        size = len(pieces[0])
        while match := LITERAL.search(pieces[-1]):
            length = int(match[1])
            size += length
            if size > self._limit:
                await self._refuse_literal(pieces[0], waits=not match[2])
                return []
            if not match[2]:
                self.line("+ go on")
                await self.writer.drain()
            pieces += [await self._read_exactly(length), await self.read_line()]
            size += len(pieces[-1])
        return pieces

    async def _refuse_literal(self, line: bytes, waits: bool) -> None:
        """A client that waits for "+" may be told; one that does not is already sending, so only the end is left (RFC 7888 §4)."""
        tag = TAG.match(line)
        if not waits or tag is None:
            self.untagged("BYE that literal is too large")
            raise HungUp
        self.line(tag.group(), "BAD [TOOBIG] that literal is too large")

    async def _read_exactly(self, length: int) -> bytes:
        try:
            return await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise HungUp from error

    @property
    def _limit(self) -> int:
        return LITERAL_BEFORE_SIGN_IN if self.state is State.GREETED else LITERAL_MAX

    # --- who and where ---
    @property
    def mailbox(self) -> DemoMailbox:
        if self._mailbox is None:
            raise Bad("sign in first")
        return self._mailbox

    def sign_in(self, username: bytes, password: bytes) -> None:
        mailbox = self.mailboxes.get(username.decode("utf-8", "replace").lower())
        if mailbox is None or mailbox.password.encode() != password:
            raise No("[AUTHENTICATIONFAILED] unknown user or wrong password")
        self._mailbox, self.state = mailbox, State.SIGNED_IN

    @property
    def selected(self) -> DemoFolder:
        if self.folder is None:
            raise Bad("open a folder first")
        return self.folder

    @property
    def writable(self) -> DemoFolder:
        if self.read_only:
            raise No("the folder is open for reading only")
        return self.selected

    def select(self, folder: DemoFolder, read_only: bool) -> None:
        self.folder, self.read_only, self.state = folder, read_only, State.SELECTED
        self.view = list(folder.messages.values())
        self._told = {message.uid: message.modseq for message in self.view}
        folder.listeners.add(self.changed.set)

    def leave(self) -> None:
        if self.folder is not None:
            self.folder.listeners.discard(self.changed.set)
            self.folder, self.view, self._told, self.state = None, [], {}, State.SIGNED_IN
        self.changed.clear()

    # --- what changed meanwhile ---
    def report(self, expunges: bool = True) -> None:
        """EXPUNGE, EXISTS and FETCH FLAGS for all that happened since the last report. Costs nothing where nothing did."""
        if self.folder is None or not self.changed.is_set():
            return
        if expunges:
            self.changed.clear()
            self._report_expunged(self.folder)
        known = self.view[-1].uid if self.view else 0
        new = [message for uid, message in self.folder.messages.items() if uid > known and uid not in self._told]
        if new:
            self.view += new
            self._told.update((message.uid, message.modseq) for message in new)
            self.untagged(f"{len(self.view)} EXISTS")
        for number, message in enumerate(self.view, 1):
            if message.modseq > self._told[message.uid]:
                self.tell_flags(number, message)

    def _report_expunged(self, folder: DemoFolder) -> None:
        for index in reversed(range(len(self.view))):  # from the end, so that the numbers before stay true
            message = self.view[index]
            if folder.messages.get(message.uid) is not message:
                del self.view[index], self._told[message.uid]
                self.untagged(f"{index + 1} EXPUNGE")

    def tell_flags(self, number: int, message: DemoMessage, silent: bool = False) -> None:
        """`silent`: only the modseq, which even .SILENT does not hide (RFC 7162 §3.1.3)."""
        self.knows(message)
        told = [f"UID {message.uid}"]
        if not silent:
            told.append(f"FLAGS ({' '.join(sorted(message.flags))})")
        if self.condstore:
            told.append(f"MODSEQ ({message.modseq})")
        if len(told) > 1:
            self.untagged(f"{number} FETCH ({' '.join(told)})")

    def knows(self, message: DemoMessage) -> None:
        self._told[message.uid] = message.modseq

    async def upgrade(self) -> None:
        """STARTTLS: what was sent before the handshake is not to be obeyed after it (CVE-2011-0411 and its kin)."""
        context, self.starttls = self.starttls, None
        if context is None:
            raise Bad("STARTTLS is not offered")
        try:
            async with asyncio.timeout(0):  # reads what has already arrived, waits for nothing
                await self.reader.read(1)
            raise HungUp
        except TimeoutError:
            pass
        self.line(self.tag, "OK begin TLS now")
        await self.writer.drain()
        await self.writer.start_tls(context)
