import csv
import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client

from teczka.cli import verify as command
from teczka.core.audit import Verb
from teczka.core.mail import UNDATED
from teczka.mime.bundle_check import verify
from teczka.store.blobs import blobs
from teczka.store.models import Case
from teczka.store.packs.format import key
from teczka.store.queries.audit import lines
from teczka.store.viewer import as_user
from tests.cases import comment, file, link, make_case, make_note, upload
from tests.web.conftest import PRIVATE, SECRETS, SHARED, Office, browser
from tests.web.mailroom import ARRIVED, share, store

HOSTILE = b"""\
From: =CMD|x <a@x.example>
Subject: ../../<script>alert(1)</script>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: application/pdf; name="../../../etc/passwd"
Content-Disposition: attachment; filename="../../../etc/passwd"

jeden
--B
Content-Type: application/pdf; name="CON"
Content-Disposition: attachment; filename="CON"

dwa
--B
Content-Type: application/pdf; name="con"
Content-Disposition: attachment; filename="con"

trzy
--B
Content-Type: message/rfc822

Subject: a/b: c

cztery
--B--
""".replace(b"\n", b"\r\n")


@pytest.fixture
def case(office: Office) -> Case:
    """Anna's private mail and shared mail in it, a document, a part of a message, a note and a comment."""
    anna = office.cast.anna
    case = make_case(anna, "Kowalski p. Nowak", office.cast.bartek, number="KAN/1/2026")
    for message in (office.private, office.shared):
        file(message, anna, case)
    link(case, anna, office.private, "utajniony.pdf")
    upload(case, office.cast.bartek, "pełnomocnictwo.pdf")
    make_note(case, anna, "notatka-zespolu")
    comment(office.shared, anna, "komentarz-kancelarii")
    return case


def exported(client: Client, case: Case, tmp_path: Path) -> Path:
    answer = client.post(f"/cases/{case.public_id}/export/file/")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="KAN_1_2026 Kowalski')
    path = tmp_path / "sprawa.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    return path


def test_all_that_its_reader_may_see_is_in_it_byte_for_byte(
    anna: Client, office: Office, case: Case, tmp_path: Path
) -> None:
    path = exported(anna, case, tmp_path)
    with ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    mail = [body for name, body in content.items() if name.startswith("messages/")]
    assert sorted(mail) == sorted([PRIVATE, SHARED])
    attached = [body for name, body in content.items() if name.startswith("attachments/")]
    assert attached == [b"%PDF-1.4\n"]
    assert content["documents/pełnomocnictwo.pdf"] == b"%PDF-1.4\n"
    assert verify(path).faults == {}
    page = content["index.html"].decode()
    assert "Tajemnica obrończa" in page
    assert '<html lang="pl">' in page
    table = list(csv.reader(io.StringIO(content["index.csv"].decode("utf-8-sig")), delimiter=";"))
    assert len(table) == 5
    assert {row[-1] for row in table[1:]} <= set(re.findall(r"[0-9a-f]{64}", content["manifest.sha256"].decode()))
    whole = b"".join(content.values())
    assert b"notatka-zespolu" not in whole
    assert b"komentarz-kancelarii" not in whole


def test_nobodys_private_mail_is_in_a_colleagues_export(office: Office, case: Case, tmp_path: Path) -> None:
    path = exported(browser(office.cast.bartek), case, tmp_path)
    with ZipFile(path) as archive:
        names = archive.namelist()
        whole = b"".join(archive.read(name) for name in names).decode("utf-8", "replace") + "".join(names)
    assert [secret for secret in SECRETS if secret in whole] == []
    assert len([name for name in names if name.startswith("messages/")]) == 1
    noted = [(line.verb, line.who) for line in lines(office.cast.anna, case.public_id)]
    assert noted == [(Verb.VIEW, "Bartek Nowy"), (Verb.CASE_EXPORT, "Bartek Nowy")]


def test_outside_the_team_there_is_nothing_to_export(office: Office, case: Case) -> None:
    for stranger in (office.cast.celina, office.cast.dorota, office.cast.edward):
        client = browser(stranger)
        assert client.get(f"/cases/{case.public_id}/export/").status_code == 404
        assert client.post(f"/cases/{case.public_id}/export/file/").status_code == 404
    assert lines(office.cast.anna, case.public_id) == []


def test_the_page_says_what_will_be_in_it(anna: Client, office: Office, case: Case) -> None:
    assert "2 wiadomościami" in anna.get(f"/cases/{case.public_id}/export/").content.decode()
    page = browser(office.cast.bartek).get(f"/cases/{case.public_id}/export/").content.decode()
    assert "z 1 wiadomością" in page


def test_windows_explorer_unpacks_a_case_whatever_its_names(
    anna: Client, office: Office, case: Case, tmp_path: Path
) -> None:
    """Into a folder that is called as the ZIP, itself in somebody's downloads: 260 UTF-16 units in all."""
    subject, name = "😀wezwanie " * 30, "😀umowa " * 20
    nameless = HOSTILE.split(b"--B")[2].replace(b'; name="CON"', b"").replace(b'; filename="CON"', b"")
    part = HOSTILE.split(b"--B")[1].replace(b"../../../etc/passwd", f"{name}.docx".encode())
    head = f"From: a@x.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    raw = b"--B".join([head.encode() + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n", part, part, nameless])
    for again in (b"", b"2"):
        file(store(office.folder, raw + b"--B--\r\n" + again), office.cast.anna, case)
    upload(case, office.cast.anna, f"{name}.pdf")
    with as_user(office.cast.anna.pk):
        Case.objects.filter(pk=case.pk).update(name="Spółka Budowlana Wschód przeciwko gminie 😀 " * 4)
    answer = anna.post(f"/cases/{case.public_id}/export/file/")
    path = tmp_path / unquote(answer.headers["Content-Disposition"].rpartition("''")[2])
    path.write_bytes(b"".join(answer.streaming_content))
    downloads = "C:\\Users\\Anna Lipowska-Kowalczewska\\Downloads\\"
    with ZipFile(path) as archive:
        names = archive.namelist()
    whole = [f"{downloads}{path.stem}\\{name}" for name in names]
    assert max(len(one.encode("utf-16-le")) // 2 for one in whole) < 260 - len(" (1000)") * 3
    assert re.search(r" \d{4}-\d\d-\d\d\.zip$", path.name), "its day is not cut off"
    assert len({one.casefold() for one in names}) == len(names)
    ends = [name.rpartition("/")[2] for name in names if name.startswith("attachments/") and "utaj" not in name]
    assert sorted(end for end in ends if not end.endswith(".docx")) == ["załącznik.pdf"] * 2
    assert sum(end.endswith(".docx") for end in ends) == 4


def test_hostile_names_stay_in_their_folder_and_compute_nothing(
    anna: Client, office: Office, case: Case, tmp_path: Path
) -> None:
    file(store(office.folder, HOSTILE), office.cast.anna, case)
    path = exported(anna, case, tmp_path)
    with ZipFile(path) as archive:
        names = archive.namelist()
        page = archive.read("index.html").decode()
        table = archive.read("index.csv").decode("utf-8-sig")
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        assert not re.search(r'[\\:*?"<>|]', name)
        assert name.count("/") <= 2
    assert {"_CON", "_con (2)", "a_b_ c.eml"} <= {name.rpartition("/")[2] for name in names}
    assert "<script>" not in page
    assert ";=CMD" not in table
    assert verify(path).faults == {}


@pytest.mark.parametrize(
    ("zone", "told", "written"),
    [
        ("Europe/Warsaw", "1.01.2027 00:30", "2027-01-01 00:30"),
        ("America/New_York", "31.12.2026 18:30", "2026-12-31 18:30"),
        ("Pacific/Auckland", "1.01.2027 12:30", "2027-01-01 12:30"),
    ],
)
def test_page_and_table_tell_the_offices_time(
    office: Office, case: Case, tmp_path: Path, zone: str, told: str, written: str
) -> None:
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    file(store(office.folder, b"From: <a@x.example>\r\nSubject: sylwester\r\n\r\n", at), office.cast.anna, case)
    office.cast.office.timezone = zone
    office.cast.office.save()
    with ZipFile(exported(browser(office.cast.anna), case, tmp_path)) as archive:
        page, table = archive.read("index.html").decode(), archive.read("index.csv").decode("utf-8-sig")
    assert f"<td>{told}</td>" in page
    assert f";{written};a@x.example;" in table.replace("<", "").replace(">", "")


def test_no_date_is_made_up_for_mail_that_has_none(anna: Client, office: Office, case: Case, tmp_path: Path) -> None:
    file(store(office.folder, b"From: <a@x.example>\r\nSubject: bez daty\r\n\r\n", UNDATED), office.cast.anna, case)
    with ZipFile(exported(anna, case, tmp_path)) as archive:
        assert "messages/a@x.example - bez daty.eml" in archive.namelist()
        page = archive.read("index.html").decode()
        table = archive.read("index.csv").decode("utf-8-sig")
        assert archive.getinfo("messages/a@x.example - bez daty.eml").date_time[0] > 2000
    assert "<td>data nieznana</td>" in page
    assert "1970" not in page + table


def test_a_damaged_message_is_said_to_be_so_and_the_rest_is_given(
    anna: Client, office: Office, case: Case, tmp_path: Path
) -> None:
    where = blobs().local(key(office.shared.pack_id))
    assert where
    where.chmod(0o600)
    raw = where.read_bytes()
    where.write_bytes(raw[:-1] + b"!")
    try:
        path = exported(anna, case, tmp_path)
    finally:
        where.write_bytes(raw)
    with ZipFile(path) as archive:
        assert "są uszkodzone" in archive.read("index.html").decode()
        assert PRIVATE in [archive.read(name) for name in archive.namelist()]


def test_the_command_verifies_a_zip_and_a_register_without_a_database(
    office: Office, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "house", lambda: sys.exit("a database is not wanted"))
    path = exported(browser(office.cast.anna), case, tmp_path)
    assert command.main(["--export", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == 6
    register = tmp_path / "rejestr.jsonl"
    register.write_bytes(b"".join(browser(office.cast.dorota).get("/office/audit/jsonl/").streaming_content))
    assert command.main(["--export", str(register)]) == 0
    assert "All is as it was exported." in capsys.readouterr().out
    register.write_text(register.read_text().replace(Verb.CASE_EXPORT, Verb.AUDIT_EXPORT, 1))
    assert command.main(["--export", str(register)]) == 1
    assert "changed" in capsys.readouterr().out
    register.write_text("nic")
    assert command.main(["--export", str(register)]) == 1
    assert "no export of Teczka's" in capsys.readouterr().err
    assert command.main(["--export", str(tmp_path / "nie ma")]) == 1


def test_what_stops_being_shared_on_the_way_is_not_in_it(office: Office, case: Case, tmp_path: Path) -> None:
    further = store(office.folder, SHARED + b"drugi\r\n", ARRIVED + timedelta(days=1))
    file(further, office.cast.anna, case)
    share(further, office.cast.bartek)
    answer = browser(office.cast.bartek).post(f"/cases/{case.public_id}/export/file/")
    pieces = iter(answer.streaming_content)
    first = next(pieces)
    with as_user(office.cast.anna.pk), connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_grant WHERE message_id = %s", [further.pk])
    path = tmp_path / "x.zip"
    path.write_bytes(first + b"".join(pieces))
    with ZipFile(path) as archive:
        assert len([name for name in archive.namelist() if name.startswith("messages/")]) == 1
