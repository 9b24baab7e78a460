"""What a pass can do to the local side: the words in which plan.py speaks to apply.py. Each may be run twice without harm (P4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from teczka.core.folders import LocalFolder
from teczka.core.mail import FolderStatus, RemoteSummary


@dataclass(frozen=True, slots=True)
class Begin:
    """The folder was opened; the steps that follow speak of this status."""

    folder: LocalFolder
    status: FolderStatus


@dataclass(frozen=True, slots=True)
class Renumber:
    """UIDs are other messages' now, under the same UIDVALIDITY."""

    folder: LocalFolder


@dataclass(frozen=True, slots=True)
class Rematch:
    """Messages recognised without their bytes: (what the server says, Candidate.placement)."""

    folder: LocalFolder
    uidvalidity: int
    matched: Sequence[tuple[RemoteSummary, int]]


@dataclass(frozen=True, slots=True)
class Download:
    """Whole messages, in this order: the newest first."""

    folder: LocalFolder
    uidvalidity: int
    uids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Reflag:
    """Flags of these messages, or of all that changed since a modseq (RFC 7162 §3.1.4)."""

    folder: LocalFolder
    uidvalidity: int
    uids: Sequence[int] = ()
    changed_since: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """No longer on the server. Only a mark (P2)."""

    folder: LocalFolder
    uidvalidity: int
    uids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Finish:
    """All that came before is durable: the cursor may move (P1)."""

    folder: LocalFolder
    status: FolderStatus
    complete_below: int


Step = Begin | Renumber | Rematch | Download | Reflag | Gone | Finish
