"""The demo's IMAP4rev1 server: which verb is whose, and one connection from greeting to goodbye.

An honest subset: what it does not do it refuses with BAD or NO. Not served: BODYSTRUCTURE and parts, SEARCH by text or date. Every
folder counts as subscribed.
"""

import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping

from teczka.remote.demo import verbs_any, verbs_folder, verbs_message
from teczka.remote.demo.grammar import TAG, Bad, No, Value, parse, word
from teczka.remote.demo.mailbox import DemoMailbox
from teczka.remote.demo.session import HungUp, Session, State

_VERBS: dict[str, Callable[[Session, list[Value]], Awaitable[str]]] = {
    "CAPABILITY": verbs_any.capability,
    "NOOP": verbs_any.noop,
    "CHECK": verbs_any.noop,
    "LOGOUT": verbs_any.logout,
    "ID": verbs_any.identify,
    "ENABLE": verbs_any.enable,
    "LOGIN": verbs_any.login,
    "AUTHENTICATE": verbs_any.authenticate,
    "IDLE": verbs_any.idle,
    "LIST": verbs_folder.list_,
    "LSUB": verbs_folder.lsub,
    "STATUS": verbs_folder.status,
    "SELECT": verbs_folder.select,
    "EXAMINE": verbs_folder.examine,
    "CREATE": verbs_folder.create,
    "DELETE": verbs_folder.delete,
    "RENAME": verbs_folder.rename,
    "SUBSCRIBE": verbs_folder.subscribe,
    "UNSUBSCRIBE": verbs_folder.subscribe,
    "APPEND": verbs_folder.append,
    "CLOSE": verbs_folder.close,
    "UNSELECT": verbs_folder.unselect,
}
_NUMBERED: dict[str, Callable[[Session, list[Value], bool], Awaitable[str]]] = {
    "FETCH": verbs_message.fetch,
    "STORE": verbs_message.store,
    "SEARCH": verbs_message.find,
    "COPY": verbs_message.copy,
    "MOVE": verbs_message.move,
    "EXPUNGE": verbs_message.expunge,
}


async def serve(
    reader: StreamReader, writer: StreamWriter, mailboxes: Mapping[str, DemoMailbox], starttls: ssl.SSLContext | None
) -> None:
    session = Session(reader, writer, mailboxes, starttls)
    session.untagged(f"OK [CAPABILITY {verbs_any.capabilities(session)}] Teczka demo")
    try:
        await writer.drain()
        while session.state is not State.ENDED:
            await _obey(session, await session.read_command())
            await writer.drain()
    except (HungUp, OSError):
        pass
    finally:
        session.leave()
        writer.close()


async def _obey(session: Session, pieces: list[bytes]) -> None:
    if not pieces:  # refused already
        return
    tag = TAG.match(pieces[0])
    if tag is None or pieces[0][tag.end() : tag.end() + 1] != b" ":
        session.untagged("BAD a tag and a command belong there")
        return
    session.tag = tag.group().decode("ascii")
    try:
        values = parse([pieces[0][tag.end() + 1 :], *pieces[1:]])
        if not values:
            raise Bad("a command belongs there")
        answer = await _do(session, word(values[0]), values[1:])
    except Bad as bad:
        answer = f"BAD {bad}"
    except No as no:
        answer = f"NO {no}"
    if answer:
        session.line(f"{session.tag} {answer}")


async def _do(session: Session, name: str, args: list[Value]) -> str:
    """The tagged answer. Empty where STARTTLS has given its own, before the handshake."""
    if name == "STARTTLS":
        verbs_any.no_more(args)
        await session.upgrade()
        return ""
    by_uid = name == "UID"
    if by_uid:
        if not args:
            raise Bad("UID what?")
        name, args = word(args[0]), args[1:]
    if name in _NUMBERED:
        text = await _NUMBERED[name](session, args, by_uid)
        session.report(expunges=by_uid or name not in ("FETCH", "STORE", "SEARCH"))
    elif name in _VERBS and not by_uid:
        text = await _VERBS[name](session, args)
        session.report()
    else:
        raise Bad("this server knows no such command")
    return f"OK {text}"
