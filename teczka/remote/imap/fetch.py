"""UID FETCH, RFC 3501 §6.4.8: what is asked for, and what is taken from the answers. Only BODY.PEEK, which does not set \\Seen.

An answer counts only for a UID that was asked for: servers send others' changes in between (§7.4.2), and wrong ones. What is no
answer at all raises NotImap.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from teczka.remote.imap.arguments import Argument, Uids
from teczka.remote.imap.conversation import Command, Conversation
from teczka.remote.imap.dates import internaldate
from teczka.remote.imap.envelope import envelope
from teczka.remote.imap.reader import Response
from teczka.remote.imap.responses import Untagged
from teczka.remote.imap.tokens import LARGEST, NotImap, Value, ascii_text, listed, number, values
from teczka.remote.types import RemoteFlags, RemoteMessage, RemoteSummary

Items = dict[bytes, Value]
T = TypeVar("T")

MESSAGES_A_COMMAND = 100  # four in flight were 1.6 times as fast as one at a round trip of 40 ms, eight no faster
UIDS_A_COMMAND = 500  # 5.5 KB where none are neighbours: servers cap a line at 8 KB (RFC 7162 §4)
EVERY_UID = "1:*"
# Flags that are kept of a message, and bytes of each: a flag is an atom (RFC 3501 §9), and what is none (a control character, a space)
# is left out, like what is beyond these.
MOST_FLAGS, LONGEST_FLAG = 200, 100
REMEMBERED = 200  # bytes of a message's flags: what nearly all have, and a cache of thousands may hold
_FLAG = re.compile(rb"[^\x00-\x20\x7f]++")

# A whole message as most servers tell it: these four, once each and in any order, then the literal.
_USUAL = re.compile(
    rb' \((?:(?:UID (\d+)|FLAGS (\([^()"{]*\))|INTERNALDATE "([^"\\]*)"|RFC822\.SIZE (\d+)) ){4}BODY\[\] \{\d+\}'
)
_WITH_A_BODY = {b"UID", b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"MODSEQ", b"ENVELOPE", b"BODY[]"}


def chunks(uids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]


def items_of(untagged: Untagged) -> Items:
    fields = untagged.values()
    if len(fields) != 1:
        raise NotImap("FETCH")
    pairs = listed(fields[0])
    if len(pairs) % 2:
        raise NotImap("FETCH")
    items = {
        name.upper(): value for name, value in zip(pairs[::2], pairs[1::2], strict=True) if isinstance(name, bytes)
    }
    if len(items) * 2 != len(pairs):
        raise NotImap("FETCH")
    return items


def usual_items(pieces: Response) -> Items | None:
    """What the tokens would say, where nothing is unusual: a fifth of their work, which a first sync does once a message."""
    if len(pieces) != 3 or pieces[2] != b")":
        return None
    line, body, _ = pieces
    found = _USUAL.fullmatch(line) if isinstance(line, bytes) else None
    if not found:
        return None
    uid, flags, date, size = found.groups()
    if uid is None or flags is None or date is None or size is None:
        return None  # one of them twice
    told = _listed(flags) if len(flags) <= REMEMBERED else values([flags])[0]
    return {b"UID": uid, b"FLAGS": told, b"INTERNALDATE": date, b"RFC822.SIZE": size, b"BODY[]": body}


@lru_cache(maxsize=1024)
def _listed(flags: bytes) -> Value:
    return values([flags])[0]


def uid_of(items: Items) -> int:
    """0 where there is none: an unsolicited FETCH of a flag change may leave it out, and no message has it (§2.3.1.1)."""
    return number(items[b"UID"], LARGEST) if b"UID" in items else 0


def flags_of(items: Items) -> frozenset[str]:
    """Without \\Recent, which is a property of the session and not of the message (§2.3.2)."""
    told = listed(items.get(b"FLAGS"))[:MOST_FLAGS]
    kept = tuple(flag for flag in told if isinstance(flag, bytes) and len(flag) <= LONGEST_FLAG)
    return _remembered(kept) if sum(map(len, kept)) <= REMEMBERED else _flags(kept)


def _flags(told: tuple[bytes, ...]) -> frozenset[str]:
    return frozenset(ascii_text(flag) for flag in told if _FLAG.fullmatch(flag) and flag.lower() != b"\\recent")


_remembered = lru_cache(maxsize=4096)(_flags)


def modseq_of(items: Items) -> int | None:
    """`MODSEQ (624140003)`, RFC 7162 §3.1.4.2."""
    told = listed(items.get(b"MODSEQ"))
    return number(told[0]) if told else None


def size_of(items: Items) -> int:
    return number(items.get(b"RFC822.SIZE", b"0"))


class Reading:
    """What one call asks for and takes. `commands` are sent pipelined; `read` gets every untagged FETCH and returns what it was, or
    None where nobody asked."""

    def __init__(self, conversation: Conversation, uids: list[int] | None) -> None:
        self._modseq: tuple[str, ...] = ("MODSEQ",) if "CONDSTORE" in conversation.capabilities else ()
        self._uids = uids
        self._asked = None if uids is None else set(uids)

    def _commands(self, size: int, items: tuple[str, ...], *after: Argument) -> Iterable[Command]:
        if self._uids is None:
            return iter([Command.of("UID", "FETCH", EVERY_UID, items, *after)])
        return (Command.of("UID", "FETCH", Uids(chunk), items, *after) for chunk in chunks(self._uids, size))

    def _wanted(self, uid: int) -> bool:
        return uid > 0 and (self._asked is None or uid in self._asked)

    def _take(self, uid: int) -> bool:
        """True once for each UID asked for."""
        if self._asked is None or uid not in self._asked:
            return False
        self._asked.discard(uid)
        return True


class Flags(Reading):
    """A UID may come again with newer flags: the last one holds."""

    def __init__(self, conversation: Conversation, uids: list[int] | None, changed_since: int | None) -> None:
        super().__init__(conversation, uids)
        self._since = changed_since if self._modseq else None

    def commands(self) -> Iterable[Command]:
        if self._since is None:
            return self._commands(UIDS_A_COMMAND, ("FLAGS", *self._modseq))
        return self._commands(UIDS_A_COMMAND, ("FLAGS",), ("CHANGEDSINCE", self._since))  # RFC 7162 §3.1.4.1

    def read(self, untagged: Untagged) -> RemoteFlags | None:
        items = items_of(untagged)
        uid = uid_of(items)
        if not self._wanted(uid) or b"FLAGS" not in items:
            return None
        return RemoteFlags(uid, flags_of(items), modseq_of(items))


class Summaries(Reading):
    def commands(self) -> Iterable[Command]:
        return self._commands(UIDS_A_COMMAND, ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"))

    def read(self, untagged: Untagged) -> RemoteSummary | None:
        items = items_of(untagged)
        uid = uid_of(items)
        if b"ENVELOPE" not in items or not self._take(uid):
            return None
        return RemoteSummary(
            uid=uid,
            flags=flags_of(items),
            internaldate=internaldate(items.get(b"INTERNALDATE")),
            size=size_of(items),
            envelope=envelope(items[b"ENVELOPE"]),
        )


class Messages(Reading):
    def __init__(self, conversation: Conversation, uids: list[int], envelopes: bool) -> None:
        super().__init__(conversation, uids)
        self._envelope = ("ENVELOPE",) if envelopes else ()

    def commands(self) -> Iterable[Command]:
        items = ("FLAGS", "INTERNALDATE", "RFC822.SIZE", *self._envelope, "BODY.PEEK[]")
        return self._commands(MESSAGES_A_COMMAND, items)

    def read(self, untagged: Untagged) -> RemoteMessage | None:
        items = usual_items(untagged.rest) or items_of(untagged)
        uid = uid_of(items)
        if b"BODY[]" not in items or not self._take(uid):
            return None
        if not items.keys() <= _WITH_A_BODY:
            raise NotImap("more than was asked for")  # the end of a message whose literal was announced too short
        body, size = items[b"BODY[]"], size_of(items)
        if isinstance(body, list):
            raise NotImap("BODY[]")
        if size and (body is None or (isinstance(body, bytes | bytearray) and not body)):
            return None  # NIL for a message that has a size is a server's failure, and no message
        return RemoteMessage(
            uid=uid,
            flags=flags_of(items),
            internaldate=internaldate(items.get(b"INTERNALDATE")),
            size=size,
            body=b"" if body is None else body,
            envelope=envelope(items[b"ENVELOPE"]) if b"ENVELOPE" in items else None,
            # Here, where the thread waits for the network anyway: the thread that writes would wait for the interpreter's lock at each.
            sha256=sha256(body).digest() if isinstance(body, bytes | bytearray) else b"",
        )
