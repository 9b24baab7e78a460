"""Both sides of an account at work: ours, and the server's as the standard library sees it."""

import hashlib
import imaplib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from pytest_django.plugin import DjangoDbBlocker

from teczka.actions.acts import NO_LABELS, Done, Selection, do
from teczka.actions.fetch import Fetching
from teczka.core.accounts import Mode
from teczka.core.acts import Verb
from teczka.store.models import Account, Folder, Operation, Placement, User
from teczka.store.viewer import as_user
from tests.cast import make_cast
from tests.database import TestDatabase, own_copy
from tests.dovecot.accounts import opened
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.leased import leased

Lying = dict[tuple[str, int, int], tuple[str, frozenset[str]]]  # (folder, UIDVALIDITY, UID) → (SHA-256, flags)

_TOLD = re.compile(rb"UID (\d+).*?FLAGS \(([^)]*)\)", re.DOTALL)
COLUMNS = {"seen": "\\Seen", "flagged": "\\Flagged", "answered": "\\Answered", "draft": "\\Draft"}


@dataclass
class Played:
    """An account that its owner manages, and the mailbox behind it."""

    owner: User
    account: Account
    mailbox: Mailbox
    fetching: Fetching

    def sync(self) -> None:
        report = self.fetching.run()
        if report.stopped:
            raise report.stopped

    def replay(self) -> None:
        if not self.fetching.replay():
            self.sync()  # which tells why

    def hang_up(self) -> None:
        """As a server does at any time."""
        self.fetching._hang_up()

    def act(
        self,
        verb: Verb,
        *subjects: str,
        folder: str = "INBOX",
        target: str = "",
        labels: Mapping[str, bool] = NO_LABELS,
    ) -> Done:
        """On these messages of the folder, or on everything in it."""
        chosen = Selection([self.folder(folder).pk], self._ids(folder, subjects) if subjects else None)
        return do(self.owner, uuid4(), verb, chosen, self.folder(target).public_id if target else None, labels=labels)

    def folder(self, path: str) -> Folder:
        with as_user(self.owner.pk):
            return Folder.objects.get(account=self.account, path=path, gone_at=None)

    def states(self) -> list[str]:
        with as_user(self.owner.pk):
            return list(Operation.objects.filter(account=self.account).order_by("pk").values_list("state", flat=True))

    def troubles(self) -> list[str]:
        with as_user(self.owner.pk):
            told = Operation.objects.filter(account=self.account).exclude(trouble="").order_by("pk")
            return list(told.values_list("trouble", flat=True))

    def _ids(self, folder: str, subjects: tuple[str, ...]) -> list[UUID]:
        with as_user(self.owner.pk):
            placed = Placement.objects.filter(folder=self.folder(folder), gone_at=None, message__subject__in=subjects)
            found = list(placed.values_list("message__public_id", flat=True))
        assert len(found) >= len(subjects), (folder, subjects)
        return found


@contextmanager
def played(owner: User, dovecot: Dovecot, mailbox: Mailbox) -> Iterator[Played]:
    account = opened(owner, dovecot, mailbox)
    with as_user(owner.pk):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    with leased(account.pk) as lease:
        fetching = Fetching(account.pk, owner.pk, lease)
        try:
            yield Played(owner, account, mailbox, fetching)
        finally:
            fetching.close()


@pytest.fixture(scope="module")
def owner(test_database: TestDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[User]:
    """One database for all these tests; each has an account and a mailbox of its own."""
    with own_copy(test_database, django_db_blocker):
        yield make_cast().anna


@pytest.fixture
def box(owner: User, dovecot: Dovecot, mailbox: Mailbox) -> Iterator[Played]:
    mailbox.create("Sprawy")
    mailbox.deliver_many(letter(number) for number in range(1, 7))
    with played(owner, dovecot, mailbox) as made:
        made.sync()
        yield made


def ours(account: Account) -> Lying:
    with as_user(account.owner_id):
        placed = Placement.objects.filter(gone_at=None, folder__account=account, folder__gone_at=None)
        return {
            (bytes(one.folder.wire_name).decode(), one.uidvalidity, one.uid): (
                bytes(one.message.sha256).hex(),
                frozenset([*one.keywords, *(flag for name, flag in COLUMNS.items() if getattr(one, name))]),
            )
            for one in placed.select_related("folder", "message")
        }


def theirs(mailbox: Mailbox) -> Lying:
    found: Lying = {}
    with mailbox.session() as imap:
        _, listed = imap.list()
        for line in listed:
            assert isinstance(line, bytes)
            folder = line.split(b' "/" ', 1)[1].strip(b'"').decode("ascii")
            if b"\\Noselect" not in line:
                found |= {(folder, *place): held for place, held in _lying(imap, folder)}
    return found


def _lying(imap: imaplib.IMAP4, folder: str) -> "Iterator[tuple[tuple[int, int], tuple[str, frozenset[str]]]]":
    _, counted = imap.select(f'"{folder}"', readonly=True)
    if counted == [b"0"]:
        return
    validity = int(imap.untagged_responses["UIDVALIDITY"][0])
    _, told = imap.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")
    for item in told or []:
        if isinstance(item, tuple):
            match = _TOLD.search(item[0])
            assert match, item[0]
            flags = frozenset(flag.decode() for flag in match[2].split() if flag != b"\\Recent")
            yield (validity, int(match[1])), (hashlib.sha256(item[1]).hexdigest(), flags)


def letter(number: int) -> bytes:
    return f"Message-ID: <m{number}@a.example>\r\nSubject: Pismo {number}\r\n\r\nTreść {number}\r\n".encode()


NUMBERS = {hashlib.sha256(letter(number)).hexdigest(): number for number in range(1000)}


def lying(box: Played) -> dict[str, list[int]]:
    """Folder → the numbers of the letters that the server has in it."""
    found: dict[str, list[int]] = {}
    for (folder, _, _), (digest, _) in theirs(box.mailbox).items():
        found.setdefault(folder, []).append(NUMBERS[digest])
    return {folder: sorted(held) for folder, held in found.items()}


def flags(box: Played, number: int) -> frozenset[str]:
    """On the server, of the only copy of this letter there."""
    (told,) = [told for digest, told in theirs(box.mailbox).values() if NUMBERS.get(digest) == number]
    return told
