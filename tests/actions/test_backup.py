"""A backup, and what it becomes elsewhere: every message to the byte, nothing sent, nobody connected before the keeper says so."""

import errno
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from teczka.actions import backup as backup_module
from teczka.actions.backup_opening import check, secret_of
from teczka.actions.check import check_account
from teczka.actions.restore import backups, connect_again
from teczka.core.errors import Problem, Trouble
from teczka.core.outgoing import State
from teczka.core.settings import settings
from teczka.store import locks
from teczka.store.backup import envelope, mark
from teczka.store.blobs import blobs
from teczka.store.leases import Leases
from teczka.store.migrate import migrate, up_to_date
from teczka.store.models import BackupRun, Message, Office, User
from teczka.store.models.accounts import accounts_at_work
from teczka.store.packs.format import key
from teczka.store.viewer import as_user
from tests.backed import (
    OPENS,
    UNDER_WAY,
    Backed,
    Elsewhere,
    backed,
    digests_here,
    elsewhere,
    letter,
    on_the_way,
    untold,
)
from tests.conftest import OwnDatabase
from tests.database import TestDatabase


@pytest.fixture
def office(own_database: OwnDatabase, test_database: TestDatabase) -> Backed:
    return backed(test_database.owner_dsn(own_database.name))


@pytest.fixture
def there(test_database: TestDatabase, tmp_path: Path) -> Iterator[Elsewhere]:
    with elsewhere(test_database, tmp_path / "there") as made:
        yield made


@pytest.fixture
def target(tmp_path: Path) -> str:
    return f"{tmp_path}/set/"


@pytest.fixture(params=["set/", "one.teczka"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{tmp_path}/{request.param}"


def trouble(call: object, *values: object, **named: object) -> Trouble:
    with pytest.raises(Problem) as told:
        call(*values, **named)  # type: ignore[operator]
    return told.value.trouble


def test_what_is_restored_is_what_was_there_to_the_byte(office: Backed, there: Elsewhere, either: str) -> None:
    office.arrive(letter(10, 20_000_000))  # in two pieces
    figures = office.up(either)
    done = there.restore(either)
    assert there.stored() == digests_here(office.owner)
    assert (done.messages, done.lost, figures.lost) == (4, 0, 0)
    for table in ("store_user", "store_secret", "store_document", "store_auditentry", "store_placement"):
        with psycopg.connect(office.owner) as here:
            assert there.ask(f"TABLE {table}") == here.execute(f"TABLE {table}".encode()).fetchall()
    keys = {path.name: path.read_bytes() for path in settings().keys.iterdir()}
    assert {path.name: path.read_bytes() for path in there.ours.keys.iterdir()} == keys
    assert all(path.stat().st_mode & 0o077 == 0 for path in there.ours.keys.iterdir())
    assert mark.read(there.ours.data) is None


def test_only_what_is_new_is_written_again(office: Backed, either: str) -> None:
    first = office.up(either)
    office.arrive(letter(50))
    second = office.up(either)
    assert first.new_packs == first.packs
    incremental = either.endswith("/")
    assert second.new_packs == (1 if incremental else second.packs)
    assert len(backups(either, OPENS)) == (2 if incremental else 1)
    assert not check(either, OPENS, untold).faults


def test_each_of_several_backups_shows_its_own_moment(office: Backed, there: Elsewhere, target: str) -> None:
    office.up(target)
    before = digests_here(office.owner)
    office.arrive(letter(51))
    office.up(target)
    there.restore(target, wanted=backups(target, OPENS)[0].id)
    assert there.stored() == before != digests_here(office.owner)


def test_nothing_of_mail_keys_or_names_can_be_read_from_an_archive(office: Backed, either: str) -> None:
    office.up(either)
    path = Path(either)
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    everything = b"".join(one.read_bytes() + one.name.encode() for one in files)
    with as_user(office.cast.anna.pk):
        packs = {str(one.pack_id).encode() for one in Message.objects.all()}
    keys = {one.read_bytes() for one in settings().keys.iterdir() if one.is_file()}
    for secret in (b"list 1", b"Kowalski", b"anna@", b"haslo-do-skrzynki", *packs, *keys):
        assert secret not in everything


def test_a_passphrase_opens_and_another_does_not(
    office: Backed, target: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(envelope, "COST", 2**10)
    right = secret_of("dwanaście znaków", None)
    office.up(target, right)
    assert not check(target, right, untold).faults
    assert trouble(check, target, secret_of("inne dwanaście znaków", None), untold) is Trouble.BACKUP_OTHER_SECRET
    assert trouble(check, target, OPENS, untold) is Trouble.BACKUP_OTHER_SECRET
    assert trouble(secret_of, "za krótkie", None) is Trouble.BACKUP_SHORT
    assert trouble(secret_of, "", None) is Trouble.BACKUP_SECRET
    (tmp_path / "short").write_bytes(b"x")
    assert trouble(secret_of, "", tmp_path / "short") is Trouble.BACKUP_SHORT
    assert "znak" not in repr(right)


def test_old_backups_go_and_what_newer_ones_name_stays(
    office: Backed, there: Elsewhere, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.up(target)
    office.arrive(letter(52))
    monkeypatch.setattr(backup_module, "timedelta", lambda days: timedelta(days=-1))  # as if those were older
    figures = office.up(target, days=1)
    assert figures.removed == 1
    assert [one.id for one in backups(target, OPENS)] == [figures.snapshot]
    found = check(target, OPENS, untold)
    assert (found.faults, found.left_over) == ([], 0)
    there.restore(target)
    assert there.stored() == digests_here(office.owner)


def test_packs_stay_while_a_backup_reads_though_their_rows_go(office: Backed) -> None:
    with locks.packs_stay(), pytest.raises(TimeoutError), locks.alone(locks.PACKS, 0, 0.05):
        pass
    with locks.alone(locks.PACKS, 0, 0.05):
        pass


def test_two_backups_are_not_made_at_once(office: Backed, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_module, "PATIENCE_SECONDS", 0.05)
    with locks.alone(locks.BACKUP, 0, 1.0):
        assert trouble(office.up, target) is Trouble.BACKUP_BUSY


def test_a_pack_that_is_lost_stops_no_backup_and_is_not_kept_quiet(
    office: Backed, there: Elsewhere, target: str
) -> None:
    with as_user(office.cast.anna.pk):
        pack = Message.objects.values_list("pack_id", flat=True)[0]
    blobs().delete(key(pack))
    assert office.up(target).lost == 1
    assert there.restore(target).lost == 1
    assert BackupRun.objects.get().told["lost"] == 1


def test_a_pack_that_cannot_be_read_stops_no_backup_either(
    office: Backed, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, refused = blobs().get, list[str]()

    def get(name: str, offset: int, length: int) -> bytes:
        if not refused or name in refused:
            refused.append(name)
            raise OSError(5, "Input/output error")
        return whole(name, offset, length)

    monkeypatch.setattr(blobs(), "get", get)
    figures = office.up(target)
    assert (figures.lost, figures.packs) == (1, figures.new_packs - 1)
    assert check(target, OPENS, untold).faults == []


def test_a_full_disk_is_told_as_the_targets(office: Backed, either: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        for call in ("writev", "pwrite"):
            patched.setattr(os, call, full)
        with pytest.raises(Problem) as told:
            office.up(either)
    assert (told.value.trouble, told.value.params) == (Trouble.BACKUP_PLACE, {"target": either})
    assert "No space left" in told.value.detail
    assert BackupRun.objects.get().trouble == "backup.place"


def test_what_became_of_a_backup_is_kept_for_the_health_page(office: Backed, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_bytes(b"x")
    assert trouble(office.up, f"{tmp_path}/in the way/set/") is Trouble.BACKUP_PLACE
    office.up(f"{tmp_path}/set/")
    bad, good = BackupRun.objects.order_by("id")
    assert (bad.good, bad.trouble, good.good, good.told["lost"]) == (False, "backup.place", True, 0)
    assert bad.ended_at
    assert good.ended_at


def test_after_a_restore_nothing_is_sent_and_nobody_connects(office: Backed, there: Elsewhere, target: str) -> None:
    for state in UNDER_WAY:
        on_the_way(office.account, state)
    on_the_way(office.account, State.DRAFT)
    office.up(target)
    assert there.restore(target).stopped == 3
    states = there.ask("SELECT state, trouble FROM store_outgoing ORDER BY id")
    assert states == [("uncertain", "sending.restored")] * 3 + [("draft", "")]
    assert there.ask("SELECT count(*) FROM store_outgoingevent WHERE params->>'reason' = 'restored'") == [(3,)]
    assert there.ask("SELECT at_work FROM teczka_accounts()") == [(False,)]
    assert there.ask("SELECT count(*) FROM store_office WHERE restored_at IS NULL") == [(0,)]


def test_accounts_wait_until_the_keeper_or_an_administrator_lets_them_connect(office: Backed) -> None:
    Office.objects.update(restored_at=timezone.now())
    leases = Leases(sharing=False)
    office.cast.anna.refresh_from_db()
    assert trouble(list, check_account(office.cast.anna, office.account.public_id)) is Trouble.ACCOUNT_RESTS
    assert accounts_at_work() == []
    assert leases.try_take(office.account.pk) is None
    assert connect_again(office.cast.edward) == 1  # an administrator elsewhere: their own office
    assert leases.try_take(office.account.pk) is None
    assert connect_again(office.cast.dorota) == 1
    assert leases.try_take(office.account.pk)
    leases.close()
    assert [one for one, _ in accounts_at_work()] == [office.account.pk]
    today = timezone.localdate()
    assert set(User.objects.values_list("reminded_on", flat=True)) <= {today, today + timedelta(1)}
    assert connect_again(None) == 0


def test_a_restored_office_is_backed_up_again_once_it_may_connect(office: Backed, target: str) -> None:
    Office.objects.update(restored_at=timezone.now())
    assert trouble(office.up, target) is Trouble.BACKUP_WAITS
    connect_again(None)
    assert office.up(target).packs


def test_nothing_is_restored_over_anything(office: Backed, there: Elsewhere, target: str, tmp_path: Path) -> None:
    office.up(target)
    there.ours.data.mkdir()
    (there.ours.data / "letters").write_bytes(b"x")
    assert trouble(there.restore, target) is Trouble.RESTORE_FILLED
    assert {path.name for path in there.ours.data.iterdir()} == {"letters"}
    (there.ours.data / "letters").unlink()
    with psycopg.connect(there.ours.database_owner_url) as owner:
        owner.execute("CREATE TABLE something (id int)")
    assert trouble(there.restore, target) is Trouble.RESTORE_FILLED
    assert not list(there.ours.data.iterdir())


def test_what_a_command_leaves_that_was_killed_at_once_is_nothing(
    office: Backed, there: Elsewhere, target: str
) -> None:
    office.up(target)
    (there.ours.data / "keys").mkdir(parents=True)
    (there.ours.data / "log").mkdir()
    for left in ("keys/.django.0123456789abcdef", "keys/django", ".restoring.77.half", "lock"):
        (there.ours.data / left).touch()
    there.restore(target)
    assert there.stored() == digests_here(office.owner)


def test_backups_of_another_installation_are_left_alone(office: Backed, target: str) -> None:
    office.up(target)
    mine = settings().keys / "installation"
    kept = mine.read_bytes()
    try:
        mine.write_bytes(b"another")
        assert trouble(office.up, target) is Trouble.BACKUP_FOREIGN
    finally:
        mine.write_bytes(kept)


def test_what_is_no_archive_is_said_to_be_none(there: Elsewhere, tmp_path: Path) -> None:
    (tmp_path / "letter.eml").write_bytes(b"Subject: none\r\n\r\n")
    for place in ("nowhere", "letter.eml", ""):
        assert trouble(there.restore, f"{tmp_path}/{place}") is Trouble.BACKUP_NONE
    assert not there.ours.data.exists()


def test_a_database_of_a_newer_version_is_neither_served_nor_migrated_nor_restored(
    office: Backed, there: Elsewhere, target: str
) -> None:
    with psycopg.connect(office.owner) as owner:
        owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_of_tomorrow', now())")
    try:
        office.up(target)
        assert trouble(there.restore, target) is Trouble.DATA_NEWER
        assert not there.ours.data.exists()
        assert trouble(migrate, office.owner) is Trouble.DATA_NEWER
        assert trouble(up_to_date) is Trouble.DATA_NEWER
    finally:
        with psycopg.connect(office.owner) as owner:
            owner.execute("DELETE FROM django_migrations WHERE name = '9999_of_tomorrow'")
