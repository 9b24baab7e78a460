from django.test import Client

from tests.web.conftest import Office


def test_name_language_and_letters_are_kept_and_the_page_speaks_the_language_at_once(
    anna: Client, office: Office
) -> None:
    answer = anna.post(
        "/settings/",
        {"name": "Anna Nowa-Lipowska", "language": "en", "read_after": "-1", "undo_seconds": "30"},
        follow=True,
    )
    page = answer.content.decode()
    assert '<html lang="en">' in page
    assert "Saved." in page
    assert 'value="Anna Nowa-Lipowska"' in page
    user = office.cast.anna
    user.refresh_from_db()
    assert (user.name, user.language, user.single_keys, user.undo_seconds) == ("Anna Nowa-Lipowska", "en", False, 30)
    page = anna.get(f"/folders/{office.folder.public_id}/").content.decode()
    assert 'data-keys="off"' in page
    assert 'data-read-after="-1"' in page


def test_what_is_wrong_is_told_and_nothing_is_kept(anna: Client, office: Office) -> None:
    page = anna.post("/settings/", {"name": " ", "language": "xx", "single_keys": "on"}).content.decode()
    assert page.count("field-error") == 4
    office.cast.anna.refresh_from_db()
    assert office.cast.anna.name == "Anna Lipowska"


def test_letters_work_until_they_are_switched_off(anna: Client, office: Office) -> None:
    assert "data-keys" not in anna.get(f"/folders/{office.folder.public_id}/").content.decode()
    assert ' name="single_keys" ' in anna.get("/settings/").content.decode()
