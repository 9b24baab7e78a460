"""`teczka doctor` finds what keeps every other command from going on."""

import json
from dataclasses import replace
from threading import Event
from unittest.mock import ANY, Mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from teczka.cli import cleaning, doctor
from teczka.core.accounts import Protocol
from teczka.core.settings import settings
from teczka.store.models import Office
from teczka.store.queries import doctor as queries
from tests.cast import make_account, make_cast
from tests.processes import empty
from tests.stock import copied
from tests.store.servers import GIVEN, cluster


@pytest.mark.usefixtures("unguarded")
def test_a_database_that_is_behind_is_a_finding_and_no_refusal() -> None:
    with empty() as teczka:
        copied(cluster(GIVEN).parent, teczka.data)
        done = teczka.tried("doctor", "--json")
        assert done.returncode == 1, done.stderr
        found = json.loads(done.stdout)
        assert not found["migrations"]["good"]
        assert found["keys"]["good"]


@pytest.mark.usefixtures("db")
def test_accounts_that_a_restore_keeps_still_are_told() -> None:
    cast = make_cast()
    for address in ("a@lipowa.example", "b@lipowa.example"):
        make_account(cast.anna, address)
    make_account(cast.anna, "c@lipowa.example", paused_at=timezone.now())
    make_account(cast.anna, "d@lipowa.example", protocol=Protocol.ARCHIVE)
    assert told("accounts") == "2 at work, 0 of them wait for their owner"
    Office.objects.filter(pk=cast.office.pk).update(restored_at=timezone.now())
    assert told("accounts") == "0 at work, 0 of them wait for their owner; 2 wait for `teczka restore --connect`"


@pytest.mark.usefixtures("db")
def test_what_was_erased_is_cleaned_by_whoever_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "unclean", lambda: 3)
    assert "`teczka run` cleans them at night" in told("erased", database_url="")
    assert "`teczka erase` with TECZKA_DATABASE_OWNER_URL naming a superuser cleans them" in told("erased")


def test_a_night_without_a_database_is_not_the_last_that_is_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping, asked = Event(), list[bool]()

    def unclean() -> int:
        asked.append(True)
        if len(asked) == 1:
            raise OperationalError("the connection is closed")
        stopping.set()
        return 0

    monkeypatch.setattr(cleaning, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(cleaning, "NIGHT", ANY)
    monkeypatch.setattr(cleaning, "unclean", unclean)
    monkeypatch.setattr(cleaning, "connection", Mock())
    cleaning.clean_at_night(settings(), stopping)
    assert len(asked) == 2


def told(what: str, database_url: str = "postgresql://h/teczka") -> str:
    ours = replace(settings(), database_url=database_url)
    return next(finding.told for finding in doctor.examine(ours) if finding.what == what)
