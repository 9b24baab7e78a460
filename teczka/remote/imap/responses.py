"""What a response is, by its beginning (RFC 3501 §7). The rest of an untagged one is read only by whoever asked for it, so that a
server may say what it likes about things that nobody wants to know."""

import re
from dataclasses import dataclass

from teczka.remote.imap.reader import Response, discard
from teczka.remote.imap.tokens import NotImap, Value, values
from teczka.remote.types import printable

_TAGGED = re.compile(rb"([A-Za-z0-9]{1,20}|\*) (OK|NO|BAD|BYE|PREAUTH)(?: ([^\n]*+))?", re.IGNORECASE)
_CODE = re.compile(rb"\[([^ \]]{1,64}+)(?: ([^\]]*+))?\] ?")
_NUMBERED = re.compile(rb"\* (\d{1,10}) ([A-Za-z]+)(?= |$)")
_NAMED = re.compile(rb"\* ([A-Za-z0-9-]+)(?= |$)")


@dataclass(slots=True)
class Status:
    """OK, NO, BAD, BYE, PREAUTH: `tag` is None for an untagged one, `code` is upper case and empty where there is none."""

    tag: bytes | None
    kind: str
    code: str
    arguments: bytes
    text: str


@dataclass(slots=True)
class Continuation:
    """`+`: the server wants more (§7.5)."""

    text: bytes


@dataclass(slots=True)
class Untagged:
    """Data: `* SEARCH 1 2`, `* 5 EXISTS`, `* 3 FETCH (…)`."""

    kind: str
    number: int | None
    rest: Response

    def values(self, depth: int = 32) -> list[Value]:
        return values(self.rest, depth)

    def discard(self) -> None:
        discard(self.rest)


Event = Status | Continuation | Untagged


def read(response: Response) -> Event:
    """NotImap where the beginning is none that RFC 3501 knows."""
    line = response[0]
    if not isinstance(line, bytes):
        raise NotImap("a literal out of nowhere")
    found = _NUMBERED.match(line)
    if found:
        return Untagged(found[2].decode("ascii").upper(), int(found[1]), _after(found, response))
    if line.startswith(b"+"):
        return Continuation(line[2:])
    status = _TAGGED.fullmatch(line)
    if status:
        return _status(status)
    found = _NAMED.match(line)
    if found:
        return Untagged(found[1].decode("ascii").upper(), None, _after(found, response))
    raise NotImap("no response")


def _after(found: re.Match[bytes], response: Response) -> Response:
    return [found.string[found.end() :], *response[1:]]


def _status(found: re.Match[bytes]) -> Status:
    tag = None if found[1] == b"*" else found[1]
    rest = found[3] or b""  # some servers send no text at all, against §7.1
    code = _CODE.match(rest)
    name = code[1].decode("ascii", "replace").upper() if code else ""
    shown = rest[code.end() :] if code else rest
    return Status(tag, found[2].decode("ascii").upper(), name, (code[2] or b"") if code else b"", _readable(shown))


def _readable(data: bytes) -> str:
    """The server's words, to be quoted to a person: one line, printable, not long."""
    shown = data[:500].decode("utf-8", "replace")
    return printable(shown).strip()
