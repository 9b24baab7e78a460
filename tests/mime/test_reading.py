"""What the reader is shown of whole messages, and the two commands that print it."""

import io
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from teczka.cli import parse, render
from teczka.mime import reading, sanitize
from teczka.mime.limits import Limits
from teczka.mime.reading import read

LOGO = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAAAA"  # as far as its width and height
LETTER = (
    b"From: =?utf-8?Q?Jan_=C5=81?= <jan@example.pl>\r\nTo: ewa@example.pl\r\nSubject: Umowa\r\nDate: Sun, 22 Nov 2026 10:00:00 +0100\r\n"
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
    b"--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Dzie\xc5\x84 dobry</p><img src=cid:logo><img src=https://spy.example/1>\r\n"
    b"--r\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + LOGO
    + b"\r\n"
    b"--r\r\nContent-Type: image/png; name=unused.png\r\nContent-ID: <unused>\r\n\r\nPNG2\r\n--r--\r\n"
    b"--m\r\nContent-Type: application/pdf; name=umowa.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"
    b"--m\r\nContent-Type: text/plain\r\n\r\nStopka listy\r\n--m--\r\n"
)


def test_text_and_page_hold_every_passage() -> None:
    found = read(LETTER, lambda part: f"/i/{part.path}")
    assert found.text == "Dzień dobry\n\nStopka listy"
    assert '<img src="/i/1.2">' in found.html
    assert "Stopka listy" in found.html
    assert (found.blocked_images, found.blocked_hosts) == (1, ("spy.example",))


def alternatives(text: str, html: str) -> bytes:
    return (
        f"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n"
        f"--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    ).encode()


def test_where_the_plain_text_says_much_less_than_the_page_the_page_is_read() -> None:
    stub = alternatives("This message needs HTML.", "<p>" + "Przelew zaksięgowano. " * 9 + "</p>")
    assert read(stub, lambda part: None).text.split()[:2] == ["Przelew", "zaksięgowano."]
    short = alternatives("Haslo:\ntajne77", "<p>" + "Szanowni Państwo! " * 9 + "</p>")
    assert read(short, lambda part: None).text.endswith("Państwo!\n\nHaslo:\ntajne77")
    again = alternatives("Haslo:\ntajne77", "<p>" + "Szanowni Państwo! " * 9 + "Haslo: tajne77</p>")
    assert read(again, lambda part: None).text.count("tajne77") == 1
    markup = alternatives(
        "Przelew jest.", "<div><span style='color: #123456; font-weight: bold'>Przelew jest!</span></div>"
    )
    assert read(markup, lambda part: None).text == "Przelew jest."
    blanks = alternatives("Przelew jest.", "<p>Przelew</p>" + "&nbsp;" * 90)
    assert read(blanks, lambda part: None).text == "Przelew jest."


def test_an_enclosed_message_without_a_name_has_its_subject_for_one() -> None:
    head = b"Content-Type: multipart/mixed; boundary=m\n\n"
    plain = b"--m\nContent-Type: message/rfc822\n\nSubject: =?utf-8?Q?I_C_12/24:_odpowied=C5=BA?=\n\nx\n"
    encoded = b"--m\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKeQ==\n"
    named = b"--m\nContent-Type: message/rfc822; name=pismo\n\nSubject: inny\n\nx\n"
    silent = b"--m\nContent-Type: message/rfc822\n\n\nx\n--m--"
    found = read(head + plain + encoded + named + silent, lambda part: None)
    assert [part.name for part in found.attachments] == ["I C 12_24_ odpowiedź.eml", "x.eml", "pismo", ""]


def test_an_inline_image_that_no_page_shows_is_listed() -> None:
    assert [part.name for part in read(LETTER, lambda part: "/i").attachments] == ["unused.png", "umowa.pdf"]


def test_an_inline_image_that_is_served_nowhere_is_listed() -> None:
    found = read(LETTER, lambda part: None)
    assert "<img src" not in found.html
    assert [part.name for part in found.attachments] == ["", "unused.png", "umowa.pdf"]


def test_an_inline_image_of_a_page_that_is_shown_as_text_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanitize, "LIMITS", Limits(page=20))
    found = read(LETTER, lambda part: f"/i/{part.path}")
    assert "<img" not in found.html
    assert [part.path for part in found.attachments] == ["1.2", "1.3", "2"]


def test_plain_mail_has_no_page() -> None:
    assert read(b"Subject: x\n\nSlowo\n", lambda part: None).html == ""


def test_text_beyond_the_limit_is_cut_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + (b"--b\n\n" + b"a" * 400 + b"\n") * 3 + b"--b--"
    monkeypatch.setattr(reading, "LIMITS", Limits(text=1_000))
    found = read(raw, lambda part: None)
    assert found.text.count("a") == 1_000
    assert "text.limit" in found.defects


def pages(*passages: str) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(
        f"--b\nContent-Type: text/html\n\n{passage}\n".encode() for passage in passages
    )


def test_many_pages_of_a_message_grow_no_more_than_one_may() -> None:
    """A parser writes every font into every paragraph: 80 KB were 40 MB."""
    page = "<p>" + "".join(f"<font size={size}>" for size in range(300)) + "<p>x" * 490
    found = read(pages(*[page] * 10), lambda part: None)
    assert "html.nesting" in found.defects
    assert len(found.html) < 10_000_000
    assert found.text.count("x") == 4_900


def test_many_pages_of_a_message_name_few_hosts() -> None:
    found = read(pages(*(f"<img src=//{name}.example/1>" for name in range(200))), lambda part: None)
    assert (found.blocked_images, len(found.blocked_hosts)) == (200, 50)


def test_the_passages_of_a_long_message_are_looked_through_for_references_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_LOOKED_THROUGH", 20)
    found = read(pages("sygn. I C 12/24", "sygn. II C 13/24", "sygn. III C 14/24"), lambda part: None)
    assert [mention.written for mention in found.mentions] == ["I C 12/24", "II C 13/24"]
    assert found.html.count('class="reference"') == 2
    assert "III C 14/24" in found.text


def test_the_parse_command_prints_one_document_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.eml").write_bytes(LETTER)
    (tmp_path / "b.eml").write_bytes(b"garbage")
    assert parse.main([str(tmp_path / "a.eml"), str(tmp_path / "b.eml"), "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "subject": "Umowa",
        "from": [{"name": "Jan Ł", "address": "jan@example.pl"}],
        "to": [{"name": "", "address": "ewa@example.pl"}],
        "cc": [],
        "date": "2026-11-22T10:00:00+01:00",
        "text": "Dzień dobry\n\nStopka listy",
        "attachments": [
            {"name": "unused.png", "type": "image/png", "size": 4, "sha256": sha256(b"PNG2").hexdigest()},
            {"name": "umowa.pdf", "type": "application/pdf", "size": 4, "sha256": sha256(b"%PDF").hexdigest()},
        ],
        "defects": [],
    }
    assert list(second) == list(first)
    assert second["text"] == "garbage"


def test_a_file_that_is_not_there_is_told_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.eml").write_bytes(LETTER)
    assert parse.main([str(tmp_path / "none"), str(tmp_path / "a.eml"), "--json"]) == 1
    assert render.main([str(tmp_path / "none")]) == 1
    told = capsys.readouterr()
    assert told.err.count("No such file") == 2
    assert len(told.out.splitlines()) == 1


def test_the_render_command_prints_a_whole_document_with_its_pictures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LETTER)))
    assert render.main(["-"]) == 0
    page = capsys.readouterr().out
    assert page.startswith('<!DOCTYPE html>\n<html data-kind="html"><head><meta charset="utf-8">')
    assert f'<img src="data:image/png;base64,{LOGO.decode()}">' in page
    assert ' src="https://spy' not in page


def test_the_commands_load_no_django() -> None:
    code = "import sys; import teczka.cli.parse, teczka.cli.render; sys.exit(any(name.startswith('django') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
