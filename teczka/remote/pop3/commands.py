"""The one encoder of everything that we send: nothing in an argument can end the line that it stands on (RFC 1939 §3).

Only the verbs named here can be said. DELE is none of them (P3), and so neither RSET, which takes it back, nor LAST and APOP, which
nobody needs.
"""

import re
from enum import Enum, StrEnum

from teczka.core.errors import Problem, Trouble

_FORBIDDEN = re.compile(rb"[\r\n\0]")


class Verb(StrEnum):
    CAPA = "CAPA"  # RFC 2449 §5
    STLS = "STLS"  # RFC 2595 §4
    AUTH = "AUTH"  # RFC 5034 §4
    USER = "USER"
    PASS = "PASS"  # noqa: S105  a verb
    STAT = "STAT"
    LIST = "LIST"
    UIDL = "UIDL"
    TOP = "TOP"
    RETR = "RETR"
    NOOP = "NOOP"
    QUIT = "QUIT"


class Want(Enum):
    """What follows a `+OK`."""

    STATUS = "nothing"
    LINES = "short lines, ended by a lone dot"
    HEAD = "a message's headers, of which the beginning is kept"
    MESSAGE = "a message"


_WANTS = {
    Verb.CAPA: Want.LINES,
    Verb.LIST: Want.LINES,
    Verb.UIDL: Want.LINES,
    Verb.TOP: Want.HEAD,
    Verb.RETR: Want.MESSAGE,
}


_VERBS = frozenset(Verb)


def want(verb: Verb) -> Want:
    return _WANTS.get(verb, Want.STATUS)


def sendable(data: bytes) -> bool:
    return not _FORBIDDEN.search(data)


def encode(verb: str, *arguments: bytes | int) -> bytes:
    """The line with its CRLF. Raises Problem(INTERNAL) for what could be more than one line, or is no verb of ours."""
    words = [b"%d" % argument if isinstance(argument, int) else argument for argument in arguments]
    if verb not in _VERBS or not all(map(sendable, words)):
        raise Problem(Trouble.INTERNAL, argument="command")
    return b" ".join([verb.encode("ascii"), *words]) + b"\r\n"


def encode_reply(reply: bytes) -> bytes:
    """The answer to a challenge. Raises Problem(INTERNAL) as above."""
    if not sendable(reply):
        raise Problem(Trouble.INTERNAL, argument="reply")
    return reply + b"\r\n"
