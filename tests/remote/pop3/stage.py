"""What the scenarios share: how they are gathered, and the lives of mailboxes."""

from collections.abc import Callable
from datetime import UTC, datetime

from teczka.core.mail import INBOX, FolderStatus, RemoteMessage
from tests.remote.pop3.plays import Play
from tests.remote.pop3.server import Held

Scenario = Callable[[Play], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(told: Scenario) -> Scenario:
    SCENARIOS[told.__name__] = told
    return told


def by_number(_held: Held, number: int) -> bytes:
    return b"%d" % number


def no_name(_held: Held, _number: int) -> bytes:
    return b""


def filled(play: Play, count: int = 8) -> None:
    play.deliver(count)
    play.whole()
    play.fetched()


def grown_and_shrunk(play: Play) -> None:
    """The life of a mailbox: more comes, some goes, from the middle, the beginning and the end."""
    for _ in range(3):
        play.deliver(play.random.randrange(3))
        if play.messages:
            play.remove(play.random.randrange(min(4, len(play.messages))))
        play.whole()


def came_by_imap(play: Play) -> None:
    """All that the server holds, before the account was changed to POP3."""
    (folder,) = play.local.save_folders([INBOX])
    when = datetime(2026, 11, 5, tzinfo=UTC)
    kept = [RemoteMessage(uid, frozenset(), when, len(held.raw), held.raw) for uid, held in enumerate(play.messages, 1)]
    play.local.opened(folder, FolderStatus(7, len(kept) + 1, len(kept), None))
    play.local.add(folder, 7, play.local.keep(kept))
