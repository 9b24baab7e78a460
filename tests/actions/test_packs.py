"""Packs whose bytes are dead, that nothing lies in any more, or that no row knows (actions/packs.py)."""

import threading
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F
from django.db.utils import DatabaseError
from pytest_django.plugin import DjangoDbBlocker

from teczka.actions import export, packs
from teczka.actions.export import export_account
from teczka.actions.mail_export import Form, Leaving
from teczka.actions.verify import verify_all
from teczka.core.mail import RemoteFolder, RemoteMessage
from teczka.store import compaction
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Folder, Lease, Message, Pack, Stray
from teczka.store.packs.blobs import Blobs
from teczka.store.packs.copying import copy_entries
from teczka.store.packs.format import HEADER_BYTES, Entry, key
from teczka.store.packs.reader import HELD_BYTES, read, verify
from teczka.store.packs.writer import Pack as Packed
from teczka.store.packs.writer import write_pack
from teczka.store.queries import holdings
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.stored import WHEN, store


@pytest.fixture
def account(own_database: OwnDatabase) -> Account:
    made = make_account(make_cast().anna)
    Lease.objects.create(account=made, epoch=1)
    return made


def raw(number: int) -> bytes:
    return f"Subject: {number}\r\n\r\n{sha256(str(number).encode()).hexdigest()}\r\n".encode()


def batch(*numbers: int) -> list[RemoteMessage]:
    return [RemoteMessage(number, frozenset(), WHEN, len(raw(number)), raw(number)) for number in numbers]


def objects() -> set[UUID]:
    return {UUID(Path(name).stem) for name, _ in blobs().list()}


def drop(account: Account, *subjects: int) -> None:
    drop_raw(account, *map(raw, subjects))


def drop_raw(account: Account, *raws: bytes) -> None:
    """As erasure does, with the row alone."""
    with as_user(account.owner_id):
        for message in Message.objects.filter(sha256__in=[sha256(one).digest() for one in raws]):
            message.placements.all().delete()
            Folder.objects.update(stored=F("stored") - 1, unread=F("unread") - 1)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM store_message WHERE id = %s", [message.pk])
            held = HEADER_BYTES + message.pack_length
            Pack.objects.filter(pk=message.pack_id).update(dead=Pack.objects.get(pk=message.pack_id).dead + held)


def test_two_batches_that_bring_the_same_bytes_count_what_is_dead(account: Account) -> None:
    local = LocalMail(account, 1, blobs())
    folder = local.save_folders([RemoteFolder(b"INBOX", "INBOX", "/", frozenset())])[0]
    kept = [local.keep(batch(1, 2)), local.keep(batch(2, 3)), local.keep(batch(1, 2))]
    assert all(one.arrival.result() for one in kept)  # none knows of the others yet
    for one in kept:
        local.add(folder, 1, one)
    local.close()
    with as_user(account.owner_id):
        dead, sizes = zip(*Pack.objects.order_by("created_at").values_list("dead", "size"), strict=True)
    assert dead[0] == 0
    assert 0 < dead[1] < sizes[1]
    assert dead[2] == sizes[2]
    wasted = sum(part * 2 >= whole for part, whole in zip(dead, sizes, strict=True))
    assert packs.compact_wasted(threading.Event()) == wasted >= 1
    assert verify_all().clean
    with as_user(account.owner_id):
        assert Pack.objects.exclude(retired_at=None).count() == wasted


def test_a_pack_is_rewritten_when_half_of_it_is_dead_and_stays_as_long_as_it_may_be_read(account: Account) -> None:
    store(account, [raw(number) for number in range(1, 6)])
    with as_user(account.owner_id):
        old = Pack.objects.get().pk
        kept = Message.objects.get(sha256=sha256(raw(1)).digest())
    drop(account, 4, 5)
    assert packs.compact_wasted(threading.Event()) == 0
    drop(account, 3)
    assert packs.compact_wasted(threading.Event()) == 1
    with as_user(account.owner_id):
        new = Pack.objects.get(retired_at=None)
        assert new.size < Pack.objects.get(pk=old).size / 2
    assert packs.remove_retired() == 0
    assert {old, new.pk} <= objects()
    assert verify_all().clean
    assert packs.remove_retired(0) == 1
    assert old not in objects()
    assert verify_all().messages == 2
    with as_user(account.owner_id):
        kept.refresh_from_db()
        living = {one.id: one.entry for one in compaction.living(new.pk)}
    assert read(blobs(), new.pk, living[kept.pk]) == raw(1)


def test_mail_that_is_taken_away_meanwhile_is_there_whole(account: Account) -> None:
    store(account, [raw(number) for number in range(1, 6)])
    leaving = Leaving(account.owner, account.public_id, Form.MAILDIR)
    files = leaving.files()
    taken = [b"".join(next(files).pieces)]
    first = next(number for number in range(1, 6) if raw(number) == taken[0])
    drop(account, first, first % 5 + 1, (first + 1) % 5 + 1)
    assert packs.compact_wasted(threading.Event()) == packs.remove_retired(0) == 1
    taken += [b"".join(file.pieces) for file in files]
    assert (len(set(taken)), leaving.messages, leaving.missing) == (3, 3, [])


def test_an_export_finds_what_is_taken_to_another_pack_meanwhile(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(account, [raw(number) for number in range(1, 6)])
    pieces = holdings.pieces

    def meanwhile(account_id: int, owner_id: int) -> Iterator[list[holdings.Held]]:
        for piece in pieces(account_id, owner_id):
            drop(account, 3, 4, 5)
            assert packs.compact_wasted(threading.Event()) == packs.remove_retired(0) == 1
            yield piece

    monkeypatch.setattr(holdings, "pieces", meanwhile)
    counted, missing = export_account(account.owner, account, tmp_path / "out")
    assert (counted["messages"], missing) == (2, [])


def test_an_export_survives_a_pack_that_goes_between_two_looks_at_it(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(account, [raw(number) for number in range(1, 6)])
    gone: list[int] = []

    def meanwhile(where: Blobs, pack: UUID, entry: Entry) -> None:
        verify(where, pack, entry)
        if not gone:
            drop(account, 3, 4, 5)
            gone.append(packs.compact_wasted(threading.Event()))
            assert packs.remove_retired(0) == 1

    monkeypatch.setattr(export, "verify", meanwhile)
    counted, missing = export_account(account.owner, account, tmp_path / "out")
    assert (gone, counted["messages"], missing) == ([1], 2, [])
    assert {file.read_bytes() for file in (tmp_path / "out" / "messages").rglob("*.eml")} == {raw(1), raw(2)}


@pytest.mark.parametrize("stays", [True, False])
def test_a_large_message_whose_pack_goes_while_it_leaves_goes_on_in_the_next_or_is_told(
    account: Account, stays: bool
) -> None:
    large, larger = (b"X: %d\r\n\r\n" % size + bytes(size) for size in (HELD_BYTES, 2 * HELD_BYTES))
    store(account, [large, larger])
    leaving = Leaving(account.owner, account.public_id, Form.MAILDIR)
    pieces = next(leaving.files()).pieces
    taken = [next(pieces)]
    drop_raw(account, larger, *([] if stays else [large]))
    assert packs.compact_wasted(threading.Event()) == packs.remove_retired(0) == 1
    taken += pieces
    if stays:
        assert (b"".join(taken) == large, leaving.messages, leaving.missing) == (True, 1, [])
    else:
        assert (len(taken), leaving.messages, len(leaving.missing)) == (1, 0, 1)


def test_a_pack_with_a_damaged_message_is_left_as_it_is(account: Account) -> None:
    store(account, [raw(number) for number in range(1, 5)])
    drop(account, 2, 3, 4)
    with as_user(account.owner_id):
        pack = Pack.objects.get().pk
    file = blobs().local(key(pack))
    assert file
    whole = file.read_bytes()
    file.write_bytes(whole[: HEADER_BYTES + 5] + b"?" + whole[HEADER_BYTES + 6 :])
    before, incoming = objects(), set(blobs().incoming.iterdir())
    assert packs.compact_wasted(threading.Event()) == 0
    assert objects() == before
    assert set(blobs().incoming.iterdir()) == incoming
    with as_user(account.owner_id):
        assert Pack.objects.get().retired_at is None
    file.write_bytes(whole)


def test_what_changes_while_frames_are_copied_undoes_the_copy(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(account, [raw(number) for number in range(1, 5)])
    with as_user(account.owner_id):
        pack = Pack.objects.get().pk
    copy, before = copy_entries, objects()

    def meanwhile(where: Blobs, which: UUID, entries: Sequence[Entry]) -> Packed:
        made = copy(where, which, entries)
        drop(account, 2)
        return made

    monkeypatch.setattr(packs, "copy_entries", meanwhile)
    assert not packs.rewrite(account.owner_id, pack)
    assert objects() == before
    assert verify_all().clean


def test_nobody_who_is_at_work_on_a_message_is_waited_for(account: Account, django_db_blocker: DjangoDbBlocker) -> None:
    """An erasure holds a message and waits for the pack's row: whoever holds that and waited for the message would wait for ever."""
    store(account, [raw(1), raw(2)])
    with as_user(account.owner_id):
        pack = Pack.objects.get().pk
    held, done = threading.Event(), threading.Event()

    def work() -> None:
        with django_db_blocker.unblock(), as_user(account.owner_id):
            list(Message.objects.select_for_update().order_by("-pk")[:1])
            held.set()
            done.wait(5)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert held.wait(20)
        assert not packs.rewrite(account.owner_id, pack)
    finally:
        done.set()
        thread.join()
    assert packs.rewrite(account.owner_id, pack)
    assert verify_all().clean


def test_a_stray_waits_a_day_and_then_goes(account: Account) -> None:
    stray = write_pack(blobs(), [raw(1)]).id
    packs.sweep_strays()
    assert stray in objects()
    packs.sweep_strays(0)
    assert stray not in objects()
    store(account, [raw(2)])
    packs.sweep_strays(0)
    assert verify_all().clean


def test_a_writer_that_slept_past_the_sweep_is_refused_and_begins_anew(account: Account) -> None:
    """Its machine was shut between the object and its row: nothing may be committed that has lost its bytes."""
    local = LocalMail(account, 1, blobs())
    folder = local.save_folders([RemoteFolder(b"INBOX", "INBOX", "/", frozenset())])[0]
    slow = local.keep(batch(1, 2))
    pack = slow.arrival.result().rows[0]["pack"]
    packs.sweep_strays(0)
    assert pack not in objects()
    with pytest.raises(DatabaseError, match="was given up"):
        local.add(folder, 1, slow)
    with as_user(account.owner_id):
        assert not Message.objects.exists()
    assert local.add(folder, 1, local.keep(batch(1, 2))) == 2
    local.close()
    assert verify_all().messages == 2
    assert verify_all().clean


def test_a_writer_that_is_just_committing_is_waited_for(account: Account) -> None:
    made = write_pack(blobs(), [raw(1)])
    committed = threading.Event()

    def sweep() -> None:
        try:
            packs.sweep_strays(0)
            committed.set()
        finally:
            connection.close()

    sweeping = threading.Thread(target=sweep)
    with as_user(account.owner_id):
        Pack.objects.create(
            id=made.id, office_id=account.office_id, owner_id=account.owner_id, account=account, size=made.size
        )
        sweeping.start()
        sweeping.join(0.5)
        assert not committed.is_set()
    sweeping.join(10)
    assert committed.is_set()
    assert made.id in objects()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM teczka_unknown_packs(%s)", [[made.id]])
        assert cursor.fetchone() == (0,)
    assert not Stray.objects.exists()  # nobody reads that table but through its functions
