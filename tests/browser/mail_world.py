"""The world that an account's life needs, on loopback: Dovecot and submission servers under their providers' names, an identity provider
in Microsoft's place, DNS, and a browser that is led to all of it."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page
from pytest_django.plugin import DjangoDbBlocker

from teczka.remote.types import Security
from teczka.store.models import Account, Message, User
from teczka.store.viewer import as_user
from tests.browser.conftest import NETWORK, WIDE, Office
from tests.cast import make_cast
from tests.database import TestDatabase, own_copy
from tests.dovecot.server import Dovecot
from tests.internet import Internet, internet
from tests.oauth.fixtures import set_up
from tests.oauth.provider import IMAP, NAMES, Provider
from tests.site import serving
from tests.submission import Submission

__all__ = ["internet", "lines", "servers", "world"]

UNKNOWN = "anna@kancelaria-nieznana.example"  # of a domain that nobody lists
DOMAIN = UNKNOWN.partition("@")[2]
M365 = "anna@kancelaria-lipowa.example"  # of a domain whose mail Microsoft receives
GMAIL, WP = "anna.lipowska@gmail.com", "anna.lipowska@wp.pl"
PASSWORD = "abcdefghijklmnop"  # as Google makes them
IN = ("imap.gmail.com", "imap.wp.pl", "outlook.office365.com", f"imap.{DOMAIN}", f"pop3.{DOMAIN}")
OUT = ("smtp.gmail.com", "smtp.wp.pl", f"smtp.{DOMAIN}")
PATIENCE = 30_000  # ms


@dataclass(frozen=True)
class Servers:
    dovecot: Dovecot
    submission: Submission
    microsofts: Submission  # on 587, by STARTTLS
    provider: Provider


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with (
        Provider() as provider,
        Dovecot(IN, introspection=(provider.introspection_url, IMAP), password=PASSWORD) as dovecot,
        Submission(names=OUT) as submission,
        Submission(Security.STARTTLS, names=("smtp.office365.com",)) as microsofts,
    ):
        yield Servers(dovecot, submission, microsofts, provider)


@pytest.fixture
def lines(internet: Internet, servers: Servers) -> Internet:
    """Which name leads where, and whose certificates are believed."""
    for authority in (servers.dovecot, servers.submission, servers.microsofts, servers.provider):
        internet.trust(authority.ca_pem)
    for host in IN:
        internet.leads(host, 993, servers.dovecot.tls_port)
        internet.leads(host, 995, servers.dovecot.pop3s_port)
    for host in OUT:
        internet.leads(host, 465, servers.submission.port)
    internet.leads("smtp.office365.com", 587, servers.microsofts.port)
    for name in NAMES:
        internet.leads(name, 443, servers.provider.port)
    internet.mx(M365.partition("@")[2], "kancelaria-lipowa-example.mail.protection.outlook.com")
    for service, target in (("_imaps", "imap"), ("_pop3s", "pop3"), ("_submissions", "smtp")):
        port = {"imap": 993, "pop3": 995, "smtp": 465}[target]
        internet.srv(DOMAIN, service, f"0 1 {port} {target}.{DOMAIN}.")
    return internet


@dataclass
class Hands:
    """A person at a page, who counts: each field that is filled in and each press is one (U12)."""

    page: Page
    count: int = 0
    complaints: list[str] = field(default_factory=list)

    def fill(self, label: str, text: str) -> None:
        self.count += 1
        self.page.get_by_label(label, exact=True).fill(text)

    def press(self, name: str, role: str = "button") -> None:
        self.count += 1
        self.page.get_by_role("main").get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def account(self, name: str) -> Locator:
        """Its line in the list."""
        return self.page.locator("li.account", has=self.page.get_by_role("heading", name=name, exact=True))

    def note(self, said: ConsoleMessage) -> None:
        if said.type == "error" and NETWORK not in said.text:
            self.complaints.append(said.text)


@dataclass(frozen=True)
class World:
    office: Office
    servers: Servers
    browser: Browser

    @property
    def anna(self) -> User:
        return self.office.cast.anna

    @contextmanager
    def hands(self, *, script: bool = True) -> Iterator[Hands]:
        """Anna's. Whatever a page complains of fails the test."""
        url = self.office.site.url
        context = self.browser.new_context(
            viewport=WIDE, base_url=url, locale="pl-PL", ignore_https_errors=True, java_script_enabled=script
        )
        context.set_default_timeout(PATIENCE)
        key = self.office.site.cookie(self.anna)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])
        hands = Hands(context.new_page())
        hands.page.on("console", hands.note)
        hands.page.on("pageerror", lambda error: hands.complaints.append(str(error)))
        yield hands
        context.close()
        assert not hands.complaints

    @contextmanager
    def worker(self) -> Iterator[None]:
        environment = self.office.environment
        with subprocess.Popen([sys.executable, "-m", "tests.internet", "worker"], env=environment) as process:
            try:
                yield
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                process.kill()

    def stored(self, address: str) -> int:
        """How many messages we have of this mailbox."""
        with as_user(self.anna.pk):
            return Message.objects.filter(account__in=Account.objects.filter(address=address)).count()


@pytest.fixture
def world(
    test_database: TestDatabase, django_db_blocker: DjangoDbBlocker, lines: Internet, servers: Servers, browser: Browser
) -> Iterator[World]:
    """An office whose administrator has registered Teczka at Microsoft."""
    led = ",".join(f"MAP {name}:443 127.0.0.1:{servers.provider.port}" for name in NAMES)
    rules = f"--host-resolver-rules={led},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE localhost"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", rules]
    with own_copy(test_database, django_db_blocker) as environment:
        cast = make_cast()
        set_up(cast.dorota)
        inside = environment | lines.environment()
        with serving(inside, module="tests.internet") as site:
            servers.provider.reset()
            servers.provider.redirects.add(f"{site.url}/oauth/microsoft/callback")
            launched = browser.browser_type.launch(executable_path="/usr/bin/chromium", args=arguments)
            yield World(Office(site, cast, inside), servers, launched)
            launched.close()
        connection.close()
