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
        for uid in candidates.get(op, ()):
            if uid not in taken and (by_name or digests.get(uid) == identity.sha256):
                found[op] = uid
                taken.add(uid)
                break
    return found


def _candidates(remote: RemoteMailbox, wanted: dict[int, Identity], lowest: int, by_name: bool) -> dict[int, list[int]]:
    """The newest first: what bears the same name, or, of a nameless message, is as large; some servers tell sizes wrong. Looks once at each
    message there, however many are wanted, and holds the UIDs of what may be one."""
    marks = {op: mark for op, identity in wanted.items() if (mark := _mark(identity, by_name)) is not None}
    alike: dict[bytes | int, list[int]] = {mark: [] for mark in marks.values()}
    for summary in remote.summaries(remote.uids(lowest)) if marks else ():
        for mark in (_name(summary), summary.size):
            if mark in alike:
                alike[mark].append(summary.uid)
    newest = {mark: sorted(uids, reverse=True)[: None if by_name else ALIKE] for mark, uids in alike.items()}
    return {op: newest[mark] for op, mark in marks.items()}


def _mark(identity: Identity, by_name: bool) -> bytes | int | None:
    return identity.message_id or (None if by_name else identity.size)


def _settled(op: Pending, told: RemoteSummary) -> bool:
    identity = op.identity
    return (
        identity is not None
        and identity.message_id != b""
        and (identity.size, identity.seconds, identity.message_id)
        == (told.size, int(told.internaldate.timestamp()), _name(told))
    )


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
