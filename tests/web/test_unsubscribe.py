"""Leaving a mailing list from its letter: one request to the address that it names, and nothing else."""

import itertools
from collections.abc import Iterator

import pytest
from django.test import Client

from teczka.core.folders import FolderRole
from teczka.remote.egress import Gate
from teczka.store.models import Account, Outgoing
from teczka.store.viewer import as_user
from tests.cast import make_folder
from tests.internet import Internet, internet
from tests.remote.imap.hostile import Client as Connection
from tests.remote.imap.hostile import Hostile
from tests.web.conftest import Office, browser
from tests.web.mailroom import share, store

__all__ = ["internet"]

HOST = "news.example"
ONE_CLICK = f"List-Unsubscribe: <https://{HOST}/u?i=17>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
BY_LETTER = "List-Unsubscribe: <mailto:leave+17@news.example?subject=leave%20me&cc=x@evil.example>\r\n"
BY_PAGE = f"List-Unsubscribe: <https://{HOST}/page>\r\n"


def newsletter(office: Office, field: str) -> str:
    raw = f"From: News <news@{HOST}>\r\nSubject: Nowości\r\n{field}\r\nTreść\r\n".encode()
    return str(store(office.folder, raw).public_id)


@pytest.fixture
def asked(internet: Internet, request: pytest.FixtureRequest) -> Iterator[list[bytes]]:
    heard: list[bytes] = []
    status = getattr(request, "param", b"200 OK")

    def script(client: Connection) -> None:
        head = list(itertools.takewhile(bool, iter(client.line, None)))
        heard.extend([*head, client.rest(26)])
        client.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nLocation: https://news.example/bye\r\n\r\n")

    with Hostile(script, tls=True, ca=internet.ca, name=HOST) as server:
        internet.leads(HOST, 443, server.port)
        yield heard


def test_one_click_tells_the_list_and_leads_back(anna: Client, office: Office, asked: list[bytes]) -> None:
    message = newsletter(office, ONE_CLICK)
    where = f"http://testserver/folders/{office.folder.public_id}/?m={message}"
    assert f"{HOST} dowie się od razu" in anna.get(where).content.decode()
    answer = anna.post(f"/messages/{message}/unsubscribe/", headers={"Referer": where})
    assert (answer.status_code, answer.headers["Location"]) == (302, where)
    assert asked[0] == b"POST /u?i=17 HTTP/1.1"
    assert asked[-1] == b"List-Unsubscribe=One-Click"
    assert b"Content-Type: application/x-www-form-urlencoded" in asked
    assert not any(line.lower().startswith((b"cookie", b"referer")) for line in asked)
    assert "Wypisano" in anna.get(where).content.decode()
    assert "Wypisano" not in anna.get(where).content.decode()


@pytest.mark.parametrize("asked", [b"404 Not Found", b"302 Found", b"500 Oops"], indirect=True)
def test_a_list_that_does_not_take_it_is_told_so_and_led_nowhere(
    anna: Client, office: Office, asked: list[bytes]
) -> None:
    answer = anna.post(f"/messages/{newsletter(office, ONE_CLICK)}/unsubscribe/")
    assert f"„{HOST}” nie przyjął rezygnacji" in answer.content.decode()
    assert len([line for line in asked if b"HTTP/1.1" in line]) == 1


def test_an_address_inside_the_office_is_not_asked(
    anna: Client, office: Office, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teczka.actions.unsubscribe.gate", Gate)
    internet.leads(HOST, 443, 1, address="10.0.0.1")
    answer = anna.post(f"/messages/{newsletter(office, ONE_CLICK)}/unsubscribe/")
    assert f"„{HOST}” jest teraz nieosiągalny" in answer.content.decode()


def test_where_a_letter_does_it_one_is_prepared_and_not_sent(anna: Client, office: Office) -> None:
    message = newsletter(office, BY_LETTER)
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=office.account.pk).update(smtp_host="smtp.skrzynka.example")
    assert "Przygotujemy wiadomość do leave+17@news.example" in anna.get(f"/messages/{message}/pane/").content.decode()
    answer = anna.post(f"/messages/{message}/unsubscribe/")
    with as_user(office.cast.anna.pk):
        letter = Outgoing.objects.get(public_id=answer.headers["Location"].split("/")[2])
    assert letter.recipients == {"to": [["", "leave+17@news.example"]], "cc": [], "bcc": []}
    assert (letter.subject, letter.state, letter.account_id) == ("leave me", "draft", office.account.pk)


def test_a_page_is_only_linked_to(anna: Client, office: Office) -> None:
    message = newsletter(office, BY_PAGE)
    pane = anna.get(f"/messages/{message}/pane/").content.decode()
    assert f'href="https://{HOST}/page" target="_blank" rel="noopener noreferrer"' in pane
    assert anna.post(f"/messages/{message}/unsubscribe/").status_code == 404


def test_only_whose_mail_it_is_may_leave(office: Office, internet: Internet) -> None:
    raw = f"From: News <news@{HOST}>\r\nSubject: x\r\n{ONE_CLICK}\r\nx\r\n".encode()
    message = store(office.folder, raw)
    share(message, office.cast.bartek)
    bartek = browser(office.cast.bartek)
    assert "unsubscribe" not in bartek.get(f"/messages/{message.public_id}/pane/").content.decode()
    assert bartek.post(f"/messages/{message.public_id}/unsubscribe/").status_code == 404
    assert HOST not in internet.looked_up


def test_spam_is_not_told_that_somebody_reads_it(anna: Client, office: Office) -> None:
    raw = f"From: News <news@{HOST}>\r\nSubject: x\r\n{ONE_CLICK}\r\nx\r\n".encode()
    spam = store(make_folder(office.account, "Spam", FolderRole.JUNK), raw)
    assert "unsubscribe" not in anna.get(f"/messages/{spam.public_id}/pane/").content.decode()


def test_other_mail_has_no_such_button(anna: Client, office: Office) -> None:
    assert "unsubscribe" not in anna.get(f"/messages/{office.private.public_id}/pane/").content.decode()
