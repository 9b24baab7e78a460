"""A session that is cut at any byte, of a mailbox that is fetched for the first time or whose names have all changed."""

from contextlib import suppress
from random import Random

from teczka.core.errors import Problem
from tests.remote.pop3.plays import Play, play
from tests.remote.pop3.server import Held, by_serial


def renamed(held: Held, number: int) -> bytes:
    return b"renamed " + by_serial(held, number)


def fill(played: Play) -> None:
    played.deliver(12)
    played.put(played.messages[3].raw)
    played.put(played.letter(body=b".\r\n..\r\nno line end"))


def length(seed: int, first: bool) -> int:
    """Bytes of the session that is to be cut."""
    with play(seed) as played:
        prepare(played, first)
        played.session()
        return played.server.sent


def prepare(played: Play, first: bool) -> None:
    fill(played)
    if not first:
        played.whole()
        played.quirks.name = renamed
        played.quirks.top = lambda _: None
        played.deliver(2)


def cut_at(seed: int, first: bool, at: int) -> None:
    with play(seed) as played:
        prepare(played, first)
        played.quirks.cut_after = at
        with suppress(Problem):
            played.session()
        played.quirks.cut_after = -1
        played.whole()


def cut(seed: int, count: int) -> int:
    """Half of them in a first fetch. Returns how many."""
    random = Random(seed)
    for first in (True, False):
        whole = length(seed, first)
        chosen = range(whole) if whole <= count // 2 else random.sample(range(whole), count // 2)
        for at in chosen:
            cut_at(seed, first, at)
    return count
