"""From the first byte to the transaction state: greeting, STLS, CAPA, then AUTH or USER and PASS; and the farewell."""

import base64

from teczka.core.errors import Problem, Trouble
from teczka.remote.pop3.commands import Verb, sendable
from teczka.remote.pop3.conversation import Command, Conversation, Talk
from teczka.remote.pop3.reader import Response
from teczka.remote.pop3.refusals import at_greeting, at_signin
from teczka.remote.sasl import Exchange, bearer, plain
from teczka.remote.talking import Need, Way, way_in
from teczka.remote.types import Credential


def sign_in(conversation: Conversation, credential: Credential) -> Way[Command, Response]:
    return way_in(conversation, greet(conversation), stls(conversation), authenticate(conversation, credential))


def greet(conversation: Conversation) -> Talk[None]:
    greeting = yield Need.MORE
    if not greeting.status.ok:
        raise at_greeting(greeting.status, conversation.host, conversation.detail(greeting.status))
    yield from capa(conversation)


def capa(conversation: Conversation) -> Talk[None]:
    """CAPA, RFC 2449 §5. A server without it is an old one, and no worse for that."""
    answer = yield Command.of(Verb.CAPA)
    if answer.status.ok:
        told = answer.text()[: conversation.limits.capabilities]
        words = [line.decode("ascii", "replace").upper().split() for line in told.splitlines()]
        conversation.capabilities = {line[0]: frozenset(line[1:]) for line in words if line}


def stls(conversation: Conversation) -> Talk[None]:
    """STLS, RFC 2595 §4: mandatory where it is asked for; nothing heard before it is believed. A server that claims we are signed in
    already refuses it, and gets nothing from us."""
    if "STLS" not in (conversation.capabilities or {"STLS": frozenset()}):
        raise Problem(Trouble.TLS_MISSING, host=conversation.host)
    answer = yield Command.of(Verb.STLS)
    if not answer.status.ok:
        raise Problem(Trouble.TLS_MISSING, host=conversation.host)
    yield Need.HANDSHAKE
    yield from capa(conversation)


def authenticate(conversation: Conversation, credential: Credential) -> Talk[None]:
    """One try: a second could lock the account."""
    if not sendable(credential.username.encode()) or not sendable(credential.secret.encode()):
        raise credential.refused(conversation.host)
    mechanisms = (conversation.capabilities or {}).get("SASL", frozenset())
    if credential.bearer:
        answer = yield from _with_token(conversation, credential, mechanisms)
    elif "PLAIN" in mechanisms:  # it carries UTF-8
        answer = yield from _by(plain(credential))
    elif mechanisms and "USER" not in (conversation.capabilities or {}):
        raise Problem(Trouble.SIGNIN_METHOD, host=conversation.host)
    else:
        answer = yield Command.of(Verb.USER, credential.username.encode())
        if answer.status.ok:
            answer = yield Command.of(Verb.PASS, credential.secret.encode())
    if not answer.status.ok:
        detail = credential.hidden_in(conversation.detail(answer.status))
        raise at_signin(answer.status, conversation.host, credential, detail)


def _with_token(conversation: Conversation, credential: Credential, mechanisms: frozenset[str]) -> Talk[Response]:
    """Never as a password: a server that takes no tokens does not get to see ours."""
    exchange = bearer(credential, mechanisms, conversation.host, conversation.server.port)
    if exchange is None:
        raise Problem(Trouble.SIGNIN_NO_TOKENS, host=conversation.host)
    answer = yield from _by(exchange)
    return answer


def _by(exchange: Exchange) -> Talk[Response]:
    """AUTH, RFC 5034 §4, in two lines: Microsoft takes no other, and a command of one line may have 255 octets. Where the bare command is
    refused, before anything secret was said, the server may be one that wants all in one line."""
    mechanism = exchange.mechanism.encode("ascii")
    initial = base64.b64encode(exchange.initial)
    farewell = () if exchange.farewell is None else (base64.b64encode(exchange.farewell),)
    command = Command(Verb.AUTH, (mechanism,), replies=(initial, *farewell))
    answer = yield command
    if not answer.status.ok and not answer.challenged:
        answer = yield Command(Verb.AUTH, (mechanism, initial), replies=farewell)
    return answer


def leave() -> Talk[None]:
    """QUIT, RFC 1939 §6, of a session that fetched nothing."""
    yield Command.of(Verb.QUIT)
