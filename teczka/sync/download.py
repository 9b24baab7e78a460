"""Whole messages from the server to the local side: reading, writing and committing overlap."""

from collections.abc import Sequence
from threading import Thread

from teczka.core.errors import Problem, Trouble
from teczka.core.mail import RemoteMessage
from teczka.remote.types import RemoteMailbox
from teczka.sync.basket import Basket, Stopped, body_length, discard
from teczka.sync.ports import K, LocalAccount
from teczka.sync.report import Report
from teczka.sync.steps import Download

NEWEST = 50  # come first, with their ENVELOPE and in a batch of their own: the list is useful at once
CHUNK = 100  # UIDs that a mailbox asks for in one command


def download(step: Download, local: LocalAccount[K], remote: RemoteMailbox, report: Report) -> None:
    """Everything that came whole is stored, also when the connection breaks in the middle: then the Problem is raised after it."""
    basket = Basket(local.keep)
    reader = Thread(target=_read, args=(remote, list(step.uids), basket), name="teczka-fetch", daemon=True)
    reader.start()
    got: set[int] = set()
    try:
        while True:
            with report.phase("network"):
                batch = basket.take()
            if batch is None:
                break
            with report.phase("storage"):
                report.messages += local.add(step.folder, step.uidvalidity, batch.kept)
            report.bytes += batch.bytes
            got.update(batch.kept.uids)
    except Problem as problem:
        if problem.trouble.step == "server":
            local.give_up(step.folder, step.uidvalidity, _culprits(step.uids, got, problem), problem.trouble)
        raise
    finally:
        basket.stop()
        reader.join()
    absent = [uid for uid in step.uids if uid not in got]
    if absent:
        # Expunged since they were listed, or withheld by the server. The next pass compares the listing and knows which.
        local.give_up(step.folder, step.uidvalidity, absent, Trouble.SERVER_GARBAGE)


def _read(remote: RemoteMailbox, uids: list[int], basket: Basket[K]) -> None:
    """The network's thread. Of the local side it reaches `keep` and `spool` alone."""
    try:
        for message in remote.messages(uids[:NEWEST], envelopes=True):
            _put(message, basket)
        basket.flush()
        if len(uids) > NEWEST:
            for message in remote.messages(uids[NEWEST:]):
                _put(message, basket)
    except Stopped:
        basket.end()
    except BaseException as failure:  # noqa: BLE001  raised again in the thread that takes
        basket.end(failure)
    else:
        basket.end()


def _put(message: RemoteMessage, basket: Basket[K]) -> None:
    """But not one without bytes of which the server says that there are some: it is never stored as if it were the message."""
    if message.size and not body_length(message):
        discard(message)
    else:
        basket.put(message)


def _culprits(uids: Sequence[int], got: set[int], problem: Problem) -> list[int]:
    """The message at which the server failed, so that one that always breaks the connection cannot hold up all others.

    Where the problem does not name it, it is the lowest UID missing of the command under way: servers answer in ascending order. A wrong
    guess costs a message one of its tries, no more.
    """
    named = problem.params.get("uid")
    if isinstance(named, int) and named in uids:
        return [named]
    asked = [list(uids[:NEWEST])] + [list(uids[at : at + CHUNK]) for at in range(NEWEST, len(uids), CHUNK)]
    for command in asked:
        missing = [uid for uid in command if uid not in got]
        if missing:
            return [min(missing)]
    return []
