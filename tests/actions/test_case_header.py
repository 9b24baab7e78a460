"""A letter that was written in a case is known again by its header where colleagues get it, and where it is answered: by nobody else, as
nothing else, and so that nobody sees more."""

import re
from dataclasses import dataclass

import pytest
from django.utils import timezone

from teczka.actions.building import put_together
from teczka.actions.reading import read_now
from teczka.core.filing import How
from teczka.core.settings import settings
from teczka.core.suggestions import Reason
from teczka.mime.parse import scan_headers
from teczka.mime.transmitted import transmitted
from teczka.store import case_header
from teczka.store.blobs import blobs
from teczka.store.models import Account, Case, Filing, Folder, Grant, Message, Outgoing, User
from teczka.store.packs.reader import read
from teczka.store.viewer import as_user
from tests.cases import make_case, make_party
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.outgoing import written
from tests.web.mailroom import store

pytestmark = pytest.mark.django_db

CLIENT, PARTY, STRANGER, SECRET = "klient@example.pl", "pelnomocnik@example.pl", "obcy@example.com", "cichy@example.pl"
BARTEK = "bartek@elsewhere.example"


@dataclass(frozen=True)
class Room:
    cast: Cast
    account: Account
    inbox: Folder  # Bartek's
    case: Case

    def write(self, case: Case | None, **lines: list[list[str]]) -> tuple[Outgoing, bytes]:
        """And what of it leaves."""
        people = {"to": [["", CLIENT]], "cc": [["", BARTEK]], "bcc": [["", SECRET]]} | lines
        row = written(self.account, recipients=people, case=case.public_id if case else None)
        packed = put_together(self.account.owner, row, self.account, timezone.now())
        own = read(blobs(), packed.id, packed.entries[0])
        return row, bytes(own[transmitted(own).start :])


@pytest.fixture
def room() -> Room:
    cast = make_cast()
    account = make_account(cast.anna, smtp_host="127.0.0.1", smtp_port=465, smtp_security="tls", mode="managed")
    case = make_case(cast.anna, "Kowalski", cast.bartek)
    make_party(case, cast.anna, "Nowak", PARTY)
    return Room(cast, account, make_folder(make_account(cast.bartek, address=BARTEK)), case)


def header(raw: bytes) -> str:
    return scan_headers(raw).case


def filings(user: User) -> list[tuple[int, int | None, str, str]]:
    with as_user(user.pk):
        rows = Filing.objects.filter(undone_at=None).order_by("message_id")
        return list(rows.values_list("message_id", "case_id", "how", "reason"))


def answer(letter: Outgoing, mark: str, sender: str, name: str = "odp@example.pl", named: bool = True) -> bytes:
    refers = f"References: <{letter.message_id}>\r\n" if named else ""
    head = f"From: <{sender}>\r\nTo: <{BARTEK}>\r\nSubject: Re: Umowa\r\nMessage-ID: <{name}>\r\n{refers}"
    return f"{head}Teczka-Case: {mark}\r\n\r\nTak.\r\n".encode()


def test_a_colleagues_copy_is_filed_and_shown_to_nobody(room: Room) -> None:
    _, raw = room.write(room.case)
    copy = store(room.inbox, raw)
    assert filings(room.cast.bartek) == [(copy.pk, room.case.pk, How.REPLY, Reason.HEADER)]
    assert filings(room.cast.anna) == []
    with as_user(room.cast.bartek.pk):
        assert not Grant.objects.filter(message=copy).exists()


def test_it_says_nothing_and_stands_in_letters_of_cases_alone(room: Room) -> None:
    _, raw = room.write(room.case)
    assert room.case.public_id.hex not in raw.decode().replace("-", "")
    assert all(len(line) <= 76 for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    assert header(room.write(room.case)[1]) != header(raw)  # of the same case
    assert b"Teczka" not in room.write(None)[1]


def test_in_secret_means_that_not_even_their_number_is_told(room: Room) -> None:
    row, raw = room.write(room.case)
    found = case_header.unseal(settings().keys, header(raw), [row.message_id])
    assert found
    assert found.case == room.case.public_id
    assert [found.names(one) for one in (CLIENT, BARTEK.upper(), room.account.address, SECRET)] == [True] * 3 + [False]
    _, open_letter = room.write(room.case, bcc=[])
    assert len(header(raw)) == len(header(open_letter))


@pytest.mark.parametrize(("sender", "let_in"), [(CLIENT, True), (PARTY, True), (STRANGER, False), (SECRET, False)])
def test_an_answer_that_kept_it_is_filed_if_its_sender_is_known(room: Room, sender: str, let_in: bool) -> None:
    letter, raw = room.write(room.case)
    reply = store(room.inbox, answer(letter, header(raw), sender))
    assert [row[0] for row in filings(room.cast.bartek)] == ([reply.pk] if let_in else [])


def test_somebody_of_the_office_is_known(room: Room) -> None:
    letter, raw = room.write(room.case)
    store(room.inbox, answer(letter, header(raw), room.cast.felicja.email))
    assert filings(room.cast.bartek)


def test_it_holds_for_its_letter_alone(room: Room) -> None:
    letter, raw = room.write(room.case)
    mark = header(raw)
    other, _ = room.write(None)
    changed = mark[:-2] + ("AA" if not mark.endswith("AA") else "BB")
    for forged in (
        answer(letter, mark, CLIENT, named=False),
        answer(other, mark, CLIENT, "a@example.pl"),
        answer(letter, changed, CLIENT, "b@example.pl"),
        answer(letter, "A" * 43, CLIENT, "c@example.pl"),
        answer(letter, "ąę=?", CLIENT, "d@example.pl"),
        answer(letter, "A" * 5_000, CLIENT, "e@example.pl"),
        re.sub(rb"Message-ID: <[^>]*>", b"Message-ID: <replayed@example.pl>", raw),
    ):
        store(room.inbox, forged)
    assert filings(room.cast.bartek) == []


def test_another_installation_reads_nothing_of_it(room: Room, tmp_path_factory: pytest.TempPathFactory) -> None:
    row, raw = room.write(room.case)
    assert case_header.unseal(tmp_path_factory.mktemp("keys"), header(raw), [row.message_id]) is None


def test_a_case_that_is_not_the_readers_to_know_takes_nothing(room: Room) -> None:
    walled = make_case(room.cast.anna, "Tajna", walled=True)
    store(room.inbox, room.write(walled)[1])
    abroad = make_folder(make_account(room.cast.edward, address="edward@elsewhere.example"))
    store(abroad, room.write(room.case)[1])
    assert filings(room.cast.bartek) == []
    assert filings(room.cast.edward) == []


def test_spam_that_bears_it_is_spam(room: Room) -> None:
    store(make_folder(room.inbox.account, "Spam", "junk"), room.write(room.case)[1])
    assert filings(room.cast.bartek) == []


def test_what_was_taken_back_is_not_filed_again_when_it_is_read_anew(room: Room) -> None:
    copy = store(room.inbox, room.write(room.case)[1])
    with as_user(room.cast.bartek.pk):
        Filing.objects.update(undone_at=timezone.now())
        Message.objects.filter(pk=copy.pk).update(indexed_with=None)
    read_now(room.cast.bartek.pk, copy.pk)
    assert filings(room.cast.bartek) == []
