"""What 4xx and 5xx mean for a person: known words first, then the codes of RFC 5321 §4.2.3 and RFC 4954 §6."""

from teczka.core.errors import Problem, Trouble
from teczka.core.refusals import recognise
from teczka.remote.smtp.replies import Reply
from teczka.remote.types import Credential

# "Authentication mechanism is too weak", "encryption required", and a command or a parameter that the server does not know.
_METHOD = {500, 501, 502, 503, 504, 534, 538}


def at_greeting(reply: Reply, host: str, detail: str) -> Problem:
    return Problem(Trouble.SERVER_BUSY if reply.later else Trouble.SERVER_CLOSED, host=host, detail=detail)


def at_command(reply: Reply, host: str, detail: str) -> Problem:
    """To something that no server refuses."""
    return Problem(Trouble.SERVER_BUSY if reply.later else Trouble.SERVER_GARBAGE, host=host, detail=detail)


def at_signin(reply: Reply, host: str, credential: Credential, detail: str) -> Problem:
    """A refused secret and a busy server must never be confused: the first stops all tries, the second is tried again."""
    known = recognise(f"{reply.code} {reply.text}")
    if known:
        return Problem(known, host=host, detail=detail)
    if reply.later:
        return Problem(Trouble.SIGNIN_UNAVAILABLE, host=host, detail=detail)
    if reply.code in _METHOD:
        return Problem(Trouble.SIGNIN_METHOD, host=host, detail=detail)
    if credential.bearer:
        return Problem(Trouble.SIGNIN_TOKEN_SENDING, host=host, username=credential.username, detail=detail)
    return credential.refused(host, detail)
