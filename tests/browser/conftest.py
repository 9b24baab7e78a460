"""Debian's Chromium, driven through the whole way: the real web process, a folder of generated mail, a person signed in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from teczka.store.events import changed
from teczka.store.models import Account, Folder, User
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.database import TestDatabase, own_copy
from tests.generated import arrive, fill
from tests.site import Site, serving

LONG = 5_000  # messages in the long folder
NETWORK = "Failed to load resource"
WIDE = {"width": 1440, "height": 900}
PATIENCE = 30_000  # ms: two cores, shared with everything else that is tested
LONGEST = (
    300  # s: axe-core there; and the first of a process waits for the database, the browser and the web process, too
)
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(LONGEST))


@dataclass
class MailFolder:
    """One person's folder: `newest` is the number of its newest message; subjects and bodies tell the numbers."""

    owner: User
    account: Account
    folder: Folder
    newest: int

    def arrive(self, count: int = 1) -> None:
        arrive(self.owner, self.account, self.folder, self.newest + 1, self.newest + count)
        self.newest += count

    def mark_read(self, number: int) -> None:
        self._change("UPDATE store_placement SET seen = true WHERE folder_id = %s AND uid = %s", number)

    def remove(self, number: int) -> None:
        self._change("UPDATE store_placement SET gone_at = now() WHERE folder_id = %s AND uid = %s", number)
        self._change("UPDATE store_folder SET stored = stored - 1 WHERE id = %s AND %s > 0", number)

    def _change(self, statement: str, number: int) -> None:
        with as_user(self.owner.pk), connection.cursor() as cursor:
            cursor.execute(statement, [self.folder.pk, number])
            changed([self.owner.public_id], self.account.public_id, [self.folder.public_id])


@dataclass(frozen=True)
class Office:
    site: Site
    cast: Cast
    environment: dict[str, str]

    def folder(self, path: str, messages: int) -> MailFolder:
        """A fresh account with one folder, so that tests do not meet."""
        account = make_account(self.cast.anna, f"{path}@lipowa.example")
        made = make_folder(account, path, role="inbox")
        fill(self.cast.anna, account, made, 1, messages) if messages else None
        return MailFolder(self.cast.anna, account, made, messages)


# All of the package's scope: between its files and others of the same process, the loop of playwright and the database are gone.
@pytest.fixture(scope="package")
def office(test_database: TestDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[Office]:
    with own_copy(test_database, django_db_blocker) as environment:
        cast = make_cast()
        with serving(environment) as site:
            yield Office(site, cast, environment)


@pytest.fixture(scope="package")
def long_folder(office: Office) -> MailFolder:
    """Only read by the tests that share it."""
    return office.folder("long", LONG)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # playwright's own loop runs in this thread; our queries are not in it
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # The browser asks for its maker's services, too.
        loopback = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", loopback]
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, office: Office) -> Iterator[BrowserContext]:
    """Signed in as Anna."""
    made = browser.new_context(viewport=WIDE, base_url=office.site.url, locale="pl-PL")
    made.set_default_timeout(PATIENCE)
    made.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(office.cast.anna), "url": office.site.url}]
    )
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Whatever the page complains of fails the test: errors, and what its policy refused. (Not what a test made the network refuse.)"""
    complaints: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" and NETWORK not in said.text else None,
    )
    yield made
    made.unroute_all(behavior="ignoreErrors")  # what a test held up may still be on its way
    context.close()  # a page alone may never close while it goes to another: https://crbug.com/536385539
    assert not complaints


def intercept(
    page: Page, url: str | re.Pattern[str], answer: Callable[[Route], object], times: int | None = None
) -> None:
    """As `page.route`, and on a page that is open already in force from the very next request.

    Chromium tells an open page only after it has said that it did: of a hundred requests made at once, four went past.
    """
    page.route(url, answer, times=times)
    page.route("**/in-force", lambda route: route.fulfill(status=204))
    page.wait_for_function("() => fetch('/in-force').then(answer => answer.status === 204)")
    # That one stays: where a page has no route any more, Playwright lets go by itself what a test holds.


def still_being_read(text: str) -> str:
    """A message's pane as it is before the server has read the message."""
    text = text.replace('<article class="message"', '<article class="message" data-partial')
    return text.replace("Treść", "Jeszcze czytamy")


@pytest.fixture
def open_folder(page: Page) -> Callable[[MailFolder], "Mail"]:
    def opened(folder: MailFolder) -> Mail:
        page.goto(f"/folders/{folder.folder.public_id}/")
        mail = Mail(page)
        mail.page.locator('#rows [role="presentation"].spacer').first.wait_for(state="attached")  # the core has begun
        return mail

    return opened


@dataclass(frozen=True)
class Mail:
    """The mail surface as a person sees it."""

    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def shows(self, number: int) -> None:
        """Header and body of this message, both, and its row chosen."""
        self.page.wait_for_function(
            """number => {
                 const frame = document.getElementById("frame");
                 const body = Document.prototype.querySelector.call(frame.contentDocument, "body"); // a mail may name things "body"
                 return document.querySelector("#pane-head h1")?.textContent.trim() === `Pismo ${number}`
                   && !frame.classList.contains("waiting") && !frame.hidden
                   && body.textContent.trimStart().startsWith(`Treść pisma ${number}W`);
               }""",
            arg=number,
        )

    def identify(self, number: int) -> str:
        """The public id of this message, whose row is there."""
        row = self.page.locator('#rows [role="row"]', has=self.page.get_by_text(f"Pismo {number}", exact=True))
        return row.get_attribute("data-message") or ""

    def renew(self, message: str) -> None:
        """Something else is to be said of it."""
        self.page.evaluate(
            "id => { document.dispatchEvent(new CustomEvent('teczka:renew', { detail: [id] })) }", message
        )

    def chosen(self) -> int | None:
        """The number of the message whose row is chosen and seen."""
        return self.page.evaluate(
            """() => {
                 const row = document.querySelector('#rows [aria-selected="true"]');
                 return row ? Number(row.querySelector('[data-field="subject"]').textContent.replace(/\\D/g, "")) : null;
               }"""
        )

    def row_at_top(self) -> tuple[int, float]:
        """The number of the uppermost row that is seen, and how far it is scrolled out."""
        found = self.page.evaluate(
            """() => {
                 const list = document.getElementById("rows").getBoundingClientRect();
                 for (const row of document.querySelectorAll('#rows [role="row"]')) {
                   const box = row.getBoundingClientRect();
                   if (box.bottom > list.top + 1)
                     return [Number(row.querySelector('[data-field="subject"]').textContent.replace(/\\D/g, "")), box.top - list.top];
                 }
                 return [0, 0];
               }"""
        )
        return int(found[0]), float(found[1])

    def numbers(self) -> list[int]:
        """Of all rows in the document, in order."""
        return self.page.locator('#rows [role="row"] [data-field="subject"]').evaluate_all(
            "all => all.map(one => Number(one.textContent.replace(/\\D/g, '')))"
        )

    def scroll_to(self, index: int) -> None:
        self.page.evaluate(
            """index => {
                 const rows = document.getElementById("rows");
                 rows.scrollTop = index * document.querySelector('#rows [role="row"]').offsetHeight;
               }""",
            index,
        )
