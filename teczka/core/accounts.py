"""External accounts: what they are called and how they are doing."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

COLOURS = 8  # an account's colour is 0 … 7; which those are the style sheet says
UNDO_DAYS = 7  # a deleted account can be taken back for so long


class Protocol(StrEnum):
    IMAP = "imap"
    POP3 = "pop3"
    ARCHIVE = "archive"  # none: mail that came out of files, in an account without servers


MANAGEABLE = (Protocol.IMAP, Protocol.ARCHIVE)  # POP3 knows no changes


class Mode(StrEnum):
    MANAGED = "managed"  # what is done here is done on the server too
    READ_ONLY = "read_only"  # nothing is ever changed on the server, not even \Seen


class Auth(StrEnum):
    """What lets us in."""

    PASSWORD = "password"  # noqa: S105  a kind
    MICROSOFT = "microsoft"  # tokens, of signing in with Microsoft
    GOOGLE = "google"


class SecretKind(StrEnum):
    PASSWORD = "password"  # noqa: S105  a kind
    TOKENS = "tokens"


class Farewell(StrEnum):
    """What becomes of the mail that was downloaded when its account is deleted. Nothing happens on the server, ever."""

    NONE = ""  # it is not deleted
    ARCHIVE = "archive"  # stays readable here
    REMOVE = "remove"  # goes after UNDO_DAYS; until then nobody sees it


class State(StrEnum):
    NEW = "new"  # never fetched
    FETCHING = "fetching"  # first download under way
    WORKING = "working"
    TROUBLED = "troubled"  # something failed that we try again by ourselves
    NEEDS_OWNER = "needs_owner"  # only its owner can mend it: a refused password


@dataclass(frozen=True, slots=True)
class Tokens:
    """What signing in with Microsoft or Google gave us. Sealed as JSON; `repr` tells nothing of them."""

    refresh: str = field(repr=False)
    access: str = field(repr=False)
    expires_at: datetime  # of the access token; aware
    scopes: tuple[str, ...] = ()  # what the access token is good for: another protocol wants another

    def as_json(self) -> str:
        secret = {"refresh": self.refresh, "access": self.access, "scopes": self.scopes}
        return json.dumps(secret | {"expires_at": self.expires_at.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> Self:
        told = json.loads(text)
        expires_at = datetime.fromisoformat(told["expires_at"])
        return cls(told["refresh"], told["access"], expires_at, tuple(told["scopes"]))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server of the account's: `security` as remote.types.Security spells it."""

    host: str
    port: int
    security: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An external account as its owner, or a command, describes it: to be added, or as it shall be after an edit.

    `password` empty: in an edit, the one that is there; with another `auth` than PASSWORD, `tokens` are what lets us in.
    """

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
    provider: str = ""  # its id in core/providers.toml; empty: unknown
    auth: Auth = Auth.PASSWORD
    tokens: Tokens | None = None
    smtp_username: str = ""  # empty: as incoming
    in_unified: bool = True
    colour: int | None = None  # None: one that its owner's other accounts have not
