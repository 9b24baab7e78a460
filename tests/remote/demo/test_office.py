"""The demo's law office: what a screenshot may count on."""

import imaplib
import re
import smtplib
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from io import BytesIO

import pytest

from teczka.remote.demo.documents import docx, pdf
from teczka.remote.demo.mailbox import DemoMessage
from teczka.remote.demo.office import DemoOffice, RunningOffice, _mailboxes
from teczka.remote.demo.script import arrivals, newsletters, people, threads

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=timezone(timedelta(hours=1)))
HELENA = "helena.zawilska@kancelaria-lipowa.example"
Mails = list[tuple[DemoMessage, EmailMessage]]
BEATA = "sekretariat@kancelaria-lipowa.example"


@pytest.fixture(scope="module")
def office() -> DemoOffice:
    """Not started: its mail is all that these tests read."""
    return DemoOffice(NOW)


@pytest.fixture(scope="module")
def again() -> DemoOffice:
    """Another of the same moment. Tests in which mail arrives come after those that compare it: see their order."""
    return DemoOffice(NOW)


@pytest.fixture(scope="module")
def running(again: DemoOffice) -> Iterator[tuple[DemoOffice, RunningOffice]]:
    yield again, again.start()
    again.stop()


@pytest.fixture(scope="module")
def mails(office: DemoOffice) -> Mails:
    """Each once, as the standard library reads it."""
    return [(message, read(message.raw)) for *_, message in everything(office)]


def everything(office: DemoOffice) -> list[tuple[str, str, DemoMessage]]:
    return [
        (address, folder.name, message)
        for address, mailbox in office.mailboxes.items()
        for folder in mailbox.folders.values()
        for message in folder.messages.values()
    ]


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_four_people_have_seven_hundred_messages(office: DemoOffice) -> None:
    assert len(office.mailboxes) == 4
    assert len({message.raw for _, _, message in everything(office)}) == 700


def test_the_same_now_makes_the_same_bytes_and_another_another_uidvalidity(
    office: DemoOffice, again: DemoOffice
) -> None:
    later = _mailboxes(NOW + timedelta(hours=1), people(), [])
    assert [(place, uid.raw) for *place, uid in everything(again)] == [
        (place, uid.raw) for *place, uid in everything(office)
    ]
    assert later[HELENA].inbox.uidvalidity != office.mailboxes[HELENA].inbox.uidvalidity


def test_the_letters_are_of_many_kinds() -> None:
    texts = [letter.text for thread in threads() for letter in thread.letters]
    assert len(set(texts)) >= 40
    assert len(newsletters()) >= 3


def test_no_slot_stays_empty_and_every_address_is_reserved(mails: Mails) -> None:
    for _, mail in mails:
        body = mail.get_body(("plain",))
        shown = f"{mail['Subject']}\n{body.get_content() if body else ''}"
        assert not re.search(r"\{[\w:+-]+[|}]|\[\[|\]\]", shown), shown
        people = getaddresses(str(value) for name in ("From", "To", "Cc") for value in mail.get_all(name, []))
        assert [address for _, address in people if not address.endswith(".example")] == []


def test_mail_reaches_back_two_years_and_a_third_of_the_cases_has_it_in_english(office: DemoOffice) -> None:
    oldest = min(message.internaldate for *_, message in everything(office))
    assert timedelta(days=640) < NOW - oldest < timedelta(days=760)
    english = [matter for matter in office.matters if matter.english]
    assert 3 * len(english) >= len(office.matters) > 30
    assert sum(matter.ended > 0 for matter in office.matters) >= 15


def test_the_office_tells_to_which_matter_each_message_belongs(office: DemoOffice, mails: Mails) -> None:
    ids = {str(mail["Message-ID"]) for _, mail in mails}
    assert office.belongs.keys() <= ids
    assert set(office.belongs.values()) == {matter.short for matter in office.matters}
    assert len(ids - office.belongs.keys()) > 100
    for _, mail in mails:
        if str(mail["Subject"]).startswith("Akta Świerkosz"):
            assert office.belongs[str(mail["Message-ID"])] == "Świerkosz"


def test_the_newest_is_minutes_old_and_unread(office: DemoOffice) -> None:
    newest = list(office.mailboxes[HELENA].inbox.messages.values())[-1]
    assert NOW - newest.internaldate < timedelta(minutes=15)
    assert newest.flags == {"\\Flagged"}
    assert max(message.internaldate for *_, message in everything(office)) <= NOW


def test_every_folder_is_in_order_of_time(office: DemoOffice) -> None:
    for mailbox in office.mailboxes.values():
        for folder in mailbox.folders.values():
            dates = [message.internaldate for message in folder.messages.values()]
            assert dates == sorted(dates)


def test_an_answer_comes_after_what_it_answers(mails: Mails) -> None:
    dates = {str(mail["Message-ID"]): message.internaldate for message, mail in mails}
    answers = 0
    for message, mail in mails:
        before = mail["In-Reply-To"]
        if before in dates:
            answers += 1
            assert dates[before] < message.internaldate
    assert answers > 100


def test_the_folders_have_their_uses(office: DemoOffice) -> None:
    mailbox = office.mailboxes[HELENA]
    uses = {folder.special_use: name for name, folder in mailbox.folders.items() if folder.special_use}
    assert uses == {
        "\\Sent": "Wysłane",
        "\\Drafts": "Wersje robocze",
        "\\Trash": "Kosz",
        "\\Junk": "Spam",
        "\\Archive": "Archiwum",
    }
    assert all(mailbox.folders[name].messages for name in uses.values())
    assert mailbox.folders["Sprawy.I C 123/24 Wierzbiccy"].messages


def test_flags_are_those_of_a_busy_morning(office: DemoOffice) -> None:
    flags = Counter(flag for *_, message in everything(office) for flag in message.flags)
    inbox = office.mailboxes[HELENA].inbox
    assert 8 <= inbox.unseen <= 25
    assert flags["\\Answered"] > 30
    assert flags["\\Flagged"] >= 3
    assert flags["\\Draft"] == 3


def test_mail_of_every_awkward_kind_is_there(office: DemoOffice) -> None:
    raws = [message.raw for *_, message in everything(office)]
    assert any(b"text/calendar" in raw and b"METHOD:REQUEST" in raw for raw in raws)
    assert any(raw.count(b"@izba-adwokacka.example") > 180 for raw in raws)
    assert any(b"charset=utf-8" in raw and b"Dzie\xf1" in raw for raw in raws)
    assert any(b'boundary="lipowa"' in raw and b"--lipowa--" not in raw for raw in raws)
    assert any(b"cid:logo" in raw and b"Content-ID: <logo>" in raw for raw in raws)
    assert any(b"licznik.lex-nowosci.example" in raw for raw in raws)
    for charset in (b"iso-8859-2", b"windows-1250"):
        assert any(b'charset="' + charset in raw for raw in raws)


def test_attachments_open(mails: Mails) -> None:
    seen = Counter[str]()
    for _, mail in mails:
        for part in mail.walk():
            content = part.get_payload(decode=True)
            if part.get_filename() is None or not isinstance(content, bytes):
                continue
            seen[part.get_content_type()] += 1
            if part.get_content_type() == "application/pdf":
                start = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
                assert content[start:].startswith(b"xref")
            elif part.get_filename("").endswith("docx"):
                assert zipfile.ZipFile(BytesIO(content)).testzip() is None
            elif part.get_content_type() == "image/jpeg":
                assert content.startswith(b"\xff\xd8\xff\xe0")
                assert content.endswith(b"\xff\xd9")
    assert seen["application/pdf"] > 40
    assert seen["image/jpeg"] >= 5
    assert len(seen) >= 5


def test_a_paper_says_its_title_in_polish_letters() -> None:
    paper = pdf("Zażółć (gęślą)", ["jaźń"])
    differences = paper.split(b"/Differences [128 ")[1].split(b"]")[0].split()
    assert b"(Za\x87\xf3\x83\x81" in paper
    assert [differences[code - 128] for code in (0x87, 0x83, 0x81)] == [b"/zdotaccent", b"/lslash", b"/cacute"]
    assert b"\\(g" in paper
    offsets = [int(line.split()[0]) for line in paper.split(b"xref\n")[1].split(b"\n")[2:7]]
    assert all(paper[offset:].startswith(b"%d 0 obj" % number) for number, offset in enumerate(offsets, 1))
    assert "jaźń" in zipfile.ZipFile(BytesIO(docx("Tytuł", ["jaźń"]))).read("word/document.xml").decode()


def test_everyone_signs_in_to_read_and_to_send(running: tuple[DemoOffice, RunningOffice]) -> None:
    office, where = running
    assert [person.administrator for person in where.people] == [False, False, False, True]
    for person in where.people:
        with imaplib.IMAP4(where.imap.host, where.imap.port, timeout=10) as client:
            client.login(person.address, person.credential.secret)
            assert client.select()[0] == "OK"
        with smtplib.SMTP(where.smtp.host, where.smtp.port, timeout=10) as sender:
            sender.login(person.address, person.credential.secret)
            sender.sendmail(person.address, [BEATA], b"Subject: test\r\n\r\n")
    newest = list(office.mailboxes[BEATA].inbox.messages.values())[-1]
    assert newest.internaldate - NOW < timedelta(minutes=5)


def test_letters_to_people_of_the_play_are_taken_and_to_nobody_else(running: tuple[DemoOffice, RunningOffice]) -> None:
    office, where = running
    helena, client = where.people[0], office.matters[0].client.address
    with smtplib.SMTP(where.smtp.host, where.smtp.port, timeout=10) as sender:
        sender.login(helena.address, helena.credential.secret)
        refused = sender.sendmail(helena.address, [client, "nikt@nigdzie.example"], b"Subject: test\r\n\r\n")
    assert refused.keys() == {"nikt@nigdzie.example"}


def test_letters_arrive_one_by_one_for_those_who_watch(running: tuple[DemoOffice, RunningOffice]) -> None:
    office, where = running
    with imaplib.IMAP4(where.imap.host, where.imap.port, timeout=10) as client:
        client.login(HELENA, where.people[0].credential.secret)
        count = int(client.select()[1][0] or b"0")
        client.send(b"i IDLE\r\n")
        client.readline()
        assert office.arrive() == HELENA
        assert client.readline() == b"* %d EXISTS\r\n" % (count + 1)
        client.send(b"DONE\r\n")
        client.readline()
    arrived = {office.arrive() for _ in arrivals()}
    assert arrived <= set(office.mailboxes)
    assert len(office.mailboxes[HELENA].inbox.messages) > count + 3
