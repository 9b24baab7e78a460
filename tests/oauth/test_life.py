"""The life of an account that is signed in with Microsoft: a strict provider, a real Dovecot that asks it, real commits."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from django.db import connection

from teczka.actions.account_rows import described
from teczka.actions.accounts import edit_account
from teczka.actions.clients import NewClient, save_client
from teczka.actions.fetch import fetch_alone
from teczka.actions.oauth import Errand, begin, finish, for_shared, to_add, to_reconnect, to_test
from teczka.actions.rest import forget_tokens
from teczka.actions.secrets import open_tokens
from teczka.actions.tokens import doubt_token
from teczka.core.accounts import Auth, Endpoint, Protocol, Tokens
from teczka.core.errors import AlreadyThere, NotAllowed, Problem, Trouble
from teczka.store.events import REQUESTS
from teczka.store.models import Account, Message, Secret, User
from teczka.store.queries.oauth import registrations
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, now
from tests.conftest import OwnDatabase
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.oauth.fixtures import CALLBACK, new_account, set_up
from tests.oauth.journeys import back_from
from tests.oauth.provider import CLIENT, IMAP, POP3, TENANT, Answer, Provider

pytestmark = pytest.mark.dovecot

ANNA = "anna@kancelaria-lipowa.example"
REDIRECT = f"http://testserver{CALLBACK}"


@pytest.fixture
def cast(own_database: OwnDatabase, provider: Provider) -> Cast:
    made = make_cast()
    set_up(made.dorota)
    provider.add_person(ANNA)
    return made


@pytest.fixture
def mailbox(mail_server: Dovecot) -> Mailbox:
    box = mail_server.add_user(ANNA)
    shutil.rmtree(box.maildir, ignore_errors=True)
    box.deliver(b"Subject: jeden\r\n\r\ntre\xc5\x9b\xc4\x87\r\n")
    return box


@pytest.fixture
def account(cast: Cast, provider: Provider, mail_server: Dovecot, mailbox: Mailbox) -> Account:
    """Anna's, signed in and fetched."""
    account = travel(cast.anna, provider, to_add(new_account(ANNA), Auth.MICROSOFT))
    assert account is not None
    assert passed(account).trouble == ""
    return account


def travel(
    actor: User, provider: Provider, errand: Errand, address: str = ANNA, way: str = "microsoft"
) -> Account | None:
    """Out to the provider, in as that person, and back."""
    url, journey = begin(actor, errand, f"http://testserver/oauth/{way}/callback")
    return finish(actor, journey, back_from(provider.decide(url, address)))[1]


def passed(account: Account) -> Account:
    """The account after a pass by whoever holds its lease."""
    assert fetch_alone(now(account)) is not None
    return now(account)


def kept(account: Account) -> Tokens:
    with as_user(account.owner_id):
        return open_tokens(account)


def age(account: Account) -> Tokens:
    """Its access token nears its end. What was kept before."""
    tokens = kept(account)
    doubt_token(account)
    return tokens


def secret_row(account: Account) -> bytes:
    """As another process would find it committed."""
    with as_user(account.owner_id):
        return bytes(Secret.objects.get(account=account).ciphertext)


def messages(account: Account) -> int:
    with as_user(account.owner_id):
        return Message.objects.filter(account=account).count()


def refused(act: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as caught:
        act()
    return caught.value


def test_an_account_is_added_by_signing_in_and_its_mail_arrives(account: Account) -> None:
    assert (account.auth, account.username) == (Auth.MICROSOFT, ANNA)
    assert messages(account) == 1


def test_a_token_near_its_end_is_renewed_and_the_new_refresh_token_kept(account: Account, provider: Provider) -> None:
    provider.keeps_old = False
    before = age(account)
    assert passed(account).trouble == ""
    assert provider.asked["refresh_token"] == 1
    assert kept(account).refresh != before.refresh
    assert passed(account).trouble == ""
    assert provider.asked["refresh_token"] == 1, "a fresh token needs no renewal"


def test_the_new_refresh_token_is_durable_before_the_mail_server_sees_the_access_token(
    account: Account, provider: Provider
) -> None:
    age(account)
    seen: list[tuple[str, bytes]] = []

    def look(token: str) -> None:
        seen.append((token, secret_row(account)))
        connection.close()  # this thread's own

    provider.shown = look
    passed(account)
    assert seen[0] == (kept(account).access, secret_row(account))


def test_a_provider_whose_refresh_tokens_stay_keeps_its_first(account: Account, provider: Provider) -> None:
    provider.rotates = False
    before = age(account)
    assert passed(account).trouble == ""
    assert kept(account).refresh == before.refresh
    assert kept(account).access != before.access


def test_a_token_that_ended_before_its_time_is_renewed_at_the_next_pass(account: Account, provider: Provider) -> None:
    provider.end_access()
    first = passed(account)
    assert (first.state, first.trouble) == ("troubled", Trouble.SIGNIN_TOKEN)
    assert passed(account).state == "working"


def test_a_mailbox_that_refuses_fresh_tokens_waits_for_its_owner(account: Account, provider: Provider) -> None:
    provider.people[ANNA].opens = "ktos-inny@kancelaria-lipowa.example"
    assert [passed(account).state for _ in range(2)] == ["troubled", "needs_owner"]


def test_a_revoked_grant_waits_for_its_owner_who_reconnects_in_place(
    account: Account, cast: Cast, provider: Provider, mailbox: Mailbox
) -> None:
    provider.revoke(provider.people[ANNA])
    age(account)
    ended = passed(account)
    assert (ended.state, ended.trouble) == ("needs_owner", Trouble.OAUTH_ENDED)
    mailbox.deliver(b"Subject: dwa\r\n\r\n")
    travel(cast.anna, provider, to_reconnect(cast.anna, account.public_id, Auth.MICROSOFT))
    assert passed(account).state == "working"
    assert messages(account) == 2


def test_forgotten_tokens_are_gone_and_mail_stays(account: Account, cast: Cast, provider: Provider) -> None:
    forget_tokens(cast.anna, account.public_id)
    with as_user(cast.anna.pk):
        assert not Secret.objects.filter(account=account).exists()
    assert passed(account).trouble == Trouble.OAUTH_ENDED
    assert messages(account) == 1
    travel(cast.anna, provider, to_reconnect(cast.anna, account.public_id, Auth.MICROSOFT))
    assert passed(account).state == "working"


def test_an_account_with_a_password_goes_over_to_signing_in(
    account: Account, cast: Cast, provider: Provider, mail_server: Dovecot, mailbox: Mailbox
) -> None:
    by_password = replace(described(account), auth=Auth.PASSWORD, password=mailbox.password)
    edit_account(cast.anna, account.public_id, by_password)
    assert passed(account).auth == Auth.PASSWORD
    travel(cast.anna, provider, to_reconnect(cast.anna, account.public_id, Auth.MICROSOFT))
    after = passed(account)
    assert (after.auth, after.state) == (Auth.MICROSOFT, "working")
    assert messages(account) == 1


def test_another_protocol_gets_a_token_of_its_own(account: Account, cast: Cast, provider: Provider) -> None:
    pop3 = replace(described(account), protocol=Protocol.POP3, incoming=Endpoint("outlook.office365.com", 995, "tls"))
    assert edit_account(cast.anna, account.public_id, pop3).protocol == Protocol.POP3
    assert {POP3} == provider.access[kept(account).access].scopes & {POP3, IMAP}
    assert passed(account).state == "working"
    assert messages(account) == 1
    back = replace(described(now(account)), protocol=Protocol.IMAP, incoming=described(account).incoming)
    edit_account(cast.anna, account.public_id, back)
    assert passed(account).state == "working"
    assert {IMAP} == provider.access[kept(account).access].scopes & {POP3, IMAP}


def test_another_protocol_that_nobody_approved_changes_nothing(
    account: Account, cast: Cast, provider: Provider
) -> None:
    provider.approved = False
    pop3 = replace(described(account), protocol=Protocol.POP3, incoming=Endpoint("outlook.office365.com", 995, "tls"))
    problem = refused(lambda: edit_account(cast.anna, account.public_id, pop3))
    assert problem.trouble is Trouble.OAUTH_CONSENT
    assert passed(account).state == "working"


def test_an_outage_is_tried_later_and_says_nothing_of_the_grant(account: Account, provider: Provider) -> None:
    for broken in ((503, {}), (200, {"nonsense": 1}), (429, {"error": "slow_down"}), (500, {"error": "invalid_grant"})):
        age(account)
        provider.broken.append(lambda broken=broken: broken)  # type: ignore[misc]
        told = passed(account)
        assert (told.state, told.trouble) == ("troubled", Trouble.OAUTH_UNAVAILABLE)
    assert passed(account).state == "working"


def test_a_broken_registration_is_told_to_the_administrators_and_mended_by_them(
    account: Account, cast: Cast, provider: Provider
) -> None:
    provider.secret = "inny~klucz"
    age(account)
    told = passed(account)
    assert (told.state, told.trouble) == ("troubled", Trouble.OAUTH_SECRET)
    assert registrations(cast.dorota)[Auth.MICROSOFT].trouble is Trouble.OAUTH_SECRET
    save_client(cast.dorota, Auth.MICROSOFT, NewClient(CLIENT, "inny~klucz", TENANT))
    assert registrations(cast.dorota)[Auth.MICROSOFT].trouble is None
    assert passed(account).state == "working"


def test_mending_it_wakes_whoever_waits_for_that_in_this_office_and_nobody_else(
    account: Account, cast: Cast, own_database: OwnDatabase
) -> None:
    waiting, well = account, make_account(cast.bartek, "bartek@m365.example", auth="microsoft")
    elsewhere = make_account(cast.edward, "edward@m365.example", auth="microsoft", trouble=Trouble.OAUTH_SECRET)
    google = make_account(cast.anna, "anna@gmail.com", auth="google", trouble=Trouble.OAUTH_SECRET)
    with as_user(cast.anna.pk):
        Account.objects.filter(pk=waiting.pk).update(trouble=Trouble.OAUTH_SECRET)
    with psycopg.connect(own_database.url, autocommit=True) as listener:
        listener.execute(f"LISTEN {REQUESTS}")
        save_client(cast.dorota, Auth.MICROSOFT, NewClient(CLIENT, "inny~klucz", TENANT))
        told = [notice.payload for notice in listener.notifies(timeout=1, stop_after=1)]
        told += [notice.payload for notice in listener.notifies(timeout=0)]
    assert told == [str(waiting.pk)], (well.pk, elsewhere.pk, google.pk)


def test_an_office_hears_of_its_own_registration_alone(account: Account, cast: Cast, provider: Provider) -> None:
    set_up(cast.edward)
    provider.secret = "inny~klucz"
    age(account)
    passed(account)
    assert registrations(cast.edward)[Auth.MICROSOFT].trouble is None


def test_a_missing_consent_is_the_owner_s_to_ask_for(account: Account, provider: Provider) -> None:
    provider.broken.append(no_consent)
    age(account)
    told = passed(account)
    assert (told.state, told.trouble) == ("needs_owner", Trouble.OAUTH_CONSENT)
    assert "Trace" not in told.trouble_detail


def test_somebody_else_s_sign_in_adds_nothing(
    cast: Cast, provider: Provider, mail_server: Dovecot, mailbox: Mailbox
) -> None:
    provider.add_person("bartek@kancelaria-lipowa.example")
    errand = to_add(new_account(ANNA), Auth.MICROSOFT)
    problem = refused(lambda: travel(cast.anna, provider, errand, "bartek@kancelaria-lipowa.example"))
    assert problem.trouble is Trouble.OAUTH_PERSON
    assert problem.params["granted"] == "bartek@kancelaria-lipowa.example"
    with as_user(cast.anna.pk):
        assert not Account.objects.exists()


def test_a_shared_mailbox_is_opened_by_whoever_said_so_and_nobody_else(
    cast: Cast, provider: Provider, mail_server: Dovecot
) -> None:
    shared = mail_server.add_user("sekretariat@kancelaria-lipowa.example").username
    provider.people[ANNA].opens = shared
    provider.add_person("bartek@kancelaria-lipowa.example", opens=shared)
    errand = for_shared(to_add(new_account(shared), Auth.MICROSOFT), ANNA)
    problem = refused(lambda: travel(cast.anna, provider, errand, "bartek@kancelaria-lipowa.example"))
    assert problem.trouble is Trouble.OAUTH_PERSON
    account = travel(cast.anna, provider, errand, ANNA)
    assert account is not None
    assert account.username == shared
    assert passed(account).state == "working"


def test_a_mailbox_known_by_its_owner_s_name_at_the_provider_is_tried_by_that_once(
    cast: Cast, provider: Provider, mail_server: Dovecot
) -> None:
    name = mail_server.add_user("lipowska@kancelaria.onmicrosoft.example").username
    provider.people[ANNA].name = provider.people[ANNA].opens = name
    account = travel(cast.anna, provider, to_add(new_account(ANNA), Auth.MICROSOFT))
    assert account is not None
    assert (account.address, account.username) == (ANNA, name)


def test_nothing_is_saved_where_the_mailbox_stays_shut(cast: Cast, provider: Provider, mail_server: Dovecot) -> None:
    provider.people[ANNA].opens = "ktos-inny@kancelaria-lipowa.example"
    errand = to_add(new_account(ANNA), Auth.MICROSOFT)
    assert refused(lambda: travel(cast.anna, provider, errand)).trouble is Trouble.SIGNIN_TOKEN
    with as_user(cast.anna.pk):
        assert not Account.objects.exists()


def test_an_account_is_not_added_twice(account: Account, cast: Cast, provider: Provider, mail_server: Dovecot) -> None:
    with pytest.raises(AlreadyThere):
        travel(cast.anna, provider, to_add(new_account(ANNA), Auth.MICROSOFT))


def test_a_withheld_permission_and_a_no_are_told(cast: Cast, provider: Provider, mail_server: Dovecot) -> None:
    errand = to_add(new_account(ANNA), Auth.MICROSOFT)
    assert refused(lambda: travel(cast.anna, provider, errand, "")).trouble is Trouble.OAUTH_DENIED
    provider.withheld = {"offline_access"}
    assert refused(lambda: travel(cast.anna, provider, errand)).trouble is Trouble.OAUTH_SCOPE
    provider.withheld = {IMAP}
    assert refused(lambda: travel(cast.anna, provider, errand)).trouble is Trouble.OAUTH_SCOPE


def test_a_code_is_good_once_and_for_its_own_journey(cast: Cast, provider: Provider, mail_server: Dovecot) -> None:
    errand = to_add(new_account(ANNA), Auth.MICROSOFT)
    url, journey = begin(cast.anna, errand, REDIRECT)
    back = back_from(provider.decide(url, ANNA))
    _other, foreign = begin(cast.anna, errand, REDIRECT)
    assert refused(lambda: finish(cast.anna, foreign, back)).trouble is Trouble.OAUTH_ENDED  # another verifier
    assert refused(lambda: finish(cast.anna, journey, back)).trouble is Trouble.OAUTH_ENDED  # used up


@pytest.mark.parametrize("host", ["imap.evil.example", "127.0.0.2", "outlook.office365.com.evil.example"])
def test_a_token_is_shown_to_the_provider_s_servers_alone(account: Account, cast: Cast, host: str) -> None:
    there, before = Endpoint(host, 993, "tls"), described(account)
    for changed in (replace(before, incoming=there), replace(before, outgoing=there)):
        add = to_add(changed, Auth.MICROSOFT)
        for act in (
            partial(edit_account, cast.anna, account.public_id, changed),
            partial(begin, cast.anna, add, REDIRECT),
        ):
            assert refused(act).trouble is Trouble.OAUTH_HOST
    with as_user(cast.anna.pk):
        Account.objects.filter(pk=account.pk).update(host=host)
    assert passed(account).trouble == Trouble.OAUTH_HOST


def test_an_office_uses_its_own_registration_alone(cast: Cast, mail_server: Dovecot) -> None:
    errand = to_add(new_account(ANNA), Auth.MICROSOFT)
    assert refused(lambda: begin(cast.edward, errand, REDIRECT)).trouble is Trouble.OAUTH_MISSING
    assert Auth.MICROSOFT not in registrations(cast.edward)


def test_only_administrators_enter_and_test_a_registration(cast: Cast, provider: Provider) -> None:
    for person in (cast.anna, cast.bartek):
        with pytest.raises(NotAllowed):
            save_client(person, Auth.MICROSOFT, NewClient("x", "y"))
        with pytest.raises(NotAllowed):
            to_test(person, Auth.MICROSOFT)
    provider.add_person("dorota@kancelaria-lipowa.example")
    assert (
        travel(cast.dorota, provider, to_test(cast.dorota, Auth.MICROSOFT), "dorota@kancelaria-lipowa.example") is None
    )


def test_nobody_reconnects_or_forgets_another_s_account(account: Account, cast: Cast) -> None:
    for stranger in cast.strangers:
        for act in (to_reconnect, lambda actor, public_id, _auth: forget_tokens(actor, public_id)):
            with pytest.raises(NotAllowed):
                act(stranger, account.public_id, Auth.MICROSOFT)


def no_consent() -> Answer:
    return 400, {"error": "invalid_grant", "error_description": "AADSTS65001: No consent.\r\nTrace ID: 1"}


def test_google_s_way_is_the_same(cast: Cast, provider: Provider, mail_server: Dovecot) -> None:
    provider.rotates = False
    address = mail_server.add_user("lipowska.anna@gmail.com").username
    provider.add_person(address)
    set_up(cast.dorota, Auth.GOOGLE)
    errand = to_add(new_account(address, Auth.GOOGLE), Auth.GOOGLE)
    account = travel(cast.anna, provider, errand, address, "google")
    assert account is not None
    age(account)
    assert passed(account).state == "working"
    dotted = to_add(replace(new_account("LipowskaAnna@gmail.com", Auth.GOOGLE), username=address), Auth.GOOGLE)
    assert travel(cast.anna, provider, dotted, address, "google") is not None, "Gmail sees no dots"
    provider.add_person("bartek@gmail.com")
    shared = for_shared(errand, "bartek@gmail.com")
    problem = refused(lambda: travel(cast.anna, provider, shared, "bartek@gmail.com", "google"))
    assert problem.trouble is Trouble.OAUTH_PERSON, "nobody shares a mailbox so at Google"
