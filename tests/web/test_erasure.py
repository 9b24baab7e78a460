"""The page on which one erases a message for good."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from teczka.store.models import Act, Comment, Folder, Message, Operation, Thread, ThreadLink
from teczka.store.queries.erasure import PROSPECT, prospect
from teczka.store.viewer import as_user
from tests.cases import file, make_case
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.plans import looked_at
from tests.stored import store
from tests.web.access.asking import ask
from tests.web.conftest import browser
from tests.web.mailroom import share

RAW = b"Message-ID: <e@a.example>\r\nFrom: jan@a.example\r\nSubject: Do wymazania\r\n\r\ntekst\r\n"


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return make_cast()


@pytest.fixture
def message(cast: Cast) -> Message:
    account = make_account(cast.anna)
    (pk,) = store(account, [RAW])
    with as_user(cast.anna.pk):
        Message.objects.update(subject="Do wymazania", message_id="e@a.example")
        return Message.objects.get(pk=pk)


def test_it_says_what_goes_who_saw_it_and_what_stays_before_anything_goes(cast: Cast, message: Message) -> None:
    share(message, cast.celina)
    here = reverse("message_erase", args=[message.public_id])
    assert browser(cast.celina).get(reverse("message", args=[message.public_id])).status_code == 200
    with as_user(cast.celina.pk):
        Comment.objects.create(
            message=message, owner_id=cast.anna.pk, office=cast.office, author=cast.celina, text="słowo"
        )
    page = browser(cast.anna).get(here).content.decode()
    assert "Do wymazania" in page
    assert page.count(cast.celina.name) >= 2  # shared with her, and read by her
    for said in ("1 komentarz kancelarii", "ZOSTAJE", "Kopie zapasowe zrobione wcześniej", "Czytali ją"):
        assert said in page, said
    assert browser(cast.celina).get(here).status_code == browser(cast.celina).post(here).status_code == 404
    with as_user(cast.anna.pk):
        assert Message.objects.filter(pk=message.pk).exists()
        Folder.objects.update(gone_at=timezone.now())  # its server removed the folder
    assert "ZOSTAJE" not in browser(cast.anna).get(here).content.decode()


def test_what_goes_with_it_is_told_without_looking_through_all_of_ones_mail(
    own_database: OwnDatabase, test_database: TestDatabase, cast: Cast, message: Message
) -> None:
    """Copies: of its Message-ID, read or not, in whichever account; and of its bytes."""
    account, other = make_account(cast.anna, "druga@a.example"), make_account(cast.anna, "trzecia@a.example")
    many = store(account, [b"Subject: %d\r\n\r\n" % number for number in range(500)])
    (same_bytes,) = store(other, [RAW])
    with as_user(cast.anna.pk):
        owner = {"office": cast.office, "owner": cast.anna}
        thread = Thread.objects.create(subject="", newest_at=timezone.now(), **owner)
        ThreadLink.objects.create(owner_id=cast.anna.pk, message_id="e@a.example", thread=thread)
        Message.objects.filter(pk__in=[*many, same_bytes]).update(message_id="", indexed_with=1)
        Message.objects.filter(pk__in=[message.pk, many[0]]).update(
            message_id="e@a.example", thread=thread, indexed_with=1
        )
        Message.objects.filter(pk=many[1]).update(message_id="e@a.example", indexed_with=None)
    # And built anew: an index that tests before it have grown would seem dear to look into.
    for statement in ("VACUUM (FULL) store_message", "ANALYZE"):
        test_database.as_superuser(sql.SQL(statement), own_database.name)
    told = prospect(cast.anna, message.public_id)
    assert told is not None
    assert told.copies == 3
    columns = {"viewer": cast.anna.pk, "message": message.public_id}
    with as_user(cast.anna.pk), connection.cursor() as cursor:
        assert looked_at(cursor.execute, cursor.fetchone, PROSPECT, columns) < 100


def test_the_button_asks_nothing_of_what_goes_with_it(cast: Cast, message: Message) -> None:
    anna = browser(cast.anna)
    here, asked = reverse("message_erase", args=[message.public_id]), []
    for ask_for in (anna.get, anna.post):
        with CaptureQueriesContext(connection) as queries:
            ask_for(here)
        asked.append(sum("teczka_is_filed(m.id)," in one["sql"] for one in queries.captured_queries))
    assert asked == [1, 0]


def test_the_button_erases_it_and_says_so(cast: Cast, message: Message) -> None:
    share(message, cast.celina)
    anna, here = browser(cast.anna), reverse("message_erase", args=[message.public_id])
    answer = anna.post(here)
    assert answer.status_code == 302
    with as_user(cast.anna.pk):
        assert not Message.objects.exists()
        assert not Operation.objects.exists()
        assert not Act.objects.exists()
    assert anna.get(here).status_code == 404
    assert browser(cast.celina).get(reverse("message", args=[message.public_id])).status_code == 404


def test_what_is_filed_has_no_button_and_is_not_erased_without_one(cast: Cast, message: Message) -> None:
    file(message, cast.anna, make_case(cast.anna, "Nowak"))
    anna, here = browser(cast.anna), reverse("message_erase", args=[message.public_id])
    page = anna.get(here).content.decode()
    assert "danger-button" not in page
    assert "należy do sprawy kancelarii" in page
    assert "należy do sprawy kancelarii" in anna.post(here).content.decode()
    with as_user(cast.anna.pk):
        assert Message.objects.filter(pk=message.pk).exists()


def test_an_administrator_is_not_told_that_somebody_erased_something(cast: Cast, message: Message) -> None:
    with as_user(cast.anna.pk):
        Message.objects.update(indexed_with=1)  # that none waits to be read is told

    dorota, health = browser(cast.dorota), reverse("office_health")
    before = ask(dorota, health).but()
    assert browser(cast.anna).post(reverse("message_erase", args=[message.public_id])).status_code == 302
    assert ask(dorota, health).but() == before
