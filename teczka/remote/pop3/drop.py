"""What the mailbox holds: STAT, LIST and UIDL (RFC 1939 §5, §7) as one listing, forgiving of servers that contradict themselves.
Refusals, and more than can be, are Problems."""

import re
from dataclasses import dataclass
from hashlib import sha256

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import DropEntry
from teczka.remote.pop3.commands import Verb
from teczka.remote.pop3.conversation import Command, Conversation, Talk
from teczka.remote.pop3.refusals import at_command, is_later

LONGEST_UIDL = 255

_STAT = re.compile(r"(\d{1,15})(?: +(\d{1,18}))?(?: |$)")
_SIZE = re.compile(rb"[ \t]*(\d{1,15})[ \t]+(\d{1,15})(?:[ \t].*)?")
_UIDL = re.compile(rb"[ \t]*(\d{1,15})(?:[ \t](.*))?", re.DOTALL)


def stat(conversation: Conversation) -> Talk[tuple[int, int | None]]:
    """STAT: how many messages there are, and of how many bytes, where that is told."""
    answer = yield Command.of(Verb.STAT)
    found = _STAT.match(answer.status.text)
    if not answer.status.ok or not found:
        raise at_command(answer.status, conversation.host, conversation.detail(answer.status))
    return _bounded(int(found[1]), conversation), int(found[2]) if found[2] else None


@dataclass(frozen=True, slots=True)
class Listing:
    """What STAT counted, and LIST and UIDL as they came: empty where a server has them not."""

    count: int
    sizes: bytes
    names: bytes

    @property
    def digest(self) -> bytes:
        return sha256(b"%d %d " % (self.count, len(self.sizes)) + self.sizes + self.names).digest()


def listing(conversation: Conversation) -> Talk[Listing]:
    """UIDL is optional, and some servers have been seen without LIST."""
    count, _ = yield from stat(conversation)
    sizes = yield Command.of(Verb.LIST)
    if not sizes.status.ok and is_later(sizes.status):
        raise at_command(sizes.status, conversation.host, conversation.detail(sizes.status))
    names = yield Command.of(Verb.UIDL)
    return Listing(count, sizes.text(), names.text())


def entries(told: Listing, conversation: Conversation) -> list[DropEntry]:
    """By number, ascending. Whatever either list names is there; what neither tells of it is 0, or None."""
    for each in (told.sizes, told.names):
        _bounded(max(each.count(b"\n"), each.count(b"\r")), conversation)  # before they are lines
    sizes, names = _sizes(told.sizes), _names(told.names)
    numbers = sorted(sizes.keys() | names.keys()) or range(1, told.count + 1)
    _bounded(len(numbers), conversation)
    return [DropEntry(number, sizes.get(number, 0), names.get(number)) for number in numbers]


def _sizes(told: bytes) -> dict[int, int]:
    found = (_SIZE.fullmatch(line) for line in told.splitlines())
    return {int(line[1]): int(line[2]) for line in found if line and int(line[1])}


def _names(told: bytes) -> dict[int, bytes]:
    """A name that is empty is none; any other bytes are, however long (RFC 1939 §7 allows 70 printable ones)."""
    found = (_UIDL.fullmatch(line) for line in told.splitlines())
    return {int(line[1]): name for line in found if line and int(line[1]) and (name := _name(line[2] or b""))}


def _name(told: bytes) -> bytes:
    """As it is, so that it can be known again; one that is too long to be kept by its digest."""
    name = told.strip()
    return name if len(name) <= LONGEST_UIDL else sha256(name).digest()


def _bounded(count: int, conversation: Conversation) -> int:
    if count > conversation.limits.entries:
        raise Problem(Trouble.SERVER_LIMIT, host=conversation.host)
    return count
