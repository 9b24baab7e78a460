import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from teczka.actions import documents as acting
from teczka.core.audit import Verb
from teczka.core.mail import UNDATED
from teczka.store.models import Case, Document
from teczka.store.queries.audit import lines
from teczka.store.queries.documents import documents
from teczka.store.viewer import as_user
from tests.cases import file, link, make_case, upload
from tests.cast import today
from tests.web.conftest import Office, browser
from tests.web.mailroom import ARRIVED, store

HOSTILE = '"><img src=x onerror=alert(1)>\u202efdp.html'
LETTER = b"""\
Subject: Pozew
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain

w zalaczeniu
--B
Content-Type: text/html; name="strona.html"
Content-Disposition: attachment; filename="strona.html"

<script>alert(1)</script>
--B--
""".replace(b"\n", b"\r\n")


@pytest.fixture
def case(office: Office) -> Case:
    return make_case(office.cast.anna, "Kowalski p. Nowak", office.cast.bartek)


@pytest.fixture
def bartek(office: Office) -> Client:
    return browser(office.cast.bartek)


def names(office: Office, case: Case) -> list[str]:
    return [line.name for line in documents(office.cast.anna, case.public_id)]


def url(case: Case, rest: str = "") -> str:
    return f"/cases/{case.public_id}/documents/{rest}"


def test_a_form_without_script_sends_several_up(anna: Client, office: Office, case: Case) -> None:
    two = [SimpleUploadedFile(name, b"%PDF", "application/pdf") for name in ("pozew.pdf", "../../wyrok.pdf")]
    assert anna.post(url(case), {"file": two}).status_code == 302
    assert names(office, case) == ["wyrok.pdf", "pozew.pdf"]
    page = anna.get(url(case)).content.decode()
    assert "pozew.pdf" in page
    assert "4\N{NO-BREAK SPACE}B" in page


def test_a_file_comes_as_the_requests_body_and_is_given_back(anna: Client, bartek: Client, case: Case) -> None:
    sent = anna.post(url(case, "add/?name=a.pdf&type=application/pdf"), b"%PDF-1.4", "application/octet-stream")
    assert sent.status_code == 204
    (where,) = re.findall(rf'href="({url(case)}[^"/]+/)" download', bartek.get(url(case)).content.decode())
    answer = bartek.get(where)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4"
    assert answer.headers["Content-Length"] == "8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_what_is_too_large_is_said_in_words(
    anna: Client, office: Office, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "MOST_BYTES", 3)
    sent = anna.post(url(case, "add/?name=a.pdf"), b"%PDF", "application/octet-stream")
    assert (sent.status_code, "a.pdf" in sent.content.decode()) == (400, True)
    page = anna.post(url(case), {"file": SimpleUploadedFile("a.pdf", b"%PDF")})
    assert (page.status_code, 'role="alert"' in page.content.decode()) == (400, True)
    assert names(office, case) == []


def test_a_hostile_name_and_type_do_nothing(anna: Client, office: Office, case: Case) -> None:
    where = url(case, "add/")
    anna.post(f"{where}?{'name=' + HOSTILE + '&type=text/html'}", b"<script>", "application/octet-stream")
    page = anna.get(url(case)).content.decode()
    assert "<img" not in page
    assert "\u202e" not in page
    (line,) = documents(office.cast.anna, case.public_id)
    answer = anna.get(url(case, f"{line.public_id}/"))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_one_is_renamed_taken_out_and_taken_back(anna: Client, office: Office, case: Case) -> None:
    made = upload(case, office.cast.anna, "skan0001.pdf")
    where = url(case, f"{made.public_id}/")
    assert 'value="skan0001.pdf"' in anna.get(f"{where}rename/").content.decode()
    assert anna.post(f"{where}rename/", {"name": " "}).status_code == 200
    dated = f"{today(office.cast.office):%Y-%m-%d} Anna Lipowska – skan0001.pdf"
    assert f'name="name" value="{dated}"' in anna.get(f"{where}rename/").content.decode()
    anna.post(f"{where}rename/", {"name": dated})
    assert dated not in anna.get(f"{where}rename/").content.decode().replace(f'value="{dated}"', "", 1)
    anna.post(f"{where}rename/", {"name": "Pozew/z 3 maja.pdf"})
    assert names(office, case) == ["Pozew_z 3 maja.pdf"]
    anna.post(f"{where}remove/")
    page = anna.get(url(case)).content.decode()
    assert "Dokumentu nie ma już w sprawie." in page
    assert "Nie ma jeszcze dokumentów." in page
    assert anna.get(where).status_code == anna.get(f"{where}rename/").status_code == 404
    (back,) = re.findall(r'action="([^"]+/restore/)"', page)
    anna.post(back)
    assert names(office, case) == ["Pozew_z 3 maja.pdf"]
    assert b"".join(anna.get(where).streaming_content) == b"%PDF-1.4\n"


def test_to_whoever_is_not_of_the_team_nothing_is_there(office: Office, case: Case) -> None:
    made = upload(case, office.cast.anna, "skan.pdf")
    for stranger in (office.cast.celina, office.cast.dorota, office.cast.edward):
        client = browser(stranger)
        nothing = client.get("/cases/nowhere/").content
        for rest in ("", f"{made.public_id}/", f"{made.public_id}/rename/"):
            answer = client.get(url(case, rest))
            assert (answer.status_code, answer.content) == (404, nothing)
        for rest in ("", "add/", f"{made.public_id}/remove/", f"{made.public_id}/restore/"):
            assert client.post(url(case, rest)).status_code == 404
    assert names(office, case) == ["skan.pdf"]


def test_no_day_is_offered_for_the_name_where_its_letter_has_none(anna: Client, office: Office, case: Case) -> None:
    for arrived, offered in ((ARRIVED, True), (UNDATED, False)):
        message = store(office.folder, b"X-At: %d\r\n" % arrived.year + LETTER, arrived)
        made = link(case, office.cast.anna, message, "strona.html")
        page = anna.get(url(case, f"{made.public_id}/rename/")).content.decode()
        assert ("Nazwij tak" in page) is offered
        assert "1970" not in page


def test_a_part_of_a_message_is_given_to_who_sees_the_message_and_that_is_noted(
    anna: Client, bartek: Client, office: Office, case: Case
) -> None:
    message = store(office.folder, LETTER)
    file(message, office.cast.anna, case)
    made = link(case, office.cast.anna, message, "strona.html")
    where = url(case, f"{made.public_id}/")
    answer = anna.get(where)
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] != "text/html"
    assert f"/messages/{message.public_id}/" in anna.get(url(case)).content.decode()
    assert bartek.get(where).status_code == 404
    assert "strona.html" not in bartek.get(url(case)).content.decode()
    assert lines(office.cast.anna, case.public_id) == []
    with as_user(office.cast.anna.pk):
        message.grants.create(
            user=office.cast.bartek,
            office_id=message.office_id,
            owner_id=message.owner_id,
            reason="share",
            internaldate=ARRIVED,
        )
    assert bartek.get(where).status_code == 200
    assert [line.verb for line in lines(office.cast.anna, case.public_id)] == [Verb.VIEW]


def test_a_long_list_goes_on(anna: Client, office: Office, case: Case) -> None:
    first = upload(case, office.cast.anna, "plik 1")
    with as_user(office.cast.anna.pk):
        kept = Document.objects.get(pk=first.pk)
        for number in range(2, 105):
            kept.pk, kept.public_id, kept.name = None, f"00000000-0000-4000-8000-{number:012}", f"plik {number}"
            kept.save(force_insert=True)
    page = anna.get(url(case)).content.decode()
    assert page.count("download>") == 100
    (more,) = re.findall(r'href="(\?before=[^"]+)"', page)
    rest = anna.get(url(case, more)).content.decode()
    assert re.findall(r"download>([^<]+)<", rest) == ["plik 4", "plik 3", "plik 2", "plik 1"]


def test_what_was_said_is_left_for_the_next_page_by_a_piece_of_the_one_before(
    anna: Client, office: Office, case: Case
) -> None:
    upload(case, office.cast.anna, "pozew.pdf")
    (line,) = documents(office.cast.anna, case.public_id)
    anna.post(url(case, f"{line.public_id}/remove/"))
    assert "Cofnij" not in anna.get(url(case), headers={"X-Fragment": "1"}).content.decode()
    assert "Cofnij" in anna.get(url(case)).content.decode()
    assert "Cofnij" not in anna.get(url(case)).content.decode()
