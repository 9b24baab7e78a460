import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.test import Client

from teczka.actions.accounts import add_account
from teczka.core.accounts import Endpoint, NewAccount
from teczka.core.errors import Problem
from teczka.remote import check, egress
from teczka.store.models import Account
from teczka.store.viewer import as_user
from tests.cast import make_account
from tests.web.conftest import Office, browser

TYPED = {
    "address": "anna@nowa.example",
    "password": "bardzo-tajne-haslo",
    "provider_name": "Nowa poczta",
    "sender_name": "adw. Anna Lipowska",
    "host": "127.0.0.1",
    "security": "tls",
    "username": "anna.nowa",
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port where nobody listens is told of as late as one that never answers."""
    monkeypatch.setattr(egress, "PATIENCE", 0.2)
    monkeypatch.setattr(check, "SECONDS", 2.0)


@pytest.fixture
def wrong_server() -> Iterator[int]:
    """Greets as a web server does: the port of one."""

    def greet() -> None:
        while True:
            try:
                caller, _address = listener.accept()
            except OSError:
                return
            with caller:
                caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_refused_connection_is_told_and_everything_typed_stays_but_the_password(anna: Client) -> None:
    answer = anna.post("/accounts/add/", TYPED | {"port": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nie można połączyć się z serwerem „127.0.0.1” na porcie 1." in page
    assert "Sprawdź u dostawcy nazwę serwera i port." in page
    assert TYPED["password"] not in page
    for name, value in TYPED.items():
        assert name == "password" or value in page


def test_a_foreign_server_is_told_as_the_step_that_failed(anna: Client, wrong_server: int) -> None:
    page = anna.post("/accounts/add/", TYPED | {"port": str(wrong_server)}).content.decode()
    assert 'role="alert"' in page
    assert "127.0.0.1" in page.split('role="alert"')[1].split("<form")[0]


def test_a_url_is_no_server_name(anna: Client) -> None:
    page = anna.post("/accounts/add/", TYPED | {"port": "993", "host": "https://imap.example.com/"}).content.decode()
    assert "Wpisz samą nazwę serwera" in page


def test_one_person_has_one_server_checked_at_a_time(anna: Client, office: Office) -> None:
    """A server that says nothing holds a thread of the few that make pages until the check's time is over."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        listener.settimeout(20)
        silent = Endpoint("127.0.0.1", int(listener.getsockname()[1]), "tls")
        first = pool.submit(add_account, office.cast.anna, NewAccount("anna@cicha.example", "anna", "haslo", silent))
        caller, _address = listener.accept()
        with caller:
            second = anna.post("/accounts/add/", TYPED | {"port": "1"}).content.decode()
            others = browser(office.cast.bartek).post("/accounts/add/", TYPED | {"port": "1"}).content.decode()
        assert isinstance(first.exception(20), Problem)
        after = anna.post("/accounts/add/", TYPED | {"port": "1"}).content.decode()
    assert "Jedno sprawdzanie już trwa." in second
    assert "Nie można połączyć się" in others
    assert "Nie można połączyć się" in after


def test_nothing_is_stored_of_an_account_that_failed(anna: Client, office: Office) -> None:
    anna.post("/accounts/add/", TYPED | {"port": "1"})
    with as_user(office.cast.anna.pk):
        assert not Account.objects.filter(address=TYPED["address"]).exists()


def test_the_list_tells_how_each_account_is_doing(anna: Client, office: Office) -> None:
    make_account(
        office.cast.anna,
        "anna@zepsuta.example",
        state="needs_owner",
        trouble="signin.refused",
        trouble_params={"host": "imap.zepsuta.example", "username": "anna"},
        trouble_detail="<b>no</b>",
        trouble_since=datetime(2026, 5, 3, 10, 0, tzinfo=UTC),
    )
    page = anna.get("/accounts/").content.decode()
    assert "Działa" in page
    assert "Czeka na Ciebie" in page
    assert "odrzucił nazwę użytkownika" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page


def test_without_an_account_the_list_asks_for_one(office: Office) -> None:
    page = browser(office.cast.celina).get("/", follow=True).content.decode()
    assert "Nie ma jeszcze żadnego konta." in page
    assert "/accounts/add/" in page
