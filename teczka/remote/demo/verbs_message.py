"""The verbs about messages: FETCH, STORE, SEARCH, COPY, MOVE, EXPUNGE, by number or by UID (RFC 3501 §6.4)."""

from collections.abc import Callable

from teczka.remote.demo import answers
from teczka.remote.demo.grammar import Bad, Value, compressed, items, number, sequence_set, string, word
from teczka.remote.demo.mailbox import DemoMessage, spelled
from teczka.remote.demo.search import search
from teczka.remote.demo.session import Session
from teczka.remote.demo.verbs_any import exactly
from teczka.remote.demo.verbs_folder import flag, folder_named

Numbered = tuple[int, DemoMessage]
_MACROS = {  # RFC 3501 §6.4.5; FULL needs BODY, which is not served
    "ALL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
    "FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
}
_ITEMS: dict[str, Callable[[DemoMessage], bytes]] = {
    "UID": lambda message: b"UID %d" % message.uid,
    "FLAGS": lambda message: f"FLAGS ({' '.join(sorted(message.flags))})".encode(),
    "INTERNALDATE": lambda message: b"INTERNALDATE " + answers.date_time(message.internaldate),
    "RFC822.SIZE": lambda message: b"RFC822.SIZE %d" % len(message.raw),
    "ENVELOPE": lambda message: b"ENVELOPE " + answers.envelope(message.raw),
    "MODSEQ": lambda message: b"MODSEQ (%d)" % message.modseq,
    "RFC822": lambda message: b"RFC822 " + answers.literal(message.raw),
    "RFC822.HEADER": lambda message: (
        b"RFC822.HEADER " + answers.literal(message.raw[: answers.header_end(message.raw)])
    ),
}


def chosen(session: Session, numbers: Value, by_uid: bool) -> list[Numbered]:
    """A UID that is not there is nobody's fault; a number beyond the end is the client's (RFC 3501 §9, seq-number)."""
    session.selected  # noqa: B018 - only where a folder is open
    wanted = sequence_set(numbers)
    if by_uid:
        by = {message.uid: (n, message) for n, message in enumerate(session.view, 1)}
        return [by[uid] for uid in wanted.choose(list(by))]
    if wanted.largest > len(session.view):
        raise Bad("there is no message of that number")
    return [(n, session.view[n - 1]) for n in wanted.choose(range(1, len(session.view) + 1))]


async def fetch(session: Session, args: list[Value], by_uid: bool) -> str:
    """CHANGEDSINCE leaves out what did not change and always tells the modseq (RFC 7162 §3.1.4.1)."""
    if not 2 <= len(args) <= 3:
        raise Bad("too many words or too few")
    since = _modifier(args[2], "CHANGEDSINCE") if len(args) == 3 else None
    messages = chosen(session, args[0], by_uid)
    names, sections = _asked(args[1])
    if since is not None or "MODSEQ" in names:
        session.condstore = True
    names = dict.fromkeys([*(["UID"] if by_uid else []), *names, *(["MODSEQ"] if since is not None else [])])
    marks_seen = not session.read_only and ("RFC822" in names or any(not section.peek for section in sections))
    for n, message in messages:
        if since is not None and message.modseq <= since:
            continue
        if marks_seen:
            session.selected.set_flags(message.uid, message.flags | {"\\Seen"})
        parts = [_ITEMS[name](message) for name in names]
        parts += [section.label + b" " + answers.literal(section.of(message.raw)) for section in sections]
        session.untagged(f"{n} FETCH", b"(" + b" ".join(parts) + b")")
        if "FLAGS" in names:
            session.knows(message)
        await session.writer.drain()
    return "done"


def _asked(value: Value) -> tuple[dict[str, None], list[answers.Section]]:
    names: dict[str, None] = {}
    sections = []
    if not isinstance(value, list):
        single = word(value)
        value = [value]
        if single in _MACROS:
            return dict.fromkeys(_MACROS[single]), []
    for item in value:
        name = word(item)
        if name.startswith("BODY"):
            sections.append(answers.Section(string(item)))
        elif name in _ITEMS:
            names[name] = None
        else:
            raise Bad("this server knows no such item")
    if not names and not sections:
        raise Bad("fetch what?")
    return names, sections


def _modifier(value: Value, name: str) -> int:
    given = items(value)
    if len(given) != 2 or word(given[0]) != name:
        raise Bad("this server knows no such modifier")
    return number(given[1])


async def store(session: Session, args: list[Value], by_uid: bool) -> str:
    """UNCHANGEDSINCE passes over what another changed meanwhile and names it (RFC 7162 §3.1.3)."""
    folder = session.writable
    unless = None
    if len(args) >= 4 and isinstance(args[1], list):
        unless = _modifier(args[1], "UNCHANGEDSINCE")
        session.condstore = True
        args = [args[0], *args[2:]]
    if len(args) < 3:
        raise Bad("too few words")
    messages = chosen(session, args[0], by_uid)
    verb, silent = _store_verb(word(args[1]))
    given = spelled(flag(value) for value in (args[2] if len(args) == 3 and isinstance(args[2], list) else args[2:]))
    refused = []
    for n, message in messages:
        if unless is not None and message.modseq > unless:
            refused.append(message.uid if by_uid else n)
            continue
        wanted = {"+": message.flags | given, "-": message.flags - given, "": given}[verb]
        folder.set_flags(message.uid, wanted)
        session.tell_flags(n, message, silent)
    return f"[MODIFIED {compressed(refused)}] others came first" if refused else "done"


def _store_verb(name: str) -> tuple[str, bool]:
    bare = name.removesuffix(".SILENT")
    if bare not in ("FLAGS", "+FLAGS", "-FLAGS"):
        raise Bad("FLAGS, +FLAGS or -FLAGS belongs there")
    return bare.removesuffix("FLAGS"), bare != name


async def find(session: Session, args: list[Value], by_uid: bool) -> str:
    session.selected  # noqa: B018 - only where a folder is open
    await search(session, args, by_uid)
    return "done"


async def copy(session: Session, args: list[Value], by_uid: bool) -> str:
    code, _ = _copy(session, args, by_uid)
    return f"{code} copied".strip()


async def move(session: Session, args: list[Value], by_uid: bool) -> str:
    """RFC 6851 §4.3: COPYUID comes first, then the EXPUNGEs, then the end."""
    folder = session.writable
    code, messages = _copy(session, args, by_uid)
    if code:
        session.untagged(f"OK {code} moved")
    folder.expunge(message.uid for _, message in messages)
    session.report()
    return "done"


def _copy(session: Session, args: list[Value], by_uid: bool) -> tuple[str, list[Numbered]]:
    numbers, wire = exactly(args, 2)
    messages = chosen(session, numbers, by_uid)
    target = folder_named(session, wire, missing="TRYCREATE")
    made = [target.add(message.raw, message.internaldate, message.flags).uid for _, message in messages]
    if not made:
        return "", []
    source = compressed([message.uid for _, message in messages])
    return f"[COPYUID {target.uidvalidity} {source} {compressed(made)}]", messages


async def expunge(session: Session, args: list[Value], by_uid: bool) -> str:
    """Without UIDs all that is marked goes; with them only the marked among them (RFC 4315 §2.1)."""
    folder = session.writable
    if by_uid:
        among = [message for _, message in chosen(session, exactly(args, 1)[0], by_uid=True)]
    else:
        exactly(args, 0)
        among = list(folder.messages.values())
    folder.expunge([message.uid for message in among if "\\Deleted" in message.flags])
    return "done"
