"""Dying at any statement and commit of extraction, or with its process: no text is lost, none stands twice, no file is blamed."""

import pytest
from django.db import connection

from teczka.actions.extraction import extract_some
from teczka.actions.reading import read_some
from teczka.core.search import parse
from teczka.mime.extraction.confined import Extractor
from teczka.store.models import Account, AttachmentText, User
from teczka.store.queries.search import search
from teczka.store.viewer import as_user
from tests import attached
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.faults.lives import EVERY, Points, has_died, in_a_child
from tests.processes import until
from tests.stored import store

SAMPLE = 3
WORDS = {"pierwszy": attached.pdf("pierwszy"), "drugi": attached.docx("drugi"), "trzeci": attached.rtf("trzeci")}


@pytest.fixture
def account(own_database: OwnDatabase) -> Account:
    return make_account(make_cast().anna)


def extract_all(points: Points) -> None:
    try:
        with points.installed(), Extractor() as extractor:
            while extract_some(extractor):
                pass
    finally:
        connection.close()


def extract_the_rest(owner: User) -> None:
    """A letter is nobody's again once PostgreSQL has seen that the dead reader's connection is gone: a moment later."""

    def done() -> bool:
        extract_all(Points())
        with as_user(owner.pk):
            return not AttachmentText.objects.filter(extracted_with=None).exists()

    until(done, what="all texts")


def dies(at: int) -> bool:
    """Extract in a child that dies at this point. False where it came to its end before."""
    return has_died(in_a_child(lambda: extract_all(Points(at))))


def begin_anew(account: Account) -> None:
    """As if nothing had been extracted yet: the letters are read again, to be found by their own words alone."""
    with as_user(account.owner_id), connection.cursor() as cursor:
        cursor.execute("UPDATE store_attachmenttext SET extracted_with = NULL, text = '', trouble = '', tries = 0")
        cursor.execute("UPDATE store_message SET indexed_with = NULL")
    while read_some(100):
        pass


def whole(owner: User, ids: list[int]) -> None:
    for word in WORDS:
        assert search(owner, parse(word)).ids == [ids[1], ids[0]]
    assert search(owner, parse("pierwszy drugi trzeci list")).ids == [ids[1], ids[0]]
    with as_user(owner.pk):
        rows = list(AttachmentText.objects.values_list("text", "trouble", "tries"))
    assert sorted(rows) == sorted((word, "", 0) for word in [*WORDS] * 2)


@pytest.mark.faults
def test_a_reader_that_dies_at_any_point_of_extracting_loses_and_blames_nothing(account: Account) -> None:
    owner = User.objects.get(pk=account.owner_id)
    files = [("plik.bin", "application/octet-stream", data) for data in WORDS.values()]
    ids = store(account, [attached.letter(f"Sprawa {number}", "list", *files) for number in range(2)])
    while read_some(100):
        pass
    points = Points()
    extract_all(points)
    whole(owner, ids)
    tried = died = 0
    for at in range(1, points.count + 1, 1 if EVERY else max(1, points.count // SAMPLE)):
        begin_anew(account)
        assert not search(owner, parse("pierwszy")).ids
        died += dies(at)
        if EVERY:
            died += dies(1 + at // 2)
        extract_the_rest(owner)
        whole(owner, ids)
        tried += 1
    assert died >= tried
