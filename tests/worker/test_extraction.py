"""The reader's other hand (worker/extraction.py): beside the letters, woken by them, and gone with the reader."""

import threading

import pytest
from django.db import connection

from teczka.actions.reading import read_some
from teczka.core.search import parse
from teczka.mime.extraction.confined import Extractor
from teczka.store.models import Account, User
from teczka.store.queries.doctor import unextracted
from teczka.store.queries.search import search
from teczka.worker import extraction
from teczka.worker.extraction import Extraction
from tests import attached
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.processes import until
from tests.stored import store


@pytest.fixture
def account(own_database: OwnDatabase) -> Account:
    return make_account(make_cast().anna)


def arrives(account: Account, word: str, uid: int) -> int:
    """Read, but its file not yet."""
    (one,) = store(
        account, [attached.letter("list", "list", (f"{uid}.txt", "text/plain", word.encode()))], first_uid=uid
    )
    while read_some(10):
        pass
    return one


def backends_beside() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_files_are_extracted_while_letters_are_read_and_nothing_is_left_behind(account: Account) -> None:
    owner = User.objects.get(pk=account.owner_id)
    first = arrives(account, "pierwszy", 1)
    with Extraction() as beside:
        until(lambda: search(owner, parse("pierwszy")).ids == [first])
        second = arrives(account, "drugi", 2)
        beside.wake()
        until(lambda: search(owner, parse("drugi")).ids == [second])
    assert not [thread for thread in threading.enumerate() if thread.name == "extraction"]
    until(lambda: backends_beside() == 0)  # one that was told to go is there for a moment


def test_one_trouble_does_not_end_it(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    arrives(account, "pierwszy", 1)
    monkeypatch.setattr(extraction, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(extraction, "NAP_SECONDS", 0.01)
    extract_some, troubles = extraction.extract_some, iter([OSError("disk"), ValueError("odd")])

    def troubled(extractor: Extractor) -> int:
        for trouble in troubles:
            raise trouble
        return extract_some(extractor)

    monkeypatch.setattr(extraction, "extract_some", troubled)
    with Extraction():
        until(lambda: unextracted() == 0)
