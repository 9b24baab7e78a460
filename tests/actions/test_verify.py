"""What `teczka verify` and the scrub find, what is made anew, and what is only named."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from django.db import connection

from teczka.actions import scrub
from teczka.actions.reading import read_some
from teczka.actions.verify import verify_all
from teczka.core.settings import settings
from teczka.store.blobs import blobs
from teczka.store.models import Account, Folder, Grant, Message, Pack, Text
from teczka.store.packs.format import HEADER_BYTES, key
from teczka.store.queries import doctor
from teczka.store.queries.holdings import COUNTERS, DEAD, GRANTS, UNREAD
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.stored import store
from tests.web.mailroom import share

BYTES = "message whose bytes are lost or changed"


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    made = make_account(cast.anna)
    store(made, [letter(number) for number in range(3)])
    while read_some(100):
        pass
    return made


def letter(number: int) -> bytes:
    return f"Message-ID: <v{number}@a.example>\r\nFrom: jan@a.example\r\nSubject: list {number}\r\n\r\n{'słowa ' * 40}{number}\r\n".encode()


def the_pack(account: Account) -> tuple[Pack, Path]:
    with as_user(account.owner_id):
        pack = Pack.objects.get(account=account)
    file = blobs().local(key(pack.pk))
    assert file
    return pack, file


def test_a_changed_byte_is_named_by_its_message_and_by_its_pack(cast: Cast, account: Account) -> None:
    pack, file = the_pack(account)
    whole, random = file.read_bytes(), Random(1)
    with as_user(cast.anna.pk):
        messages = list(Message.objects.order_by("pack_offset"))
    for _ in range(12):
        place = random.randrange(pack.size)
        owner = next(one for one in messages if place < one.pack_offset + HEADER_BYTES + one.pack_length)
        broken = bytearray(whole)
        broken[place] ^= 1 << random.randrange(8)
        file.write_bytes(broken)
        assert verify_all(repair=True).faults == {BYTES: [str(owner.public_id)]}
        assert f"at {owner.pack_offset}:" in scrub.check_pack(cast.anna.pk, pack.pk)
        assert doctor.scrubbed().damaged == [pack.pk]
    file.write_bytes(whole)
    assert verify_all().clean
    assert scrub.check_pack(cast.anna.pk, pack.pk) == ""
    assert doctor.scrubbed().damaged == []


def test_a_pack_that_is_lost_or_cut_short_is_named_with_all_that_lay_in_it(cast: Cast, account: Account) -> None:
    pack, file = the_pack(account)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert set(verify_all().faults) == {"pack of another size than its row says", BYTES}
    file.unlink()
    lost = verify_all().faults
    assert lost["pack whose object is lost"] == [str(pack.pk)]
    assert len(lost[BYTES]) == 3
    assert "not there" in scrub.check_pack(cast.anna.pk, pack.pk)
    file.write_bytes(whole)


def miscount(cast: Cast) -> None:
    Folder.objects.update(stored=7, unread=9)


def misreckon(cast: Cast) -> None:
    Pack.objects.update(dead=11)


def lose_texts(cast: Cast) -> None:
    Text.objects.all().delete()


def lose_grants(cast: Cast) -> None:
    Grant.objects.all().delete()


@pytest.mark.parametrize(
    ("damage", "rule"), [(miscount, COUNTERS), (misreckon, DEAD), (lose_texts, UNREAD), (lose_grants, GRANTS)]
)
def test_what_only_follows_is_made_anew(
    cast: Cast, account: Account, damage: Callable[[Cast], None], rule: str
) -> None:
    with as_user(cast.anna.pk):
        message = Message.objects.order_by("pk")[0]
    share(message, cast.celina)
    assert verify_all().clean
    with as_user(cast.anna.pk):
        damage(cast)
    before = verify_all()
    assert list(before.faults) == [rule]
    assert not before.repaired
    mended = verify_all(repair=True)
    assert mended.clean
    assert mended.repaired == before.faults
    while read_some(100):
        pass
    assert verify_all().clean
    with as_user(cast.celina.pk):
        assert Message.objects.filter(pk=message.pk).exists()


def test_nobody_keeps_a_grant_that_nothing_gives(cast: Cast, account: Account) -> None:
    with as_user(cast.anna.pk):
        message = Message.objects.order_by("pk")[0]
        Grant.objects.create(
            message=message, user=cast.celina, office_id=message.office_id, owner_id=message.owner_id, reason="share",
            internaldate=message.internaldate,
        )  # fmt: skip
    assert verify_all().faults == {GRANTS: [str(message.public_id)]}
    assert verify_all(repair=True).repaired == {GRANTS: [str(message.public_id)]}
    with as_user(cast.celina.pk):
        assert not Message.objects.filter(pk=message.pk).exists()


def test_the_scrub_reads_what_is_due_at_its_speed_and_goes_on_where_it_was(
    cast: Cast, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(account, [letter(9)], first_uid=9)
    stopping = threading.Event()
    monkeypatch.setattr(scrub, "settings", lambda: replace(settings(), scrub_days=30, scrub_rate=1))
    monkeypatch.setattr(scrub, "MEGABYTE", 4_000)  # a second
    with as_user(account.owner_id):
        smallest = min(Pack.objects.values_list("size", flat=True))
    first = scrub.check_pack

    def once(owner: int, pack: UUID) -> str:
        stopping.set()
        return first(owner, pack)

    monkeypatch.setattr(scrub, "check_pack", once)
    assert scrub.scrub(stopping) == 1
    assert doctor.scrubbed().unread == 1
    monkeypatch.setattr(scrub, "check_pack", first)
    began = time.monotonic()
    assert scrub.scrub(threading.Event()) == 1
    assert time.monotonic() - began >= smallest / 4_000
    assert scrub.scrub(threading.Event()) == 0  # all is read, and nothing is due for a month
    connection.close()
    state = doctor.scrubbed()
    assert (state.packs, state.unread, state.damaged) == (2, 0, [])
    assert state.oldest
