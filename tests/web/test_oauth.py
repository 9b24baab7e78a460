"""Signing in with Microsoft: the pages of the way out and back, and the administrators' one. As everybody."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from teczka.actions import oauth
from teczka.actions.clients import NewClient, save_client
from teczka.actions.secrets import open_client_secret, seal_password
from teczka.core.accounts import Auth
from teczka.store.models import Account, OAuthClient, Secret
from teczka.store.queries.oauth import registrations
from teczka.store.viewer import as_user
from tests.cast import make_account, today
from tests.dovecot.server import Dovecot
from tests.oauth.fixtures import internet, mail_server, provider, set_up, token_servers
from tests.oauth.provider import CLIENT, SECRET, TENANT, Provider
from tests.web.conftest import Office, browser

__all__ = ["internet", "mail_server", "provider", "token_servers"]

ANNA = "anna@m365.example"
BARTEK = "bartek@m365.example"
PAGE = "/office/oauth/microsoft/"
FORM = {"client_id": CLIENT, "tenant": TENANT, "secret": SECRET, "secret_ends_on": "2027-03-01"}
STALE = "nie należy do żadnego rozpoczętego tu logowania"


@pytest.fixture
def account(office: Office, provider: Provider, mail_server: Dovecot) -> Account:
    """Anna's at Microsoft, its grant forgotten; who may sign in there."""
    set_up(office.cast.dorota)
    mail_server.add_user(ANNA)
    for address in (ANNA, BARTEK):
        provider.add_person(address)
    return make_account(office.cast.anna, ANNA, host="outlook.office365.com", auth="microsoft", state="needs_owner")


@pytest.fixture
def dorota(office: Office) -> Client:
    return browser(office.cast.dorota)


def set_out(client: Client, account: Account) -> str:
    """Where the page leads on to."""
    return onward(client.post(f"/accounts/{account.public_id}/reconnect/", {"auth": "microsoft"}).content.decode())


def onward(page: str) -> str:
    refresh = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', page)
    assert refresh, page
    assert f'href="{refresh[1]}"' in page, "and a link where the browser does not go by itself"
    return unescape(refresh[1])


def text(client: Client, url: str) -> str:
    return client.get(url, follow=True).content.decode()


def reconnected(account: Account) -> bool:
    with as_user(account.owner_id):
        return Secret.objects.filter(account=account, kind="tokens").exists()


def test_out_and_back_an_account_is_reconnected(anna: Client, account: Account, provider: Provider) -> None:
    url = set_out(anna, account)
    assert url.startswith(f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?")
    answer = anna.get(provider.decide(url, ANNA))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/")
    assert reconnected(account)


def test_a_state_is_good_once(anna: Client, account: Account, provider: Provider) -> None:
    back = provider.decide(set_out(anna, account), ANNA)
    anna.get(back)
    assert STALE in text(anna, back)


def test_a_state_belongs_to_the_session_that_set_out(
    anna: Client, account: Account, office: Office, provider: Provider
) -> None:
    """Whoever is sent an answer to somebody else's sign-in, or to one in another browser, gets nothing of it."""
    back = provider.decide(set_out(anna, account), ANNA)
    for stranger in [*office.cast.strangers, office.cast.anna]:
        assert STALE in text(browser(stranger), back)
    assert STALE in text(Client(), back)
    assert not reconnected(account)
    anna.get(back)
    assert reconnected(account)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=x", "?error=access_denied", "?state[]=x"])
def test_an_answer_to_nothing_is_told_as_that(anna: Client, account: Account, query: str) -> None:
    assert STALE in text(anna, f"/oauth/microsoft/callback{query}")


def test_an_answer_that_comes_by_the_other_provider_s_way_is_none(
    anna: Client, account: Account, provider: Provider
) -> None:
    back = provider.decide(set_out(anna, account), ANNA)
    assert STALE in text(anna, back.replace("/oauth/microsoft/", "/oauth/google/"))
    assert not reconnected(account)
    assert anna.get("/oauth/facebook/callback").status_code == 404


def test_an_answer_after_ten_minutes_is_too_late(
    anna: Client, account: Account, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = provider.decide(set_out(anna, account), ANNA)
    monkeypatch.setattr(oauth, "LIFETIME", timedelta(0))
    assert STALE in text(anna, back)
    assert not provider.asked


def test_a_few_journeys_of_one_browser_stand_side_by_side(anna: Client, account: Account, provider: Provider) -> None:
    urls = [set_out(anna, account) for _ in range(6)]
    assert STALE in text(anna, provider.decide(urls[0], ANNA)), "the oldest is forgotten"
    assert anna.get(provider.decide(urls[1], ANNA)).status_code == 302


def test_somebody_else_is_told_who_signed_in_and_may_try_again(
    anna: Client, account: Account, provider: Provider
) -> None:
    page = text(anna, provider.decide(set_out(anna, account), BARTEK))
    assert f"Zalogowano „{BARTEK}”, a skrzynka to „{ANNA}”." in unescape(page)
    assert not reconnected(account)
    url = onward(anna.post("/oauth/again/").content.decode())
    assert f"login_hint={ANNA.replace('@', '%40')}" in url
    anna.get(provider.decide(url, ANNA))
    assert reconnected(account)


def test_a_shared_mailbox_is_opened_once_its_owner_says_that_it_is_one(
    anna: Client, account: Account, provider: Provider
) -> None:
    provider.people[BARTEK].opens = ANNA
    page = text(anna, provider.decide(set_out(anna, account), BARTEK))
    assert "To skrzynka współdzielona" in page
    url = onward(anna.post("/oauth/again/", {"shared": "1"}).content.decode())
    assert f"login_hint={BARTEK.replace('@', '%40')}" in url
    anna.get(provider.decide(url, BARTEK))
    assert reconnected(account)


def test_a_mailbox_that_stays_shut_while_it_is_added_is_no_account_to_be_reconnected(
    anna: Client, account: Account, provider: Provider
) -> None:
    other = "biuro@m365.example"
    provider.add_person(other).opens = ANNA
    url = onward(anna.post("/accounts/add/", {"address": other, "by": "microsoft"}).content.decode())
    page = text(anna, provider.decide(url, other))
    assert "nie wpuścił użytkownika" in page
    assert "Nic nie zapisano." in page
    assert "połącz konto ponownie" not in page


def test_a_no_is_taken_as_one(anna: Client, account: Account, provider: Provider) -> None:
    page = text(anna, provider.decide(set_out(anna, account), ""))
    assert "nie dostał zgody" in page
    assert "AADSTS" not in page, "words that came through the browser are not shown"
    assert "Spróbuj ponownie" in page


def test_nothing_to_try_again_leads_to_the_list(anna: Client) -> None:
    assert anna.post("/oauth/again/").headers["Location"] == "/accounts/"


def test_nobody_sets_out_for_another_s_account(account: Account, office: Office) -> None:
    for stranger in office.cast.strangers:
        client = browser(stranger)
        for way in ("reconnect", "forget"):
            answer = client.post(f"/accounts/{account.public_id}/{way}/", {"auth": "microsoft"})
            assert answer.status_code == 404, stranger.email


@pytest.mark.parametrize("auth", ["", "password", "facebook"])
def test_there_are_two_providers(anna: Client, account: Account, auth: str) -> None:
    assert anna.post(f"/accounts/{account.public_id}/reconnect/", {"auth": auth}).status_code == 404


def test_without_a_registration_the_page_says_whom_to_ask(anna: Client, account: Account) -> None:
    page = anna.post(f"/accounts/{account.public_id}/reconnect/", {"auth": "google"}).content.decode()
    assert "Logowanie przez Google nie jest skonfigurowane" in page
    assert "http-equiv" not in page


def test_a_server_that_is_not_the_provider_s_is_named_before_anybody_goes_there(anna: Client, account: Account) -> None:
    with as_user(account.owner_id):
        Account.objects.filter(pk=account.pk).update(host="imap.zla.example", auth="password")
        seal_password(account, "x")
    page = anna.post(f"/accounts/{account.public_id}/reconnect/", {"auth": "microsoft"}).content.decode()
    assert "„imap.zla.example” nie jest serwerem poczty Microsoft" in unescape(page)


def test_forgotten_tokens_wait_for_their_owner(anna: Client, account: Account, provider: Provider) -> None:
    anna.get(provider.decide(set_out(anna, account), ANNA))
    anna.post(f"/accounts/{account.public_id}/forget/")
    assert not reconnected(account)
    with as_user(account.owner_id):
        assert Account.objects.get(pk=account.pk).trouble == "oauth.ended"


def test_neither_tokens_nor_secrets_are_in_the_session(anna: Client, account: Account, provider: Provider) -> None:
    anna.get(provider.decide(set_out(anna, account), BARTEK))
    kept = json.dumps(dict(anna.session.items()))
    assert not [secret for secret in (*provider.access, *provider.refresh, *provider.codes, SECRET) if secret in kept]


def test_only_an_administrator_has_the_page_and_only_of_their_own_office(office: Office, account: Account) -> None:
    for person in (office.cast.anna, office.cast.bartek, office.cast.celina):
        client = browser(person)
        assert client.get(PAGE).status_code == 404
        assert client.post(PAGE, FORM).status_code == 404
        assert client.post(f"{PAGE}remove/").status_code == 404
        assert client.post(f"{PAGE}test/").status_code == 404
    assert CLIENT in text(browser(office.cast.dorota), PAGE)
    assert CLIENT not in text(browser(office.cast.edward), PAGE)
    browser(office.cast.edward).post(f"{PAGE}remove/")
    assert Auth.MICROSOFT in registrations(office.cast.dorota)


def test_a_registration_is_entered_and_its_secret_never_shown(dorota: Client, office: Office) -> None:
    assert dorota.post(PAGE, FORM).headers["Location"] == PAGE
    page = text(dorota, PAGE)
    assert "Zapisano." in page
    assert CLIENT in page
    assert TENANT in page
    assert "2027-03-01" in page
    assert SECRET not in page
    assert secret_of(office) == SECRET


def test_an_empty_secret_keeps_the_one_that_is_there(dorota: Client, office: Office) -> None:
    dorota.post(PAGE, FORM)
    dorota.post(PAGE, FORM | {"secret": "", "tenant": "common"})
    assert secret_of(office) == SECRET
    assert registrations(office.cast.dorota)[Auth.MICROSOFT].tenant == "common"
    dorota.post(PAGE, FORM | {"secret": "nowy~klucz"})
    assert secret_of(office) == "nowy~klucz"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"secret": ""}, "Wpisz klucz tajny rejestracji."),
        ({"secret": TENANT}, "To identyfikator klucza tajnego."),
        ({"tenant": "a/../b"}, "To nie jest identyfikator katalogu"),
    ],
)
def test_slips_are_named_and_nothing_is_kept(dorota: Client, office: Office, wrong: dict[str, str], told: str) -> None:
    page = dorota.post(PAGE, FORM | wrong).content.decode()
    assert told in page
    assert SECRET not in page
    assert not registrations(office.cast.dorota)


def test_the_page_shows_the_steps_and_the_redirect_address_to_copy(dorota: Client) -> None:
    assert "http://testserver/oauth/microsoft/callback" in text(dorota, PAGE)
    assert "Rejestracje aplikacji" in text(dorota, PAGE)
    google = text(dorota, "/office/oauth/google/")
    assert "http://testserver/oauth/google/callback" in google
    assert "Identyfikator katalogu" not in google


@pytest.mark.parametrize(
    ("days", "said"), [(31, ""), (30, "Klucz tajny wygasa"), (0, "Klucz tajny wygasa"), (-1, "wygasł")]
)
def test_the_end_of_a_secret_is_told_thirty_days_before(dorota: Client, office: Office, days: int, said: str) -> None:
    ends = today(office.cast.office) + timedelta(days)
    save_client(office.cast.dorota, Auth.MICROSOFT, NewClient(CLIENT, SECRET, TENANT, ends))
    told = [line for line in text(dorota, PAGE).splitlines() if 'class="notice' in line]
    assert [said in line for line in told] == [True] * bool(said)


def test_the_test_is_a_whole_sign_in_and_keeps_nothing(dorota: Client, account: Account, provider: Provider) -> None:
    provider.add_person("dorota@m365.example")
    url = onward(dorota.post(f"{PAGE}test/").content.decode())
    page = text(dorota, provider.decide(url, "dorota@m365.example"))
    assert "Działa: zalogowano dorota@m365.example" in page
    assert "Działa" not in text(dorota, PAGE), "told once"
    assert not Secret.objects.exists()


def test_a_test_that_fails_names_what_to_mend_and_leads_back(
    dorota: Client, account: Account, provider: Provider
) -> None:
    provider.secret = "inny"
    page = text(dorota, provider.decide(onward(dorota.post(f"{PAGE}test/").content.decode()), ANNA))
    assert "odrzuca identyfikator klienta albo klucz tajny" in page
    assert "Porównaj wpis w zakładce Administracja" in page
    assert "administrator kancelarii" not in page, "that is who reads it"
    assert "AADSTS7000215" in page
    assert f'href="{PAGE}"' in page


@pytest.mark.parametrize("ill", [True, False])
def test_administrators_see_from_everywhere_that_there_is_something_to_mend(
    dorota: Client, office: Office, ill: bool
) -> None:
    ends = today(office.cast.office) + timedelta(3 if ill else 300)
    save_client(office.cast.dorota, Auth.MICROSOFT, NewClient(CLIENT, SECRET, TENANT, ends))
    sign = "coś wymaga poprawy"
    assert (sign in text(dorota, "/accounts/")) is ill
    for person in (office.cast.anna, office.cast.edward):
        assert sign not in text(browser(person), "/accounts/")


def secret_of(office: Office) -> str:
    with as_user(office.cast.dorota.pk):
        return open_client_secret(OAuthClient.objects.get())
