"""From the first byte to a session that may send: greeting, EHLO, STARTTLS, AUTH."""

import base64
from collections.abc import Sequence

from teczka.core.errors import Problem, Trouble
from teczka.remote.sasl import Exchange, bearer, plain
from teczka.remote.smtp.conversation import Conversation, Talk
from teczka.remote.smtp.refusals import at_command, at_greeting, at_signin
from teczka.remote.smtp.replies import Reply
from teczka.remote.talking import Need, Way, way_in
from teczka.remote.types import Credential

# An address literal that says nothing of the office's network (RFC 5321 §4.1.3).
OURSELVES = b"[127.0.0.1]"


def sign_in(conversation: Conversation, credential: Credential) -> Way[bytes, Reply]:
    return way_in(conversation, greet(conversation), starttls(conversation), enter(conversation, credential))


def greet(conversation: Conversation) -> Talk[None]:
    reply = yield Need.MORE
    if reply.code != 220:
        raise at_greeting(reply, conversation.host, conversation.detail(reply))


def ehlo(conversation: Conversation) -> Talk[None]:
    """EHLO, RFC 5321 §4.1.1.1. A server without extensions lets nobody sign in."""
    reply = yield b"EHLO " + OURSELVES
    if reply.later:
        raise at_command(reply, conversation.host, conversation.detail(reply))
    words = [line.upper().replace("=", " ").split() for line in reply.lines[1:]] if reply.good else []
    conversation.extensions = {line[0]: tuple(line[1:]) for line in words if line}


def starttls(conversation: Conversation) -> Talk[None]:
    """STARTTLS, RFC 3207: mandatory where it is asked for; nothing heard before it is believed."""
    yield from ehlo(conversation)
    if "STARTTLS" not in conversation.extensions or (yield b"STARTTLS").code != 220:
        raise Problem(Trouble.TLS_MISSING, host=conversation.host)
    yield Need.HANDSHAKE


def enter(conversation: Conversation, credential: Credential) -> Talk[None]:
    """AUTH, RFC 4954. One try: a second could lock the account."""
    yield from ehlo(conversation)
    offered = conversation.extensions.get("AUTH", ())
    said = (
        _token(conversation, credential, offered) if credential.bearer else _password(conversation, credential, offered)
    )
    reply = yield from _dialogue(said)
    if not reply.good:
        detail = credential.hidden_in(conversation.detail(reply))
        raise at_signin(reply, conversation.host, credential, detail)


def _password(conversation: Conversation, credential: Credential, offered: Sequence[str]) -> Sequence[bytes]:
    if "\0" in credential.username + credential.secret:
        raise credential.refused(conversation.host)
    if "PLAIN" in offered:
        return _sasl(plain(credential))
    if "LOGIN" in offered:
        return [b"AUTH LOGIN", _base64(credential.username), _base64(credential.secret)]
    raise Problem(Trouble.SIGNIN_METHOD, host=conversation.host)


def _token(conversation: Conversation, credential: Credential, offered: Sequence[str]) -> Sequence[bytes]:
    """Never as a password: a server that takes no tokens does not get to see ours."""
    exchange = bearer(credential, offered, conversation.host, conversation.server.port)
    if exchange is None:
        raise Problem(Trouble.SIGNIN_NO_TOKENS, host=conversation.host)
    return _sasl(exchange)


def _sasl(exchange: Exchange) -> Sequence[bytes]:
    said = [b"AUTH " + exchange.mechanism.encode("ascii") + b" " + base64.b64encode(exchange.initial)]
    if exchange.farewell is not None:
        said.append(base64.b64encode(exchange.farewell))
    return said


def _dialogue(said: Sequence[bytes]) -> Talk[Reply]:
    """A line for each challenge (334); `*` cancels an exchange that asks for more than we have to say (RFC 4954 §4)."""
    reply = yield said[0]
    for line in [*said[1:], b"*"]:
        if reply.code != 334:
            break
        reply = yield line
    return reply


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
