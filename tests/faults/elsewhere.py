"""Another mail program on the same mailbox: the standard library's, which does at random what people do, and remembers what that means
for how often each message is there."""

import hashlib
import imaplib
import re
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.dovecot.mailbox import Mailbox
from tests.replayed import letter

FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "$Pilne")
_UID = re.compile(rb"UID (\d+)")


@dataclass
class Elsewhere:
    mailbox: Mailbox
    chance: Random
    put: Counter[str] = field(default_factory=Counter)  # SHA-256 → delivered, or copied
    taken: Counter[str] = field(default_factory=Counter)  # removed for good
    folders: tuple[str, ...] = ("INBOX", "Sprawy", "Kosz")
    acts: Counter[str] = field(default_factory=Counter)
    _number: int = 0

    def deliver(self, count: int = 1) -> None:
        for _ in range(count):
            self._number += 1
            raw = letter(self._number)
            self.mailbox.append(raw, self.chance.choice(self.folders[:2]))
            self.put[hashlib.sha256(raw).hexdigest()] += 1

    def act(self, kinds: tuple[str, ...]) -> None:
        """One of these on some messages of some folder."""
        kind = self.chance.choice(kinds)
        if kind == "deliver":
            self.deliver(self.chance.randrange(1, 3))
            return
        folder = self.chance.choice(self.folders)
        with self.mailbox.session(folder) as imap:
            held = self._held(imap)
            chosen = self.chance.sample(sorted(held), min(len(held), self.chance.randrange(1, 4)))
            if chosen:
                self.acts[kind] += 1
                getattr(self, f"_{kind}")(imap, ",".join(map(str, chosen)), [held[uid] for uid in chosen], folder)

    def _flag(self, imap: imaplib.IMAP4, uids: str, held: list[str], folder: str) -> None:
        imap.uid("STORE", uids, self.chance.choice(("+FLAGS", "-FLAGS")), f"({self.chance.choice(FLAGS)})")

    def _move(self, imap: imaplib.IMAP4, uids: str, held: list[str], folder: str) -> None:
        imap.uid("MOVE", uids, self.chance.choice([name for name in self.folders if name != folder]))

    def _copy(self, imap: imaplib.IMAP4, uids: str, held: list[str], folder: str) -> None:
        imap.uid("COPY", uids, self.chance.choice([name for name in self.folders if name != folder]))
        self.put.update(held)

    def _expunge(self, imap: imaplib.IMAP4, uids: str, held: list[str], folder: str) -> None:
        imap.uid("STORE", uids, "+FLAGS", "(\\Deleted)")
        imap.uid("EXPUNGE", uids)
        self.taken.update(held)

    def _held(self, imap: imaplib.IMAP4) -> dict[int, str]:
        _, told = imap.uid("FETCH", "1:*", "(BODY.PEEK[])")
        found = {}
        for item in told or []:
            if isinstance(item, tuple):
                match = _UID.search(item[0])
                assert match
                found[int(match[1])] = hashlib.sha256(item[1]).hexdigest()
        return found
