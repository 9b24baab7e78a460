"""What people did and the server does not know yet, under whatever it tells meanwhile: in memory and in the database, one suite.

Nothing flickers back, nothing is fetched or shown twice, and a change that somebody makes elsewhere counts in the end."""

from collections.abc import Callable, Iterator
from typing import Protocol
from uuid import uuid4

import pytest

from teczka.actions.acts import Selection, do
from teczka.core.acts import OperationState, Verb
from teczka.core.folders import LocalFolder
from teczka.core.mail import FolderStatus, RemoteFlags, RemoteFolder, RemoteMessage, RemoteSummary
from teczka.store import outcomes
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Folder, Lease, Message, Operation, Placement
from teczka.store.viewer import as_user
from teczka.sync.ports import LocalAccount
from tests.acted import wrong_counters
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.contract.test_local_account import INBOX, WHEN, WORK, message
from tests.sync.acting import ActingAccount

SEEN, STARRED = "\\Seen", "\\Flagged"


class Acting(Protocol):
    local: LocalAccount

    def flag(self, folder: LocalFolder, uid: int, flag: str, value: bool, local: bool = False) -> int: ...
    def move(self, folder: LocalFolder, uid: int, target: LocalFolder) -> int: ...
    def start(self, operation: int, uidnext: int) -> None: ...
    def done(self, operation: int, state: OperationState = OperationState.DONE) -> None: ...
    def land(self, operation: int, uid: int) -> None: ...
    def shown(self, folder: LocalFolder) -> list[frozenset[str]]: ...


class InMemory:
    def __init__(self) -> None:
        self.local = self._account = ActingAccount()

    def flag(self, folder: LocalFolder, uid: int, flag: str, value: bool, local: bool = False) -> int:
        return self._account.flag(folder, 1, uid, flag, value, local)

    def move(self, folder: LocalFolder, uid: int, target: LocalFolder) -> int:
        return self._account.move(folder, 1, uid, target)

    def start(self, operation: int, uidnext: int) -> None:
        self._account.start(operation, 1, uidnext)

    def done(self, operation: int, state: OperationState = OperationState.DONE) -> None:
        self._account.done(operation, state)

    def land(self, operation: int, uid: int) -> None:
        self._account.land(operation, 1, uid)

    def shown(self, folder: LocalFolder) -> list[frozenset[str]]:
        return [flags for _raw, flags in self._account.present(folder.name).values()]


class Stored:
    def __init__(self, account: Account) -> None:
        Lease.objects.create(account=account, epoch=1)
        self.local = LocalMail(account, 1, blobs())
        self._account = account

    def flag(self, folder: LocalFolder, uid: int, flag: str, value: bool, local: bool = False) -> int:
        self._mode("read_only" if local else "managed")
        verbs = {
            (SEEN, True): Verb.READ,
            (SEEN, False): Verb.UNREAD,
            (STARRED, True): Verb.STAR,
            (STARRED, False): Verb.UNSTAR,
        }
        return self._do(verbs[flag, value], folder, uid)

    def move(self, folder: LocalFolder, uid: int, target: LocalFolder) -> int:
        self._mode("managed")
        return self._do(Verb.MOVE, folder, uid, target)

    def _mode(self, mode: str) -> None:
        with as_user(self._account.owner_id):
            Account.objects.filter(pk=self._account.pk).update(mode=mode)

    def _do(self, verb: Verb, folder: LocalFolder, uid: int, target: LocalFolder | None = None) -> int:
        with as_user(self._account.owner_id):
            (chosen,) = Message.objects.filter(placements__folder=folder.id, placements__uid=uid).values_list(
                "public_id", flat=True
            )
            goal = Folder.objects.get(pk=target.id).public_id if target else None
        do(self._account.owner, uuid4(), verb, Selection([folder.id], [chosen]), goal)
        with as_user(self._account.owner_id):
            return Operation.objects.latest("pk").pk

    def start(self, operation: int, uidnext: int) -> None:
        with as_user(self._account.owner_id):
            outcomes.start([operation], 1, uidnext)

    def done(self, operation: int, state: OperationState = OperationState.DONE) -> None:
        with as_user(self._account.owner_id):
            outcomes.done([operation], state)

    def land(self, operation: int, uid: int) -> None:
        with as_user(self._account.owner_id):
            outcomes.land({operation: (1, uid)})

    def shown(self, folder: LocalFolder) -> list[frozenset[str]]:
        assert not wrong_counters(self._account.owner)
        with as_user(self._account.owner_id):
            shown = Placement.objects.filter(folder=folder.id, gone_at=None).order_by("id")
            placed = list(shown.values_list("seen", "flagged"))
        return [frozenset({SEEN} if seen else ()) | ({STARRED} if flagged else set()) for seen, flagged in placed]


@pytest.fixture
def stored(own_database: OwnDatabase) -> Iterator[Callable[[], Stored]]:
    made: list[Stored] = []

    def make() -> Stored:
        made.append(Stored(make_account(make_cast().anna, mode="managed")))
        return made[-1]

    yield make
    for one in made:
        one.local.close()


@pytest.fixture(params=["memory", "store"])
def acting(request: pytest.FixtureRequest) -> Acting:
    if request.param == "memory":
        return InMemory()
    made: Acting = request.getfixturevalue("stored")()
    return made


@pytest.fixture
def folders(acting: Acting) -> tuple[LocalFolder, LocalFolder]:
    """The inbox with messages 1 and 2 under UIDVALIDITY 1, and an empty folder."""
    inbox, work = acting.local.save_folders([INBOX, WORK])
    for folder in (inbox, work):
        acting.local.opened(folder, FolderStatus(1, 3, 2, None))
    acting.local.add(inbox, 1, acting.local.keep([message(1), message(2)]))
    return inbox, work


Folders = tuple[LocalFolder, LocalFolder]


def told(uid: int, *flags: str) -> list[RemoteFlags]:
    return [RemoteFlags(uid, frozenset(flags), None)]


def again(acting: Acting, name: RemoteFolder) -> LocalFolder:
    """As the next pass sees it."""
    return next(folder for folder in acting.local.save_folders([INBOX, WORK]) if folder.name == name.name)


def test_flags_that_were_set_here_stay_until_the_server_has_them(acting: Acting, folders: Folders) -> None:
    inbox, _ = folders
    read = acting.flag(inbox, 1, SEEN, True)
    acting.local.set_flags(inbox, 1, told(1))
    assert acting.shown(inbox)[0] == {SEEN}, "the server does not know yet"
    acting.local.set_flags(inbox, 1, told(1, STARRED))
    assert acting.shown(inbox)[0] == {SEEN, STARRED}, "what was changed elsewhere comes nevertheless"
    acting.start(read, 0)
    acting.local.set_flags(inbox, 1, told(1))
    assert acting.shown(inbox)[0] == {SEEN}
    acting.done(read)
    acting.local.set_flags(inbox, 1, told(1))
    assert acting.shown(inbox)[0] == set(), "now it is somebody else's change"


def test_the_last_of_several_changes_holds(acting: Acting, folders: Folders) -> None:
    inbox, _ = folders
    acting.flag(inbox, 1, SEEN, True)
    acting.flag(inbox, 1, SEEN, False)
    acting.local.set_flags(inbox, 1, told(1, "\\SEEN"))
    assert acting.shown(inbox)[0] == set()


def test_a_mark_of_a_read_only_account_holds_until_the_server_tells_of_a_change(
    acting: Acting, folders: Folders
) -> None:
    inbox, _ = folders
    acting.flag(inbox, 1, SEEN, True, local=True)
    for _ in range(2):
        acting.local.set_flags(inbox, 1, told(1, STARRED))
        assert acting.shown(inbox)[0] == {SEEN, STARRED}
    acting.local.set_flags(inbox, 1, told(1, SEEN))  # read elsewhere, too
    acting.local.set_flags(inbox, 1, told(1))  # and marked unread there
    assert acting.shown(inbox)[0] == set()


def test_a_mark_of_a_read_only_account_goes_along_once_the_message_is_moved(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    acting.flag(inbox, 1, STARRED, True, local=True)
    moved = acting.move(inbox, 1, work)
    acting.start(moved, 5)
    acting.land(moved, 5)
    acting.done(moved)
    acting.local.set_flags(work, 1, told(5))
    assert acting.shown(work) == [{STARRED}], "no server had it"
    acting.local.set_flags(work, 1, told(5, STARRED))
    acting.local.set_flags(work, 1, told(5))
    assert acting.shown(work) == [set()], "what is changed elsewhere counts there, too"


def test_what_the_server_was_told_is_over_a_mark_of_when_it_was_read_only(acting: Acting, folders: Folders) -> None:
    inbox, _ = folders
    acting.flag(inbox, 1, SEEN, True, local=True)
    unread = acting.flag(inbox, 1, SEEN, False)
    acting.start(unread, 0)
    acting.done(unread)
    acting.local.set_flags(inbox, 1, told(1))
    assert acting.shown(inbox)[0] == set()


def test_what_is_to_leave_counts_as_there_and_comes_not_back(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    moved = acting.move(inbox, 1, work)
    assert list(acting.local.stored_uids(inbox, 1)) == [1, 2], "so that no pass fetches it again"
    assert list(acting.local.stored_uids(inbox, 1, 2)) == [2]
    assert again(acting, INBOX).stored == 2
    assert acting.local.add(inbox, 1, acting.local.keep([message(1)])) == 0
    acting.local.set_flags(inbox, 1, told(1, STARRED))
    assert len(acting.shown(inbox)) == 1
    acting.start(moved, 1)
    assert list(acting.local.stored_uids(inbox, 1)) == [1, 2]
    acting.done(moved)
    assert list(acting.local.stored_uids(inbox, 1)) == [2]
    assert again(acting, INBOX).stored == 1


def test_what_is_only_marked_there_stays_away_until_it_is_gone(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    acting.done(acting.move(inbox, 1, work), OperationState.MARKED)
    assert list(acting.local.stored_uids(inbox, 1)) == [1, 2]
    assert len(acting.shown(inbox)) == 1


def test_what_is_awaited_is_shown_and_not_taken_for_the_servers(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    acting.move(inbox, 1, work)
    assert len(acting.shown(work)) == 1
    assert list(acting.local.stored_uids(work, 1)) == []
    assert again(acting, WORK).stored == 0
    assert acting.local.candidates(work, 2) == []
    acting.local.complete(work, FolderStatus(1, 9, 0, None), 9)
    assert len(acting.shown(work)) == 1, "a pass that has not seen it knows nothing"


def test_what_arrives_is_the_awaited_one_once_the_server_was_told(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    moved = acting.move(inbox, 1, work)
    same = message(1)
    arrived = RemoteMessage(7, same.flags, WHEN, same.size, same.body)
    acting.start(moved, 5)
    acting.done(moved)
    assert acting.local.add(work, 1, acting.local.keep([arrived])) == 1
    assert len(acting.shown(work)) == 1
    assert list(acting.local.stored_uids(work, 1)) == [7]


def test_another_of_the_same_bytes_is_not_the_awaited_one(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    acting.move(inbox, 1, work)
    same = message(1)
    acting.local.add(work, 1, acting.local.keep([RemoteMessage(4, same.flags, WHEN, same.size, same.body)]))
    assert len(acting.shown(work)) == 2, "the server was not told to move ours yet"


def test_what_landed_is_the_servers(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    moved = acting.move(inbox, 1, work)
    acting.start(moved, 5)
    acting.land(moved, 5)
    acting.done(moved)
    assert list(acting.local.stored_uids(work, 1)) == [5]
    assert acting.local.mark_gone(work, 1, [5]) == 1


def test_what_the_server_never_shows_is_gone_once_a_listing_went_beyond(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    moved = acting.move(inbox, 1, work)
    acting.start(moved, 5)
    acting.local.complete(work, FolderStatus(1, 5, 0, None), 5)
    assert len(acting.shown(work)) == 1
    acting.done(moved)
    acting.local.complete(work, FolderStatus(1, 5, 0, None), 5)
    assert len(acting.shown(work)) == 1, "that listing was made before"
    acting.local.complete(work, FolderStatus(1, 6, 0, None), 6)
    assert acting.shown(work) == []


def test_a_new_uidvalidity_leaves_hidden_what_is_hidden_and_held_what_is_held(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    acting.flag(inbox, 2, SEEN, True)
    acting.move(inbox, 1, work)
    old = {one.internaldate_seconds: one for one in acting.local.candidates(inbox, 2)}
    assert len(old) == 2, "both are there still"
    summaries = [
        (
            RemoteSummary(10 + uid, frozenset(), message(uid).internaldate, message(uid).size, None),
            old[int(message(uid).internaldate.timestamp())].placement,
        )
        for uid in (1, 2)
    ]
    acting.local.place(inbox, 2, summaries)
    assert acting.shown(inbox) == [{SEEN}]
    assert list(acting.local.stored_uids(inbox, 2)) == [11, 12]
    acting.local.set_flags(inbox, 2, told(12))
    acting.local.complete(inbox, FolderStatus(2, 13, 2, None), 13)
    assert acting.shown(inbox) == [{SEEN}]


def test_fetched_again_under_a_new_uidvalidity_it_stays_hidden_too(acting: Acting, folders: Folders) -> None:
    inbox, work = folders
    acting.move(inbox, 1, work)
    same = message(1)
    acting.local.add(inbox, 2, acting.local.keep([RemoteMessage(21, same.flags, WHEN, same.size, same.body)]))
    assert len(acting.shown(inbox)) == 1
    assert list(acting.local.stored_uids(inbox, 2)) == [21]
