import pytest
from django.test import Client

from teczka.store.models import Folder
from teczka.store.viewer import as_user
from tests.cast import make_folder
from tests.web.conftest import Office, browser


def role(folder: Folder) -> str:
    with as_user(folder.owner_id):
        folder.refresh_from_db()
    return folder.role


def choose(client: Client, folder: Folder, what: str) -> int:
    return client.post(f"/folders/{folder.public_id}/role/", {"role": what}).status_code


def test_the_owners_choice_goes_over_the_name_and_takes_the_role_from_whichever_had_it(
    anna: Client, office: Office
) -> None:
    named, other = make_folder(office.account, "Wysłane", "sent"), make_folder(office.account, "Wyszło", "")
    assert choose(anna, other, "sent") == 302
    assert (role(named), role(other)) == ("", "sent")
    page = anna.get(f"/folders/{other.public_id}/").content.decode()
    assert '<h1 id="folder-name">Wysłane</h1>' in page
    menu = page.split('id="folder-menu"')[1].split("</form>")[0]
    assert '<button name="role" value="sent" aria-current="true">' in menu
    assert "Jak podaje serwer" in menu
    choose(anna, other, "server")
    assert role(other) == ""


def test_a_folder_can_be_made_an_ordinary_one(anna: Client, office: Office) -> None:
    folder = make_folder(office.account, "Spam", "junk")
    choose(anna, folder, "none")
    assert role(folder) == ""
    assert ">Spam</h1>" in anna.get(f"/folders/{folder.public_id}/").content.decode()


def test_the_inbox_has_no_menu_and_takes_no_role(anna: Client, office: Office) -> None:
    folder = make_folder(office.account)
    assert 'id="folder-menu"' not in anna.get(f"/folders/{folder.public_id}/").content.decode()
    assert choose(anna, folder, "sent") == 404
    assert role(folder) == "inbox"


@pytest.mark.parametrize("what", ["", "inbox", "all", "x"])
def test_what_is_no_use_is_refused(anna: Client, office: Office, what: str) -> None:
    folder = make_folder(office.account, "Faktury", "")
    assert choose(anna, folder, what) == 404
    assert role(folder) == ""


def test_nobody_chooses_for_anothers_folder(office: Office) -> None:
    folder = make_folder(office.account, "Faktury", "")
    for stranger in office.cast.strangers:
        assert choose(browser(stranger), folder, "sent") == 404
    assert role(folder) == ""
