"""However mail lies in time, search finds all of it, the newest first, page by page; and looks through no more of it than it has to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.core.search import parse
from teczka.language.fields import Field
from teczka.language.vectors import vectors
from teczka.store.models import Message, Pack, Share, User
from teczka.store.queries.search import search
from teczka.store.sharing import regrant
from teczka.store.terms import save_terms
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)
ZONE = ZoneInfo("Europe/Warsaw")
DAYS = [
    datetime(2009, 3, 1, tzinfo=ZONE),
    datetime(2019, 1, 1, tzinfo=ZONE),
    NOW.astimezone(ZONE).replace(hour=0, minute=0, second=0),
]


@dataclass(frozen=True)
class Letter:
    id: int
    at: datetime
    words: frozenset[str]
    seen_by: frozenset[int]


@dataclass(frozen=True)
class Mail:
    cast: Cast
    letters: list[Letter]

    def expected(self, viewer: User, words: str, since: datetime | None, until: datetime | None) -> list[int]:
        found = [
            one
            for one in self.letters
            if viewer.pk in one.seen_by
            and {*words.split()} <= one.words
            and (since or one.at) <= one.at
            and (not until or one.at < until)
        ]
        return [one.id for one in sorted(found, key=lambda one: (one.at, one.id), reverse=True)]


def _dates() -> Iterator[tuple[str, datetime]]:
    """Of days to come; of late, two at a time; at the very beginning of months; one now and then; an archive of 2009, three at a time."""
    month = NOW.replace(day=1, hour=0, minute=0, second=0)
    for number in range(7):
        yield "to come", NOW + timedelta(days=1 + 400 * number)
    for number in range(300):
        yield "of late", NOW - timedelta(hours=24 * (number // 2))
    for number in range(4):
        yield "of late", (month - timedelta(days=31 * number)).replace(day=1)
    for number in range(6):
        yield "now and then", datetime(2012 + 2 * number, 5, 3, tzinfo=UTC)
    for number in range(2_100):
        yield "of 2009", datetime(2009, 12, 31, 23, 59, tzinfo=UTC) - timedelta(hours=9 * (number // 3))


@pytest.fixture(scope="module")
def mail(lasting: None) -> Mail:
    """Anna's, all of it shared with Bartek, who has more than five hundred grants so, and one in thirty-one with Celina."""
    cast = make_cast()
    dates = [*_dates()]
    Random(7).shuffle(dates)  # numbers of letters tell nothing of their dates
    ids = {"office_id": cast.anna.office_id, "owner_id": cast.anna.pk}
    with as_user(cast.anna.pk):
        account = make_account(cast.anna)
        pack = Pack.objects.create(id=uuid4(), size=0, account_id=account.pk, **ids)
        made = Message.objects.bulk_create(
            Message(
                account_id=account.pk, sha256=number.to_bytes(4, "big"), size=1, pack_id=pack.id, pack_offset=0, pack_length=0,
                pack_codec=0, internaldate=at, indexed_with=1, **ids,
            )
            for number, (_, at) in enumerate(dates)
        )  # fmt: skip
        letters = [
            Letter(
                message.pk,
                at,
                _said(number, kind),
                frozenset([cast.anna.pk, cast.bartek.pk] + [cast.celina.pk] * (number % 31 == 0 or kind == "to come")),
            )
            for number, (message, (kind, at)) in enumerate(zip(made, dates, strict=True))
        ]
        save_terms(cast.anna.pk, {one.id: vectors([(Field.TEXT, " ".join(sorted(one.words)))]) for one in letters})
        Share.objects.bulk_create(
            Share(message_id=one.id, with_user=other, **ids)
            for one in letters
            for other in (cast.bartek, cast.celina)
            if other.pk in one.seen_by
        )
        regrant([one.id for one in letters])
    return Mail(cast, letters)


def _said(number: int, kind: str) -> frozenset[str]:
    """A word in each; one in many, one in few, one rare one; and one in each kind alone."""
    words = {"weksel": 1, "indos": 3, "awal": 40, "protest": 500}
    alone = {"to come": "domicyl", "of late": "trasant", "now and then": "remitent", "of 2009": "akcept"}
    return frozenset([*(word for word, apart in words.items() if number % apart == 0), alone[kind]])


QUERIES = [
    "weksel",
    "indos",
    "awal",
    "protest",
    "domicyl",
    "trasant",
    "remitent",
    "akcept",
    "indos akcept",
    "awal trasant",
    "awal indos",
]


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5 * settings().max_examples)
def test_all_is_found_newest_first_however_it_lies_in_time(mail: Mail, db: None, data: st.DataObject) -> None:
    viewer = data.draw(st.sampled_from([mail.cast.anna, mail.cast.bartek, mail.cast.celina]))
    words = data.draw(st.sampled_from(QUERIES))
    since, until = (data.draw(st.none() | st.sampled_from(DAYS)) for _ in range(2))
    bounds = f"{f'od:{since:%Y-%m-%d}' if since else ''} {f'przed:{until:%Y-%m-%d}' if until else ''}"
    most, skip = data.draw(st.sampled_from([1, 3, 50, 400])), data.draw(st.integers(0, 400))
    query, expected = parse(f"{words} {bounds}"), mail.expected(viewer, words, since, until)
    before = search(viewer, query, most=skip) if skip else None
    assert not before or before.ids == expected[:skip]
    for _ in range(4):
        page = search(viewer, query, before.places[-1] if before and before.places else None, most)
        assert page.ids == expected[skip : skip + most]
        assert page.more == (len(expected) > skip + most)
        if not page.more:
            break
        before, skip = page, skip + most


def test_neither_letters_of_days_to_come_nor_a_gap_of_years_have_all_mail_looked_through(mail: Mail, db: None) -> None:
    for viewer in (mail.cast.anna, mail.cast.bartek):
        before_the_gap = search(viewer, parse("weksel"), most=7 + 300).places[-1]
        for after in (None, before_the_gap):
            before = _looked_at(viewer)
            assert len(search(viewer, parse("weksel"), after, 20).ids) == 20
            assert _looked_at(viewer) - before < 600, (viewer.name, after)


def _looked_at(viewer: User) -> int:
    """Letters whose words were read in this transaction, by whatever index."""
    with as_user(viewer.pk), connection.cursor() as cursor:
        cursor.execute("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'store_terms'")
        (count,) = cursor.fetchone()
    return int(count)
