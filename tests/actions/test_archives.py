"""What is done to mail in an archive is done, there and then: nothing waits for a server, and everything can be taken back."""

import threading
from pathlib import Path
from uuid import uuid4

import pytest

from teczka.actions.accounts import account_of
from teczka.actions.acts import Selection, do, undo
from teczka.actions.archives import archive_of, change_archive
from teczka.actions.asking import check_now
from teczka.actions.check import check_account
from teczka.actions.folders import create_folder, remove_folder, rename_folder
from teczka.actions.identities import ensure_identities
from teczka.actions.importing import run_import
from teczka.actions.path_imports import begin_paths
from teczka.actions.reading import read_some
from teczka.actions.removal import remove_the_doomed
from teczka.actions.rest import delete_account, pause_account, take_back
from teczka.actions.verify import verify_all
from teczka.core.accounts import Farewell
from teczka.core.acts import Verb
from teczka.core.errors import NotAllowed
from teczka.store.models import Account, Folder, Identity, Message, Operation, Placement, Rule, RuleHit
from teczka.store.models.accounts import accounts_at_work
from teczka.store.queries.policy import room
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def archive(cast: Cast, tmp_path: Path) -> Account:
    source = tmp_path / "poczta"
    source.mkdir()
    for number in range(3):
        (source / f"{number}.eml").write_bytes(b"Subject: Pozew %d\r\nStatus: O\r\n\r\nTajne\r\n" % number)
    row = begin_paths(cast.anna, "Stare", [source])
    assert run_import(row.pk, cast.anna.pk, threading.Event())
    return archive_of(cast.anna)


def folder(archive: Account, path: str) -> Folder:
    with as_user(archive.owner_id):
        return Folder.objects.select_related("account").get(account=archive, path=path, gone_at=None)


def subjects(archive: Account) -> dict[str, int]:
    with as_user(archive.owner_id):
        there = Placement.objects.filter(gone_at=None, folder__account=archive).values_list("folder__path", flat=True)
        return {path: list(there).count(path) for path in set(there)}


def settled(archive: Account) -> None:
    with as_user(archive.owner_id):
        assert not Operation.objects.filter(account=archive, state__in=["pending", "started"], due_at=None).exists()
        assert not Placement.objects.filter(folder__account=archive, uidvalidity=-1).exists()
    found = verify_all()
    assert found.clean, found.faults


def test_flags_moves_and_the_bin_hold_at_once_and_are_taken_back(cast: Cast, archive: Account) -> None:
    here = Selection([folder(archive, "Stare").pk])
    read = do(cast.anna, uuid4(), Verb.READ, here)
    assert folder(archive, "Stare").unread == 0
    undo(cast.anna, read.line.public_id)
    assert folder(archive, "Stare").unread == 3
    binned = do(cast.anna, uuid4(), Verb.BIN, here)
    assert subjects(archive) == {"Kosz": 3}
    settled(archive)
    undo(cast.anna, binned.line.public_id)
    assert subjects(archive) == {"Stare": 3}
    settled(archive)


def test_folders_are_made_renamed_and_removed_with_what_lies_in_them(cast: Cast, archive: Account) -> None:
    create_folder(cast.anna, uuid4(), archive.public_id, "Nowe ąę")
    moved = do(
        cast.anna, uuid4(), Verb.MOVE, Selection([folder(archive, "Stare").pk]), folder(archive, "Nowe ąę").public_id
    )
    assert moved.line.count == 3
    renamed = rename_folder(cast.anna, uuid4(), folder(archive, "Nowe ąę").public_id, "Inne")
    assert subjects(archive) == {"Inne": 3}
    undo(cast.anna, renamed.public_id)
    assert subjects(archive) == {"Nowe ąę": 3}
    remove_folder(cast.anna, uuid4(), folder(archive, "Nowe ąę").public_id)
    assert subjects(archive) == {"Kosz": 3}
    settled(archive)


def test_what_was_thrown_away_comes_back_out_of_its_file(cast: Cast, archive: Account, tmp_path: Path) -> None:
    do(cast.anna, uuid4(), Verb.BIN, Selection([folder(archive, "Stare").pk]))
    do(cast.anna, uuid4(), Verb.DELETE, Selection([folder(archive, "Kosz").pk]))
    assert subjects(archive) == {}
    row = begin_paths(cast.anna, "Stare", [tmp_path / "poczta" / "1.eml"])
    assert run_import(row.pk, cast.anna.pk, threading.Event())
    assert subjects(archive) == {"Stare": 1}
    settled(archive)


def test_it_connects_nowhere_sends_nothing_and_takes_no_place_among_accounts(cast: Cast, archive: Account) -> None:
    assert archive.pk not in dict(accounts_at_work())
    assert room(cast.anna)[0] == 0
    ensure_identities(cast.anna)
    with as_user(cast.anna.pk):
        assert not Identity.objects.filter(account=archive).exists()
    for refused in (check_now, pause_account, account_of, check_account):
        with pytest.raises(NotAllowed):
            refused(cast.anna, archive.public_id)


def test_it_is_renamed_deleted_taken_back_and_removed_by_its_owner_alone(cast: Cast, archive: Account) -> None:
    change_archive(cast.anna, archive.public_id, "Kancelaria do 2020", 3)
    for stranger in cast.strangers:
        with pytest.raises(NotAllowed):
            change_archive(stranger, archive.public_id, "moje", 1)
    with pytest.raises(NotAllowed):
        delete_account(cast.anna, archive.public_id, Farewell.ARCHIVE)
    delete_account(cast.anna, archive.public_id, Farewell.REMOVE)
    take_back(cast.anna, archive.public_id)
    with as_user(cast.anna.pk):
        archive.refresh_from_db()
    assert (archive.provider_name, archive.state, archive.trouble) == ("Kancelaria do 2020", "working", "")
    delete_account(cast.anna, archive.public_id, Farewell.REMOVE)
    with as_user(cast.anna.pk):
        Account.objects.filter(pk=archive.pk).update(deleted_at="2020-01-01T00:00:00Z")
    remove_the_doomed(threading.Event())
    with as_user(cast.anna.pk):
        assert not Account.objects.filter(pk=archive.pk).exists()
        assert not Message.objects.exists()


def test_rules_do_not_hear_of_what_is_brought_in(cast: Cast, archive: Account) -> None:
    owner = {"office_id": cast.anna.office_id, "owner": cast.anna}
    when = {"any": [{"field": "subject", "op": "words", "value": ["Pozew"]}]}
    with as_user(cast.anna.pk):
        Rule.objects.create(name="Pozwy", when=when, then=[{"do": "star"}], **owner)
    while read_some(100):
        pass
    with as_user(cast.anna.pk):
        assert Message.objects.filter(subject__startswith="Pozew", indexed_with__isnull=False).count() == 3
        assert not RuleHit.objects.exists()
        assert not Placement.objects.filter(flagged=True).exists()
