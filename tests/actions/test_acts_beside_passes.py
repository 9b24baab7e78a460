"""A person acts while the account's keeper commits, and in two windows at once: nobody waits in a circle, nothing is done twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from teczka.actions.acts import Selection, do, undo
from teczka.core.acts import Verb
from teczka.core.folders import LocalFolder
from teczka.core.mail import FolderStatus, RemoteFlags
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Lease
from tests.acted import Mailbox, make_mailbox, wrong_counters
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.processes import until

ROUNDS = 8


@pytest.fixture
def mail(own_database: OwnDatabase) -> Mailbox:
    mail = make_mailbox(make_cast().anna, 40)
    Lease.objects.create(account=mail.account, epoch=1)
    return mail


def together(*works: Callable[[], object]) -> list[object]:
    """In a thread each; raises what one of them raises."""

    def whole(work: Callable[[], object]) -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(whole, work) for work in works]]


def test_acts_and_a_pass_never_wait_for_one_another_in_a_circle(mail: Mailbox) -> None:
    local = LocalMail(mail.account, 1, blobs())
    inbox, work = (LocalFolder(one.pk, bytes(one.wire_name), 1, 0, None, 0, 0) for one in (mail.inbox, mail.work))
    told = [RemoteFlags(uid, frozenset({"\\Seen"} if uid % 2 else ()), None) for uid in range(1, 41)]

    def keep() -> None:
        for _ in range(ROUNDS):
            for folder in (work, inbox):
                local.set_flags(folder, 1, told)
                local.mark_gone(folder, 1, [41])
                local.complete(folder, FolderStatus(1, 41, 40, None), 41)

    def move(source: int, target: str) -> Callable[[], None]:
        goal = mail.work if target == "work" else mail.inbox

        def go() -> None:
            for _ in range(ROUNDS):
                do(mail.owner, uuid4(), Verb.MOVE, Selection([source]), goal.public_id)

        return go

    try:
        together(keep, move(mail.inbox.pk, "work"), move(mail.work.pk, "inbox"))
    finally:
        local.close()
    assert not wrong_counters(mail.owner)
    assert sorted(mail.lie(mail.inbox) + mail.lie(mail.work)) == list(range(1, 41))


def test_an_act_waits_for_what_the_keeper_is_just_writing(mail: Mailbox) -> None:
    local = LocalMail(mail.account, 1, blobs())
    begun = threading.Event()

    def keep() -> None:
        with local.writing():
            begun.set()
            until(waiting, 20, "the act to wait")

    def act() -> None:
        begun.wait(20)
        mail.act(Verb.ARCHIVE, 1)

    try:
        together(keep, act)
    finally:
        local.close()
    assert mail.lie(mail.archive) == [1]


def waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_one_key_in_two_windows_is_one_act_and_undone_once(mail: Mailbox) -> None:
    key, chosen = uuid4(), Selection([mail.inbox.pk], mail.ids(1, 2, 3))
    first, second = together(*[lambda: do(mail.owner, key, Verb.ARCHIVE, chosen)] * 2)
    assert first == second
    assert len(mail.operations()) == 3
    act = first.line.public_id  # type: ignore[attr-defined]
    once, again = together(*[lambda: undo(mail.owner, act)] * 2)
    assert once == again
    assert len(mail.lie(mail.inbox)) == 40
    assert not wrong_counters(mail.owner)
