"""Peers' mistake 3, for letters of a case: sent before it was kept, so that it is nowhere in the case; and called sent, and filed as that,
though no server took it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from teczka.actions import outbox
from teczka.actions.reading import read_some
from teczka.core.filing import How
from teczka.core.outgoing import State
from teczka.mime.transmitted import transmitted
from teczka.store.blobs import blobs
from teczka.store.models import Account, Case, Filing, Grant, Outgoing
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import read
from teczka.store.viewer import as_user
from tests.cases import make_case
from tests.cast import Cast, make_cast, make_folder
from tests.outgoing import JAN, OLA, deliver, fresh, recipients, sends, sent, state_of, written
from tests.submission import Submission


@pytest.fixture
def cast(own_database: object) -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast, submission: Submission) -> Account:
    submission.received = []
    submission.answers.clear()
    account = sends(cast.anna, submission)
    make_folder(account, "Sent", "sent")
    return account


@pytest.fixture
def case(cast: Cast) -> Case:
    return make_case(cast.anna, "Kowalski", cast.bartek)


def letter(account: Account, case: Case, *to: str) -> Outgoing:
    return sent(written(account, *to, case=case.public_id, case_shared=True))


def go(account: Account) -> None:
    deliver(account)
    while read_some(10):
        pass


def filed(account: Account) -> list[str]:
    with as_user(account.owner_id):
        rows = Filing.objects.filter(undone_at=None)
        assert bool(rows) == Grant.objects.filter(owner_id=account.owner_id).exists()
        return list(rows.values_list("how", flat=True))


class Watched(list[Any]):
    """What a server has received, and what is looked at before it says that it has."""

    def __init__(self, look: Callable[[bytes], None]) -> None:
        super().__init__()
        self._look = look

    def append(self, envelope: Any) -> None:
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(self._look, bytes(envelope.original_content)).result(10)
        super().append(envelope)


def test_before_a_server_has_it_it_lies_here_whole_in_its_case(
    account: Account, submission: Submission, case: Case
) -> None:
    row = letter(account, case)
    seen: list[tuple[str, int | None, bool]] = []

    def look(content: bytes) -> None:
        now = fresh(row)  # by a connection of its own: what is committed
        entry = Entry(
            now.pack_offset or 0,
            now.pack_length or 0,
            Codec(now.pack_codec or 0),
            now.size or 0,
            bytes(now.sha256 or b""),
        )
        own = bytes(read(blobs(), now.pack_id, entry)) if now.pack_id else b"-"
        seen.append((now.state, now.case_id, own[transmitted(own).start :] == content))
        connections.close_all()

    submission.received = Watched(look)
    go(account)
    assert seen == [(State.SENDING, case.pk, True)]
    assert filed(account) == [How.COMPOSE]
    assert state_of(row) is State.SENT


def test_what_cannot_be_kept_does_not_leave(
    account: Account, submission: Submission, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = written(account, case=case.public_id)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("teczka.store.packs.spool.SpoolFile.finish", full)
    with pytest.raises(OSError, match="No space"):
        outbox.send(account.owner, draft.public_id, draft.revision)
    go(account)
    assert (state_of(draft), submission.received, filed(account)) == (State.DRAFT, [], [])


def test_what_is_refused_is_not_sent_nor_filed_until_it_is_taken_and_then_once(
    account: Account, submission: Submission, case: Case
) -> None:
    submission.answers["DATA"] = "550 5.7.1 Rejected as spam"
    row = letter(account, case)
    go(account)
    assert (state_of(row), filed(account)) == (State.FAILED, [])
    assert fresh(row).trouble
    submission.answers.clear()
    outbox.retry(account.owner, row.public_id)
    go(account)
    go(account)
    assert (state_of(row), filed(account)) == (State.SENT, [How.COMPOSE])


def test_who_was_refused_is_told_apart_from_who_has_it(account: Account, submission: Submission, case: Case) -> None:
    submission.answers[OLA] = "550 5.1.1 No such user"
    row = letter(account, case, JAN, OLA)
    go(account)
    assert recipients(row) == {JAN: "accepted", OLA: "refused"}
    assert (state_of(row), filed(account)) == (State.SENT, [How.COMPOSE])


def test_what_nobody_knows_is_not_filed_before_somebody_says_that_it_arrived(
    account: Account, submission: Submission, case: Case
) -> None:
    row = letter(account, case)
    with as_user(row.owner_id):
        begun = {"state": State.SENDING, "attempt": uuid4(), "attempt_at": timezone.now()}
        Outgoing.objects.filter(pk=row.pk).update(**begun)  # and its worker died
    go(account)
    assert (state_of(row), submission.received, filed(account)) == (State.UNCERTAIN, [], [])
    outbox.settle(account.owner, row.public_id)
    go(account)
    assert (state_of(row), filed(account)) == (State.SENT, [How.COMPOSE])
