"""The first run: before it there is nobody, so these tests stand apart from those that have an office."""

import re

import pytest
from django.test import Client

from teczka.actions.people import set_up_token
from teczka.core.settings import settings
from teczka.store.models import User

OFFICE = {
    "office": "Kancelaria Nowa",
    "name": "Anna Lipowska",
    "email": "Anna@Nowa.example",
    "password": "sosna pod lasem stoi",
    "language": "pl",
    "timezone": "Europe/Warsaw",
}


@pytest.fixture
def link(db: None) -> str:
    return f"/setup/{set_up_token(settings().keys)}/"


def test_the_first_run_makes_the_office_and_signs_in(link: str) -> None:
    client = Client()
    answer = client.post(link, OFFICE)
    assert answer.headers["Location"] == "/accounts/add/"
    assert User.objects.get().is_administrator
    assert client.get("/accounts/add/").status_code == 200
    assert f"known-{User.objects.get().public_id.hex}" in client.cookies


def test_the_first_run_link_works_once(link: str) -> None:
    Client().post(link, OFFICE)
    assert Client().get(link).status_code == 404
    assert Client().post(link, OFFICE | {"email": "second@nowa.example"}).status_code == 404
    assert User.objects.count() == 1


def test_a_guessed_link_leads_nowhere(link: str) -> None:
    assert Client().get("/setup/guess/").status_code == 404
    assert Client().post("/setup/guess/", OFFICE).status_code == 404
    assert Client().get("/setup/zgadnięty/").status_code == 404


def test_of_two_browsers_on_the_first_run_page_the_slower_finds_no_such_page(
    link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().post(link, OFFICE).status_code == 302
    token = link.split("/")[2]
    monkeypatch.setattr("teczka.web.office.set_up.needs_set_up", lambda: True)  # as it was when its form was sent
    monkeypatch.setattr("teczka.web.office.set_up.check_set_up_token", lambda _keys, given: given == token)
    assert Client().post(link, OFFICE | {"email": "second@nowa.example"}).status_code == 404
    assert User.objects.count() == 1


def test_a_weak_password_is_told_beside_its_field_which_has_the_focus_and_never_given_back(link: str) -> None:
    page = Client().post(link, OFFICE | {"password": "krotkie"}).content.decode()
    assert ["id_password" in tag for tag in re.findall("<[^>]* autofocus", page)] == [True]
    assert "krotkie" not in page
    assert 'class="field-error"' in page
    assert "Kancelaria Nowa" in page


def test_before_the_first_run_the_front_door_says_where_the_link_is(db: None) -> None:
    answer = Client().get("/")
    assert answer.status_code == 404
    assert "First run" in answer.content.decode()
