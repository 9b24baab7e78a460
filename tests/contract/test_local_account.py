"""What every local side of an account promises (sync/ports.py): in memory and in the database, one suite."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest
from django.utils import timezone

from teczka.core.errors import LeaseLost, Trouble
from teczka.core.folders import LONGEST_WIRE_NAME, LocalFolder
from teczka.core.mail import Envelope, FolderStatus, RemoteFlags, RemoteFolder, RemoteMessage, RemoteSummary
from teczka.core.messages import TRIES
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import FetchTrouble, Folder, Grant, Lease, Message, Placement
from teczka.store.queries.unfetched import unfetched
from teczka.store.viewer import as_user
from teczka.sync.ports import LocalAccount
from tests.cast import make_account, make_cast
from tests.sync.memory import MemoryAccount

INBOX = RemoteFolder(b"INBOX", "INBOX", "/", frozenset())
WORK = RemoteFolder(b"Praca", "Praca", "/", frozenset())
SENT = RemoteFolder(b"Wys&AUI-ane", "Wysłane", "/", frozenset({"\\sent"}))
HOLDER = RemoteFolder(b"[Gmail]", "[Gmail]", "/", frozenset({"\\noselect"}))
WHEN = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


def message(uid: int, raw: bytes | None = None, flags: tuple[str, ...] = (), message_id: bytes = b"") -> RemoteMessage:
    body = raw if raw is not None else f"Subject: {uid}\r\n\r\nbody {uid}\r\n".encode()
    named = Envelope(b"", b"Temat", ((b"Jan", b"jan@a.example"),), (), (), b"", message_id) if message_id else None
    return RemoteMessage(uid, frozenset(flags), WHEN + timedelta(seconds=uid), len(body), body, named)


@dataclass
class House:
    local: LocalAccount
    folder: LocalFolder

    def again(self) -> LocalFolder:
        """The folder as the next pass sees it."""
        return self.local.save_folders([INBOX])[0]


@pytest.fixture
def stored(db: None) -> Iterator[Callable[[], LocalMail]]:
    """The store's own. Called again it is another worker that took the lease."""
    account = make_account(make_cast().anna)
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
def local(request: pytest.FixtureRequest) -> LocalAccount:
    if request.param == "memory":
        return MemoryAccount()
    made: LocalAccount = request.getfixturevalue("stored")()
    return made


@pytest.fixture
def house(local: LocalAccount) -> House:
    return House(local, local.save_folders([INBOX])[0])


def test_folders_found_empty_have_a_cursor_and_those_that_hold_something_stay_as_they_are(local: LocalAccount) -> None:
    inbox, work = local.save_folders([INBOX, WORK])
    local.add(work, 3, local.keep([message(1)]))
    told = FolderStatus(7, 12, 0, 5)
    assert local.found_empty([(inbox, told), (work, told)]) == {inbox.id}
    known = [
        (one.uidvalidity, one.complete_below, one.highestmodseq, one.told) for one in local.save_folders([INBOX, WORK])
    ]
    assert known == [(7, 12, 5, 0), (None, 0, None, 0)]


def test_an_envelope_without_end_stops_no_pass(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    folder = local.save_folders([INBOX])[0]
    strange = "".join(map(chr, Random(1).choices(range(0x4E00, 0x9FFF), k=3_000))).encode()
    named = Envelope(strange, strange, ((strange, strange + b"@x.example"),), (), ((strange, strange),), b"", strange)
    assert local.add(folder, 1, local.keep([RemoteMessage(7, frozenset(), WHEN, 4, b"\r\n\r\n", named)])) == 1


def test_folders_come_inbox_first_and_without_those_that_hold_no_mail(local: LocalAccount) -> None:
    assert local.save_folders([WORK, HOLDER, SENT, INBOX])[0].name == b"INBOX"
    assert {folder.name for folder in local.save_folders([WORK, HOLDER, SENT, INBOX])} == {
        b"INBOX",
        b"Praca",
        SENT.name,
    }


def test_a_server_that_lists_nothing_is_ill_and_not_empty(local: LocalAccount) -> None:
    before = local.save_folders([INBOX, WORK])
    assert local.save_folders([]) == before


def test_a_folder_that_went_and_came_back_is_the_same(local: LocalAccount) -> None:
    (_, work) = local.save_folders([INBOX, WORK])
    local.add(work, 1, local.keep([message(1)]))
    assert [folder.name for folder in local.save_folders([INBOX])] == [b"INBOX"]
    back = local.save_folders([INBOX, WORK])[1]
    assert (back.id, back.stored, back.complete_below) == (work.id, 1, 0)
    fetched(local, back)
    local.save_folders([INBOX])
    for _ in range(2):
        assert local.save_folders([INBOX, WORK])[1].complete_below == 1


def fetched(local: LocalAccount, folder: LocalFolder, *messages: RemoteMessage) -> None:
    """In a whole pass."""
    status = FolderStatus(1, 10, len(messages), 77)
    local.opened(folder, status)
    local.add(folder, 1, local.keep(messages))
    local.complete(folder, status, 10)


def test_what_may_bear_another_name_now_is_told_while_nothing_is_written(local: LocalAccount) -> None:
    _, work = local.save_folders([INBOX, WORK])
    assert local.unlisted([INBOX, SENT]) == ([], [SENT])  # it was never opened
    fetched(local, work, message(1), message(2))
    missing, new = local.unlisted([INBOX, SENT, HOLDER])
    assert ([folder.id for folder in missing], new) == ([work.id], [SENT])
    for listed in ([INBOX, WORK], []):
        assert local.unlisted(listed)[0] == []
    local.mark_gone(work, 1, [1])
    assert [(uid, one.size) for uid, one in local.placed(missing[0], [1, 2, 3]).items()] == [(2, message(2).size)]


def test_a_renamed_folder_keeps_all_but_its_name(local: LocalAccount) -> None:
    there = {folder.name: folder for folder in local.save_folders([INBOX, WORK, SENT])}
    work, sent = there[WORK.name], there[SENT.name]
    fetched(local, work, message(1))
    fetched(local, sent, message(2))
    local.save_folders([INBOX, WORK])  # one that went bears the name still
    local.rename_folder(work, SENT)
    _, renamed = local.save_folders([INBOX, SENT])
    assert (renamed.id, renamed.uidvalidity, renamed.complete_below, renamed.stored) == (work.id, 1, 10, 1)
    assert renamed.highestmodseq is None
    assert list(local.stored_uids(renamed, 1)) == [1]
    another = next(folder for folder in local.save_folders([INBOX, SENT, WORK]) if folder.name == WORK.name)
    assert another.id not in {work.id, sent.id}


def test_a_new_folder_over_which_passes_break_off_is_not_looked_at_for_ever(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    fetched(local, local.save_folders([INBOX, WORK])[1], message(1))
    offered = [bool(local.unlisted([INBOX, SENT])[1]) for _ in range(TRIES + 2)]
    assert offered == [True] * TRIES + [False, False]


def test_a_folder_never_opened_has_no_cursor(house: House) -> None:
    assert (house.folder.uidvalidity, house.folder.complete_below, house.folder.highestmodseq, house.folder.told) == (
        None,
        0,
        None,
        0,
    )


def test_what_is_added_is_stored_once_however_often_it_is_added(house: House) -> None:
    assert house.local.add(house.folder, 1, house.local.keep([message(2), message(1)])) == 2
    assert house.local.add(house.folder, 1, house.local.keep([message(2), message(3)])) == 1
    assert list(house.local.stored_uids(house.folder, 1)) == [1, 2, 3]
    assert list(house.local.stored_uids(house.folder, 1, 2)) == [2, 3]
    assert list(house.local.stored_uids(house.folder, 2)) == []
    assert house.again().stored == 3


def test_a_uid_told_twice_in_a_batch_is_one(house: House) -> None:
    assert house.local.add(house.folder, 1, house.local.keep([message(1), message(1)])) == 1


def test_the_same_bytes_under_two_uids_are_two_placements(house: House) -> None:
    assert (
        house.local.add(house.folder, 1, house.local.keep([message(1, b"a: b\r\n\r\n"), message(2, b"a: b\r\n\r\n")]))
        == 2
    )
    assert house.local.add(house.folder, 1, house.local.keep([message(3, b"a: b\r\n\r\n")])) == 1
    assert house.again().stored == 3


def test_a_spooled_body_is_taken_over(house: House) -> None:
    spool = house.local.spool(9)
    spool.write(b"a: b\r\n\r\nc")
    big = RemoteMessage(1, frozenset(), WHEN, 9, spool)
    assert house.local.add(house.folder, 1, house.local.keep([big, message(2)])) == 2
    assert house.local.add(house.folder, 1, house.local.keep([message(3, b"a: b\r\n\r\nc")])) == 1


def test_a_spooled_body_that_is_known_already_adds_a_placement_only(house: House) -> None:
    house.local.add(house.folder, 1, house.local.keep([message(1, b"a: b\r\n\r\nc")]))
    spool = house.local.spool(9)
    spool.write(b"a: b\r\n\r\nc")
    assert house.local.add(house.folder, 1, house.local.keep([RemoteMessage(2, frozenset(), WHEN, 9, spool)])) == 1


def test_gone_is_a_mark_that_comes_off_again(house: House) -> None:
    house.local.add(house.folder, 1, house.local.keep([message(1), message(2)]))
    assert house.local.mark_gone(house.folder, 1, [1, 99]) == 1
    assert house.local.mark_gone(house.folder, 1, [1]) == 0
    assert list(house.local.stored_uids(house.folder, 1)) == [2]
    assert house.again().stored == 1
    assert house.local.add(house.folder, 1, house.local.keep([message(1)])) == 1
    assert house.again().stored == 2


def test_a_uid_that_is_gone_and_given_to_another_message_shows_that_one(house: House) -> None:
    """As a server does that was restored from a backup and kept its UIDVALIDITY."""
    house.local.add(house.folder, 1, house.local.keep([message(1, b"Subject: before\r\n\r\n")]))
    house.local.mark_gone(house.folder, 1, [1])
    after = message(1, b"Subject: after the restore\r\n\r\n")
    assert house.local.add(house.folder, 1, house.local.keep([after])) == 1
    (shown,) = house.local.candidates(house.folder, 2)
    assert shown.size == after.size


def test_flags_change_where_they_differ_and_only_there(house: House) -> None:
    house.local.add(house.folder, 1, house.local.keep([message(1), message(2, flags=("\\Seen",))]))
    told = [
        RemoteFlags(1, frozenset({"\\Seen", "$Label1"}), 7),
        RemoteFlags(2, frozenset({"\\Seen"}), 7),
        RemoteFlags(9, frozenset(), 7),
    ]
    assert house.local.set_flags(house.folder, 1, told) == 1
    assert house.local.set_flags(house.folder, 1, told) == 0
    assert house.local.set_flags(house.folder, 2, told) == 0


def test_trouble_is_counted_and_forgotten_once_the_message_comes_or_goes(house: House) -> None:
    house.local.give_up(house.folder, 1, [5, 6], Trouble.SERVER_CLOSED)
    house.local.give_up(house.folder, 1, [5], Trouble.SERVER_CLOSED)
    assert house.local.troubled_uids(house.folder, 1) == {5: 2, 6: 1}
    assert house.local.troubled_uids(house.folder, 2) == {}
    house.local.add(house.folder, 1, house.local.keep([message(5)]))
    house.local.mark_gone(house.folder, 1, [6])
    assert house.local.troubled_uids(house.folder, 1) == {}


@pytest.mark.parametrize(
    ("tries", "minutes", "due"), [(1, 0, True), (3, 9, False), (3, 11, True), (5, 159, False), (5, 161, True)]
)
def test_what_did_not_come_is_tried_again_the_later_the_oftener_it_was_tried(
    stored: Callable[[], LocalMail], tries: int, minutes: int, due: bool
) -> None:
    local = stored()
    folder = local.save_folders([INBOX])[0]
    for _ in range(tries):
        local.give_up(folder, 1, [5], Trouble.SERVER_CLOSED)
    with as_user(local._account.owner_id):
        FetchTrouble.objects.update(last_try_at=timezone.now() - timedelta(minutes=minutes))
    assert (local.troubled_uids(folder, 1)[5] < TRIES) is due


def test_what_was_tried_for_weeks_is_tried_once_a_day(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    folder = local.save_folders([INBOX])[0]
    local.give_up(folder, 1, [5], Trouble.SERVER_CLOSED)
    for hours, due in ((23, False), (25, True)):
        with as_user(local._account.owner_id):
            FetchTrouble.objects.update(tries=10_000, last_try_at=timezone.now() - timedelta(hours=hours))
        assert (local.troubled_uids(folder, 1)[5] < TRIES) is due


def test_no_folder_is_kept_whose_name_no_index_holds(stored: Callable[[], LocalMail]) -> None:
    names = [Random(1).randbytes(3_000).hex().encode(), b"INBOX"]
    kept = stored().save_folders([RemoteFolder(name, name.decode(), "\0", frozenset()) for name in names])
    assert [folder.name for folder in kept] == [b"INBOX"]


def test_a_folder_that_was_kept_under_a_name_too_long_is_not_gone(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    before = local.save_folders([INBOX, WORK])
    name = b"x" * (LONGEST_WIRE_NAME + 1)
    long = RemoteFolder(name, name.decode(), "/", frozenset())
    assert local.save_folders([long]) == before
    with as_user(local._account.owner_id):
        Folder.objects.filter(path="Praca").update(wire_name=name)  # as an earlier version kept it
    assert [folder.name for folder in local.save_folders([INBOX, long])] == [b"INBOX", name]
    assert [folder.name for folder in local.save_folders([INBOX])] == [b"INBOX"]


def test_what_a_server_puts_off_is_missing_only_once_it_was_put_off_again_and_again(
    stored: Callable[[], LocalMail],
) -> None:
    local = stored()
    folder = local.save_folders([INBOX])[0]
    local.opened(folder, FolderStatus(1, 10, 4, 77))
    for tries in range(1, TRIES + 1):
        local.give_up(folder, 1, [5], Trouble.SERVER_BUSY)
        assert bool(unfetched(local._account.owner)) is (tries == TRIES)


def test_of_thousands_that_did_not_come_a_thousand_are_counted(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    folder = local.save_folders([INBOX])[0]
    local.opened(folder, FolderStatus(1, 10, 4, 77))
    local.give_up(folder, 1, range(1, 3001), Trouble.SERVER_GARBAGE)
    (missing,) = unfetched(local._account.owner)
    assert (missing.count, missing.problem.params["count"]) == (1001, "1000+")


def test_the_cursor_moves_and_a_new_uidvalidity_resets_it(house: House) -> None:
    house.local.opened(house.folder, FolderStatus(1, 10, 4, 77))
    house.local.complete(house.folder, FolderStatus(1, 10, 4, 77), 10)
    known = house.again()
    assert (known.uidvalidity, known.complete_below, known.highestmodseq, known.told) == (1, 10, 77, 4)
    house.local.opened(house.folder, FolderStatus(1, 11, 5, 78))
    assert (house.again().complete_below, house.again().told) == (10, 5)
    house.local.opened(house.folder, FolderStatus(2, 10, 4, 1))
    fresh = house.again()
    assert (fresh.uidvalidity, fresh.complete_below, fresh.highestmodseq) == (2, 0, None)


def test_what_was_placed_under_numbers_that_are_others_now_is_known_again(house: House) -> None:
    local = house.local
    for turn in range(2):
        status = FolderStatus(1, 10, 2, 77)
        local.opened(house.folder, status)
        local.add(house.folder, 1, local.keep([message(1, b"one %d" % turn), message(2, b"two %d" % turn)]))
        local.give_up(house.folder, 1, [7], Trouble.SERVER_GARBAGE)
        local.complete(house.folder, status, 10)
        local.renumber(house.again())
        known = house.again()
        assert (known.uidvalidity, known.complete_below, known.highestmodseq, known.stored) == (1, 0, None, 0)
        assert (list(local.stored_uids(known, 1)), local.troubled_uids(known, 1)) == ([], {})
        assert len(local.candidates(known, 1)) == 2 + 2 * turn


def test_a_rematch_places_what_is_known_and_the_older_placement_goes(house: House) -> None:
    house.local.add(
        house.folder, 1, house.local.keep([message(1, message_id=b"<a@x>"), message(2, message_id=b"<b@x>")])
    )
    old = {candidate.message_id: candidate for candidate in house.local.candidates(house.folder, 2)}
    assert set(old) == {b"a@x", b"b@x"}
    assert old[b"a@x"].internaldate_seconds == int((WHEN + timedelta(seconds=1)).timestamp())
    summary = RemoteSummary(11, frozenset({"\\Seen"}), WHEN + timedelta(seconds=1), old[b"a@x"].size, None)
    assert house.local.place(house.folder, 2, [(summary, old[b"a@x"].placement)]) == 1
    assert house.local.place(house.folder, 2, [(summary, old[b"a@x"].placement)]) == 0
    assert list(house.local.stored_uids(house.folder, 2)) == [11]
    assert [candidate.message_id for candidate in house.local.candidates(house.folder, 2)] == [b"b@x"]
    assert house.again().stored == 2
    house.local.complete(house.folder, FolderStatus(2, 12, 1, None), 12)
    assert house.local.candidates(house.folder, 2) == []
    assert house.again().stored == 1


def test_what_lay_there_stays_until_all_of_the_new_numbers_has_come(house: House) -> None:
    house.local.add(house.folder, 1, house.local.keep([message(1), message(2)]))
    house.local.opened(house.folder, FolderStatus(2, 13, 2, None))
    house.local.add(house.folder, 2, house.local.keep([message(11)]))
    house.local.give_up(house.folder, 2, [12], Trouble.SERVER_CLOSED)
    house.local.complete(house.folder, FolderStatus(2, 13, 2, None), 13)
    assert (house.again().stored, len(house.local.candidates(house.folder, 2))) == (1, 2)
    house.local.mark_gone(house.folder, 2, [12])
    house.local.complete(house.folder, FolderStatus(2, 13, 1, None), 13)
    assert (house.again().stored, house.local.candidates(house.folder, 2)) == (1, [])


def test_a_worker_that_lost_its_lease_writes_nothing(stored: Callable[[], LocalMail]) -> None:
    first = stored()
    folder = first.save_folders([INBOX])[0]
    second = stored()
    status = FolderStatus(1, 2, 1, None)
    summary = RemoteSummary(1, frozenset(), WHEN, 1, None)
    for write in (
        lambda: first.add(folder, 1, first.keep([message(1)])),
        lambda: first.save_folders([INBOX]),
        lambda: first.rename_folder(folder, WORK),
        lambda: first.place(folder, 1, [(summary, 1)]),
        lambda: first.set_flags(folder, 1, [RemoteFlags(1, frozenset(), None)]),
        lambda: first.mark_gone(folder, 1, [1]),
        lambda: first.give_up(folder, 1, [1], Trouble.SERVER_CLOSED),
        lambda: first.opened(folder, status),
        lambda: first.complete(folder, status, 2),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert list(second.stored_uids(folder, 1)) == []
    assert second.save_folders([INBOX])[0] == folder


def test_the_counters_follow_what_is_placed(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    folder = local.save_folders([INBOX])[0]
    account = local._account

    def counted() -> tuple[int, int]:
        with as_user(account.owner_id):
            row = Folder.objects.get(pk=folder.id)
        return row.stored, row.unread

    local.add(folder, 1, local.keep([message(1), message(2, flags=("\\SEEN",)), message(3)]))
    assert counted() == (3, 2)
    local.set_flags(folder, 1, [RemoteFlags(1, frozenset({"\\Seen"}), None), RemoteFlags(2, frozenset(), None)])
    assert counted() == (3, 2)
    local.set_flags(folder, 1, [RemoteFlags(3, frozenset({"\\Seen"}), None)])
    assert counted() == (3, 1)
    local.mark_gone(folder, 1, [2, 3])
    assert counted() == (1, 0)


def test_what_arrives_is_its_owners_alone_and_the_list_shows_its_envelope(stored: Callable[[], LocalMail]) -> None:
    local = stored()
    folder = local.save_folders([INBOX])[0]
    local.add(folder, 1, local.keep([message(1, message_id=b"<a@x>", flags=("\\Flagged", "$Junk", "\\Recent"))]))
    with as_user(local._account.owner_id):
        kept = Message.objects.get()
        assert (kept.subject, kept.from_name, kept.from_address, kept.message_id) == (
            "Temat",
            "Jan",
            "jan@a.example",
            "a@x",
        )
        assert not Grant.objects.exists()
        placed = Placement.objects.get()
        assert (placed.flagged, placed.seen, placed.keywords) == (True, False, ["$Junk"])
    with as_user(make_other(local)):
        assert not Message.objects.exists()


def make_other(local: LocalMail) -> int:
    account = local._account
    return type(account.owner).objects.exclude(pk=account.owner_id).first().pk  # type: ignore[union-attr]
