"""Which message is which on the server. A UID says so as long as its UIDVALIDITY stands; nothing is changed or removed there on that word
alone (P3): INTERNALDATE, size and Message-ID must be those that we know, and where they are not, or name nobody, the bytes decide."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from teczka.core.mail import RemoteSummary
from teczka.core.operations import Identity, Pending
from teczka.remote.types import RemoteMailbox
from teczka.sync.plan import bare_id

ALIKE = 20  # messages of one size and name whose bytes are compared, before we take it that ours is none of them


@dataclass
class Verdict:
    same: list[Pending]
    absent: list[Pending]
    other: list[Pending]  # another message bears the UID


def verify(remote: RemoteMailbox, ops: Sequence[Pending]) -> Verdict:
    """In the open folder, under the UIDVALIDITY that their UIDs are of."""
    told = {summary.uid: summary for summary in remote.summaries(sorted({op.at.uid for op in ops}))}
    there = [(op, op.at.uid) for op in ops if op.at.uid in told]
    doubtful = {op.id: uid for op, uid in there if op.by_bytes or not _settled(op, told[uid])}
    digests = dict(_digests(remote, sorted(set(doubtful.values()))))
    verdict = Verdict([], [op for op in ops if op.at.uid not in told], [])
    for op, uid in there:
        if op.id not in doubtful or (op.identity and digests.get(uid) == op.identity.sha256):
            verdict.same.append(op)
        else:
            (verdict.other if uid in digests else verdict.absent).append(op)
    return verdict


def seek(remote: RemoteMailbox, ops: Sequence[Pending], lowest: int, *, by_name: bool = False) -> dict[int, int]:
    """Operation → UID, from `lowest` on in the open folder, of messages whose bytes are the operations' own. Each is found once, the newest
    first. `by_name`: a Message-ID will do, as servers may rewrite what is appended."""
    wanted = {op.id: op.identity for op in ops if op.identity}
    taken: set[int] = set()
    found: dict[int, int] = {}
    candidates = _candidates(remote, wanted, lowest, by_name)
    digests = (
        dict(_digests(remote, sorted({uid for uids in candidates.values() for uid in uids}))) if not by_name else {}
    )
    for op, identity in wanted.items():
        for uid in candidates[op]:
            if uid not in taken and (by_name or digests.get(uid) == identity.sha256):
                found[op] = uid
                taken.add(uid)
                break
    return found


def _candidates(remote: RemoteMailbox, wanted: dict[int, Identity], lowest: int, by_name: bool) -> dict[int, list[int]]:
    """The newest first."""
    told = sorted(remote.summaries(remote.uids(lowest)), key=lambda summary: -summary.uid) if wanted else []
    alike: dict[int, list[int]] = {}
    for op, identity in wanted.items():
        fit = _named if by_name else _fits
        alike[op] = [summary.uid for summary in told if fit(identity, summary)][: None if by_name else ALIKE]
    return alike


def _settled(op: Pending, told: RemoteSummary) -> bool:
    identity = op.identity
    return (
        identity is not None
        and identity.message_id != b""
        and (identity.size, identity.seconds, identity.message_id)
        == (told.size, int(told.internaldate.timestamp()), _name(told))
    )


def _fits(identity: Identity, told: RemoteSummary) -> bool:
    """Worth comparing the bytes. Some servers tell sizes wrong."""
    return identity.message_id == _name(told) if identity.message_id else identity.size == told.size


def _named(identity: Identity, told: RemoteSummary) -> bool:
    return identity.message_id != b"" and identity.message_id == _name(told)


def _name(told: RemoteSummary) -> bytes:
    return bare_id(told.envelope.message_id) if told.envelope else b""


def _digests(remote: RemoteMailbox, uids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """SHA-256 of BODY.PEEK[]."""
    asked = list(uids)
    for message in remote.messages(asked) if asked else ():
        if isinstance(message.body, bytes | bytearray):
            yield message.uid, message.sha256 or sha256(message.body).digest()
        else:
            yield message.uid, message.body.sha256
            message.body.discard()
