"""What every local side of a POP3 account promises beside test_local_account.py: in memory and in the database, one suite."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

import pytest

from teczka.core.folders import DROP, LocalFolder
from teczka.core.mail import INBOX, DropEntry, DropHint, Envelope, FolderStatus, RemoteFlags, RemoteMessage
from teczka.core.messages import Known, Loose
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Folder, Lease, Message, Placement
from teczka.store.viewer import as_user
from teczka.sync.ports import LocalDrop
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.sync.memory import MemoryAccount

WHEN = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
SEEN = frozenset({"\\Seen"})


def message(uid: int, raw: bytes = b"", *, name: str = "", flags: frozenset[str] = frozenset()) -> RemoteMessage:
    """By POP3 where it has a name."""
    body = raw or b"Subject: %d\r\n\r\nbody %d\r\n" % (uid, uid)
    hint = DropHint(name.encode(), len(body), sha256(body).digest()) if name else None
    named = Envelope(b"", b"", (), (), (), b"", b"<%d@x>" % uid)
    return RemoteMessage(uid, flags, WHEN + timedelta(seconds=uid), len(body), body, named, b"", hint)


@dataclass
class House:
    local: LocalDrop  # type: ignore[type-arg]
    folder: LocalFolder

    def add(self, *messages: RemoteMessage, validity: int = DROP, loose: Loose = Loose()) -> int:  # noqa: B008  frozen
        return self.local.add(self.folder, validity, self.local.keep(messages), loose)

    def again(self) -> LocalFolder:
        return self.local.save_folders([INBOX])[0]

    def known(self) -> dict[bytes, Known]:
        return {one.hint.uidl or b"": one for one in self.local.known(self.folder)}

    def loose(self, *names: bytes, below: int) -> Loose:
        return Loose([self.known()[name].placement for name in names], below)


@pytest.fixture  # real commits: the thread that packs looks for what is there already
def stored(own_database: OwnDatabase) -> Iterator[Callable[[], LocalMail]]:
    account = make_account(make_cast().anna, protocol="pop3")
    epochs = count(1)

    def make() -> LocalMail:
        lease, _ = Lease.objects.update_or_create(account=account, defaults={"epoch": next(epochs)})
        made.append(LocalMail(account, lease.epoch, blobs()))
        return made[-1]

    made: list[LocalMail] = []
    yield make
    for local in made:
        local.close()


@pytest.fixture(params=["memory", "store"])
def house(request: pytest.FixtureRequest) -> House:
    local = MemoryAccount() if request.param == "memory" else request.getfixturevalue("stored")()
    return House(local, local.save_folders([INBOX])[0])


def test_what_came_by_imap_is_known_by_its_bytes(house: House) -> None:
    house.add(message(9), message(10, b"other"), validity=3)
    known = {one.placement: one for one in house.local.known(house.folder)}
    assert {(one.hint, one.here) for one in known.values()} == {
        (DropHint(None, len(message(9).body), None), False),  # type: ignore[arg-type]
        (DropHint(None, 5, None), False),
    }
    beginnings = dict(house.local.beginnings(house.folder, list(known), 8))
    assert {raw[:8] for raw in beginnings.values()} == {b"Subject:", b"other"}
    assert beginnings.keys() == known.keys()
    first = min(known)
    house.local.recognise(house.folder, [(first, 1, DropEntry(1, 99, b"named"))])
    assert Known(first, DropHint(b"named", 99, None), here=True) in house.local.known(house.folder)


def test_what_is_added_is_known_by_its_hints(house: House) -> None:
    house.add(message(1, name="a"), message(2, name="b"))
    known = house.known()
    assert {name: one.here for name, one in known.items()} == {b"a": True, b"b": True}
    assert known[b"a"].hint == message(1, name="a").hint
    assert house.local.next_uid(house.folder) == 3


def test_the_next_uid_is_above_all_that_ever_were(house: House) -> None:
    assert house.local.next_uid(house.folder) == 1
    house.add(message(7, name="a"))
    house.add(message(9), validity=3)
    assert house.local.next_uid(house.folder) == 8


def test_what_leaves_stays_in_the_folder_but_is_not_there(house: House) -> None:
    house.add(message(1, name="a"), message(2, name="b"))
    loose = house.loose(b"a", below=3)
    assert house.local.leave(house.folder, loose) == 1
    assert house.local.leave(house.folder, loose) == 0
    assert {name: one.here for name, one in house.known().items()} == {b"a": False, b"b": True}
    assert house.again().stored == 1


def test_what_was_found_again_does_not_leave(house: House) -> None:
    house.add(message(1, name="a"))
    loose = house.loose(b"a", below=2)
    house.local.recognise(house.folder, [(house.known()[b"a"].placement, 2, DropEntry(1, 5, b"renamed"))])
    assert house.local.leave(house.folder, loose) == 0


def test_a_recognised_message_has_its_new_name_and_its_old_head(house: House) -> None:
    house.add(message(1, name="a"))
    before = house.known()[b"a"]
    house.local.leave(house.folder, house.loose(b"a", below=2))
    house.local.recognise(house.folder, [(before.placement, 2, DropEntry(1, 99, b"renamed"))])
    assert house.local.known(house.folder) == [
        Known(before.placement, DropHint(b"renamed", 99, before.hint.head), here=True)
    ]


def test_a_message_known_from_imap_keeps_its_place_and_its_flags(house: House) -> None:
    house.add(message(1, flags=SEEN), validity=4)
    (before,) = house.local.known(house.folder)
    assert not before.here
    assert house.add(message(1, name="a")) == 1
    assert [(one.placement, one.here) for one in house.local.known(house.folder)] == [(before.placement, True)]
    assert house.again().stored == 1


def test_what_comes_again_under_another_name_is_the_same(house: House) -> None:
    house.add(message(1, name="a"), message(2, name="b"))
    before = house.known()
    again = message(3, raw=b"Subject: 1\r\n\r\nbody 1\r\n", name="renamed")
    assert house.add(again, loose=house.loose(b"a", b"b", below=3)) == 1
    assert house.known()[b"renamed"].placement == before[b"a"].placement
    assert len(house.known()) == 2


def test_what_had_left_and_comes_again_is_the_same(house: House) -> None:
    house.add(message(1, name="a"))
    before = house.known()[b"a"]
    house.local.leave(house.folder, house.loose(b"a", below=2))
    house.add(message(2, raw=b"Subject: 1\r\n\r\nbody 1\r\n", name="back"))
    assert [(one.placement, one.here) for one in house.local.known(house.folder)] == [(before.placement, True)]


def test_a_second_copy_is_a_second_message_in_the_folder(house: House) -> None:
    raw = b"Subject: twice\r\n\r\n"
    house.add(message(1, raw, name="a"))
    house.add(message(2, raw, name="b"))
    loose = house.loose(b"a", b"b", below=3)
    assert house.add(message(3, raw, name="c"), loose=loose) == 1
    assert house.add(message(4, raw, name="d"), loose=loose) == 1
    assert set(house.known()) == {b"c", b"d"}
    assert house.add(message(5, raw, name="e"), loose=loose) == 1
    assert set(house.known()) == {b"c", b"d", b"e"}


def test_two_copies_in_one_batch_take_two_places(house: House) -> None:
    raw = b"Subject: twice\r\n\r\n"
    house.add(message(1, raw, name="a"), message(2, raw, name="b"))
    loose = house.loose(b"a", b"b", below=3)
    house.add(message(3, raw, name="c"), message(4, raw, name="d"), message(5, raw, name="e"), loose=loose)
    assert set(house.known()) == {b"c", b"d", b"e"}
    assert house.again().stored == 3


def test_adding_again_changes_nothing(house: House) -> None:
    raw = b"Subject: twice\r\n\r\n"
    house.add(message(1, raw, name="a"), message(2, raw, name="b"))
    loose = house.loose(b"a", b"b", below=3)
    for _ in range(2):
        house.add(message(3, raw, name="c"), loose=loose)
    assert set(house.known()) == {b"b", b"c"} or set(house.known()) == {b"a", b"c"}


def test_imap_again_takes_what_pop3_placed_with_the_servers_flags(house: House) -> None:
    house.add(message(1, name="a"), message(2, name="b"), message(3, name="c"))
    house.local.leave(house.folder, house.loose(b"a", below=4))
    house.add(message(1, flags=SEEN), message(2, flags=SEEN), validity=6)
    assert list(house.local.stored_uids(house.folder, 6)) == [1, 2]
    house.local.complete(house.folder, FolderStatus(6, 3, 2, None), 3)
    assert [one.here for one in house.local.known(house.folder)] == [
        False,
        False,
    ]  # the third is gone, as IMAP folders show it
    assert house.local.set_flags(house.folder, 6, [RemoteFlags(1, SEEN, None)]) == 0


def test_what_had_left_stays_in_sight_when_imap_does_not_list_it(house: House) -> None:
    house.add(message(1, name="a"))
    house.local.leave(house.folder, house.loose(b"a", below=2))
    house.local.opened(house.folder, FolderStatus(6, 3, 0, None))
    house.local.complete(house.folder, FolderStatus(6, 3, 0, None), 3)
    assert len(house.local.known(house.folder)) == 1
    assert house.again().stored == 0


def test_what_imap_placed_and_pop3_does_not_list_stays_in_sight(house: House) -> None:
    house.add(message(1), message(2), validity=4)
    house.add(message(1, name="a"))
    house.local.complete(house.folder, FolderStatus(DROP, 2, 1, None), 2)
    assert sorted(one.here for one in house.local.known(house.folder)) == [False, True]
    assert house.again().stored == 1


def test_the_counters_of_the_folder_stay_true(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    house = House(local, local.save_folders([INBOX])[0])
    raw = b"Subject: twice\r\n\r\n"
    house.add(message(1, flags=SEEN), message(2), message(3, raw), validity=4)
    house.add(message(1, name="a"), message(2, name="b"), message(3, raw, name="c"), message(4, raw, name="d"))
    house.local.leave(house.folder, house.loose(b"d", below=5))
    house.add(message(1), message(2, flags=SEEN), message(7, raw, flags=SEEN), validity=9)
    with as_user(local._account.owner_id):
        folder = Folder.objects.get()
        placed = list(Placement.objects.filter(gone_at=None))
        assert (folder.stored, folder.unread) == (len(placed), sum(not one.seen for one in placed))
        assert Message.objects.count() == 3
