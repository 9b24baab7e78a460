"""What a person does to mail, and what becomes of it on the server: the words of the journal (design §4, remote changes)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """One thing that somebody did; `undo` takes a whole one back."""

    READ = "read"
    UNREAD = "unread"
    STAR = "star"
    UNSTAR = "unstar"
    LABEL = "label"  # put on and taken off: keywords of the server (core.labels)
    MOVE = "move"
    COPY = "copy"
    ARCHIVE = "archive"
    SPAM = "spam"
    NOT_SPAM = "not_spam"
    BIN = "bin"
    DELETE = "delete"  # for good: from the bin or the junk folder alone
    FOLDER_CREATE = "folder_create"
    FOLDER_RENAME = "folder_rename"
    FOLDER_REMOVE = "folder_remove"
    FILE = "file"  # to a case or a task: no move, and nothing that a server hears of
    SET_ASIDE = "set_aside"  # out of the queue of unfiled mail
    SHARE = "share"
    REVOKE = "revoke"
    RULE = "rule"  # whatever one rule did to one batch of mail
    UNDO = "undo"


class Kind(StrEnum):
    """A pending operation: one message, or one folder, and one change."""

    FLAG = "flag"
    MOVE = "move"
    COPY = "copy"
    EXPUNGE = "expunge"
    APPEND = "append"
    CREATE = "create"
    RENAME = "rename"
    REMOVE = "remove"


class OperationState(StrEnum):
    PENDING = "pending"  # our rows changed, the server does not know yet
    LOCAL = "local"  # it never will: a read-only account, or POP3
    STARTED = "started"  # said to the server, its answer not yet known
    DONE = "done"
    MARKED = "marked"  # copied, and the source marked \Deleted: the server offers no way of removing it alone
    REFUSED = "refused"  # could not be done; our rows are as before
    UNDONE = "undone"  # taken back before the server heard of it


# The server may still come to do it: what it tells meanwhile is laid under such an operation, never over it.
OPEN = (OperationState.PENDING, OperationState.STARTED)
# The source of such a one is out of our lists, and on the server still.
HIDING = (Kind.MOVE, Kind.EXPUNGE)
HIDDEN = (*OPEN, OperationState.MARKED)


@dataclass(frozen=True, slots=True)
class Held:
    """A change of a flag that the server does not know of, or never will."""

    operation: int
    flag: str
    value: bool
    was: bool  # what the server last told
    local: bool


@dataclass(frozen=True, slots=True)
class Laid:
    flags: frozenset[str]  # as they are here
    told: dict[int, bool]  # operation → what the server tells of its flag now, where that is news
    ended: list[int]  # local operations that the server's own change has overtaken


def lay(flags: frozenset[str], held: Sequence[Held]) -> Laid:
    """What is held over what the server tells, the latest last. A local change holds for as long as the server tells what it told before
    it was made: a change that somebody makes elsewhere counts again."""
    result, told, ended = flags, dict[int, bool](), list[int]()
    for one in held:
        now = _has(flags, one.flag)
        if one.local and now != one.was:
            ended.append(one.operation)
            continue
        if now != one.was:
            told[one.operation] = now
        result = _without(result, one.flag) | ({one.flag} if one.value else set())
    return Laid(result, told, ended)


def _has(flags: frozenset[str], flag: str) -> bool:
    """System flags are the same in any case of letters (RFC 3501 §2.3.2)."""
    return flag in flags or (flag.startswith("\\") and flag.lower() in {each.lower() for each in flags})


def _without(flags: frozenset[str], flag: str) -> frozenset[str]:
    return frozenset(each for each in flags if each != flag and not (flag[0] == "\\" and each.lower() == flag.lower()))
