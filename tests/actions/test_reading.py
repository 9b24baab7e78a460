"""Transaction B (actions/reading.py): what stored messages say, their threads, and messages that break or kill their reader."""

import os
import threading
from random import Random

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from teczka.actions import reading
from teczka.actions.reading import TRIES, VERSION, read_now, read_some, reread
from teczka.actions.verify import verify_all
from teczka.store import reading as table
from teczka.store.events import PAGES
from teczka.store.models import Account, Message, Part, Terms, Text, Thread, ThreadLink
from teczka.store.viewer import as_user
from teczka.worker.reader import drain
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.faults.lives import in_a_child
from tests.processes import until
from tests.stored import store


def mail(name: str, refers: str = "", subject: str = "Pozew", body: str = "Treść pisma.") -> bytes:
    head = f"Message-ID: <{name}@a.example>\r\n" if name else ""
    if refers:
        head += "References: " + " ".join(f"<{one}@a.example>" for one in refers.split()) + "\r\n"
    return (
        f"{head}From: Jan Łoś <jan@a.example>\r\nTo: Anna <anna@b.example>\r\nSubject: {subject}\r\n"
        f"Date: Thu, 05 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    ).encode()


PICTURE = (
    b"Subject: Obraz\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    b'<p>Widok</p><img src="cid:logo">\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAAAA\r\n--b\r\n"
    b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=umowa.pdf\r\n\r\n%PDF\r\n--b--\r\n"
)


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    return make_account(cast.anna)


def read_all() -> int:
    total = 0
    while count := read_some(100):
        total += count
    return total


def threads(account: Account, ids: list[int]) -> list[int | None]:
    with as_user(account.owner_id):
        kept = dict(Message.objects.values_list("id", "thread_id"))
    return [kept[one] for one in ids]


def test_what_a_message_says_is_there_after_reading(account: Account) -> None:
    (one,) = store(account, [mail("m1", subject="=?utf-8?q?Umowa_najmu_=C5=BC?=", body="Proszę o podpis na umowie.")])
    assert read_all() == 1
    with as_user(account.owner_id):
        kept = Message.objects.get(pk=one)
        assert (kept.subject, kept.from_name, kept.from_address, kept.to_line) == (
            "Umowa najmu ż",
            "Jan Łoś",
            "jan@a.example",
            "Anna",
        )
        assert (kept.snippet, kept.indexed_with, kept.reading_tries, kept.defects) == (
            "Proszę o podpis na umowie.",
            VERSION,
            0,
            [],
        )
        text = Text.objects.get(message_id=one)
        assert (text.text.strip(), text.html) == ("Proszę o podpis na umowie.", "")
        assert text.headers["from"] == [["Jan Łoś", "jan@a.example"]]
        assert (
            Terms.objects.filter(message_id=one).extra(where=["terms @@ 'umowa'::tsquery"]).exists()
        )  # the lemma of "umowie"
    assert read_some(100) == 0


def test_when_nothing_is_left_to_read_no_words_wait_beside_the_index(account: Account) -> None:
    def waiting() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT teczka_sort_in_terms()")
            return int(cursor.fetchone()[0])

    store(account, [mail("m1")])
    read_all()
    assert waiting()
    store(account, [mail("m2")])
    assert drain(threading.Event()) == 1
    assert not waiting()


def test_inline_pictures_point_at_their_part_and_attachments_are_counted(account: Account) -> None:
    (one,) = store(account, [PICTURE])
    read_all()
    with as_user(account.owner_id):
        kept = Message.objects.get(pk=one)
        parts = {part.path: (part.kind, part.name) for part in Part.objects.filter(message_id=one)}
        page = Text.objects.get(message_id=one).html
    assert parts == {"1": ("body", ""), "2": ("inline", ""), "3": ("attachment", "umowa.pdf")}
    assert kept.attachments == 1
    assert reverse("message_part", args=[kept.public_id, "2"]) + "?inline=1" in page


def test_a_picture_that_no_browser_draws_or_should_is_an_attachment(account: Account) -> None:
    other, vast = (
        PICTURE.replace(b"image/png", b"image/tiff"),
        PICTURE.replace(b"AAEAAAABC", b"TiAAAE4gC"),
    )  # 20,000 in square
    for one in store(account, [other, vast]):
        read_all()
        with as_user(account.owner_id):
            assert Part.objects.get(message_id=one, path="2").kind == "attachment"
            assert "<img src" not in Text.objects.get(message_id=one).html


def test_answers_join_the_thread_whichever_comes_first(account: Account) -> None:
    ids = store(account, [mail("m3", "m1 m2"), mail("m1"), mail("other"), mail("m2", "m1")])
    read_all()
    third, first, other, second = threads(account, ids)
    assert first == second == third != other
    later = store(account, [mail("m4", "m3")], first_uid=10)
    read_all()
    assert threads(account, later) == [first]


def test_two_threads_that_turn_out_to_be_one_are_merged(account: Account) -> None:
    ids = store(account, [mail("a"), mail("b")])
    read_all()
    first, second = threads(account, ids)
    assert first != second
    late = store(account, [mail("c", "a b")], first_uid=10)
    read_all()
    assert len(set(threads(account, ids + late))) == 1
    with as_user(account.owner_id):
        assert Thread.objects.count() == 1
        assert ThreadLink.objects.values("thread_id").distinct().count() == 1
    assert verify_all().clean


def test_messages_without_ids_stand_alone(account: Account) -> None:
    ids = store(account, [mail("", body="a"), mail("", body="b")])
    read_all()
    first, second = threads(account, ids)
    assert first is not None
    assert second is not None
    assert first != second


def test_two_owners_threads_never_meet(cast: Cast, account: Account) -> None:
    others = make_account(cast.bartek, address="bartek@b.example")
    mine, theirs = store(account, [mail("a")]), store(others, [mail("b", "a")])
    read_all()
    assert threads(account, mine) != threads(others, theirs)
    with as_user(cast.bartek.pk):
        assert Thread.objects.count() == 1


def test_a_message_that_breaks_the_reader_stays_listed_and_stops_no_other(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, fine = store(account, [mail("a"), mail("b", subject="zatruta"), mail("c")])
    whole = reading.read

    def breaks(raw: bytes, address: object, own: object) -> object:
        if b"zatruta" in bytes(raw):
            raise RuntimeError("a reader's own mistake")
        return whole(raw, address, own)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "read", breaks)
    assert read_all() == 3
    with as_user(account.owner_id):
        kept = {one.pk: one for one in Message.objects.all()}
    assert kept[bad].defects == ["unreadable"]
    assert [kept[one].defects for one in (good, fine)] == [[], []]
    assert {one.indexed_with for one in kept.values()} == {VERSION}
    assert verify_all().clean


STRANGE = "".join(map(chr, Random(1).choices(range(0x4E00, 0x9FFF), k=3_000)))  # which does not compress


def test_names_and_addresses_without_end_stop_no_reader_and_no_pass(account: Account) -> None:
    heads = ("Message-ID: <{}@x>", "References: <{}@x>", "From: {}@x.example", "From: a@{}.example", "To: {}@x.example")
    ids = store(account, [f"{head.format(STRANGE)}\r\n\r\n".encode() for head in heads])
    assert read_all() == len(ids)
    with as_user(account.owner_id):
        assert [one.defects for one in Message.objects.filter(pk__in=ids)] == [[]] * len(ids)


def test_what_is_too_large_for_the_database_is_the_messages_own_fault(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ID_BYTES", 9_000)
    bad, good = store(account, [f"Message-ID: <{STRANGE}@x>\r\n\r\n".encode(), mail("a")])
    assert read_all() == 2
    with as_user(account.owner_id):
        assert dict(Message.objects.values_list("pk", "defects")) == {bad: ["unreadable"], good: []}


def test_a_message_that_kills_its_readers_is_given_up_after_a_few(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = store(account, [mail("a"), mail("b", subject="zabójcza")])
    whole = reading.read

    def kills(raw: bytes, address: object, own: object) -> object:
        if "zabójcza".encode() in bytes(raw):
            os._exit(9)
        return whole(raw, address, own)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "read", kills)
    deaths = 0
    while True:
        code = os.waitstatus_to_exitcode(os.waitpid(in_a_child(read_all), 0)[1])
        if code == 0:
            break
        assert code == 9
        deaths += 1
        assert deaths <= TRIES
    with as_user(account.owner_id):
        assert Message.objects.get(pk=good).defects == []
        assert Message.objects.get(pk=bad).defects == ["unreadable"]


def test_opening_a_message_that_kills_its_reader_ends_the_web_process_a_few_times_at_most(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bad,) = store(account, [mail("a")])
    monkeypatch.setattr(reading, "read", lambda _raw, _address, _own: os._exit(9))
    codes = []
    for _ in range(TRIES + 1):
        child = in_a_child(lambda: read_now(account.owner_id, bad))
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    assert codes == [9] * TRIES + [0]
    with as_user(account.owner_id):
        assert Message.objects.get(pk=bad).defects == ["unreadable"]


def test_a_store_that_cannot_be_read_for_a_while_makes_no_message_unreadable(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = store(account, [mail("a")])

    def fails(_blobs: object, _message: object) -> object:
        raise OSError("the object store does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(reading.reading, "raw", fails)
        for _ in range(TRIES + 1):
            with pytest.raises(OSError, match="object store"):
                read_now(account.owner_id, kept)
    read_now(account.owner_id, kept)
    with as_user(account.owner_id):
        assert Message.objects.get(pk=kept).defects == []


def test_several_readers_read_each_message_and_split_no_thread(account: Account) -> None:
    names = [f"m{number}" for number in range(60)]
    ids = store(account, [mail(name, names[max(0, at - 1)] if at else "") for at, name in enumerate(names)])
    failures: list[BaseException] = []

    def reader() -> None:
        try:
            while read_some(7):
                pass
        except BaseException as failure:
            failures.append(failure)
            raise
        finally:
            connection.close()

    readers = [threading.Thread(target=reader) for _ in range(3)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert not failures
    assert len(set(threads(account, ids))) == 1
    assert verify_all().clean


def test_what_another_reader_has_in_hand_is_passed_over_until_that_one_is_gone(
    account: Account, own_database: OwnDatabase
) -> None:
    """Several slow readers at once passed for one that was killed several times, and the message for unreadable."""
    ids = store(account, [mail("a"), mail("b"), mail("c")])
    with psycopg.connect(own_database.url, autocommit=True) as other:
        held = {row[0] for row in other.execute("SELECT message_id FROM teczka_claim_unread(2)")}
        for _ in range(TRIES + 1):
            assert read_some(10) <= 1
        with as_user(account.owner_id):
            unread = Message.objects.filter(indexed_with=None).values_list("pk", "reading_tries")
            assert set(unread) == {(one, 1) for one in held}

    def all_read() -> bool:
        read_all()
        with as_user(account.owner_id):
            return Message.objects.filter(pk__in=ids, indexed_with=VERSION, defects=[]).count() == 3

    until(all_read)  # the server lets go a moment after the connection was closed


def test_a_reader_that_looks_for_more_hides_no_message_from_the_one_that_has_it_in_hand(
    account: Account, own_database: OwnDatabase
) -> None:
    """It held the rows that it passed over: they were taken for read, and passed after a few such tries for mail that kills its reader."""
    ids = store(account, [mail("a"), mail("b"), mail("c")])
    ours = table.claim(2)
    with psycopg.connect(own_database.url) as other:
        assert other.execute("SELECT count(*) FROM teczka_claim_unread(3)").fetchone() == (1,)
        with as_user(account.owner_id):
            locked = table.lock_unread([claim.message_id for claim in ours])
        assert {one.id for one in locked} == {claim.message_id for claim in ours} < set(ids)
    table.let_go(ours)


def test_a_readers_commits_wait_for_no_disk_but_for_its_claims(account: Account, own_database: OwnDatabase) -> None:
    """The mark of a message that takes PostgreSQL down with it must be there afterwards."""
    store(account, [mail("a")])
    with connection.cursor() as cursor:
        table.settle_later()
        cursor.execute("SELECT setting, source FROM pg_settings WHERE name = 'synchronous_commit'")
        assert cursor.fetchone() == ("off", "session")
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        (before,) = cursor.fetchone()
        ours = table.claim(1)
        cursor.execute("SELECT pg_current_wal_flush_lsn() > %s::pg_lsn", [before])
        assert cursor.fetchone() == (True,)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)
        cursor.execute("RESET synchronous_commit; RESET work_mem")
    table.let_go(ours)


def test_what_an_older_version_read_is_read_again_and_nothing_stays_double(account: Account) -> None:
    ids = store(account, [PICTURE, mail("a"), mail("b", "a")])
    read_all()
    before = threads(account, ids)
    with as_user(account.owner_id):
        Message.objects.update(indexed_with=VERSION - 1)
        Part.objects.filter(message_id=ids[0], path="3").update(path="3.9")
    assert reread(2) == 2
    assert reread(2) == 1
    assert reread(2) == 0
    read_all()
    assert threads(account, ids) == before
    with as_user(account.owner_id):
        assert Part.objects.filter(message_id=ids[0]).count() == 3


def test_a_message_is_read_out_of_turn_when_it_is_opened(account: Account) -> None:
    first, second = store(account, [mail("a"), mail("b")])
    read_now(account.owner_id, first)
    with as_user(account.owner_id):
        assert Message.objects.get(pk=first).indexed_with == VERSION
        assert Message.objects.get(pk=second).indexed_with is None


def test_pages_are_told_of_the_owners_folders_alone(account: Account, cast: Cast, own_database: OwnDatabase) -> None:
    store(account, [mail("a")])
    with psycopg.connect(own_database.url, autocommit=True) as listener:
        listener.execute(f"LISTEN {PAGES}")
        read_all()
        told = [notice.payload for notice in listener.notifies(timeout=5, stop_after=1)]
    assert len(told) == 1
    assert str(cast.anna.public_id) in told[0]
    assert str(cast.bartek.public_id) not in told[0]
    assert len(told[0]) < 8000
