import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from teczka.core.outgoing import Delivery, State
from teczka.remote.imap.dates import internaldate
from teczka.store.models import Account, Correspondent, Folder, Outgoing, Recipient
from teczka.store.viewer import as_user
from tests.cast import make_account, make_folder
from tests.outgoing import written
from tests.web.conftest import PRIVATE, Office, browser
from tests.web.mailroom import store

SPECK = b"R0lGODlhAQABAAAAACwAAAAAAQABAAA="  # a GIF's beginning, of one point
VAST = b"R0lGODlhIE4gTgAAACwAAAAAAQABAAA="  # of 20,000 in square

HOSTILE = b"""\
From: <script>alert(1)</script> <evil@evil.example>
Subject: </title><script>alert(1)</script>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/html; charset=utf-8

</pre><script>alert(1)</script><img src=x onerror=alert(1)><img src="https://tracker.example/p.gif"><p>Dzie&#324; dobry</p>
--B
Content-Type: text/html; name="../\xe2\x80\xaefdp.html"
Content-Disposition: attachment; filename="../\xe2\x80\xaefdp.html"

<script>alert(1)</script>
--B
Content-Type: image/svg+xml
Content-Disposition: attachment; filename="a.svg"

<svg onload="alert(1)"/>
--B--
""".replace(b"\n", b"\r\n")


def whole(answer: object) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined, call-overload, no-any-return]


@pytest.fixture
def hostile(office: Office) -> str:
    return str(store(office.folder, HOSTILE).public_id)


def test_the_pane_carries_the_letter_as_escaped_text_alone(anna: Client, hostile: str) -> None:
    page = anna.get(f"/messages/{hostile}/pane/").content.decode()
    assert "<script" not in page
    assert "onerror" not in page
    body = re.search(r'<pre class="body-source"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert body
    assert "<" not in body[1]
    assert "Dzień dobry" in body[1]


FIRST, NAMESAKE = "Pierwsza wiadomość od tego nadawcy", "Osobę o tej nazwie znasz z innego"


def newcomer(client: Client, folder: Folder, sender: str, at: int = 1, **fields: datetime) -> str:
    """What the pane says of this sender's letter of that minute after the account was added."""
    raw = f"From: {sender}\r\nSubject: x{at}\r\n\r\nx".encode()
    when = fields.get("arrived") or folder.account.created_at + timedelta(minutes=at)
    page = client.get(f"/messages/{store(folder, raw, when).public_id}/pane/").content.decode()
    return next((said for said in (FIRST, NAMESAKE) if said in page), "")


def test_the_first_letter_of_a_sender_says_so(anna: Client, office: Office) -> None:
    assert newcomer(anna, office.folder, "Jan <jan@nowy.example>") == FIRST
    assert newcomer(anna, office.folder, "Jan <JAN@nowy.example>", 2) == ""
    assert newcomer(anna, office.folder, "ewa@nowy.example", arrived=datetime(2026, 5, 3, tzinfo=UTC)) == "", (
        "of before"
    )
    for role in ("sent", "junk"):
        assert newcomer(anna, make_folder(office.account, role, role), f"{role}@nowy.example") == ""


def test_nobody_is_new_while_older_mail_may_still_come(anna: Client, office: Office) -> None:
    other = make_account(office.cast.anna, "druga@skrzynka.example", state="fetching")
    assert newcomer(anna, office.folder, "jan@nowy.example") == ""
    with as_user(other.owner_id):
        Account.objects.filter(pk=other.pk).update(state="working")
    assert newcomer(anna, office.folder, "ewa@nowy.example") == FIRST
    with as_user(other.owner_id):
        Account.objects.filter(pk=office.account.pk).update(state="troubled")
    assert newcomer(anna, office.folder, "iga@nowy.example") == ""


def test_a_stranger_under_the_name_of_somebody_one_writes_to_is_told(anna: Client, office: Office) -> None:
    bartek = make_account(office.cast.bartek, "bartek@skrzynka.example", state="working")
    for account, name in ((office.account, "Jan Kowal"), (bartek, "Ewa Obca")):
        owner = {"office_id": account.office_id, "owner_id": account.owner_id, "account": account}
        with as_user(account.owner_id):
            address = f"{name.split()[0].lower()}@dawny.example"
            Correspondent.objects.create(name=name, address=address, sent_count=1, last_at=account.created_at, **owner)
    for number, name in enumerate(("JAN  Kowal", "J\u0430n Kowal")):
        assert newcomer(anna, office.folder, f'"{name}" <jan{number}@nowy.example>') == NAMESAKE
    assert newcomer(anna, office.folder, "Ewa Obca <ewa@nowy.example>") == FIRST, "another's correspondence"
    assert newcomer(anna, office.folder, "Jan Kowal <jan@dawny.example>") == "", "one has written there"


def test_a_letter_in_sent_says_whom_the_server_refused(anna: Client, office: Office) -> None:
    account = make_account(office.cast.anna, "anna@lipowa.example")
    sent, inbox = make_folder(account, "Sent", "sent"), make_folder(account)
    letter = written(account, "jan@klient.example", "sad@sad.example")
    with as_user(office.cast.anna.pk):
        Outgoing.objects.filter(pk=letter.pk).update(state=State.SENT)
        for address, state in (("jan@klient.example", Delivery.ACCEPTED), ("sad@sad.example", Delivery.REFUSED)):
            Recipient.objects.create(outgoing=letter, owner_id=letter.owner_id, kind="to", address=address, state=state)

    def said(folder: Folder, message_id: str) -> str:
        raw = f"Message-ID: <{message_id}>\r\nSubject: {folder.path}\r\n\r\nx".encode()
        page: str = anna.get(f"/messages/{store(folder, raw).public_id}/pane/").content.decode()
        return page

    assert "Serwer nie przyjął jej dla: sad@sad.example." in said(sent, letter.message_id)
    assert "Serwer nie przyjął" not in said(sent, "inny@lipowa.example")
    assert "Serwer nie przyjął" not in said(inbox, letter.message_id)  # as anybody may write it


@pytest.mark.parametrize("line", ["<" * 63, ">" * 60 + " x", "ą" * 63])
def test_of_a_flood_of_text_the_beginning_is_shown_and_said_to_be_that(anna: Client, office: Office, line: str) -> None:
    raw = "Content-Type: text/plain; charset=utf-8\r\n\r\n" + f"{line}\r\n" * 80_000
    page = anna.get(f"/messages/{store(office.folder, raw.encode()).public_id}/pane/").content.decode()
    assert len(page) < 5_000_000
    assert "widać tylko jej początek" in page


def test_blocked_pictures_are_told_with_their_host(anna: Client, hostile: str) -> None:
    assert "tracker.example" in anna.get(f"/messages/{hostile}/pane/").content.decode()


@pytest.mark.parametrize("path", ["2", "3"])
def test_active_attachments_are_saved_and_never_opened_as_pages(anna: Client, hostile: str, path: str) -> None:
    for query in ("", "?inline=1"):
        answer = anna.get(f"/messages/{hostile}/parts/{path}/{query}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert ".." not in answer.headers["Content-Disposition"].replace("filename*", "")
        assert "%E2%80%AE" not in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert b"alert(1)" in whole(answer)


def test_a_picture_inside_a_message_stays_in_no_browser_after_signing_out(anna: Client, office: Office) -> None:
    message = store(office.folder, PRIVATE.replace(b"application/pdf", b"image/gif").replace(b"JVBERi0xLjQK", SPECK))
    answer = anna.get(f"/messages/{message.public_id}/parts/2/?inline=1")
    assert b64encode(whole(answer)) == SPECK
    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["Content-Disposition"].startswith("inline; ")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_picture_that_a_browser_would_choke_on_is_only_downloaded(anna: Client, office: Office) -> None:
    """As it may stand in what was read before its points were counted."""
    message = store(office.folder, PRIVATE.replace(b"application/pdf", b"image/gif").replace(b"JVBERi0xLjQK", VAST))
    address = f"/messages/{message.public_id}/parts/2/"
    assert anna.get(f"{address}?inline=1").status_code == 404
    answer = anna.get(address)
    assert b64encode(whole(answer)) == VAST
    assert answer.headers["Content-Disposition"].startswith("attachment; ")


def test_the_body_stands_in_a_document_with_a_wall_of_its_own(anna: Client, hostile: str) -> None:
    for path in (f"/messages/{hostile}/body/", "/frame/"):
        answer = anna.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy == (
            "default-src 'none'; style-src 'unsafe-inline'; img-src http://testserver/messages/ data:; form-action 'none'; base-uri 'none';"
            " frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        )
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-DNS-Prefetch-Control"] == "off"
        assert b"<script" not in answer.content


def test_an_attachment_comes_back_byte_for_byte_under_its_polish_name(anna: Client, office: Office) -> None:
    raw = PRIVATE.replace(b'filename="utajniony.pdf"', b"filename*=utf-8''Za%C5%BCalenie.pdf")
    message = store(office.folder, raw)
    answer = anna.get(f"/messages/{message.public_id}/parts/2/")
    assert whole(answer) == b"%PDF-1.4\n"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "filename*=UTF-8''Za%C5%BCalenie.pdf" in answer.headers["Content-Disposition"]


def test_an_attachment_without_a_name_is_called_what_it_is(anna: Client, office: Office) -> None:
    raw = (
        b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\ntekst\r\n"
        b"--B\r\nContent-Type: message/rfc822\r\n\r\nSubject: Wezwanie\r\n\r\nx\r\n"
        b"--B\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--B--\r\n"
    )
    message = store(office.folder, raw)
    page = anna.get(f"/messages/{message.public_id}/pane/").content.decode()
    for path, name in (("2", "Wezwanie.eml"), ("3", "załącznik.pdf")):
        assert name in page
        told = anna.get(f"/messages/{message.public_id}/parts/{path}/").headers["Content-Disposition"]
        assert quote(name) in told


def test_a_large_attachment_is_sent_by_offset(anna: Client, office: Office) -> None:
    """Above 100 KB a message is stored raw, and its parts are read from the pack without the rest."""
    head = b"Subject: duza\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\ntekst\r\n--B\r\n"
    content = bytes(range(33, 127)) * 12_000
    part = b"Content-Type: application/x-dane\r\nContent-Disposition: attachment; filename=dane.bin\r\n\r\n" + content
    message = store(office.folder, head + part + b"\r\n--B--\r\n")
    answer = anna.get(f"/messages/{message.public_id}/parts/2/")
    assert answer.streaming
    assert whole(answer) == content


def test_the_eml_is_what_came_byte_for_byte(anna: Client, office: Office) -> None:
    answer = anna.get(f"/messages/{office.private.public_id}/raw/")
    assert whole(answer) == PRIVATE
    assert answer.headers["Content-Length"] == str(len(PRIVATE))
    assert "filename*=UTF-8''Tajemnica%20obro%C5%84cza.eml" in answer.headers["Content-Disposition"]


def test_a_message_that_waits_to_be_read_is_read_when_it_is_opened(anna: Client, office: Office) -> None:
    message = store(office.folder, PRIVATE.replace(b"obr", b"nowa obr"), read_too=False)
    page = anna.get(f"/messages/{message.public_id}/pane/").content.decode()
    assert "Tajemnica nowa obrończa" in page
    assert "data-partial" not in page


def test_a_coworker_with_a_share_sees_who_shared_it_and_who_else_it_was_not(office: Office) -> None:
    page = browser(office.cast.bartek).get(f"/messages/{office.shared.public_id}/").content.decode()
    assert "Udostępnia: Anna Lipowska" in page
    assert "Do obejrzenia razem." in page
    own = browser(office.cast.anna).get(f"/messages/{office.shared.public_id}/").content.decode()
    assert "Udostępniona: Bartek Nowy" in own
    assert (
        "Prywatna – tylko Ty"
        in browser(office.cast.anna).get(f"/messages/{office.private.public_id}/").content.decode()
    )


def test_thousands_of_recipients_are_folded(anna: Client, office: Office) -> None:
    people = ",\r\n ".join(f"Osoba {number} <o{number}@rada.example>" for number in range(1500))
    message = store(office.folder, f"To: {people}\r\nSubject: okolnik\r\n\r\nx".encode())
    page = anna.get(f"/messages/{message.public_id}/pane/").content.decode()
    assert "Osoba 0, Osoba 1, Osoba 2" in page
    assert "i jeszcze 1\N{NO-BREAK SPACE}497" in page
    assert page.count('class="person"') < 220


def test_only_a_subject_that_would_fill_the_screen_is_folded(anna: Client, office: Office) -> None:
    for signs, folded in ((300, 0), (301, 1)):
        message = store(office.folder, b"Subject: " + b"p" * signs + b"\r\n\r\n")
        page = anna.get(f"/messages/{message.public_id}/pane/").content.decode()
        assert "p" * signs in page
        assert page.count("Cały temat") == folded


def test_a_date_that_no_server_gave_is_said_to_be_unknown(anna: Client, office: Office) -> None:
    message = store(office.folder, b"Subject: bez daty\r\n\r\n", internaldate(b"01-Jan-0001 00:00:00 +2359"))
    for where in (f"/folders/{office.folder.public_id}/", f"/messages/{message.public_id}/pane/"):
        page = anna.get(where).content.decode()
        assert ">data nieznana<" in page
        assert ">1.01.1970<" not in page
        assert "1 stycznia 1970" not in page


def test_rubbish_is_shown_as_what_it_is_and_can_be_downloaded(anna: Client, office: Office) -> None:
    raw = bytes(range(256)) * 8
    message = store(office.folder, raw, arrived=datetime(2026, 1, 1, tzinfo=UTC))
    assert anna.get(f"/messages/{message.public_id}/").status_code == 200
    assert whole(anna.get(f"/messages/{message.public_id}/raw/")) == raw


def test_no_address_of_mail_takes_anything_but_reading(anna: Client, office: Office) -> None:
    folder = make_folder(office.account, "Inny", "")
    for path in (
        f"/messages/{office.private.public_id}/",
        f"/folders/{folder.public_id}/",
        "/frame/",
        "/folders/tree/",
    ):
        assert anna.post(path).status_code == 405


def test_on_a_page_of_its_own_the_letter_is_shown_with_scripts_and_without(anna: Client, office: Office) -> None:
    body = f'<iframe class="body-frame" src="/messages/{office.private.public_id}/body/"'
    assert f"</pre>{body}" in anna.get(f"/messages/{office.private.public_id}/").content.decode()
    assert f"</pre><noscript>{body}" in anna.get(f"/messages/{office.private.public_id}/pane/").content.decode()


@pytest.mark.parametrize(
    ("sender", "sign"),
    [
        ("adw. Helena Zawilska <h@k.example>", "H"),
        ("'Jan' <j@k.example>", "J"),
        ("1@k.example", "1"),
        ("?? <a@k.example>", "?"),
    ],
)
def test_a_sender_is_known_by_the_sign_of_the_name_and_not_of_the_title(
    anna: Client, office: Office, sender: str, sign: str
) -> None:
    message = store(office.folder, f"From: {sender}\r\nSubject: Pismo\r\n\r\ntekst\r\n".encode())
    page = anna.get(f"/messages/{message.public_id}/pane/").content.decode()
    assert f'<span class="avatar" aria-hidden="true">{sign}</span>' in page
