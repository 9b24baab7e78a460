"""EXAMINE, RFC 3501 §6.3.2: a folder is opened for reading only, so that not even \\Seen or \\Recent can change. SELECT, §6.3.1, is for
those few moments in which a person's acts are repeated there."""

from dataclasses import dataclass, replace

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.conversation import Answer, Command, Conversation, Talk
from teczka.remote.imap.folders import argument, bounded, check
from teczka.remote.imap.limits import KB
from teczka.remote.imap.tokens import LARGEST, NotImap, number, validity
from teczka.remote.imap.utf7 import path_of
from teczka.remote.types import FolderStatus

LONGEST_FLAGS = 64 * KB  # of a folder: a server that tells more tells nothing


@dataclass(slots=True)
class _Told:
    exists: int | None = None
    validity: int = 0
    next: int = 0
    modseq: int = 0
    keeps: frozenset[str] | None = None


def examine(conversation: Conversation, folder: bytes) -> Talk[FolderStatus]:
    """With CONDSTORE the server tells mod-sequences from here on (RFC 7162 §3.1.8)."""
    return _status((yield from _open(conversation, "EXAMINE", folder)), conversation)


def select(conversation: Conversation, folder: bytes) -> Talk[FolderStatus]:
    """Problem(FOLDER_READ_ONLY) where the server lets us change nothing in it (the code of §6.3.1); FOLDER_BUSY where it puts us off, as
    Exchange does for one folder that is damaged: no reason to leave the others."""
    try:
        answer = yield from _open(conversation, "SELECT", folder)
    except Problem as problem:
        if problem.trouble is not Trouble.SERVER_BUSY:
            raise
        told = {"host": conversation.host, "folder": path_of(folder)}
        raise Problem(Trouble.FOLDER_BUSY, detail=problem.detail, **told) from problem
    if answer.status.code == "READ-ONLY":
        raise Problem(Trouble.FOLDER_READ_ONLY, folder=path_of(folder))
    return replace(_status(answer, conversation), keeps=_told(answer).keeps)


def _open(conversation: Conversation, verb: str, folder: bytes) -> Talk[Answer]:
    name = argument(folder, conversation.host)
    with_modseq = "CONDSTORE" in conversation.capabilities
    answer = yield Command.of(verb, name, ("CONDSTORE",)) if with_modseq else Command.of(verb, name)
    check(answer, conversation, folder)
    return answer


def _status(answer: Answer, conversation: Conversation) -> FolderStatus:
    told = _told(answer)
    if told.exists is None or not told.validity:
        raise NotImap("a folder without EXISTS or UIDVALIDITY")
    bounded(told.exists, conversation)
    return FolderStatus(told.validity, told.next, told.exists, told.modseq or None)


def _told(answer: Answer) -> _Told:
    told = _Told()
    for untagged in answer.untagged:
        if untagged.kind == "EXISTS" and untagged.number is not None:
            told.exists = untagged.number
    for status in answer.said:
        if status.code == "UIDVALIDITY":
            told.validity = validity(status.arguments)
        elif status.code == "UIDNEXT":
            told.next = number(status.arguments, LARGEST)
        elif status.code == "HIGHESTMODSEQ":
            told.modseq = number(status.arguments)
        elif status.code == "PERMANENTFLAGS" and len(status.arguments) <= LONGEST_FLAGS:  # §7.1
            flags = status.arguments.decode("ascii", "replace").strip("() ")
            told.keeps = frozenset(flags.lower().split())
    return told
