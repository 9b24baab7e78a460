"""A pending operation as its replay sees it: what is to become of one message, or one folder, on the server."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from teczka.core.acts import Kind


class Footing(Enum):
    """Whether what it speaks of is there to be spoken of."""

    FIRM = "it lies on the server, as far as we know"
    AWAITED = "an operation before it has to be done first"
    LOST = "it will not come to lie there any more"


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a message is known again under its UID; the bytes alone are beyond doubt."""

    size: int
    seconds: int  # INTERNALDATE since the epoch, UTC
    message_id: bytes  # without its brackets; empty where it has none, or we do not know it yet
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Spot:
    """A folder by its wire name, and what we knew of its numbers."""

    name: bytes
    uidvalidity: int = 0
    uid: int = 0  # a message's; or the lowest that one of interest can have


@dataclass(frozen=True, slots=True)
class Pending:
    id: int
    kind: Kind
    footing: Footing = Footing.FIRM
    started_at: datetime | None = None  # said before, and its answer never came
    source: Spot | None = None  # where the message lies, or which folder it is about
    target: Spot | None = (
        None  # the folder, and from where on what we put there would lie; UIDVALIDITY 0 where that was not noted
    )
    identity: Identity | None = None
    flags: tuple[str, ...] = ()  # to be set or taken away; those of a message that is appended
    value: bool = True
    copied: bool = False  # the first half of a move was done; or it was appended, and the server made other bytes of it
    by_bytes: bool = False  # no person asked for just this message: only its bytes prove that it is the one
    known_below: int = 0  # of the target: every UID below was seen by a pass; 0 where none has opened it
    date: datetime | None = None  # of a message that is appended
    path: str = ""  # of the folder that is to be

    @property
    def at(self) -> Spot:
        """Where its message lies."""
        return self.source or Spot(b"")

    @property
    def to(self) -> Spot:
        """Where it is to lie."""
        return self.target or Spot(b"")

    @property
    def folders(self) -> set[bytes]:
        return {spot.name for spot in (self.source, self.target) if spot}
