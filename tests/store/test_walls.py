"""Row-level security alone: no query filter stands between these tests and the tables."""

import pytest
from django.core.management import call_command
from django.db import connection

from teczka.store.migrate import up_to_date, walls_hold
from teczka.store.models import Account, Folder
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast, make_folder

pytestmark = pytest.mark.django_db


def test_tests_serve_as_a_role_that_the_walls_bind() -> None:
    assert walls_hold()
    assert up_to_date()


def test_the_migrations_make_what_the_models_say() -> None:
    call_command("makemigrations", "store", check_changes=True, dry_run=True, verbosity=0)


def test_every_table_has_its_wall_or_holds_nothing_private() -> None:
    """Whoever adds a table says here that everybody may see it, or gives it a policy (migration 0002)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity"
        )
        without = {row[0] for row in cursor}
    ours = {table for table in without if table.startswith("store_")}
    assert ours == {"store_office", "store_user", "store_lease", "store_backuprun"}


def test_outside_as_user_nothing_is_seen() -> None:
    make_folder(make_account(make_cast().anna))
    assert not Account.objects.exists()
    assert not Folder.objects.exists()


def test_the_owner_alone_sees_their_account_and_folders() -> None:
    cast = make_cast()
    make_folder(make_account(cast.anna))
    with as_user(cast.anna.pk):
        assert Account.objects.count() == Folder.objects.count() == 1
    for stranger in cast.strangers:
        with as_user(stranger.pk):
            assert not Account.objects.exists()
            assert not Folder.objects.exists()


def test_nobody_writes_in_anothers_name() -> None:
    cast = make_cast()
    account = make_account(cast.anna)
    with pytest.raises(Exception, match="row-level security"), as_user(cast.celina.pk):
        Folder.objects.create(
            office=cast.office, owner=cast.anna, account=account, wire_name=b"INBOX", path="INBOX", role="inbox"
        )


def test_a_folder_cannot_belong_to_another_offices_account() -> None:
    cast = make_cast()
    account = make_account(cast.anna)
    with pytest.raises(Exception, match="foreign key"), as_user(cast.edward.pk):
        Folder.objects.create(
            office=cast.other_office, owner=cast.edward, account=account, wire_name=b"INBOX", path="INBOX", role="inbox"
        )


def test_eyes_are_closed_again_after_as_user() -> None:
    cast = make_cast()
    make_account(cast.anna)
    with as_user(cast.anna.pk), as_user(cast.anna.pk):
        pass
    assert not Account.objects.exists()


def test_two_pairs_of_eyes_at_once_are_refused() -> None:
    cast = make_cast()
    with pytest.raises(RuntimeError), as_user(cast.anna.pk), as_user(cast.celina.pk):
        pass
