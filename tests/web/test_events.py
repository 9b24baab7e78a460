"""Live events over the real server and real NOTIFY: who hears what, and when a stream ends."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from teczka.settings import PASSWORD_HASHERS
from teczka.store.events import CASES, PEOPLE, case, changed, told
from teczka.store.models import User
from teczka.store.sessions import look_again
from teczka.web.hub import MOST, Hub, Listener
from tests.cast import Cast, make_cast
from tests.database import TestDatabase, own_copy
from tests.processes import until
from tests.site import Site, serving

SECONDS = 10  # for anything that should come at once
GRACE = 3  # s that streams which do not end hold a server up: timeout_graceful_shutdown
LISTENING = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@dataclass(frozen=True)
class House:
    site: Site
    cast: Cast
    environment: dict[str, str]


@pytest.fixture(scope="module")
def house(test_database: TestDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    with own_copy(test_database, django_db_blocker) as environment:
        cast = make_cast()
        with serving(environment) as site:
            until(lambda: listening() == 1, what="the web process's LISTEN: everything may have changed before it")
            yield House(site, cast, environment)


def listening() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {LISTENING}")
        return int(cursor.fetchone()[0])


class Stream:
    """One browser's stream. Comments are passed over."""

    def __init__(self, site: Site, key: str = "") -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)
        self._http.request(
            "GET", "/events/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"} if key else {}
        )
        self.response = self._http.getresponse()

    def next(self) -> tuple[str, dict[str, Any]] | None:
        """The next event and its data; None where the stream has ended."""
        name = ""
        while line := self.response.readline().decode():
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        return None

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def listen(house: House) -> Iterator[Any]:
    streams: list[Stream] = []

    def open_one(user: User, key: str = "") -> Stream:
        stream = Stream(house.site, key or house.site.cookie(user))
        streams.append(stream)
        assert stream.next() == ("ready", {})
        return stream

    yield open_one
    for stream in streams:
        stream.close()


def test_a_change_reaches_whom_it_names_and_nobody_else(house: House, listen: Any) -> None:
    anna, celina, edward = (listen(user) for user in (house.cast.anna, house.cast.celina, house.cast.edward))
    account, folder = uuid4(), uuid4()
    changed([house.cast.anna.public_id], account, [folder])
    assert anna.next() == ("change", {"folders": [str(folder)], "accounts": [str(account)]})
    other = uuid4()
    changed([house.cast.celina.public_id, house.cast.edward.public_id], other, [other])
    for stranger in (celina, edward):
        assert stranger.next() == ("change", {"folders": [str(other)], "accounts": [str(other)]}), "Anna's came first"


def test_what_changed_beside_mail_is_told_by_its_topic(house: House, listen: Any) -> None:
    anna, celina = listen(house.cast.anna), listen(house.cast.celina)
    hers, elsewhere = uuid4(), uuid4()
    told([*(uuid4() for _ in range(PEOPLE)), house.cast.anna.public_id], [CASES, case(hers)])
    assert anna.next() == ("change", {"topics": sorted([CASES, case(hers)])})
    told([house.cast.celina.public_id], [case(elsewhere)])
    assert celina.next() == ("change", {"topics": [case(elsewhere)]}), "Anna's came first"


def test_two_windows_of_one_person_both_hear(house: House, listen: Any) -> None:
    first, second = listen(house.cast.bartek), listen(house.cast.bartek)
    folder = uuid4()
    changed([house.cast.bartek.public_id], uuid4(), [folder])
    assert first.next()[1]["folders"] == second.next()[1]["folders"] == [str(folder)]


def test_an_account_whose_changed_folders_are_not_named_changes_everything(house: House, listen: Any) -> None:
    anna = listen(house.cast.anna)
    changed([house.cast.anna.public_id], uuid4(), [])
    assert anna.next() == ("change", {"everything": True})


@pytest.mark.parametrize("key", ["", "0" * 32, "%00", "a;b=c"])
def test_without_a_session_the_whole_answer_is_signout(house: House, key: str) -> None:
    stream = Stream(house.site, key)
    assert stream.response.status == 200
    assert stream.response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert "default-src 'none'" in (stream.response.headers["Content-Security-Policy"] or "")
    assert stream.next() == ("signout", {})
    assert stream.next() is None


def test_another_programs_cookie_does_not_hide_the_session(house: House, listen: Any) -> None:
    name, key = settings.SESSION_COOKIE_NAME, house.site.cookie(house.cast.anna)
    listen(house.cast.anna, f'; other={{"a":1}}; {name}={key}')


def test_only_get_is_answered(house: House) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", house.site.port, timeout=SECONDS)
    asked.request("POST", "/events/")
    assert asked.getresponse().status == 405
    asked.close()


def test_signing_out_ends_the_streams_of_that_session_alone(house: House, listen: Any) -> None:
    leaving, staying = house.site.cookie(house.cast.anna), house.site.cookie(house.cast.anna)
    gone, kept = listen(house.cast.anna, leaving), listen(house.cast.anna, staying)
    assert post(house.site, "/sign-out/", leaving) == 302
    assert gone.next() == ("signout", {})
    assert gone.next() is None
    folder = uuid4()
    changed([house.cast.anna.public_id], uuid4(), [folder])
    assert kept.next()[1]["folders"] == [str(folder)]


def test_another_password_ends_the_streams_of_the_other_browsers(house: House, listen: Any) -> None:
    old = "sosna pod lasem stoi"
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        halina = User.objects.create_user("halina@lipowa.example", old, office=house.cast.office, name="Halina")
    here, there = house.site.cookie(halina), house.site.cookie(halina)
    other = listen(halina, there)
    assert post(house.site, "/settings/security/", here, current=old, password="brzoza za domem rośnie") == 302
    assert other.next() == ("signout", {})
    assert other.next() is None


def test_a_person_who_may_no_longer_sign_in_hears_nothing_more(house: House, listen: Any) -> None:
    stream = listen(house.cast.dorota)
    User.objects.filter(pk=house.cast.dorota.pk).update(is_active=False)
    try:
        look_again(house.cast.dorota.public_id)
        assert stream.next() == ("signout", {})
    finally:
        User.objects.filter(pk=house.cast.dorota.pk).update(is_active=True)


def test_after_the_database_connection_was_lost_everything_may_have_changed(house: House, listen: Any) -> None:
    stream = listen(house.cast.celina)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(pg_terminate_backend(pid)) {LISTENING}")
        assert cursor.fetchone() == (1,)
    assert stream.next() == ("change", {"everything": True})
    folder = uuid4()
    changed([house.cast.celina.public_id], uuid4(), [folder])
    assert stream.next()[1]["folders"] == [str(folder)]


def test_a_server_with_open_streams_stops_at_once(house: House) -> None:
    with serving(house.environment) as site:
        streams = [Stream(site, site.cookie(house.cast.anna)) for _ in range(5)]
        assert all(stream.next() == ("ready", {}) for stream in streams)
        assert site.stop() < GRACE
        assert all(stream.next() is None for stream in streams)


def test_what_waits_for_a_slow_browser_is_bounded() -> None:
    hub = Hub()
    slow = hub.join(UUID(int=1))
    for number in range(MOST + 1):
        hub.pass_on(json.dumps({"users": [str(UUID(int=1))], "account": "a", "folders": [str(number)]}))
    assert len(slow.folders) <= MOST
    assert slow.take() == {"everything": True}
    assert slow.take() is None


def test_changes_that_wait_are_told_together_and_once() -> None:
    listener = Listener(UUID(int=1))
    listener.tell("a", ["1", "2"])
    listener.tell("b", ["2"])
    assert listener.take() == {"folders": ["1", "2"], "accounts": ["a", "b"]}
    assert listener.take() is None
    assert not listener.wake.is_set()


def post(site: Site, path: str, key: str, **fields: str) -> int:
    token = "t" * 32
    asked = http.client.HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    asked.request("POST", path, urlencode({"csrfmiddlewaretoken": token} | fields), headers)
    status = asked.getresponse().status
    asked.close()
    return status
