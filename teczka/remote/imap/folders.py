"""LIST and STATUS: what folders there are and what is in them, without opening one. Refusals are Problems."""

from teczka.core.errors import Problem, Trouble
from teczka.core.folders import LONGEST_WIRE_NAME
from teczka.remote.imap.arguments import sendable
from teczka.remote.imap.conversation import Answer, Command, Conversation, Talk
from teczka.remote.imap.limits import KB
from teczka.remote.imap.refusals import at_command, at_folder
from teczka.remote.imap.responses import Untagged
from teczka.remote.imap.tokens import LARGEST, NotImap, ascii_text, listed, number, text, validity
from teczka.remote.imap.utf7 import path_of
from teczka.remote.types import FolderStatus, RemoteFolder

READ = 64 * KB  # of a name: nobody's is longer, and what is above LONGEST_WIRE_NAME is no more than told
MOST_ATTRIBUTES, LONGEST_ATTRIBUTE = 100, 100


def list_(conversation: Conversation) -> Talk[list[RemoteFolder]]:
    """LIST, RFC 3501 §6.3.8, with the roles of RFC 6154: plain LIST gives them too, except where LIST-EXTENDED wants to be asked."""
    words = Command.of("LIST", b"", b"*")
    if {"LIST-EXTENDED", "SPECIAL-USE"} <= conversation.capabilities:
        words = Command.of("LIST", b"", b"*", "RETURN", ("SPECIAL-USE",))
    answer = yield words
    if answer.status.kind != "OK":
        raise at_command(answer.status, conversation.host, conversation.detail(answer.status))
    found: dict[bytes, RemoteFolder] = {}
    for untagged in answer.untagged:
        if untagged.kind == "LIST":
            folder = _folder(untagged)
            found.setdefault(folder.name, folder)
    return list(found.values())


def _folder(untagged: Untagged) -> RemoteFolder:
    """`(\\HasNoChildren \\Sent) "/" Sent`, RFC 3501 §7.2.2; RFC 5258 may append more."""
    fields = untagged.values()
    if len(fields) < 3:
        raise NotImap("LIST")
    name = text(fields[2])
    if name.upper() == b"INBOX":  # in any case of letters it is this one, RFC 3501 §5.1
        name = b"INBOX"
    attributes = frozenset(ascii_text(flag)[:LONGEST_ATTRIBUTE].lower() for flag in listed(fields[0])[:MOST_ATTRIBUTES])
    path = path_of(name[:READ])[: LONGEST_WIRE_NAME * 4]  # a byte may be shown as `\xff`
    return RemoteFolder(name, path, ascii_text(fields[1]) or None, attributes)


def status(conversation: Conversation, folder: bytes) -> Talk[FolderStatus]:
    """STATUS, RFC 3501 §6.3.10; HIGHESTMODSEQ with CONDSTORE, RFC 7162 §3.1.7."""
    answer = yield ask_status(conversation, argument(folder, conversation.host))
    check(answer, conversation, folder)
    for untagged in answer.untagged:
        if untagged.kind == "STATUS":
            _, told = _status(untagged)
            bounded(told.messages, conversation)
            return told
    raise NotImap("OK without STATUS")


def ask_status(conversation: Conversation, folder: bytes) -> Command:
    modseq = ("HIGHESTMODSEQ",) if "CONDSTORE" in conversation.capabilities else ()
    return Command.of("STATUS", folder, ("UIDVALIDITY", "UIDNEXT", "MESSAGES", *modseq))


def status_of(untagged: Untagged, conversation: Conversation) -> tuple[bytes, FolderStatus] | None:
    """With the folder's name, where several were asked for. None of what makes no sense: asked for by itself it is a Problem."""
    try:
        name, told = _status(untagged)
    except NotImap:
        return None
    return None if told.messages > conversation.limits.uids else (name, told)


def _status(untagged: Untagged) -> tuple[bytes, FolderStatus]:
    fields = untagged.values()
    items = listed(fields[1]) if len(fields) > 1 else []
    given = {ascii_text(name).upper(): value for name, value in zip(items[::2], items[1::2], strict=False)}
    known, told = validity(given.pop("UIDVALIDITY", b"0")), {name: number(value) for name, value in given.items()}
    following = told.get("UIDNEXT", 0)
    if not known or following >= LARGEST or "MESSAGES" not in told:
        raise NotImap("STATUS")
    # 0 says that this folder keeps no mod-sequences, RFC 7162 §3.1.7.
    return text(fields[0]), FolderStatus(known, following, told["MESSAGES"], told.get("HIGHESTMODSEQ") or None)


def bounded(messages: int, conversation: Conversation) -> None:
    """More than we ever list is nothing to keep either: what a server says of itself lies in columns of a size. Raises
    Problem(SERVER_LIMIT)."""
    if messages > conversation.limits.uids:
        raise Problem(Trouble.SERVER_LIMIT, host=conversation.host)


def argument(folder: bytes, host: str) -> bytes:
    """A folder's name as an argument. A server may have given one (as a literal) that cannot be sent back safely:
    Problem(FOLDER_REFUSED)."""
    if not sendable(folder):
        raise Problem(Trouble.FOLDER_REFUSED, host=host, folder=path_of(folder))
    return folder


def check(answer: Answer, conversation: Conversation, folder: bytes) -> None:
    if answer.status.kind != "OK":
        detail = conversation.detail(answer.status)
        raise at_folder(answer.status, conversation.host, path_of(folder), detail)
