"""Header blocks and structured values: RFC 5322 §2.2, parameters by RFC 2045 §5.1 and RFC 2231."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from teczka.mime import charset
from teczka.mime.limits import LIMITS
from teczka.mime.words import decode_words

Fields = dict[bytes, bytes]  # lower-case name → unfolded value; the first of a name wins

_OF_MESSAGE: Final = re.compile(
    rb"^(subject|from|to|cc|bcc|reply-to|date|message-id|in-reply-to|references|teczka-case|list-unsubscribe|list-unsubscribe-post"
    rb"|content-(?:type|transfer-encoding|disposition|id))[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)",
    re.MULTILINE | re.IGNORECASE,
)
_OF_PART: Final = re.compile(
    rb"^(content-(?:type|transfer-encoding|disposition|id))[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)",
    re.MULTILINE | re.IGNORECASE,
)
# Senders that write a second To mean both.
_JOINED: Final = frozenset({b"to", b"cc", b"bcc"})
_FOLD: Final = re.compile(rb"\r?\n[ \t]*")
_HEADER_LINE: Final = re.compile(rb"[ \t]|[!-9;-~]+[ \t]*:|>?From |\r?\n")

_PARAMETER: Final = re.compile(rb""";\s*+([^\s=;"]++)\s*+=\s*+(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"?|([^;]*+))""", re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_MESSAGE_ID: Final = re.compile(rb"<\s*([^<>\s]+)\s*>")


def fields(block: bytes, *, of_message: bool) -> Fields:
    """The fields that we read, from the first `LIMITS.header_block` bytes."""
    found: Fields = {}
    for line in (_OF_MESSAGE if of_message else _OF_PART).finditer(block[: LIMITS.header_block]):
        name = line[1].lower()
        value = (_FOLD.sub(b" ", line[2]) if b"\n" in line[2] else line[2]).strip()
        if name not in found:
            found[name] = value
        elif name in _JOINED:
            found[name] += b", " + value
    return found


def length_without_body(block: bytes) -> int:
    """Where the headers end in a block that should be headers only: before the lines at its end that are none.

    A sender that forgot the blank line has put text there. Lines between good headers stay (everybody skips them).
    """
    last = block.rfind(b"\n", 0, max(0, len(block) - 1)) + 1
    if _HEADER_LINE.match(block, last):
        return len(block)
    end = start = 0
    while start < len(block):
        stop = block.find(b"\n", start) + 1 or len(block)
        if _HEADER_LINE.match(block, start):
            end = stop
        start = stop
    return end


def parameters(value: bytes) -> dict[str, str]:
    """`; name=value` pairs, continuations joined and percent-encoding undone (RFC 2231 §3, §4), at most `LIMITS.parameters`."""
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    for count, pair in enumerate(_PARAMETER.finditer(value)):
        if count == LIMITS.parameters:
            break
        name = pair[1].decode("ascii", "replace").lower()
        content = pair[3].strip() if pair[2] is None else _ESCAPED.sub(rb"\1", pair[2])
        name, star, section = name.partition("*")
        if not star:
            plain.setdefault(name, decode_words(content))
            continue
        number = section.rstrip("*")
        order = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
        pieces.setdefault(name, []).append((order, section.endswith("*") or not section, content))
    return plain | {name: _joined(found) for name, found in pieces.items()}


def raw_parameter(value: bytes, wanted: bytes) -> bytes:
    """One parameter's bytes as sent: a boundary is compared, not read."""
    for pair in _PARAMETER.finditer(value):
        if pair[1].lower() == wanted:
            return pair[3].strip() if pair[2] is None else _ESCAPED.sub(rb"\1", pair[2])
    return parameters(value).get(wanted.decode("ascii"), "").encode()


def _joined(pieces: list[tuple[int, bool, bytes]]) -> str:
    pieces.sort(key=lambda piece: piece[0])
    label = ""
    value = b""
    for place, (_, encoded, content) in enumerate(pieces):
        if encoded:
            if place == 0 and content.count(b"'") >= 2:  # charset'language'text, RFC 2231 §4
                named, _, content = content.split(b"'", 2)
                label = named.decode("ascii", "replace")
            content = unquote_to_bytes(content)
        value += content
    return charset.decode(value, label)


def ids(value: bytes) -> list[str]:
    """Message ids of a Message-ID, In-Reply-To or References field, without their angle brackets, each once."""
    found = _MESSAGE_ID.findall(value) or value.split()[:1]
    names = list(dict.fromkeys(charset.decode(name)[:998] for name in found))
    if len(names) > LIMITS.references:  # the first is the thread's root, the last are the nearest (RFC 5322 §3.6.4)
        names = names[:1] + names[1 - LIMITS.references :]
    return names
