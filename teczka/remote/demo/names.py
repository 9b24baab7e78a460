"""Folder names on the wire: modified UTF-7 (RFC 3501 §5.1.3) and LIST patterns (§6.3.8).

The client has its own coder in `remote.imap`; this one is written apart on purpose, so that each tests the other.
"""

import base64
import re

from teczka.remote.demo.mailbox import DELIMITER

_PLAIN_RUN = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")
_SHIFTED = re.compile(rb"&([A-Za-z0-9+,]*)-|[\x20-\x25\x27-\x7e]+")


def to_wire(name: str) -> bytes:
    wire = []
    for run in _PLAIN_RUN.findall(name):
        if " " <= run[0] <= "~":
            wire.append(run.replace("&", "&-").encode("ascii"))
        else:
            shifted = base64.b64encode(run.encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
            wire.append(b"&" + shifted + b"-")
    return b"".join(wire)


def from_wire(wire: bytes) -> str:
    """Raises ValueError for bytes that are no modified UTF-7."""
    name, position = [], 0
    while position < len(wire):
        match = _SHIFTED.match(wire, position)
        if match is None:
            raise ValueError("not modified UTF-7")
        name.append(_unshift(match.group(1)) if match.group(1) is not None else match.group().decode("ascii"))
        position = match.end()
    return "".join(name)


def _unshift(shifted: bytes) -> str:
    if not shifted:
        return "&"
    padded = shifted.replace(b",", b"/") + b"=" * (-len(shifted) % 4)
    return base64.b64decode(padded, validate=True).decode("utf-16-be")


def matches(pattern: str, name: str) -> bool:
    """`*` is anything, `%` anything but the delimiter. Walks sets of positions: linear in pattern x name, whatever the stars."""
    alive = {0}
    for sign in pattern:
        if sign in "*%":
            alive = _reached(name, alive, DELIMITER if sign == "%" else "")
        else:
            alive = {at + 1 for at in alive if at < len(name) and name[at] == sign}
    return len(name) in alive


def _reached(name: str, starts: set[int], stop: str) -> set[int]:
    reached: set[int] = set()
    for at in starts:
        while at not in reached:
            reached.add(at)
            if at < len(name) and name[at] != stop:
                at += 1
    return reached
