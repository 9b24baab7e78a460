"""Status lines, RFC 1939 §3, and the response codes of RFC 2449 §8 and RFC 3206."""

import re
from dataclasses import dataclass

from teczka.remote.types import printable

_LINE = re.compile(rb"(\+OK|-ERR|\+)(?:[ \t]+|$)(?:\[([^\]]{1,100})\] ?)?(.*)", re.IGNORECASE | re.DOTALL)

LONGEST_TEXT = 500  # bytes of a server's words: to be quoted to a person, and looked through


class NotPop3(Exception):
    """An answer that no POP3 server gives."""


@dataclass(frozen=True, slots=True)
class Status:
    kind: str  # "+OK", "-ERR", or "+" for a challenge (RFC 5034 §4)
    code: str  # upper case, "SYS/TEMP"; empty where there is none
    text: str

    @property
    def ok(self) -> bool:
        return self.kind == "+OK"


def read(line: bytes) -> Status:
    """Raises NotPop3. `line` without its end."""
    found = _LINE.fullmatch(line)
    if not found:
        raise NotPop3
    told = found[3][:LONGEST_TEXT].decode("utf-8", "replace")
    text = printable(told).strip()
    return Status(found[1].decode("ascii").upper(), (found[2] or b"").decode("ascii", "replace").upper(), text)
