"""From the first byte to the authenticated state: greeting, STARTTLS, CAPABILITY, LOGIN or AUTHENTICATE, ID."""

import base64

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.arguments import sendable
from teczka.remote.imap.conversation import Answer, Command, Conversation, Talk
from teczka.remote.imap.refusals import at_command, at_signin
from teczka.remote.sasl import Exchange, bearer, plain
from teczka.remote.talking import Need, Way, way_in
from teczka.remote.types import Credential, Security


def sign_in(conversation: Conversation, credential: Credential) -> Way[Command, Answer]:
    return way_in(conversation, greet(conversation), starttls(conversation), enter(conversation, credential))


def greet(conversation: Conversation) -> Talk[None]:
    greeting = yield Need.MORE
    conversation.preauthenticated = greeting.status.kind == "PREAUTH"  # RFC 3501 §7.1.4
    if conversation.preauthenticated and conversation.server.security is Security.STARTTLS:
        # STARTTLS is forbidden then: whoever greets so wants to keep us in plaintext (RFC 3501 §6.2.1).
        raise Problem(Trouble.TLS_PREAUTH, host=conversation.host)


def enter(conversation: Conversation, credential: Credential) -> Talk[None]:
    if not conversation.capabilities:
        yield from capability(conversation)
    if not conversation.preauthenticated:
        yield from authenticate(conversation, credential)
    if "ID" in conversation.capabilities:
        yield from identify(conversation)


def capability(conversation: Conversation) -> Talk[frozenset[str]]:
    """CAPABILITY, RFC 3501 §6.1.1."""
    answer = yield Command.of("CAPABILITY")
    if answer.status.kind != "OK":
        raise at_command(answer.status, conversation.host, conversation.detail(answer.status))
    return conversation.capabilities


def starttls(conversation: Conversation) -> Talk[None]:
    """STARTTLS, RFC 3501 §6.2.1: mandatory where it is asked for; nothing heard before it is believed."""
    if not conversation.capabilities:
        yield from capability(conversation)
    if "STARTTLS" not in conversation.capabilities:
        raise Problem(Trouble.TLS_MISSING, host=conversation.host)
    answer = yield Command.of("STARTTLS")
    if answer.status.kind != "OK":
        raise Problem(Trouble.TLS_MISSING, host=conversation.host)
    yield Need.HANDSHAKE


def authenticate(conversation: Conversation, credential: Credential) -> Talk[None]:
    """One try: a second could lock the account."""
    if not sendable(credential.username.encode()) or not sendable(credential.secret.encode()):
        raise credential.refused(conversation.host)
    command = _with_token(conversation, credential) if credential.bearer else _with_password(conversation, credential)
    conversation.capabilities = frozenset()  # others may come with the new state, §6.2.2
    answer = yield command
    if answer.status.kind != "OK":
        detail = credential.hidden_in(conversation.detail(answer.status))
        raise at_signin(answer.status, conversation.host, credential, detail)
    if not conversation.capabilities:
        yield from capability(conversation)


def _with_password(conversation: Conversation, credential: Credential) -> Command:
    """AUTHENTICATE PLAIN where offered (it carries UTF-8), else LOGIN."""
    if "AUTH=PLAIN" in conversation.capabilities:
        return _by(plain(credential), conversation)
    if "LOGINDISABLED" in conversation.capabilities:
        raise Problem(Trouble.SIGNIN_METHOD, host=conversation.host)
    return Command.of("LOGIN", credential.username.encode(), credential.secret.encode())  # RFC 3501 §6.2.3


def _with_token(conversation: Conversation, credential: Credential) -> Command:
    """Never as a password: a server that takes no tokens does not get to see ours."""
    offered = {name.removeprefix("AUTH=") for name in conversation.capabilities if name.startswith("AUTH=")}
    exchange = bearer(credential, offered, conversation.host, conversation.server.port)
    if exchange is None:
        raise Problem(Trouble.SIGNIN_NO_TOKENS, host=conversation.host)
    return _by(exchange, conversation)


def _by(exchange: Exchange, conversation: Conversation) -> Command:
    """AUTHENTICATE, RFC 3501 §6.2.2; the first response in the command itself where the server takes it so (SASL-IR, RFC 4959 §3)."""
    words = ["AUTHENTICATE", exchange.mechanism]
    replies = [] if exchange.farewell is None else [base64.b64encode(exchange.farewell)]
    initial = base64.b64encode(exchange.initial)
    if "SASL-IR" in conversation.capabilities:
        words.append(initial.decode("ascii"))
    else:
        replies.insert(0, initial)
    return Command(tuple(words), tuple(replies))


def identify(conversation: Conversation) -> Talk[None]:
    """ID, RFC 2971: some servers (NetEase) open no folder to a client without a name. The answer does not matter."""
    yield Command.of("ID", (b"name", b"Teczka"))
