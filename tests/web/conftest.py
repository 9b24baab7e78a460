"""An office with mail in it, and a browser for each of its people."""

import secrets
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from teczka.actions.offers import offer_account
from teczka.actions.searches import note_search, save_search
from teczka.core.accounts import Endpoint, NewAccount
from teczka.store.models import (
    Account,
    AccountOffer,
    Case,
    CaseNote,
    Comment,
    Document,
    Enclosure,
    Filing,
    Folder,
    Identity,
    Import,
    ImportFile,
    Message,
    Outgoing,
    Passkey,
    Rule,
    RuleHit,
    RuleRun,
    SavedSearch,
    Task,
    Template,
    User,
)
from teczka.store.sessions import SessionStore
from teczka.store.viewer import as_user
from tests.cases import comment, link, make_case, make_note, make_party, make_reference, make_task
from tests.cases import file as file_to
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import share, store

# Words that stand in Anna's private mail and in nothing else: whoever else meets one of them has seen too much.
SECRETS = ["Tajemnica", "sekretny@nadawca", "utajniony.pdf", "Skrzynka-Anny", "Teczka-tajna", "poufna-tresc"]

PRIVATE = """\
From: Tajemnica Nadawca <sekretny@nadawca.example>
To: Anna Lipowska <anna@skrzynka.example>
Subject: Tajemnica obrończa
Message-ID: <poufna-tresc@nadawca.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

poufna-tresc: zażółć gęślą jaźń w sprawie III K 4321/24
--B
Content-Type: application/pdf; name="utajniony.pdf"
Content-Disposition: attachment; filename="utajniony.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--B--
""".replace("\n", "\r\n").encode()

SHARED = """\
From: Jan Kowal <jan@klient.example>
To: Anna Lipowska <anna@klient.example>
Subject: Wspólna sprawa
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>Do obejrzenia razem.</p>
""".replace("\n", "\r\n").encode()


@dataclass(frozen=True)
class Office:
    cast: Cast
    account: Account
    folder: Folder
    private: Message
    shared: Message
    offer: AccountOffer  # an account that the administrator prepared for Anna
    draft: Outgoing  # a letter that Anna writes
    file: Enclosure  # that goes with it
    identity: Identity
    template: Template
    case: Case  # walled, with Anna alone in its team; in it the rest
    note: CaseNote
    document: Document  # a file of her private message
    task: Task
    filing: Filing
    comment: Comment
    rule: Rule  # that met her private message
    run: RuleRun  # of it, over older mail
    search: SavedSearch
    brought_in: Import
    passkey: Passkey


def make_office() -> Office:
    cast = make_cast()
    account = make_account(cast.anna, "anna@skrzynka.example", provider_name="Skrzynka-Anny", state="working")
    folder = make_folder(account, "Teczka-tajna", "")
    private, shared = store(folder, PRIVATE), store(folder, SHARED)
    share(shared, cast.bartek)
    prepared = NewAccount("anna@nowa.example", "anna", "", Endpoint("imap.nowa.example", 993, "tls"))
    offer = offer_account(cast.dorota, cast.anna.public_id, prepared)
    draft, file = write_letter(account, private)
    identity, template = write_settings(account)
    things = (offer, draft, file, identity, template)
    opened = open_case(cast.anna, private)
    ruled = make_met_rule(opened[0], private)
    search, brought_in = save_a_search(cast.anna), bring_in(account)
    return Office(
        cast, account, folder, private, shared, *things, *opened, *ruled, search, brought_in, keep_a_passkey(cast.anna)
    )


def keep_a_passkey(anna: User) -> Passkey:
    """It signs nobody in."""
    with as_user(anna.pk):
        return Passkey.objects.create(
            office_id=anna.office_id, owner=anna, credential_id=b"x", key=b"", name="Tajemnica klucza"
        )


def bring_in(account: Account) -> Import:
    """A file of which something could not be read."""
    owner = {"office_id": account.office_id, "owner_id": account.owner_id}
    with as_user(account.owner_id):
        made = Import.objects.create(account=account, folder="Tajemnica z pliku", **owner)
        troubles = [["Tajemnica.zip: poufna-tresc.txt", "import.unknown", {}]]
        ImportFile.objects.create(
            of=made, position=0, name="Tajemnica.zip", size=9, unreadable=1, troubles=troubles, **owner
        )
    return made


def save_a_search(anna: User) -> SavedSearch:
    note_search(anna, "poufna-tresc")
    saved = save_search(anna, "Tajemnica szukania", "temat:Tajemnica", best=False)
    with as_user(anna.pk):
        return SavedSearch.objects.get(public_id=saved)


def make_met_rule(case: Case, private: Message) -> tuple[Rule, RuleRun]:
    owner = {"office_id": private.office_id, "owner_id": private.owner_id}
    then = [{"do": "file", "case": str(case.public_id)}]
    when = {"any": [{"field": "subject", "op": "words", "value": ["Tajemnica"]}]}
    with as_user(private.owner_id):
        rule = Rule.objects.create(name="Tajemnica reguły", when=when, then=then, **owner)
        RuleHit.objects.create(rule=rule, version=1, message=private, what={"done": then}, **owner)
        run = RuleRun.objects.create(rule=rule, version=1, dry=False, **owner)
    return rule, run


def open_case(anna: User, private: Message) -> tuple[Case, CaseNote, Document, Task, Filing, Comment]:
    case = make_case(anna, "Tajemnica lipowa", walled=True, number="Skrzynka-Anny/1", client="Tajemnica Klient")
    make_party(case, anna, "Tajemnica Nadawca", "sekretny@nadawca.example", side="opposing")
    make_reference(case, anna, "Tajemnica C 12/24", "C", "12", 2024)
    task = make_task(anna, "Tajemnica: odpowiedź", case=case, message=private, message_owner_id=anna.pk)
    return (
        case,
        make_note(case, anna, "Tajemnica notatki"),
        link(case, anna, private, "utajniony.pdf"),
        task,
        file_to(private, anna, case),
        comment(private, anna, "Tajemnica uwagi"),
    )


def write_letter(account: Account, private: Message) -> tuple[Outgoing, Enclosure]:
    owner = {"office_id": account.office_id, "owner_id": account.owner_id}
    people = {"to": [["Tajemnica Nadawca", "sekretny@nadawca.example"]], "cc": [], "bcc": []}
    with as_user(account.owner_id):
        draft = Outgoing.objects.create(
            account=account,
            from_address=account.address,
            recipients=people,
            subject="Tajemnica obrończa",
            html="<div>poufna-tresc</div>",
            answers=private,
            message_id="poufna-tresc@skrzynka.example",
            revision=1,
            **owner,
        )
        file = Enclosure.objects.create(
            outgoing=draft,
            name="utajniony.pdf",
            content_type="application/pdf",
            size=9,
            message=private,
            path="2",
            **owner,
        )
    return draft, file


def write_settings(account: Account) -> tuple[Identity, Template]:
    secret = {"office_id": account.office_id, "owner_id": account.owner_id, "name": "Tajemnica podpisu"}
    with as_user(account.owner_id):
        identity = Identity.objects.create(
            account=account, address=account.address, signature_html="poufna-tresc", **secret
        )
        return identity, Template.objects.create(html="<div>poufna-tresc</div>", **secret)


# One of all browsers: each of its own would load the middleware anew, and whitenoise look through all static files.
_handler = ClientHandler(enforce_csrf_checks=False)


def browser(user: User | None) -> Client:
    """Signed in by the rows that signing in leaves. tests/web/test_session.py goes in by the door."""
    client = Client()
    client.handler = _handler
    if user:
        kept = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        if user.last_login is None:
            user.last_login = timezone.now()
            User.objects.filter(pk=user.pk).update(last_login=user.last_login)
        made = SessionStore(secrets.token_hex(16)).create_model_instance(kept)
        Session.objects.bulk_create([made])
        client.cookies[settings.SESSION_COOKIE_NAME] = made.session_key
    return client


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Rate limits count in the cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="module")
def standing(lasting: None) -> Office:
    """To make one costs more than most tests that use it."""
    return make_office()


@pytest.fixture
def office(standing: Office, db: None) -> Office:
    """The test's own: what it does to the rows is rolled back to a savepoint."""
    return deepcopy(standing)


@pytest.fixture
def anna(office: Office) -> Client:
    return browser(office.cast.anna)
