"""What a worker clears away. Deleted accounts: tests/actions/test_removal.py."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from teczka.actions.asking import ask
from teczka.actions.rest import delete_account
from teczka.core.accounts import Farewell
from teczka.store.blobs import blobs
from teczka.store.models import Account, FetchRequest
from teczka.store.models.accounts import everyones_accounts
from teczka.store.viewer import as_user
from teczka.worker.tidy import ABANDONED_SECONDS, tidy
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.processes import Teczka, until
from tests.stored import store


@pytest.mark.usefixtures("own_database")
def test_only_what_nobody_can_be_writing_any_more_is_removed() -> None:
    incoming = blobs().incoming
    abandoned, fresh, other = incoming / "old.tmp", incoming / "new.tmp", incoming / "old.kept"
    for path in (abandoned, fresh, other):
        path.write_bytes(b"half")
    yesterday = time.time() - ABANDONED_SECONDS - 60
    os.utime(abandoned, (yesterday, yesterday))
    os.utime(other, (yesterday, yesterday))
    tidy(threading.Event())
    assert not abandoned.exists()
    assert fresh.exists()
    assert other.exists()
    fresh.unlink()
    other.unlink()


@pytest.mark.usefixtures("own_database")
def test_sessions_go_once_they_have_expired() -> None:
    now = timezone.now()
    for key, minutes in (("over", -1), ("good", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(minutes=minutes))
    tidy(threading.Event())
    assert list(Session.objects.values_list("session_key", flat=True)) == ["good"]


@pytest.mark.usefixtures("own_database")
def test_requests_for_a_pass_go_long_after_they_were_made() -> None:
    anna = make_cast().anna
    account = make_account(anna)
    old, fresh = ask(account), ask(account)
    with as_user(anna.pk):
        FetchRequest.objects.filter(pk=old.pk).update(asked_at=timezone.now() - timedelta(days=8))
    tidy(threading.Event())
    with as_user(anna.pk):
        assert list(FetchRequest.objects.values_list("pk", flat=True)) == [fresh.pk]


def test_a_worker_removes_what_was_deleted_a_week_ago(own_database: OwnDatabase) -> None:
    anna = make_cast().anna
    account = make_account(anna)
    store(account, [b"Subject: a\r\n\r\n"])
    delete_account(anna, account.public_id, Farewell.REMOVE)
    with as_user(anna.pk):
        Account.objects.update(deleted_at=timezone.now() - timedelta(days=8))
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    with teczka.running("worker"):
        until(lambda: everyones_accounts() == [], what="the end of the account")
        assert not list(
            teczka.data.parent.glob(f"{teczka.data.name}-*")
        )  # beside the data folder nothing of a test stays
