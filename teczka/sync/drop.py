"""What a POP3 listing says of what we have. Pure: no question is asked here, nothing is written.

UIDL names a message for ever, says RFC 1939 §7; servers renumber, reuse, double and forget these names, and move. So a name is a hint, as
are the size and the headers: they decide what need not be fetched, and where they leave a doubt the bytes are fetched and decide
(`LocalDrop.add`). A wrong guess would lose a message; a doubt costs its transfer.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from teczka.core.mail import DropEntry
from teczka.core.messages import Known

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Comparison:
    new: list[DropEntry]  # of no known name, in the order of the listing
    loose: list[Known]  # ours that the listing before named, and this one does not
    absent: list[Known]  # ours that had left before, or that IMAP placed


def compare(entries: Sequence[DropEntry], known: Sequence[Known]) -> Comparison:
    here = [one for one in known if one.here]
    pairs = _by_name(entries, here)
    named = {entry.number for entry, _ in pairs}
    found = {one.placement for _, one in pairs}
    return Comparison(
        new=[entry for entry in entries if entry.number not in named],
        loose=[one for one in here if one.placement not in found],
        absent=[one for one in known if not one.here],
    )


def names_tell(entries: Sequence[DropEntry]) -> bool:
    """Whether the same listing again means the same messages: each has a name of its own, and they do not merely count."""
    names = {entry.uidl for entry in entries if entry.uidl}
    return len(names) == len(entries) and (not entries or not _counting(entries))


def worth_asking(comparison: Comparison) -> list[DropEntry]:
    """Those whose headers may show that we have them: one of ours is of the same size."""
    sizes = {one.hint.size for one in _candidates(comparison)}
    return [entry for entry in comparison.new if entry.size in sizes]


def unlooked(comparison: Comparison) -> list[Known]:
    """Those of whose own headers nobody has taken the hash, and which may be among the new: IMAP placed them there."""
    sizes = {entry.size for entry in comparison.new}
    return [one for one in _candidates(comparison) if one.hint.head is None and one.hint.size in sizes]


def looked(comparison: Comparison, heads: Mapping[int, bytes]) -> Comparison:
    """With the hashes that were missing, by placement."""

    def with_head(one: Known) -> Known:
        return replace(one, hint=replace(one.hint, head=heads[one.placement])) if one.placement in heads else one

    loose, absent = (list(map(with_head, some)) for some in (comparison.loose, comparison.absent))
    return Comparison(comparison.new, loose, absent)


def recognise(comparison: Comparison, heads: Mapping[int, bytes]) -> list[tuple[DropEntry, Known]]:
    """Alike in size and headers, and alone in that on both sides. `heads` by the entry's number; an empty one is nobody's.

    Two different messages with the same headers, Message-ID and the last server's Received among them, are one mail sent twice at
    worst, and then they are not alone.
    """
    ours = _alone(((one.hint.size, one.hint.head), one) for one in _candidates(comparison) if one.hint.head)
    theirs = _alone(
        ((entry.size, head), entry)
        for entry in comparison.new
        if (head := heads.get(entry.number)) is not None and head
    )
    return [(entry, ours[key]) for key, entry in theirs.items() if key in ours]


def trouble_number(entry: DropEntry) -> int:
    """Under which a message that does not come whole is counted: it has no UID of ours yet."""
    name = entry.uidl or b"%d of %d bytes" % (entry.number, entry.size)
    return 1 << 62 | int.from_bytes(sha256(name).digest()[:7])


def _by_name(entries: Sequence[DropEntry], here: Sequence[Known]) -> list[tuple[DropEntry, Known]]:
    """Pairs of a name that is nobody else's on either side. None at all where the names prove worthless: they only count the messages, or
    one of them names something of another size than before."""
    if _counting(entries):
        return []
    ours = _alone((one.hint.uidl, one) for one in here if one.hint.uidl)
    theirs = _alone((entry.uidl, entry) for entry in entries if entry.uidl)
    pairs = [(entry, ours[name]) for name, entry in theirs.items() if name in ours]
    contradicted = any(entry.size and one.hint.size and entry.size != one.hint.size for entry, one in pairs)
    return [] if contradicted else pairs


def _counting(entries: Sequence[DropEntry]) -> bool:
    """The names say where messages lie and not which they are: their numbers, or from 0 on how many of them, or of their bytes, come
    before. No server begins at 0 with names that last."""
    first = entries[0].uidl if entries else None
    return (first is not None and not first.strip(b"0")) or all(entry.uidl == b"%d" % entry.number for entry in entries)


def _candidates(comparison: Comparison) -> list[Known]:
    return [one for one in (*comparison.loose, *comparison.absent) if one.hint.head != b""]


def _alone(pairs: Iterable[tuple[K, T]]) -> dict[K, T]:
    """Those whose key no other has."""
    found: dict[K, T | None] = {}
    for key, value in pairs:
        found[key] = None if key in found else value
    return {key: value for key, value in found.items() if value is not None}
