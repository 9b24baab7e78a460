"""The verbs about folders: LIST, STATUS, SELECT and their kin (RFC 3501 §6.3)."""

from datetime import UTC, datetime

from teczka.remote.demo.answers import read_date_time
from teczka.remote.demo.answers import string as quoted
from teczka.remote.demo.grammar import Atom, Bad, No, Value, items, string, word, words
from teczka.remote.demo.mailbox import DELIMITER, SYSTEM_FLAGS, DemoFolder
from teczka.remote.demo.names import from_wire, matches, to_wire
from teczka.remote.demo.session import Session
from teczka.remote.demo.verbs_any import exactly, no_more

_FLAGS = " ".join(SYSTEM_FLAGS)


def folder_named(session: Session, wire: Value, missing: str = "NONEXISTENT") -> DemoFolder:
    try:
        folder = session.mailbox.folder(from_wire(string(wire)))
    except ValueError:
        folder = None
    if folder is None:
        raise No(f"[{missing}] no such folder")
    return folder


async def list_(session: Session, args: list[Value]) -> str:
    """RETURN (SPECIAL-USE) of RFC 6154 §2 is accepted, and the attributes are told either way."""
    if len(args) == 4 and word(args[2]) == "RETURN":
        if set(words(args[3])) - {"SPECIAL-USE", "CHILDREN"}:
            raise Bad("this server knows no such return option")
        args = args[:2]
    _list(session, args, "LIST")
    return "done"


async def lsub(session: Session, args: list[Value]) -> str:
    """Every folder counts as subscribed."""
    _list(session, args, "LSUB")
    return "done"


def _list(session: Session, args: list[Value], verb: str) -> None:
    reference, pattern = (string(value) for value in exactly(args, 2))
    mailbox = session.mailbox
    if not pattern:  # asks for the delimiter (RFC 3501 §6.3.8)
        session.untagged(f'{verb} (\\Noselect) "{DELIMITER}" ""')
        return
    try:
        wanted = from_wire(reference + pattern)
    except ValueError:
        return
    if wanted.upper() == "INBOX":
        wanted = "INBOX"
    for folder in mailbox.folders.values():
        if matches(wanted, folder.name):
            kept = "\\HasChildren" if mailbox.has_children(folder.name) else "\\HasNoChildren"
            attributes = f"{kept} {folder.special_use}".strip()
            session.untagged(f'{verb} ({attributes}) "{DELIMITER}"', quoted(to_wire(folder.name)))


async def status(session: Session, args: list[Value]) -> str:
    name, asked = exactly(args, 2)
    folder = folder_named(session, name)
    figures = {
        "MESSAGES": len(folder.messages),
        "RECENT": 0,
        "UIDNEXT": folder.uidnext,
        "UIDVALIDITY": folder.uidvalidity,
        "UNSEEN": folder.unseen,
        "HIGHESTMODSEQ": folder.highestmodseq,
    }
    chosen = words(asked)
    if not chosen or set(chosen) - figures.keys():
        raise Bad("this server knows no such status item")
    session.condstore |= "HIGHESTMODSEQ" in chosen
    told = " ".join(f"{item} {figures[item]}" for item in chosen)
    session.untagged("STATUS", quoted(to_wire(folder.name)), f"({told})")
    return "done"


async def select(session: Session, args: list[Value]) -> str:
    return _open(session, args, read_only=False)


async def examine(session: Session, args: list[Value]) -> str:
    return _open(session, args, read_only=True)


def _open(session: Session, args: list[Value], read_only: bool) -> str:
    session.mailbox  # noqa: B018 - only for those signed in
    session.leave()  # also where the new one cannot be opened (RFC 3501 §6.3.1)
    if len(args) == 2:
        if words(args[1]) != ["CONDSTORE"]:
            raise Bad("this server knows no such parameter")
        session.condstore = True
        args = args[:1]
    folder = folder_named(session, exactly(args, 1)[0])
    session.select(folder, read_only)
    session.untagged(f"FLAGS ({_FLAGS})")
    kept = "" if read_only else f"{_FLAGS} \\*"
    session.untagged(f"OK [PERMANENTFLAGS ({kept})] these are kept")
    session.untagged(f"{len(folder.messages)} EXISTS")
    session.untagged("0 RECENT")
    unseen = next((n for n, message in enumerate(session.view, 1) if "\\Seen" not in message.flags), None)
    if unseen is not None:
        session.untagged(f"OK [UNSEEN {unseen}] the first unread")
    session.untagged(f"OK [UIDVALIDITY {folder.uidvalidity}] UIDs hold")
    session.untagged(f"OK [UIDNEXT {folder.uidnext}] the next UID")
    session.untagged(f"OK [HIGHESTMODSEQ {folder.highestmodseq}] modseqs are kept")
    return "[READ-ONLY] open" if read_only else "[READ-WRITE] open"


async def create(session: Session, args: list[Value]) -> str:
    (wire,) = exactly(args, 1)
    try:
        name = from_wire(string(wire)).removesuffix(DELIMITER)
        session.mailbox.create(name)
    except ValueError as error:
        raise Bad("the name is not modified UTF-7") from error
    except KeyError as error:
        raise No("[ALREADYEXISTS] there is such a folder") from error
    return "created"


async def delete(session: Session, args: list[Value]) -> str:
    """RFC 3501 §6.3.4. One with others below it stays."""
    (wire,) = exactly(args, 1)
    folder = folder_named(session, wire)
    if folder.name == "INBOX" or session.mailbox.has_children(folder.name):
        raise No("[CANNOT] that folder stays")
    session.mailbox.remove(folder)
    return "removed"


async def rename(session: Session, args: list[Value]) -> str:
    """RFC 3501 §6.3.5, except that the inbox is not emptied into another folder."""
    old, new = exactly(args, 2)
    folder = folder_named(session, old)
    try:
        if folder.name == "INBOX":
            raise No("[CANNOT] the inbox keeps its name")
        session.mailbox.rename(folder, from_wire(string(new)))
    except ValueError as error:
        raise Bad("the name is not modified UTF-7") from error
    except KeyError as error:
        raise No("[ALREADYEXISTS] there is such a folder") from error
    return "renamed"


async def subscribe(session: Session, args: list[Value]) -> str:
    exactly(args, 1)
    session.mailbox  # noqa: B018 - only for those signed in
    return "done"


async def append(session: Session, args: list[Value]) -> str:
    """RFC 3501 §6.3.11: flags and the date may each be left out."""
    if not 2 <= len(args) <= 4:
        raise Bad("too many words or too few")
    folder = folder_named(session, args[0], missing="TRYCREATE")
    options, raw = args[1:-1], string(args[-1])
    flags = [string(flag).decode("ascii", "replace") for flag in items(options.pop(0))] if _is_list(options) else []
    moment = read_date_time(string(options.pop(0)).decode("ascii", "replace")) if options else datetime.now(UTC)
    no_more(options)
    message = folder.add(raw, moment, flags)
    return f"[APPENDUID {folder.uidvalidity} {message.uid}] kept"


def _is_list(options: list[Value]) -> bool:
    return bool(options) and isinstance(options[0], list)


async def close(session: Session, args: list[Value]) -> str:
    """Removes what is marked \\Deleted, and tells nobody (RFC 3501 §6.4.2)."""
    no_more(args)
    folder = session.selected
    if not session.read_only:
        folder.expunge([uid for uid, message in folder.messages.items() if "\\Deleted" in message.flags])
    session.leave()
    return "closed"


async def unselect(session: Session, args: list[Value]) -> str:
    """RFC 3691: as CLOSE, but nothing is removed."""
    no_more(args)
    session.selected  # noqa: B018 - only where a folder is open
    session.leave()
    return "closed"


def flag(value: Value) -> str:
    if not isinstance(value, Atom):
        raise Bad("a flag belongs there")
    return value.decode("ascii")
