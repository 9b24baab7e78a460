"""From a reference in a message to its case, or to everything that bears it."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from teczka.actions.cases import add_case
from teczka.actions.numbering import add_pattern
from teczka.core.cases import Card
from teczka.store.models import Case
from teczka.store.viewer import as_user
from tests.web.conftest import Office, browser
from tests.web.mailroom import store

HERE = "/references/I%20C%2012/24/"


def letter(subject: str, body: str) -> bytes:
    return f"From: <x@daleko.example>\r\nSubject: {subject}\r\nContent-Type: text/html\r\n\r\n{body}\r\n".encode()


def whole(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_message_leads_from_its_subject_and_its_words_to_the_reference(office: Office) -> None:
    message = store(office.folder, letter("Sygn. I C 12/24: <wezwanie>", "sprawa <b>I C</b> 12/24"))
    pane = whole(browser(office.cast.anna), f"/messages/{message.public_id}/pane/")
    assert f'<h1>Sygn. <a class="reference" href="{HERE}">I C 12/24</a>: &lt;wezwanie&gt;</h1>' in pane
    body = whole(browser(office.cast.anna), f"/messages/{message.public_id}/body/")
    assert body.count(f'href="{HERE}"') == 2


def test_plain_text_is_linked_by_the_patterns_of_the_office(office: Office) -> None:
    add_pattern(office.cast.dorota, "KAN/{number}/{year}")
    message = store(office.folder, b"Subject: a\r\n\r\nznak KAN/7/24\r\n")
    body = whole(browser(office.cast.anna), f"/messages/{message.public_id}/body/")
    assert 'znak <a class="reference" href="/references/KAN/7/2024/"' in body


def test_the_one_case_with_a_reference_is_opened_at_once_and_a_walled_one_is_none(office: Office) -> None:
    anna, bartek = office.cast.anna, office.cast.bartek
    case = add_case(anna, Card("", "Najem", references=("I C 12/2024",)))
    assert browser(bartek).get(HERE).headers["Location"] == f"/cases/{case.public_id}/"
    assert browser(office.cast.edward).get(HERE).status_code == 200
    walled = add_case(bartek, Card("", "Tajne przez poufne", references=("I C 12/24",)))
    with as_user(bartek.pk):
        Case.objects.filter(pk=walled.pk).update(walled=True)
    assert browser(anna).get(HERE).headers["Location"] == f"/cases/{case.public_id}/"
    both = whole(browser(bartek), HERE)
    assert "Najem" in both
    assert "Tajne przez poufne" in both


def test_where_there_is_no_case_the_messages_stand_and_a_case_can_be_opened(office: Office) -> None:
    message = store(office.folder, letter("Wezwanie", "I C 12/24"))
    client = browser(office.cast.anna)
    page = whole(client, HERE)
    assert f'href="/messages/{message.public_id}/"' in page
    add = re.search(r'href="(/cases/[a-z]+/\?reference=[^"]+)"', page)
    assert add
    assert re.search(r'name="references"[^>]*>\s*I C 12/24\s*<', whole(client, add[1]))


def test_a_number_of_the_offices_own_becomes_the_cases_number(office: Office) -> None:
    add_pattern(office.cast.dorota, "KAN/{number}/{year}")
    page = whole(browser(office.cast.anna), "/cases/new/?reference=kan/007/24")
    assert 'value="KAN/7/2024"' in page


def test_nobody_meets_anothers_messages(office: Office) -> None:
    where = "/references/III%20K%204321/24/"
    assert "Tajemnica obrończa" in whole(browser(office.cast.anna), where)
    pages = {whole(browser(one), where).count('<li class="mail">') for one in office.cast.strangers}
    assert pages == {0}


def test_a_page_holds_fifty_messages_and_leads_to_the_next(office: Office) -> None:
    for number in range(51):
        store(office.folder, letter(f"Pismo {number}", "I C 12/24"))
    client = browser(office.cast.anna)
    page = whole(client, HERE)
    assert page.count('<li class="mail">') == 50
    further = re.search(r'href="(\?after=[^"]+)"', page)
    assert further
    assert whole(client, HERE + further[1]).count('<li class="mail">') == 1


@pytest.mark.parametrize("written", ["x", "I C 12", "I C 12/24 i II K 3/23", "KAN/7/24", "..%2F..%2Fadmin", "%00"])
def test_what_is_no_reference_is_not_there(office: Office, written: str) -> None:
    client = browser(office.cast.anna)
    answer = client.get(f"/references/{written}/")
    assert answer.status_code == 404, unquote(written)
    assert answer.content == client.get("/nowhere/").content
