"""The owner's own choice of what a folder serves as (actions/folders.py)."""

import pytest

from teczka.actions.folders import choose_role
from teczka.core.errors import NotAllowed
from teczka.core.folders import FolderRole
from teczka.core.mail import RemoteFolder
from teczka.store import folders
from teczka.store.models import Account, Folder
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast

pytestmark = pytest.mark.django_db

LISTED = [
    RemoteFolder(b"INBOX", "INBOX", "/", frozenset()),
    RemoteFolder(b"Sent", "Sent", "/", frozenset({"\\sent"})),
    RemoteFolder(b"Kosz", "Kosz", "/", frozenset()),
    RemoteFolder(b"Moje", "Moje", "/", frozenset()),
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def account(cast: Cast) -> Account:
    made = make_account(cast.anna)
    list_again(made)
    return made


def list_again(account: Account) -> None:
    with as_user(account.owner_id):
        folders.save(account, LISTED)


def serve_as(account: Account) -> dict[str, str]:
    with as_user(account.owner_id):
        return {one.path: one.role for one in Folder.objects.filter(account=account) if one.role}


def choose(cast: Cast, account: Account, path: str, role: FolderRole | None) -> None:
    with as_user(account.owner_id):
        folder = Folder.objects.get(account=account, path=path)
    choose_role(cast.anna, folder.public_id, role)


def test_a_choice_holds_at_once_and_when_the_server_lists_its_folders_again(cast: Cast, account: Account) -> None:
    choose(cast, account, "Moje", FolderRole.SENT)
    assert serve_as(account) == {"INBOX": "inbox", "Moje": "sent", "Kosz": "trash"}
    list_again(account)
    assert serve_as(account) == {"INBOX": "inbox", "Moje": "sent", "Kosz": "trash"}


def test_a_later_choice_takes_the_role_away_from_an_earlier_one(cast: Cast, account: Account) -> None:
    choose(cast, account, "Moje", FolderRole.SENT)
    choose(cast, account, "Kosz", FolderRole.SENT)
    list_again(account)
    assert serve_as(account) == {"INBOX": "inbox", "Kosz": "sent"}


def test_a_folder_may_serve_as_nothing_whatever_its_name_says(cast: Cast, account: Account) -> None:
    choose(cast, account, "Kosz", FolderRole.OTHER)
    list_again(account)
    assert serve_as(account) == {"INBOX": "inbox", "Sent": "sent"}


def test_without_a_choice_the_name_and_the_server_s_word_hold_again(cast: Cast, account: Account) -> None:
    before = serve_as(account)
    choose(cast, account, "Kosz", FolderRole.SENT)
    choose(cast, account, "Kosz", None)
    assert serve_as(account) == {"INBOX": "inbox", "Kosz": "trash"}
    list_again(account)
    assert serve_as(account) == before


def test_the_inbox_is_no_choice(cast: Cast, account: Account) -> None:
    for path, role in (("INBOX", FolderRole.SENT), ("Moje", FolderRole.INBOX)):
        with pytest.raises(NotAllowed):
            choose(cast, account, path, role)


def test_nobody_chooses_for_another(cast: Cast, account: Account) -> None:
    with as_user(cast.anna.pk):
        folder = Folder.objects.get(path="Moje")
    for stranger in cast.strangers:
        with pytest.raises(NotAllowed):
            choose_role(stranger, folder.public_id, FolderRole.SENT)
    assert "Moje" not in serve_as(account)
