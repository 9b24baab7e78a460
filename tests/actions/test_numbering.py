"""References that transaction B finds (actions/reading.py), and the office's own numbers, which may come later (actions/numbering.py)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest
from django.db import connection, transaction

from benchmarks.corpus import messages
from teczka.actions.cases import add_case
from teczka.actions.numbering import add_pattern, drop_pattern, renumber
from teczka.actions.reading import read_some
from teczka.core.cases import Card
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.numbering import MOST, BadPattern, Fault
from teczka.core.references import Kind, spans
from teczka.store.models import Account, Case, CaseReference, Message, MessageReference, Text, User
from teczka.store.reading import number_patterns
from teczka.store.viewer import as_user
from teczka.worker import reader
from teczka.worker.reader import drain
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.processes import until
from tests.stored import store

OWN = "KAN/{number}/{year}"


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    return make_account(cast.anna)


def letter(subject: str, body: str, *files: str, html: bool = False) -> bytes:
    kind = "html" if html else "plain"
    parts = "".join(
        f'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n%PDF\r\n'
        for name in files
    )
    return (
        f"Subject: {subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{body}\r\n{parts}--b--\r\n"
    ).encode()


def read_all() -> int:
    return drain(Event())


def look_through() -> int:
    """How many were read again."""
    read = 0
    while renumber(2):
        read += read_all()
    return read


def named(owner: User) -> dict[int, list[tuple[str, str]]]:
    """By message: what was found, and where."""
    found: dict[int, list[tuple[str, str]]] = {}
    with as_user(owner.pk):
        for row in MessageReference.objects.order_by("message_id", "position"):
            found.setdefault(row.message_id, []).append((row.place, row.written))
    return found


def test_references_are_kept_by_place_and_linked(account: Account) -> None:
    (one,) = store(
        account,
        [letter("Sygn. I C 12/24", "Odpis w sprawie <b>I C</b> 12/24<br>i II K 3/23.", "KM_7_24.pdf", html=True)],
    )
    read_all()
    assert named(account.owner)[one] == [("subject", "I C 12/24"), ("file", "KM 7/24"), ("text", "II K 3/23")]
    with as_user(account.owner_id):
        row = MessageReference.objects.get(message_id=one, position=0)
        page = Text.objects.get(message_id=one).html
    columns = (row.office_id, row.owner_id, row.repertory, row.number, row.year, row.division)
    assert columns == (account.office_id, account.owner_id, "C", "12", 2024, "I")
    assert page.count('href="/references/I%20C%2012/24/"') == 2


def test_what_an_older_reading_found_does_not_stay_beside_the_new(account: Account) -> None:
    (one,) = store(account, [letter("I C 12/24", "II K 3/23")])
    read_all()
    with as_user(account.owner_id):
        Message.objects.update(indexed_with=None)
    read_all()
    assert [written for _, written in named(account.owner)[one]] == ["I C 12/24", "II K 3/23"]


def test_whatever_mail_comes_its_references_are_those_of_its_words(account: Account) -> None:
    mail = list(messages(60, 3, "small"))
    ids = store(account, [one.raw for one in mail])
    read_all()
    found = named(account.owner)
    for message, one in zip(mail, ids, strict=True):
        subject = {message.subject[start:end] for start, end, _ in spans(message.subject)}
        assert {written for place, written in found.get(one, []) if place == "subject"} == subject
    assert sum(map(len, found.values())) > 10


def test_only_mail_that_names_a_new_number_is_read_again(cast: Cast, account: Account) -> None:
    theirs = make_account(cast.bartek, address="bartek@b.example")
    ids = store(
        account, [letter("Nasz znak KAN/7/24", "a"), letter("b", "b"), letter("c", "<p>KAN<b>/8/</b>24", html=True)]
    )
    (others,) = store(theirs, [letter("d", "d", "KAN_9_24.pdf")])
    read_all()
    assert named(cast.anna) == named(cast.bartek) == {}
    add_pattern(cast.dorota, "  KAN/{number}/{year} ")
    assert look_through() == 3
    assert named(cast.anna) == {ids[0]: [("subject", "KAN/7/24")], ids[2]: [("text", "KAN/8/24")]}
    assert named(cast.bartek) == {others: [("file", "KAN/9/24")]}
    assert not renumber(2)


def test_a_pattern_that_goes_takes_its_numbers_and_links_along(cast: Cast, account: Account) -> None:
    add_pattern(cast.dorota, OWN)
    assert look_through() == 0
    one, _ = store(account, [letter("a", "<p>KAN/8/24 i I C 1/24", html=True), letter("b", "I C 2/24")])
    read_all()
    drop_pattern(cast.dorota, OWN)
    assert look_through() == 1
    assert named(cast.anna)[one] == [("text", "I C 1/24")]
    with as_user(cast.anna.pk):
        assert "KAN/8/24 i <a" in Text.objects.get(message_id=one).html


def test_another_office_is_left_alone(cast: Cast) -> None:
    theirs = make_account(cast.edward, address="edward@obca.example")
    store(theirs, [letter("KAN/7/24", "a")])
    read_all()
    add_pattern(cast.dorota, OWN)
    assert look_through() == 0
    assert named(cast.edward) == {}


def test_new_mail_goes_before_what_is_read_again(cast: Cast, account: Account) -> None:
    store(account, [letter("KAN/7/24", "a")])
    read_all()
    add_pattern(cast.dorota, OWN)
    assert renumber(10)
    (new,) = store(account, [letter("nowa", "b")], first_uid=50)
    assert read_some(1) == 1
    with as_user(cast.anna.pk):
        assert Message.objects.get(pk=new).indexed_with is not None


def test_cases_are_known_by_the_numbers_of_a_new_pattern_walled_ones_too(cast: Cast) -> None:
    open_one = add_case(cast.anna, Card(number="KAN/007/2024", name="Najem", references=("I C 12/24",)))
    walled = add_case(cast.bartek, Card(number="KAN/8/24", name="Rozwód"))
    with as_user(cast.bartek.pk):
        Case.objects.filter(pk=walled.pk).update(walled=True)
    add_pattern(cast.dorota, OWN)
    look_through()
    with as_user(cast.bartek.pk):
        rows = {row.case_id: row.reference for row in CaseReference.objects.filter(position=CaseReference.OWN_NUMBER)}
    assert {key: str(one) for key, one in rows.items()} == {open_one.pk: "KAN/7/2024", walled.pk: "KAN/8/2024"}
    assert {one.kind for one in rows.values()} == {Kind.OWN}
    drop_pattern(cast.dorota, OWN)
    look_through()
    with as_user(cast.bartek.pk):
        assert [row.written for row in CaseReference.objects.all()] == ["I C 12/24"]


def test_administrators_alone_change_patterns_and_only_to_what_can_be_used(cast: Cast) -> None:
    for who in (cast.anna, cast.bartek):
        with pytest.raises(NotAllowed):
            add_pattern(who, OWN)
        with pytest.raises(NotAllowed):
            drop_pattern(who, OWN)
    add_pattern(cast.dorota, OWN)
    with pytest.raises(AlreadyThere):
        add_pattern(cast.dorota, OWN)
    with pytest.raises(BadPattern):
        add_pattern(cast.dorota, "{number}")
    for number in range(1, MOST):
        add_pattern(cast.dorota, f"K{number}/{{number}}")
    with pytest.raises(BadPattern) as refused:
        add_pattern(cast.dorota, "L/{number}")
    assert refused.value.fault is Fault.MANY


def test_a_change_waits_for_whoever_reads_with_the_old_patterns(cast: Cast, own_database: OwnDatabase) -> None:
    """Or what they read would be looked through before it is there, and never again."""
    change = "UPDATE store_office SET number_patterns = '{}' WHERE id = %s"
    with psycopg.connect(own_database.url, autocommit=True) as administrator:
        administrator.execute("SET lock_timeout = '200ms'")
        with transaction.atomic():
            assert number_patterns(cast.office.pk) == []
            with pytest.raises(psycopg.errors.LockNotAvailable):
                administrator.execute(change, [cast.office.pk])
        administrator.execute(change, [cast.office.pk])


def test_a_reader_that_sleeps_hears_of_a_change_and_does_the_rest(
    cast: Cast, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hear of nothing for longer than this test waits."""
    monkeypatch.setattr(reader, "NAP_SECONDS", 600.0)
    (one,) = store(account, [letter("KAN/7/24", "a")])
    stopping = Event()

    def serve() -> None:
        reader.serve(stopping)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        serving = threads.submit(serve)
        try:
            until(lambda: _read(cast.anna, one), what="the first reading")
            add_pattern(cast.dorota, OWN)
            assert until(lambda: named(cast.anna).get(one), what="the second") == [("subject", "KAN/7/24")]
        finally:
            stopping.set()
        serving.result(timeout=10)


def _read(owner: User, message: int) -> bool:
    with as_user(owner.pk):
        return Message.objects.get(pk=message).indexed_with is not None
