"""A message that was erased: nothing of it is left in any table, in any file of the data folder, nor does it come again."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from teczka.actions import erasure, packs
from teczka.actions.acts import Selection, do
from teczka.actions.extraction import extract_some
from teczka.actions.packs import compact_wasted, remove_retired
from teczka.actions.reading import read_some
from teczka.actions.verify import verify_all
from teczka.core.accounts import Protocol
from teczka.core.acts import Verb
from teczka.core.errors import LeaseLost, NotAllowed, Problem, Trouble
from teczka.core.folders import DROP
from teczka.core.mail import DropEntry, DropHint, RemoteFolder, RemoteMessage
from teczka.core.messages import Loose
from teczka.core.outgoing import State
from teczka.mime.extraction.confined import Extractor
from teczka.store import drops
from teczka.store import erasure as erasure_store
from teczka.store.blobs import blobs
from teczka.store.cleaning import clean
from teczka.store.locks import packs_stay
from teczka.store.mail import LocalMail
from teczka.store.models import (
    Account,
    AttachmentText,
    AuditEntry,
    Comment,
    Correspondent,
    Erased,
    Filing,
    Folder,
    Lease,
    Message,
    Outgoing,
    Pack,
    Placement,
    Thread,
    ThreadLink,
)
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.copying import copy_entries
from teczka.store.packs.format import Entry, PackDamaged
from teczka.store.packs.reader import headers, read
from teczka.store.packs.writer import Pack as Packed
from teczka.store.packs.writer import write_pack
from teczka.store.viewer import as_user
from tests.backed import on_the_way
from tests.cases import file, make_case
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.stored import store
from tests.web.mailroom import share

WORD = "wymazywacz"  # nothing else in the house says so


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    made = make_account(cast.anna)
    store(made, [letter(number) for number in range(3)] + [secret(), letter(4)])
    while read_some(100):
        pass
    with Extractor() as extractor:
        while extract_some(extractor):
            pass
    return made


def letter(number: int) -> bytes:
    return f"Message-ID: <l{number}@a.example>\r\nFrom: jan@a.example\r\nSubject: list {number}\r\n\r\nlist {number}\r\n".encode()


def secret(word: str = WORD) -> bytes:
    """With its word in the subject, the sender, the text, HTML, a file's name and a file's text."""
    made = EmailMessage()
    made["Message-ID"] = f"<{word}@a.example>"
    made["From"] = f"{word}imie <{word}@nadawca.example>"
    made["To"] = "anna@kancelaria-lipowa.example"
    made["Subject"] = f"temat {word}"
    made.set_content(f"tekst {word}tekst {uuid4()}\n" * 20)
    made.add_alternative(f"<p>tekst {word}html</p>", subtype="html")
    made.add_attachment(f"plik {word}plik".encode(), maintype="text", subtype="plain", filename=f"{word}.txt")
    return made.as_bytes()


def the_secret(account: Account) -> Message:
    with as_user(account.owner_id):
        return Message.objects.get(account=account, subject__contains=WORD)


def traces(folder: Path, word: str = WORD) -> Iterator[str]:
    """Files whose bytes hold the word, as they are or in a frame of a pack."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and word.encode() in path.read_bytes().lower():
            yield str(path.relative_to(folder))
    yield from packs_with(word)


def test_nothing_is_left_of_it_on_the_whole_disk(
    cast: Cast, account: Account, own_database: OwnDatabase, test_database: TestDatabase
) -> None:
    """With VACUUM FULL, and a write-ahead log that goes round: the test is slow, and there is one of it."""
    superuser = test_database.server.dsn(own_database.name, "postgres")
    message = the_secret(account)
    share(message, cast.celina)
    with as_user(cast.celina.pk):
        Comment.objects.create(
            message=message, owner_id=cast.anna.pk, office=cast.office, author=cast.celina, text=f"{WORD} mówi"
        )
    with as_user(cast.anna.pk):
        own = erasure_store.lock(cast.anna.pk, message.public_id)
    assert own
    half = write_pack(blobs(), [read(blobs(), own.pack, own.entry), letter(9)])  # of a batch that a kill cut off
    (blobs().incoming / "half.tmp").write_bytes(b"wymazywacz")
    with psycopg.connect(superuser, autocommit=True) as looking:
        looking.execute("ANALYZE")
        looking.execute("CHECKPOINT")
    before = set(traces(test_database.data))
    assert any(name.startswith("postgres/") or "base/" in name for name in before), before
    assert any("wal" in name for name in before), before
    assert any(name.endswith(".pack") for name in before), before

    outcome = erasure.erase(cast.anna, message.public_id)
    assert outcome.bytes_gone
    old = blobs().incoming / "half.tmp"
    old.unlink()  # ten minutes later: sweep() looks at the clock
    connection.close()
    cleaned = clean(superuser)
    assert cleaned.log
    assert set(traces(test_database.data)) == set()
    assert half.id not in {UUID(Path(name).stem) for name, _ in blobs().list()}
    found = verify_all()
    assert found.clean, found.faults
    assert found.messages == 4


def test_no_pass_brings_it_again_wherever_its_server_shows_it(cast: Cast, account: Account) -> None:
    message, raws = the_secret(account), raws_of(account)
    erasure.erase(cast.anna, message.public_id)
    local = opened(account)
    inbox = local.save_folders([RemoteFolder(b"INBOX", "INBOX", "/", frozenset())])[0]
    with as_user(cast.anna.pk):
        Folder.objects.filter(pk=inbox.id).update(uidvalidity=1)
    inbox = local.save_folders([])[0]
    assert list(local.stored_uids(inbox, 1)) == [
        1,
        2,
        3,
        4,
        5,
    ]  # as its server has them: nothing is missing, nothing vanished
    assert inbox.stored == 5
    assert local.add(inbox, 2, local.keep(batch(raws))) == 4  # the server numbered anew, and all of it came again
    assert list(local.stored_uids(inbox, 2)) == [1, 2, 3, 4, 5]
    assert local.mark_gone(inbox, 2, [4]) == 0
    assert list(local.stored_uids(inbox, 2)) == [1, 2, 3, 5]
    local.close()
    assert WORD not in subjects(account)
    assert verify_all().clean


def test_a_pop3_listing_knows_it_again_and_fetches_it_not(cast: Cast, account: Account) -> None:
    message = the_secret(account)
    with as_user(cast.anna.pk):
        Placement.objects.filter(message=message).update(uidvalidity=DROP, uidl=b"name", listed_size=77)
        folder_id = Placement.objects.get(message=message).folder_id
    erasure.erase(cast.anna, message.public_id)
    with as_user(cast.anna.pk):
        gone = next(one for one in drops.known(folder_id) if one.placement < 0)
        assert gone.here
        assert gone.hint == DropHint(b"name", 77, None)
        assert drops.next_uid(folder_id) == 5
        assert drops.recognise(folder_id, [(gone.placement, 9, DropEntry(1, 77, b"other"))]) == 1
        assert drops.next_uid(folder_id) == 10
        drops.leave(folder_id, Loose([gone.placement], 10))
        assert not any(one.placement < 0 for one in drops.known(folder_id))


def test_whoever_asks_for_it_gets_it_again_from_the_server(cast: Cast, account: Account) -> None:
    message, raws = the_secret(account), raws_of(account)
    erasure.erase(cast.anna, message.public_id)
    with pytest.raises(NotAllowed):
        erasure.ask_again(cast.celina, message.public_id)
    erasure.ask_again(cast.anna, message.public_id)
    with (
        pytest.raises(LeaseLost),
        closing(LocalMail(account, 1, blobs())) as before,
    ):  # a pass that began before knows nothing of it
        before.save_folders([])
    local = opened(account)
    inbox = local.save_folders([])[0]
    local.add(inbox, 1, local.keep(batch(raws)))
    local.close()
    while read_some(100):
        pass
    assert WORD in subjects(account)


def test_whoever_brings_the_file_again_has_asked_for_it(cast: Cast) -> None:
    archive = make_account(cast.anna, "archiwum", protocol=Protocol.ARCHIVE)
    store(archive, [secret()])
    while read_some(100):
        pass
    message, raws = the_secret(archive), raws_of(archive)
    erasure.erase(cast.anna, message.public_id)
    store(archive, raws, first_uid=7)
    with as_user(cast.anna.pk):
        assert Message.objects.filter(account=archive).count() == 1
        assert not Erased.objects.exists()


def test_what_is_filed_on_its_way_or_anothers_is_not_erased(cast: Cast, account: Account) -> None:
    message = the_secret(account)
    share(message, cast.celina)
    for stranger in (cast.celina, *cast.strangers):
        with pytest.raises(NotAllowed):
            erasure.erase(stranger, message.public_id)
    filing = file(message, cast.celina, make_case(cast.celina, "Zamknięta", walled=True))
    for stranger in cast.strangers:
        with as_user(stranger.pk):
            assert not erasure_store.is_filed(message.pk)
    with pytest.raises(Problem) as filed:
        erasure.erase(cast.anna, message.public_id)
    assert filed.value.trouble is Trouble.ERASE_FILED
    with as_user(cast.celina.pk):
        Filing.objects.filter(pk=filing.pk).update(undone_at=filing.at)
    with as_user(cast.anna.pk):
        Account.objects.update(mode="managed")
        folder = message.placements.get().folder_id
    do(cast.anna, uuid4(), Verb.STAR, Selection([folder], messages=[message.public_id]))
    with pytest.raises(Problem) as waits:
        erasure.erase(cast.anna, message.public_id)
    assert waits.value.trouble is Trouble.ERASE_UNDER_WAY
    with as_user(cast.anna.pk):
        assert Message.objects.filter(pk=message.pk).exists()
        assert not Erased.objects.exists()


def test_of_two_erased_at_once_the_neighbours_stay(
    cast: Cast, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is just between its rows and its bytes: then the copy is of no use, and the pack lives on until it is made again."""
    with as_user(account.owner_id):
        others = list(Message.objects.filter(subject="list 1"))
    copy = copy_entries

    def meanwhile(where: Blobs, which: UUID, entries: Sequence[Entry]) -> Packed:
        made = copy(where, which, entries)
        if others:
            erasure._out_of_the_tables(cast.anna, others.pop().public_id)
        return made

    monkeypatch.setattr(packs, "copy_entries", meanwhile)
    assert erasure.erase(cast.anna, the_secret(account).public_id).bytes_gone
    found = verify_all()
    assert (found.messages, found.clean) == (3, True)


@pytest.mark.parametrize("before", [True, False])
def test_who_is_overtaken_by_another_erasure_or_by_a_sweep_begins_anew(
    cast: Cast, account: Account, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    with as_user(account.owner_id):
        others = list(Message.objects.filter(subject="list 1"))

    def meanwhile(where: Blobs, which: UUID, entries: Sequence[Entry]) -> Packed:
        other = others.pop() if others else None
        if other and before:
            erasure.erase(cast.anna, other.public_id)
        made = copy_entries(where, which, entries)
        if other:
            packs.sweep_strays(0)
        return made

    monkeypatch.setattr(packs, "copy_entries", meanwhile)
    assert erasure.erase(cast.anna, the_secret(account).public_id).bytes_gone
    found = verify_all()
    assert (found.messages, found.clean) == (3 if before else 4, True)


def test_a_pack_that_always_changes_stays_with_what_lives_in_it(
    cast: Cast, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "AGAIN_SECONDS", 0)
    monkeypatch.setattr(erasure, "rewrite", lambda owner, pack: False)
    assert not erasure.erase(cast.anna, the_secret(account).public_id).bytes_gone
    assert verify_all().messages == 4
    monkeypatch.undo()
    assert compact_wasted(threading.Event()) in {0, 1}
    assert verify_all().clean


def test_a_backup_keeps_the_bytes_until_it_has_read_them(cast: Cast, account: Account) -> None:
    message = the_secret(account)
    pack = message.pack_id
    with packs_stay():
        outcome = erasure.erase(cast.anna, message.public_id)
        assert not outcome.bytes_gone
        assert remove_retired(0) == 0
    assert erasure.finish(cast.anna, message.public_id).bytes_gone
    assert pack not in {UUID(Path(name).stem) for name, _ in blobs().list()}


def test_of_its_neighbours_nothing_changes_and_nothing_tells_of_it_but_its_id(cast: Cast, account: Account) -> None:
    message = the_secret(account)
    with as_user(cast.anna.pk):
        kept = list(Message.objects.exclude(pk=message.pk).order_by("pk").values_list("sha256", "subject"))
        folder = message.placements.get().folder
    erasure.erase(cast.anna, message.public_id)
    with as_user(cast.anna.pk):
        assert list(Message.objects.order_by("pk").values_list("sha256", "subject")) == kept
        folder.refresh_from_db()
        assert (folder.stored, folder.unread) == (4, 4)
        assert not Correspondent.objects.filter(address__contains=WORD).exists()
        assert not Thread.objects.filter(subject__contains=WORD).exists()
        assert not AttachmentText.objects.exists()
        pack = Pack.objects.get()
        assert pack.dead == 0
        noted = AuditEntry.objects.get(verb="message.erase")
        assert noted.ids == [message.public_id]
    assert verify_all().clean


@pytest.mark.parametrize(("sender", "goes"), [("anna@lipowa.example", True), ("obcy@a.example", False)])
def test_our_copy_of_a_letter_goes_with_it_and_not_with_what_a_stranger_sends_under_its_name(
    cast: Cast, account: Account, sender: str, goes: bool
) -> None:
    letter = on_the_way(account, State.SENT)
    with as_user(cast.anna.pk):
        Outgoing.objects.filter(pk=letter.pk).update(from_address="Anna@lipowa.example")
    raw = f"Message-ID: <{letter.message_id}>\r\nFrom: {sender}\r\nSubject: Re: umowa\r\n\r\ntekst\r\n".encode()
    (pk,) = store(account, [raw], first_uid=77)
    while read_some(100):
        pass
    with as_user(cast.anna.pk):
        message = Message.objects.get(pk=pk)
    erasure.erase(cast.anna, message.public_id)
    with as_user(cast.anna.pk):
        assert Outgoing.objects.filter(pk=letter.pk).exists() != goes


def test_answers_still_find_the_conversation_where_another_copy_of_the_letter_stays(
    cast: Cast, account: Account
) -> None:
    copies = [secret().replace(b"temat", word) for word in (b"jeden", b"drugi")]
    ids = store(account, copies, first_uid=77)
    while read_some(100):
        pass
    with as_user(cast.anna.pk):
        one, other = Message.objects.filter(pk__in=ids)
    name = f"{WORD}@a.example"
    for message, stays in ((the_first(account), True), (one, True), (other, False)):
        erasure.erase(cast.anna, message.public_id)
        with as_user(cast.anna.pk):
            assert ThreadLink.objects.filter(message_id=name).exists() == stays


def the_first(account: Account) -> Message:
    with as_user(account.owner_id):
        return Message.objects.get(account=account, subject__startswith="temat")


def raws_of(account: Account) -> list[bytes]:
    with as_user(account.owner_id), connection.cursor() as cursor:
        cursor.execute("SELECT pack_id FROM store_message LIMIT 1")
        return [read(blobs(), pack, entry) for (pack,) in cursor.fetchall() for entry in headers(blobs(), pack)]


def batch(raws: list[bytes]) -> list[RemoteMessage]:
    return [
        RemoteMessage(uid, frozenset(), datetime(2026, 11, 5, tzinfo=UTC), len(raw), raw)
        for uid, raw in enumerate(raws, 1)
    ]


def opened(account: Account) -> LocalMail:
    """As who took the lease anew."""
    return LocalMail(account, Lease.objects.get(account=account).epoch, blobs())


def subjects(account: Account) -> str:
    with as_user(account.owner_id):
        return " ".join(subject or "" for (subject,) in Message.objects.filter(account=account).values_list("subject"))


def packs_with(word: str) -> Iterator[str]:
    """Names of objects in which a message says so."""
    for name, _ in blobs().list():
        pack = UUID(Path(name).stem)
        with suppress(PackDamaged):  # other tests leave packs with damage of their own
            for entry in headers(blobs(), pack):
                if word.encode() in read(blobs(), pack, entry).lower():
                    yield name
