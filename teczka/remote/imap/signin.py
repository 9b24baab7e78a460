"""From the first byte to the authenticated state: greeting, STARTTLS, CAPABILITY, LOGIN or AUTHENTICATE PLAIN, ID."""

import base64

from teczka.core.errors import Problem, Trouble
from teczka.remote.imap.arguments import sendable
from teczka.remote.imap.conversation import Command, Conversation, Step, Talk
from teczka.remote.imap.refusals import at_command, at_signin
from teczka.remote.types import Credential, Security


def sign_in(conversation: Conversation, security: Security, credential: Credential) -> Talk[None]:
    greeting = yield Step.GREETING
    preauthenticated = greeting.status.kind == "PREAUTH"
    if security is Security.STARTTLS:
        # STARTTLS is forbidden then: whoever greets so wants to keep us in plaintext (RFC 3501 §6.2.1).
        if preauthenticated:
            raise Problem(Trouble.TLS_PREAUTH, host=conversation.host)
        yield from starttls(conversation)
    if not conversation.capabilities:
        yield from capability(conversation)
    if not preauthenticated:
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
    yield Step.HANDSHAKE


def authenticate(conversation: Conversation, credential: Credential) -> Talk[None]:
    """AUTHENTICATE PLAIN where offered (it carries UTF-8, RFC 4616), else LOGIN. One try: a second could lock the account."""
    username, secret = credential.username.encode(), credential.secret.encode()
    if not sendable(username) or not sendable(secret):
        raise Problem(Trouble.SIGNIN_REFUSED, host=conversation.host, username=credential.username)
    offered = conversation.capabilities
    if "AUTH=PLAIN" in offered:
        command = plain(username, secret, initial="SASL-IR" in offered)
    elif "LOGINDISABLED" not in offered:
        command = Command.of("LOGIN", username, secret)  # RFC 3501 §6.2.3
    else:
        raise Problem(Trouble.SIGNIN_METHOD, host=conversation.host)
    conversation.capabilities = frozenset()  # others may come with the new state, §6.2.2
    answer = yield command
    if answer.status.kind != "OK":
        detail = conversation.detail(answer.status)
        raise at_signin(answer.status, conversation.host, credential.username, detail)
    if not conversation.capabilities:
        yield from capability(conversation)


def plain(username: bytes, secret: bytes, *, initial: bool) -> Command:
    """AUTHENTICATE PLAIN, RFC 3501 §6.2.2; `initial`: the response in the command itself (SASL-IR, RFC 4959 §3)."""
    response = base64.b64encode(b"\0" + username + b"\0" + secret)
    if initial:
        return Command.of("AUTHENTICATE", "PLAIN", response.decode("ascii"))
    return Command(("AUTHENTICATE", "PLAIN"), replies=(response,))


def identify(conversation: Conversation) -> Talk[None]:
    """ID, RFC 2971: some servers (NetEase) open no folder to a client without a name. The answer does not matter."""
    yield Command.of("ID", (b"name", b"Teczka"))
