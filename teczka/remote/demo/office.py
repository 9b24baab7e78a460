"""A small law office on in-process mail servers: what `teczka demo` signs in to, and what screenshots show.

office = DemoOffice(now)
running = office.start()      # addresses, ports, people and passwords
office.arrive()               # one more letter, now
office.stop()
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from teczka.remote.demo import script
from teczka.remote.demo.correspondence import ARCHIVE, DRAFTS, SENT, SPAM, TRASH, everything, scene_in, write
from teczka.remote.demo.mailbox import DemoMailbox
from teczka.remote.demo.matters import matters
from teczka.remote.demo.post import Placed, message
from teczka.remote.demo.servers import DemoServers
from teczka.remote.types import Credential, Server

NAME = "Kancelaria Adwokacka Lipowa"
PASSWORD = "lipowa-7"  # noqa: S105 - of mailboxes that exist only here and in memory
_FOLDERS = {DRAFTS: "\\Drafts", SENT: "\\Sent", ARCHIVE: "\\Archive", SPAM: "\\Junk", TRASH: "\\Trash", "Sprawy": ""}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    key: str  # "helena"
    name: str
    administrator: bool
    credential: Credential  # for IMAP and SMTP; the username is the address

    @property
    def address(self) -> str:
        return self.credential.username


@dataclass(frozen=True, slots=True)
class RunningOffice:
    name: str
    imap: Server
    smtp: Server
    people: tuple[DemoPerson, ...]  # an advocate, a legal counsel, the secretary, the administrator


class DemoOffice:
    """`now`, with its zone, is when the newest message is minutes old; the same `now` makes the same mail. ValueError without a zone.

    `belongs` is the truth that no mail program knows: the matter (`Matter.short`) of a message, by its Message-ID, in angle brackets.
    """

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("the demo's now needs a time zone")
        self._now, self._since = now, time.monotonic()
        self._people = script.people()
        self._arrived = 0
        self.matters = matters(now.date())
        placed = everything(now)
        self.belongs = {copy.message_id: copy.matter for copy in placed if copy.matter}
        self.mailboxes = _mailboxes(now, self._people, placed)
        self.servers = DemoServers(self.mailboxes, clock=self.clock, outside=self._outside())

    def start(self) -> RunningOffice:
        imap, smtp = self.servers.start()
        return RunningOffice(NAME, imap, smtp, tuple(self._person(key) for key in script.OFFICE))

    def stop(self) -> None:
        self.servers.stop()

    def clock(self) -> datetime:
        """The demo's own time: `now`, and running on from there."""
        return self._now + timedelta(seconds=time.monotonic() - self._since)

    def arrive(self) -> str:
        """Delivers the next of a handful of letters, in turn. Returns the address it came to."""
        waiting = script.arrivals()
        thread = waiting[self._arrived % len(waiting)]
        self._arrived += 1
        letter = thread.letters[0]
        every = {matter.short: matter for matter in self.matters}
        scene = scene_in(self._now, thread, every.get(thread.of), self._people)
        date = self.clock()
        raw = message(write(scene, letter, date.replace(microsecond=0)))
        address = scene.person(letter.to).address
        self.servers.do(lambda: self.mailboxes[address].inbox.add(raw, date))
        return address

    def _outside(self) -> set[str]:
        """Whoever the office writes to: clients, their opponents, courts, and the rest of the world as far as it plays a part."""
        parties = (person for one in self.matters for person in (one.client, one.opposing, one.court) if person)
        return {person.address for person in (*self._people.values(), *parties)}

    def _person(self, key: str) -> DemoPerson:
        person = self._people[key]
        return DemoPerson(key, person.name, key == "marcin", Credential(person.address, PASSWORD))


def _mailboxes(now: datetime, people: dict[str, script.Person], placed: list[Placed]) -> dict[str, DemoMailbox]:
    """UIDVALIDITY follows `now`: another `now` is other mail, and nothing of the old must be taken for it (RFC 3501 §2.3.1.1)."""
    owned = {key: DemoMailbox(PASSWORD, uidvalidity=int(now.timestamp()) % 2**31 + 1) for key in script.OFFICE}
    for mailbox in owned.values():
        for name, special_use in _FOLDERS.items():
            mailbox.create(name, special_use)
    for copy in placed:
        mailbox = owned[copy.owner]
        folder = mailbox.folder(copy.folder) or mailbox.create(copy.folder)
        folder.add(copy.raw, copy.date, copy.flags)
    return {people[key].address: mailbox for key, mailbox in owned.items()}
