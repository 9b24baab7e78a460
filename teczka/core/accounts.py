"""External accounts: what they are called and how they are doing."""

from dataclasses import dataclass, field
from enum import StrEnum


class Protocol(StrEnum):
    IMAP = "imap"
    POP3 = "pop3"


class Mode(StrEnum):
    MANAGED = "managed"  # what is done here is done on the server too
    READ_ONLY = "read_only"  # nothing is ever changed on the server, not even \Seen


class State(StrEnum):
    NEW = "new"  # never fetched
    FETCHING = "fetching"  # first download under way
    WORKING = "working"
    TROUBLED = "troubled"  # something failed that we try again by ourselves
    NEEDS_OWNER = "needs_owner"  # only its owner can mend it: a refused password


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server of the account's: `security` as remote.types.Security spells it."""

    host: str
    port: int
    security: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An external account as its owner, or a command, describes it."""

    address: str
    username: str
    password: str = field(repr=False)
    incoming: Endpoint
    outgoing: Endpoint | None = None
    provider_name: str = ""  # dostawca; empty: the address's domain
    sender_name: str = ""
    ca_pem: str = ""
    protocol: Protocol = Protocol.IMAP
    mode: Mode = Mode.READ_ONLY
