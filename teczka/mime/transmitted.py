"""What of a letter's own copy (mime/compose.py) leaves: all of it but Bcc, which stands first there."""

import re
from dataclasses import dataclass

_BCC = re.compile(rb"Bcc:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")
_END = re.compile(rb"\r\n\r\n")
_SECRET = re.compile(rb"^(?:resent-)?bcc[ \t]*:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Transmitted:
    start: int  # where in the own copy it begins
    ascii: bool  # its headers: else the server has to know SMTPUTF8


def transmitted(own: bytes) -> Transmitted:
    """`own`: at least its headers. Raises ValueError where whom it goes to in secret would leave with it: that is no letter of ours."""
    found = _BCC.match(own)
    start = found.end() if found else 0
    end = _END.search(own, start)
    if end is None:
        raise ValueError("no headers")
    head = own[start : end.start()]
    if _SECRET.search(head):
        raise ValueError("Bcc among the headers that are sent")
    return Transmitted(start, head.isascii())
