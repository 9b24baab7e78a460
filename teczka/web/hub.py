"""Who hears of which change: one LISTEN connection a process, and for each open stream what it has not been told yet."""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from teczka.store.connections import listening
from teczka.store.events import PAGES

MOST = 100  # folders, accounts and topics that wait for a slow browser; beyond that it is told that everything changed
FIRST_PAUSE = 0.2  # seconds after the database was lost; doubled up to LONGEST_PAUSE
LONGEST_PAUSE = 10.0

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Listener:
    """One stream, and what it is yet to be told. It grows no further than MOST, however slow the browser is."""

    user: UUID
    folders: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)  # store/events.py: what else there are pages of
    everything: bool = False
    look_again: bool = False  # a session of this person has ended
    ended: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, account: str, folders: Iterable[str]) -> None:
        if not self.everything:
            self.accounts.add(account)
            self.folders.update(folders)
        self._bounded()

    def tell_of(self, topics: Iterable[str]) -> None:
        if not self.everything:
            self.topics.update(topics)
        self._bounded()

    def tell_everything(self) -> None:
        self._forget()
        self.everything = True
        self.wake.set()

    def take(self) -> dict[str, Any] | None:
        """What is to be told, once; None where it is nothing."""
        folders, accounts, topics = sorted(self.folders), sorted(self.accounts), sorted(self.topics)
        everything = self.everything
        self._forget()
        self.wake.clear()
        if everything:
            return {"everything": True}
        of_mail = {"folders": folders, "accounts": accounts} if accounts else {}
        return of_mail | ({"topics": topics} if topics else {}) or None

    def _bounded(self) -> None:
        if len(self.folders) + len(self.accounts) + len(self.topics) > MOST:
            self.tell_everything()
        self.wake.set()

    def _forget(self) -> None:
        self.everything, self.folders, self.accounts, self.topics = False, set(), set(), set()


class Hub:
    def __init__(self) -> None:
        self._listeners: defaultdict[UUID, set[Listener]] = defaultdict(set)
        self._closed = False

    def join(self, user: UUID) -> Listener:
        listener = Listener(user, ended=self._closed)
        self._listeners[user].add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners[listener.user].discard(listener)
        if not self._listeners[listener.user]:
            del self._listeners[listener.user]

    def close(self) -> None:
        """Every stream ends, and those that are still asked for."""
        self._closed = True
        for listener in self._everybody():
            listener.ended = True
            listener.wake.set()

    async def run(self) -> None:
        """Until cancelled. While the database is away nothing is heard; afterwards everything may have changed."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with listening(PAGES) as database:
                    pause = FIRST_PAUSE
                    for listener in self._everybody():
                        listener.tell_everything()
                    async for notice in database.notifies():
                        self.pass_on(notice.payload)
            except psycopg.Error as error:
                log.warning("live events: the database is away: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def pass_on(self, payload: str) -> None:
        """To the people that it names and to nobody else (P7). store/events.py and store/sessions.py tell the format."""
        told = json.loads(payload)
        for user in map(UUID, told["users"]):
            for listener in self._listeners.get(user, ()):
                if told.get("sessions"):
                    listener.look_again = True
                    listener.wake.set()
                elif "topics" in told:
                    listener.tell_of(told["topics"])
                elif told["folders"]:
                    listener.tell(told["account"], told["folders"])
                else:
                    listener.tell_everything()

    def _everybody(self) -> list[Listener]:
        return [listener for listeners in self._listeners.values() for listener in listeners]
