"""What a sync pass needs of the house: the local side of one account. The store implements it, and tests keep one in memory; both pass
the same suite (tests/contract/test_local_account.py). The remote side is remote.types.RemoteMailbox."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from teczka.core.errors import Problem, Trouble
from teczka.core.folders import LocalFolder
from teczka.core.mail import DropEntry, FolderStatus, RemoteFlags, RemoteFolder, RemoteMessage, RemoteSummary, Spool
from teczka.core.messages import NOTHING_LOOSE, Candidate, Known, Loose
from teczka.core.operations import Pending


class Kept(Protocol):
    """A batch on its way to the disk. What it is else, its own store knows."""

    @property
    def uids(self) -> Sequence[int]: ...


K = TypeVar("K", bound=Kept)


class LocalAccount(Protocol[K]):
    """The local side. Each method that writes is one transaction, checks the lease's epoch in it, and raises LeaseLost when that passed
    on. Nothing here ever deletes a message (P2); repeating any call adds nothing twice (P4). All are called from one thread."""

    def save_folders(self, listed: Sequence[RemoteFolder]) -> list[LocalFolder]:
        """Make the folders be as listed: new ones added, missing ones marked gone (their mail stays; after a day what lies elsewhere, too,
        is shown there alone). Of one that was gone the cursor is set back to 1, so that it is compared. Returns the selectable ones, the
        inbox first, then by how much people wait for them. An empty list where folders were known changes nothing: a server that lists
        nothing is ill, not empty. A name longer than LONGEST_WIRE_NAME becomes no folder, and no folder is gone that bears it."""
        ...

    def unlisted(self, listed: Sequence[RemoteFolder]) -> tuple[list[LocalFolder], list[RemoteFolder]]:
        """Of folders that were opened those that `listed` does not name, and what it names that we do not know; selectable ones. None
        where it names nothing, nor while somebody here renames or removes folders: then names are not what they seem. What was
        offered as new TRIES times and is so still, for the pass broke off each time, is offered no more."""
        ...

    def placed(self, folder: LocalFolder, uids: Sequence[int]) -> dict[int, Candidate]:
        """Of these UIDs of the folder's UIDVALIDITY what lies there on the server, as far as we know, by UID."""
        ...

    def renumber(self, folder: LocalFolder) -> None:
        """Its UIDs are other messages' now, though its UIDVALIDITY is the same. What was placed keeps its place under one that no server
        gives, as after a change of it, trouble is forgotten, and the cursor is reset."""
        ...

    def rename_folder(self, folder: LocalFolder, to: RemoteFolder) -> None:
        """It bears this name on the server now, and is the same: all stays as it is. Flags have to be asked for anew."""
        ...

    def stored_uids(self, folder: LocalFolder, uidvalidity: int, lowest: int = 1) -> "array[int]":
        """UIDs ≥ lowest that are placed in the folder and not gone, ascending ("Q")."""
        ...

    def troubled_uids(self, folder: LocalFolder, uidvalidity: int) -> dict[int, int]:
        """UIDs that did not come whole, and how many tries they had; 0 when another is due, which is the later the more there were."""
        ...

    def keep(self, batch: Sequence[RemoteMessage]) -> K:
        """Begin transaction A: make the raw bytes durable in a pack. Returns at once, so that one batch's bytes are written while the one
        before is committed. Spools of the batch are taken over, whatever happens. What is kept is given to `add`, in the same order.
        May be called from another thread than the rest."""
        ...

    def add(self, folder: LocalFolder, uidvalidity: int, kept: K, loose: Loose = NOTHING_LOOSE) -> int:
        """End transaction A: wait for the bytes; then, committed together, message, placement and the folder's counters. A message
        whose bytes are stored already gets a placement only; trouble with a UID is forgotten. Where the same bytes lie in the folder under
        another UIDVALIDITY, have left it, or are loose, that placement becomes the new one. Returns how many are new or did so.
        Raises Problem(DISK_FULL)."""
        ...

    def place(self, folder: LocalFolder, uidvalidity: int, matched: Sequence[tuple[RemoteSummary, int]]) -> int:
        """New placements, without bytes, for messages recognised by a re-match: (what the server says, Candidate.placement). The older
        placement is marked gone in the same transaction, so that a list shows each once. Returns how many are new."""
        ...

    def candidates(self, folder: LocalFolder, uidvalidity: int) -> list[Candidate]:
        """The folder's messages placed under another UIDVALIDITY than this and not gone, for re-matching."""
        ...

    def set_flags(self, folder: LocalFolder, uidvalidity: int, changes: Sequence[RemoteFlags]) -> int:
        """Returns how many placements changed."""
        ...

    def mark_gone(self, folder: LocalFolder, uidvalidity: int, uids: Sequence[int]) -> int:
        """The server has them no longer. Only a mark; trouble with them is forgotten. Returns how many were there."""
        ...

    def give_up(self, folder: LocalFolder, uidvalidity: int, uids: Sequence[int], trouble: Trouble) -> None:
        """Count a try of messages that did not come whole, so that they hold up nothing."""
        ...

    def opened(self, folder: LocalFolder, status: FolderStatus) -> None:
        """The folder was opened with this status. A new UIDVALIDITY resets the cursor; nothing is deleted or marked."""
        ...

    def found_empty(self, told: Sequence[tuple[LocalFolder, FolderStatus]]) -> set[int]:
        """As `opened` and `complete`, of folders that were never opened and that the server says to be empty. Returns the ids of those in
        which nothing lies here, either; the others stay as they are."""
        ...

    def complete(self, folder: LocalFolder, status: FolderStatus, complete_below: int) -> None:
        """Move the cursor: everything below is durable. Flags are known up to status.highestmodseq. Placements under another UIDVALIDITY
        than status.uidvalidity are marked gone, once nothing is troubled under that: what the server still has of them was matched or
        downloaded again. Under UIDVALIDITY DROP they
        have left, and stay in sight; and what had left is not marked."""
        ...

    def spool(self, size: int) -> Spool:
        """A place on disk for a message of this size (bytes), for bodies too large for memory. `add` takes it over. May be called from
        another thread than the rest."""
        ...


class LocalDrop(LocalAccount[K], Protocol[K]):
    """And for POP3, whose one folder lies under UIDVALIDITY DROP, with UIDs that we give."""

    def known(self, folder: LocalFolder) -> list[Known]:
        """Everything in the folder that is not gone, left or not. What POP3 has not listed has the size of its bytes."""
        ...

    def beginnings(self, folder: LocalFolder, placements: Sequence[int], most: int) -> Iterator[tuple[int, bytes]]:
        """Of the stored messages that these placements (Known.placement) show: at least so many bytes, or all. What cannot be read is left
        out."""
        ...

    def next_uid(self, folder: LocalFolder) -> int:
        """Above all that were ever given there."""
        ...

    def recognise(self, folder: LocalFolder, named: Sequence[tuple[int, int, DropEntry]]) -> int:
        """The listing names these placements (Known.placement) so now: they are here, under these new UIDs. Their `head` stays."""
        ...

    def leave(self, folder: LocalFolder, loose: Loose) -> int:
        """They are listed no longer: a mark (P2), with which they stay in sight. Returns how many were here."""
        ...


Place = tuple[int, int]  # UIDVALIDITY, UID


class Journal(Protocol):
    """What people did to an account's mail and its server does not know yet. Operations are named by their ids. Each method that writes is
    one transaction, checks the lease's epoch in it, and raises LeaseLost when that passed on."""

    def due(self, after: int) -> Sequence[Pending]:
        """Those that may be said now, of an id above `after`, in order; some hundreds at most."""
        ...

    def start(self, ids: Sequence[int], target: FolderStatus | None) -> set[int]:
        """They are about to be said, with these numbers of the target folder. Those that may be: nobody took them back meanwhile."""
        ...

    def copied(self, ids: Sequence[int], landed: Mapping[int, Place]) -> None:
        """The first half of a move was done: the copies are in the target, as far as known there."""
        ...

    def done(self, ids: Sequence[int], landed: Mapping[int, Place], *, marked: bool = False) -> None:
        """The server has done them. `marked`: what was to leave is only marked there, for want of a way to remove it alone."""
        ...

    def rewritten(self, operation: int, place: Place) -> None:
        """What it appended lies there, but the server made other bytes of it. A pass brings them."""
        ...

    def refuse(self, ids: Sequence[int], problem: Problem, *, vanished: bool = False) -> None:
        """They cannot be done; our rows are as before, and their owner is told. `vanished`: their messages are there no longer."""
        ...

    def here_alone(self, ids: Sequence[int]) -> None:
        """The server keeps no such flag. Our rows stay as they are, and it hears nothing."""
        ...

    def found(self, sources: Mapping[int, Place]) -> None:
        """The messages that they speak of lie under these numbers now."""
        ...

    def named(self, operation: int, name: bytes) -> None:
        """The folder that it is about has this wire name now."""
        ...

    def raw(self, operation: int) -> tuple[int, Iterable[bytes]]:
        """Size and bytes of the message that it appends."""
        ...
