"""The backup of each day: when it is due, what a worker makes of it, and what an administrator reads of it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from teczka.actions.backup_opening import check
from teczka.core.settings import Settings, read, settings
from teczka.store.models import BackupRun, Office
from teczka.worker import backups
from teczka.worker.backups import back_up_when_due, is_due
from tests.backed import OPENS, Backed, backed, untold
from tests.conftest import OwnDatabase
from tests.database import TestDatabase


@pytest.fixture
def office(own_database: OwnDatabase, test_database: TestDatabase) -> Backed:
    return backed(test_database.owner_dsn(own_database.name))


@pytest.fixture
def ours(office: Backed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "key").write_bytes(OPENS.content)
    set_so = replace(
        settings(),
        backup_to=f"{tmp_path}/set/",
        backup_key_file=tmp_path / "key",
        database_url="a server of one's own",
        database_owner_url=office.owner,
    )
    monkeypatch.setattr(backups, "settings", lambda: set_so)
    monkeypatch.setattr(backups, "NICE", 0)
    return set_so


def ran(started_at: datetime, *, good: bool = True, by_itself: bool = True) -> Iterator[None]:
    run = BackupRun.objects.create(target="set/", by_itself=by_itself, good=good, ended_at=started_at)
    BackupRun.objects.filter(pk=run.pk).update(started_at=started_at)
    yield
    run.delete()


def test_a_place_of_the_settings_is_never_one_file() -> None:
    for given, place in (("/mnt/b", "/mnt/b/"), ("/mnt/b/", "/mnt/b/"), ("s3://b/p", "s3://b/p"), ("", "")):
        assert read({"TECZKA_BACKUP_TO": given}).backup_to == place


@pytest.mark.django_db
def test_it_is_due_once_a_day_from_its_hour_on_and_an_hour_after_it_failed() -> None:
    ours = replace(settings(), backup_at=time(2, 30))
    today = datetime(2026, 11, 22, 4, 0).astimezone()
    assert is_due(ours, today.astimezone(UTC))
    for started, good, by_itself, due in (
        (today.replace(hour=2, minute=31), True, True, False),
        (today.replace(hour=2, minute=29), True, True, True),
        (today.replace(hour=3), True, False, True),  # somebody's command
        (today.replace(hour=3, minute=30), False, True, False),
        (today.replace(hour=2, minute=50), False, True, True),
        (today - timedelta(days=1), True, True, True),
    ):
        for _ in ran(started, good=good, by_itself=by_itself):
            assert is_due(ours, today.astimezone(UTC)) is due


def test_a_worker_makes_the_backup_of_the_day_once(office: Backed, ours: Settings) -> None:
    for _ in range(2):
        back_up_when_due(threading.Event())
    run = BackupRun.objects.get()
    assert (run.good, run.by_itself, run.target) == (True, True, ours.backup_to)
    assert check(ours.backup_to, OPENS, untold).faults == []


def test_why_none_can_be_made_is_kept(office: Backed, ours: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "settings", lambda: replace(ours, backup_key_file=None))
    back_up_when_due(threading.Event())
    assert BackupRun.objects.get().trouble == "backup.secret"


def test_none_is_made_while_a_restored_office_waits_or_nobody_wants_one(
    office: Backed, ours: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Office.objects.update(restored_at=timezone.now())
    back_up_when_due(threading.Event())
    Office.objects.update(restored_at=None)
    monkeypatch.setattr(backups, "settings", lambda: replace(ours, backup_to=""))
    back_up_when_due(threading.Event())
    assert not BackupRun.objects.exists()
