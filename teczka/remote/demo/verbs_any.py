"""The verbs that need no folder: who the server is, who the client is, and waiting (RFC 3501 §6.1, §6.2; RFC 2177)."""

import asyncio
import base64
import binascii

from teczka.remote.demo.grammar import Bad, Value, string, word
from teczka.remote.demo.session import Session, State

EXTENSIONS = "SASL-IR LITERAL+ ID ENABLE IDLE UIDPLUS MOVE UNSELECT CHILDREN SPECIAL-USE CONDSTORE ESEARCH"
IDLE_LIMIT = 30 * 60  # seconds; a client renews before 29 minutes (RFC 2177 §3)


def capabilities(session: Session) -> str:
    signing_in = ""
    if session.state is State.GREETED:
        signing_in = " STARTTLS LOGINDISABLED" if session.starttls else " AUTH=PLAIN"
    return f"IMAP4rev1 {EXTENSIONS}{signing_in}"


async def capability(session: Session, args: list[Value]) -> str:
    no_more(args)
    session.untagged("CAPABILITY", capabilities(session))
    return "done"


async def noop(session: Session, args: list[Value]) -> str:
    no_more(args)
    return "done"


async def logout(session: Session, args: list[Value]) -> str:
    no_more(args)
    session.untagged("BYE see you")
    session.leave()
    session.state = State.ENDED
    return "done"


async def identify(session: Session, args: list[Value]) -> str:
    """RFC 2971."""
    (given,) = exactly(args, 1)
    if isinstance(given, list):
        for value in given:
            string(value)
    elif word(given) != "NIL":
        raise Bad("a list or NIL belongs there")
    session.untagged('ID ("name" "Teczka demo")')
    return "done"


async def enable(session: Session, args: list[Value]) -> str:
    """RFC 5161 §3.1: what is not known is passed over in silence."""
    if not args:
        raise Bad("enable what?")
    session.mailbox  # noqa: B018 - only for those signed in
    asked = {word(value) for value in args}
    session.condstore |= "CONDSTORE" in asked
    session.untagged("ENABLED CONDSTORE" if "CONDSTORE" in asked else "ENABLED")
    return "done"


async def login(session: Session, args: list[Value]) -> str:
    _may_sign_in(session)
    username, password = exactly(args, 2)
    session.sign_in(string(username), string(password))
    return f"[CAPABILITY {capabilities(session)}] welcome"


async def authenticate(session: Session, args: list[Value]) -> str:
    """PLAIN (RFC 4616), with or without the initial response (RFC 4959)."""
    _may_sign_in(session)
    if not 1 <= len(args) <= 2 or word(args[0]) != "PLAIN":
        raise Bad("AUTHENTICATE PLAIN is all there is")
    if len(args) == 2:
        response = string(args[1])
    else:
        session.line("+ ")
        await session.writer.drain()
        response = await session.read_line()
    if response == b"*":
        raise Bad("cancelled")
    try:
        _, username, password = base64.b64decode(response, validate=True).split(b"\0")
    except (binascii.Error, ValueError) as error:
        raise Bad("not a PLAIN response") from error
    session.sign_in(username, password)
    return f"[CAPABILITY {capabilities(session)}] welcome"


def _may_sign_in(session: Session) -> None:
    if session.state is not State.GREETED:
        raise Bad("signed in already")
    if session.starttls is not None:
        raise Bad("[PRIVACYREQUIRED] STARTTLS first")


async def idle(session: Session, args: list[Value]) -> str:
    no_more(args)
    session.mailbox  # noqa: B018 - only for those signed in
    session.line("+ idling")
    done = asyncio.ensure_future(session.read_line())
    try:
        async with asyncio.timeout(IDLE_LIMIT):
            while not done.done():
                session.report()
                await session.writer.drain()
                change = asyncio.ensure_future(session.changed.wait())
                await asyncio.wait({done, change}, return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
    except TimeoutError:
        session.untagged("BYE idle for too long")
        session.state = State.ENDED
    finally:
        done.cancel()
    if session.state is not State.ENDED and (await done).upper() != b"DONE":
        raise Bad("DONE ends IDLE")
    return "done"


def no_more(args: list[Value]) -> None:
    if args:
        raise Bad("more words than belong there")


def exactly(args: list[Value], count: int) -> list[Value]:
    if len(args) != count:
        raise Bad("too many words or too few")
    return args
