"""The pages of imports and exports of mail, without script and with, and what somebody might try with them."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from teczka.actions.archives import archive_of
from teczka.core.errors import Trouble
from teczka.core.imports import ImportState
from teczka.store.models import Import, ImportFile
from teczka.store.viewer import as_user
from tests.web.conftest import Office, browser

LETTER = b"Subject: Pozew\r\n\r\ntekst\r\n"
HOSTILE = '"><img src=x onerror=alert(1)>\u202exyz.eml'


def begun(client: Client, folder: str = "Stare") -> str:
    answer = client.post("/imports/begin/", {"folder": folder})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["files"])


def newest(office: Office) -> Import:
    with as_user(office.cast.anna.pk):
        return Import.objects.filter(owner=office.cast.anna).order_by("-pk")[0]


def test_a_form_without_script_sends_several_up(anna: Client, office: Office) -> None:
    two = [SimpleUploadedFile(name, LETTER, "message/rfc822") for name in ("a.eml", "../../b.eml")]
    assert anna.post("/imports/", {"folder": "Stare/Sprawy", "file": two}).status_code == 302
    row = newest(office)
    with as_user(office.cast.anna.pk):
        assert list(ImportFile.objects.filter(of=row).order_by("position").values_list("name", flat=True)) == [
            "a.eml",
            "b.eml",
        ]
    page = anna.get("/imports/").content.decode()
    assert "Stare/Sprawy" in page
    assert "a.eml" in page


def test_nothing_chosen_and_a_folder_that_is_none_are_said(anna: Client) -> None:
    assert anna.post("/imports/", {"folder": "Stare"}).status_code == 400
    letter = SimpleUploadedFile("a.eml", LETTER)
    assert anna.post("/imports/", {"folder": "a//b", "file": letter}).status_code == 400
    answer = anna.post("/imports/begin/", {"folder": "%"})
    assert answer.status_code == 400
    assert "%" in answer.json()["said"]
    assert anna.post("/imports/begin/", {}).status_code == 400


def test_a_file_comes_as_the_body_and_its_name_does_no_harm(anna: Client, office: Office) -> None:
    where = begun(anna)
    sent = anna.post(f"{where}?name={HOSTILE}", LETTER, content_type="application/octet-stream")
    assert sent.status_code == 204
    page = anna.get("/imports/").content.decode()
    assert "onerror=alert" not in page.replace("onerror=alert(1)_", "")
    assert "<img" not in page
    with as_user(office.cast.anna.pk):
        assert ImportFile.objects.filter(of=newest(office)).count() == 1


@pytest.mark.parametrize("stored", [0, 3])
def test_of_a_cut_file_of_which_nothing_came_no_rest_is_told(anna: Client, office: Office, stored: int) -> None:
    """Its owner might throw the original away."""
    anna.post(f"{begun(anna)}?name=a.zip", LETTER, content_type="application/octet-stream")
    told = {
        "troubles": [["", Trouble.IMPORT_BROKEN, {}]],
        "unreadable": 1,
        "stored": stored,
        "ended_at": timezone.now(),
    }
    with as_user(office.cast.anna.pk):
        ImportFile.objects.filter(of=newest(office)).update(**told)
    page = anna.get("/imports/").content.decode()
    assert ("Z tego pliku nic nie zaimportowano. Skopiuj go jeszcze raz z oryginału." in page) is not stored
    assert ("Wszystko inne z pliku zaimportowano." in page) is bool(stored)


def test_its_owner_pauses_goes_on_and_ends_it_and_nobody_else(anna: Client, office: Office) -> None:
    where = begun(anna)
    anna.post(f"{where}?name=a.eml", LETTER, content_type="application/octet-stream")
    row = newest(office)
    for stranger in office.cast.strangers:
        for rest in ("pause/", "resume/", "cancel/", "files/?name=x.eml"):
            assert browser(stranger).post(f"/imports/{row.public_id}/{rest}", {}).status_code == 404
    for verb, state in (("pause", ImportState.PAUSED), ("resume", ImportState.OPEN), ("cancel", ImportState.CANCELLED)):
        assert anna.post(f"/imports/{row.public_id}/{verb}/").status_code == 302
        assert newest(office).state == state
    assert anna.post(f"/imports/{row.public_id}/{uuid4()}/").status_code == 404
    assert anna.post(f"{where}?name=b.eml", LETTER, content_type="application/octet-stream").status_code == 404


def test_an_archive_is_shown_as_one_and_nothing_asks_for_its_server(anna: Client, office: Office) -> None:
    archive = archive_of(office.cast.anna)
    page = anna.get("/accounts/").content.decode()
    assert f"account-{archive.public_id}" in page
    assert f"/accounts/{archive.public_id}/sign-in/" not in page
    for name in ("check", "fetch", "pause", "resume", "reconnect", "forget"):
        assert anna.post(f"/accounts/{archive.public_id}/{name}/").status_code == 404, name
    assert anna.get(f"/accounts/{archive.public_id}/sign-in/").status_code == 404
    assert anna.post(f"/accounts/{archive.public_id}/edit/", {"name": "Do 2020", "colour": "2"}).status_code == 302
    assert "Do 2020" in anna.get("/accounts/").content.decode()
    assert anna.post(f"/accounts/{archive.public_id}/delete/", {"farewell": "archive"}).status_code == 404


@pytest.mark.parametrize("form", ["mbox", "maildir"])
def test_an_account_leaves_as_a_zip(anna: Client, office: Office, form: str) -> None:
    answer = anna.post(f"/accounts/{office.account.public_id}/export/file/", {"form": form})
    assert answer.status_code == 200
    assert b"".join(answer).startswith(b"PK")  # type: ignore[attr-defined, call-overload]
