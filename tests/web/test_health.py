"""How this Teczka is doing, for administrators; and the word that lets a restored office connect."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from teczka.core.settings import settings
from teczka.store.models import BackupRun, Office
from teczka.store.queries import backups
from teczka.store.queries.room import Room
from teczka.web.office import health_backup, health_disk, health_extraction
from tests.web.conftest import Office as World
from tests.web.conftest import browser


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = replace(settings(), backup_to="/mnt/backups/")
    for module in (backups, health_backup):
        monkeypatch.setattr(module, "settings", lambda: ours)


def told(office: World, path: str = "/office/health/") -> str:
    return browser(office.cast.dorota).get(path, headers={"Accept-Language": "en"}).content.decode()


def ran(days: float, *, good: bool, trouble: str = "", **more: object) -> None:
    run = BackupRun.objects.create(
        target="/mnt/backups/", good=good, trouble=trouble, told=more, ended_at=timezone.now()
    )
    BackupRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(days=days))


def test_that_there_is_no_backup_is_told_on_every_administrators_page(office: World, wanted: None) -> None:
    assert "TECZKA_BACKUP_TO" in told(office)
    assert "Ostatnia udana kopia zapasowa jest zbyt stara" in told(office, "/office/")
    assert "kopia zapasowa" not in browser(office.cast.anna).get("/accounts/").content.decode()


def test_a_good_one_of_last_night_leaves_nothing_to_mend(office: World, wanted: None) -> None:
    ran(0.5, good=True, lost=0)
    assert "W porządku" in told(office)
    assert "Do naprawy" not in told(office)
    assert "zbyt stara" not in told(office, "/office/")


@pytest.mark.parametrize(
    ("days", "lost", "word"), [(2, 0, "zbyt stara"), (0.5, 3, "utracono")], ids=["too old", "mail was lost before it"]
)
def test_what_is_wrong_with_the_last_good_one_is_told(
    office: World, wanted: None, days: float, lost: int, word: str
) -> None:
    ran(days, good=True, lost=lost)
    assert word in told(office)
    assert "Do naprawy" in told(office)


def test_why_the_last_one_failed_is_told_beside_the_last_good_one(office: World, wanted: None) -> None:
    ran(0.5, good=True, lost=0)
    ran(0.1, good=False, trouble="backup.other_secret", target="/mnt/backups/")
    page = told(office)
    assert "otwiera inne hasło" in page
    assert "W porządku" in page


def test_a_restored_office_is_told_to_everybody_and_an_administrator_lets_it_connect(office: World) -> None:
    Office.objects.filter(pk=office.cast.office.pk).update(restored_at=timezone.now())
    assert "Odtworzono z kopii zapasowej" in browser(office.cast.anna).get("/accounts/").content.decode()
    assert browser(office.cast.anna).post("/office/health/connect/").status_code == 404
    dorota = browser(office.cast.dorota)
    assert "Pozwól kontom" in dorota.get("/office/health/").content.decode()
    assert dorota.post("/office/health/connect/").status_code == 302
    assert Office.objects.get(pk=office.cast.office.pk).restored_at is None
    assert "Odtworzono" not in dorota.get("/office/health/").content.decode()


def test_an_administrator_lets_no_other_office_connect(office: World) -> None:
    Office.objects.update(restored_at=timezone.now())
    browser(office.cast.dorota).post("/office/health/connect/")
    assert Office.objects.get(pk=office.cast.other_office.pk).restored_at


@pytest.mark.parametrize(
    ("room", "word", "state"),
    [
        (Room(10**12, full=False, low=False), "Jest go dość", "W porządku"),
        (Room(2_123_456_789, full=False, low=True), "Kończy się", "Do wiadomości"),
        (Room(123_456_789, full=True, low=True), "poczta nie jest pobierana", "Do naprawy"),
    ],
)
def test_a_full_disk_is_told_and_never_how_much_is_free(
    office: World, monkeypatch: pytest.MonkeyPatch, room: Room, word: str, state: str
) -> None:
    monkeypatch.setattr(health_disk, "room", lambda _: room)
    line = told(office).partition("<h2>Miejsce na dysku</h2>")[2].partition("</li>")[0]
    assert (word in line, state in line, "123" in line) == (True, True, False)


def test_whether_attachments_wait_is_told_and_never_how_many(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_extraction, "unextracted", lambda: 0)
    assert "Każdy załącznik" in told(office)
    monkeypatch.setattr(health_extraction, "unextracted", lambda: 2_718)
    assert "są jeszcze odczytywane" in told(office)
    assert "2718" not in told(office)
