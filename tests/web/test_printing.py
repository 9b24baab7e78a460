"""What stands on a message's page for paper, and for whom."""

import hashlib
import os
import re
from collections.abc import Iterator
from email.message import EmailMessage
from uuid import uuid4

import pytest
from django.test import Client

from teczka.actions.comments import add_comment
from teczka.core.audit import Verb
from teczka.store.models import AuditEntry, Message
from teczka.store.viewer import as_user
from tests.cases import file, make_case, make_task
from tests.cast import make_account, make_folder
from tests.web.conftest import Office, browser
from tests.web.mailroom import share, store

FILE = os.urandom(3_000)
MANY = 250


def letter(body: str = "Treść pisma", **fields: str) -> EmailMessage:
    made = EmailMessage()
    given = {"From": "Sąd <sad@krakow.example>", "To": "anna@lipowa.example", "Subject": "Wezwanie"}
    for name, value in (given | {name.replace("_", "-"): value for name, value in fields.items()}).items():
        made[name] = value
    made.set_content(body)
    return made


def paper(client: Client, message: Message, which: str = "") -> str:
    answer = client.get(f"/messages/{message.public_id}/print/{which}")
    assert answer.status_code == 200
    return b"".join(answer).decode()


def test_it_names_everybody_every_file_with_its_sum_and_the_whole_date(anna: Client, office: Office) -> None:
    people = ", ".join(f"Osoba {number} <o{number}@x.example>" for number in range(MANY))
    made = letter(To=people, Date="Sun, 03 May 2026 12:00:00 +0200")
    made.add_attachment(FILE, "application", "pdf", filename="Pozew.pdf")
    message = store(office.folder, made.as_bytes())
    page = paper(anna, message)
    assert len(set(re.findall(r"&lt;o(\d+)@x.example&gt;", page))) == MANY
    for told in (
        "Pozew.pdf",
        hashlib.sha256(FILE).hexdigest(),
        hashlib.sha256(made.as_bytes()).hexdigest(),
        "3,0\xa0KB",
    ):
        assert told in page
    assert "3 maja 2026, 12:00 CEST (UTC+02:00)" in page
    assert 'id="whole"' in page


def test_a_file_whose_bytes_are_too_many_is_not_summed(
    anna: Client, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teczka.web.mail.printing.SUMMED", 100)
    made = letter()
    made.add_attachment(FILE, "application", "pdf", filename="Pozew.pdf")
    page = paper(anna, store(office.folder, made.as_bytes()))
    assert hashlib.sha256(FILE).hexdigest() not in page
    assert "nie obliczono" in page


def test_its_case_stands_on_it_for_whoever_may_know_of_it_and_no_task_and_no_comment(office: Office) -> None:
    cast = office.cast
    message = store(office.folder, letter().as_bytes())
    file(message, cast.anna, make_case(cast.anna, "Jawna", number="KAN-7/24"))
    file(message, cast.anna, make_case(cast.anna, "Murowana", walled=True, number="KAN-8/24"))
    file(message, cast.anna, task=make_task(cast.anna, "Zadanie do pisma"))
    add_comment(cast.anna, message.public_id, "Uwaga wewnętrzna")
    share(message, cast.bartek)
    hers, his = (paper(browser(person), message) for person in (cast.anna, cast.bartek))
    assert "KAN-7/24 Jawna" in hers
    assert "KAN-8/24 Murowana" in hers
    assert "KAN-7/24 Jawna" in his
    assert "Murowana" not in his
    for page in (hers, his):
        assert "Zadanie do pisma" not in page
        assert "Uwaga" not in page


def test_another_s_message_is_printed_by_whom_it_is_shared_with_and_the_register_says_so(office: Office) -> None:
    cast = office.cast
    message = store(office.folder, letter().as_bytes())
    share(message, cast.bartek)
    assert "Treść pisma" in paper(browser(cast.bartek), message)
    with as_user(cast.bartek.pk):
        seen = AuditEntry.objects.filter(verb=Verb.VIEW, actor_id=cast.bartek.pk)
        assert [entry.ids for entry in seen] == [[message.public_id]]
    for which in ("", "conversation/"):
        assert browser(cast.celina).get(f"/messages/{message.public_id}/print/{which}").status_code == 404


def test_a_conversation_is_printed_from_its_beginning_as_far_as_it_is_seen(office: Office) -> None:
    cast, account = office.cast, office.account
    trash, drafts = make_folder(account, "Kosz", "trash"), make_folder(account, "Szkice", "drafts")
    made = {}
    for number, folder in enumerate((office.folder, office.folder, trash, drafts, office.folder), 1):
        answers = {"In_Reply_To": f"<{number - 1}@x.example>"} if number > 1 else {}
        one = letter(f"Treść-{number}", Message_ID=f"<{number}@x.example>", **answers)
        made[number] = store(folder, one.as_bytes())
    told = re.compile(r"Treść-(\d)")
    assert told.findall(paper(browser(cast.anna), made[2], "conversation/")) == ["1", "2", "5"]
    assert told.findall(paper(browser(cast.anna), made[3], "conversation/")) == ["1", "2", "3", "5"]
    for number in (1, 5):
        share(made[number], cast.bartek)
    assert told.findall(paper(browser(cast.bartek), made[5], "conversation/")) == ["1", "5"]
    marked = f"?message={made[2].public_id}&message={made[1].public_id}&message={uuid4()}&message=x"
    assert told.findall(paper(browser(cast.anna), made[5], marked)) == ["1", "2", "5"]
    assert told.findall(paper(browser(cast.bartek), made[5], marked)) == ["1", "5"]


def test_the_conversations_of_all_that_was_marked_are_printed_one_after_another(office: Office) -> None:
    made = {}
    for name in ("a1", "b1", "a2", "b2", "c1"):
        answers = {"In_Reply_To": f"<{name[0]}1@x.example>"} if name[1] == "2" else {}
        one = letter(f"Treść-{name}", Message_ID=f"<{name}@x.example>", **answers)
        made[name] = store(office.folder, one.as_bytes())
    share(made["a1"], office.cast.bartek)
    marked = f"conversation/?message={made['b1'].public_id}&message={made['a1'].public_id}"
    for person, asked, told in (
        (office.cast.anna, "a2", ["a1", "a2", "b1", "b2"]),
        (office.cast.bartek, "a1", ["a1"]),
    ):
        page = paper(browser(person), made[asked], marked)
        assert re.findall(r"Treść-(\w\d)", page) == told


def test_copies_of_a_letter_are_printed_once_in_a_conversation_and_no_forgery_takes_its_place(office: Office) -> None:
    """Each of one's accounts has one, which its server marked as its own."""
    cast, beside = office.cast, make_folder(make_account(office.cast.anna, "biuro@lipowa.example"))
    named = {"Message_ID": "<raz@x.example>", "Date": "Sun, 03 May 2026 12:00:00 +0200"}
    first, copy, forged = (letter(body, **named) for body in ("Treść-1", "Treść-1", "Treść-2"))
    for made in (first, copy, forged):
        made.set_content(f"<p>{made.get_content()}</p><img src='cid:p'>", subtype="html")
        made.add_related(FILE, "image", "png", cid="<p>")
    copy["Received"] = "by mx.lipowa.example"
    other = letter("Treść-1", **named)  # without the file
    stored = [
        store(folder, one.as_bytes())
        for folder, one in ((office.folder, first), (beside, copy), (office.folder, forged), (beside, other))
    ]
    assert len({message.thread_id for message in stored}) == 1
    for asked, kept in ((stored[0], 0), (stored[1], 1), (stored[3], 0)):
        page = paper(browser(cast.anna), asked, "conversation/")
        assert sorted(re.findall(r"Treść-(\d)", page)) == ["1", "1", "2"]
        assert bytes(stored[kept].sha256).hex() in page
        assert bytes(stored[1 - kept].sha256).hex() not in page
    assert len(re.findall(r"Treść-1", paper(browser(cast.anna), stored[0], f"?message={stored[1].public_id}"))) == 2


def test_whoever_hangs_up_is_not_read_for_any_longer(
    anna: Client, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def pieces(*_: object) -> Iterator[bytes]:
        for number in range(9):
            read.append(number)
            yield FILE

    monkeypatch.setattr("teczka.web.mail.printing.part_pieces", pieces)
    made = letter()
    made.add_attachment(FILE, "application", "pdf", filename="Pozew.pdf")
    given = iter(anna.get(f"/messages/{store(office.folder, made.as_bytes()).public_id}/print/"))
    while not read:
        next(given)
    assert read == [0]
    assert b"whole" in b"".join(given)


def test_a_text_is_printed_whole_however_long(anna: Client, office: Office) -> None:
    body = "\n".join(f"> {number}: pozwany wnosi o oddalenie powództwa" for number in range(40_000))
    page = paper(anna, store(office.folder, letter(body).as_bytes()))
    assert [int(one) for one in re.findall(r"(\d+): pozwany", page)] == list(range(40_000))


def test_headers_are_words_alone_and_the_policy_lets_no_script_nor_sheet_in(anna: Client, office: Office) -> None:
    made = letter(Subject="</title></style><script>x</script>", From='"</bdi></td><style>x" <x@x.example>')
    answer = anna.get(f"/messages/{store(office.folder, made.as_bytes()).public_id}/print/")
    page = b"".join(answer).decode()
    assert "<script" not in page
    nonces = re.findall(r'<style nonce="(.*?)">', page)
    assert len(nonces) == page.count("<style") == 2
    policy = answer.headers["Content-Security-Policy"]
    assert all(f"style-src-elem 'nonce-{nonce}';" in policy for nonce in nonces)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
