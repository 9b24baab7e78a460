"""The frame's wall alone: hostile mail as its sender wrote it, not sanitised, is put into the frame. Nothing runs, nothing leaves (P8)."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page

from teczka.store.models import Message
from teczka.store.viewer import as_user
from tests.browser.conftest import PATIENCE, WIDE, Mail, MailFolder, Office
from tests.processes import until

# Over plain HTTP the trap reads each request. A connection opened ahead without one (rel=preconnect, a nested frame that is then refused)
# is stopped by no policy of a page: that is the sanitiser's.
PAYLOADS = [
    line.replace("alert(1)", "parent.ran=1").replace("https://", "http://")
    for line in (Path(__file__).parents[1] / "mime" / "payloads.txt").read_text("utf-8").splitlines()
    if not line.startswith("# ")
] + [
    "<meta http-equiv=refresh content='0;url=/sign-out/'>",
    "<a href=/sign-out/ target=_top autofocus>x</a><form action=/sign-out/ method=post><button autofocus>x</button></form>",
    "<iframe srcdoc='<script>top.ran=1</script>'></iframe><iframe src=/accounts/></iframe>",
    "<img src=/sign-out/><img src=../accounts/><link rel=stylesheet href=/accounts/><object data=/accounts/></object>",
    "<style>@import '/accounts/';@font-face{font-family:x;src:url(/accounts/)}body{font-family:x}</style>",
    "<base href=https://evil.example/><img src=x><form action=x><input></form>",
]
THE_BROWSERS_OWN = ".googleapis.com:443"  # what Chromium asks about forms, whoever wrote them
ASKS = "<img src=http://evil.example/1.gif>"
OURS = ("/messages/", "/folders/", "/frame/", "/events/", "/static/")


class Outside(socketserver.ThreadingTCPServer):
    """Everything beyond this machine, as the browser sees it: a proxy that answers nothing and remembers who was asked for."""

    daemon_threads = True
    asked: list[str]


class _Ask(socketserver.StreamRequestHandler):
    server: Outside

    def handle(self) -> None:
        line = self.rfile.readline(4096).decode("latin-1").strip()
        if line and THE_BROWSERS_OWN not in line:
            self.server.asked.append(line)


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside(("127.0.0.1", 0), _Ask) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def context(browser: Browser, office: Office, outside: Outside) -> Iterator[BrowserContext]:
    proxy = {"server": f"http://127.0.0.1:{outside.server_address[1]}", "bypass": "127.0.0.1"}
    made = browser.new_context(viewport=WIDE, base_url=office.site.url, proxy=proxy)  # type: ignore[arg-type]
    made.set_default_timeout(PATIENCE)
    made.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(office.cast.anna), "url": office.site.url}]
    )
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """What the frame refuses is written to the console: here that is no complaint."""
    return context.new_page()


@pytest.fixture(scope="module")
def hostile(office: Office) -> MailFolder:
    folder = office.folder("hostile", len(PAYLOADS))
    bodies = [(f"<p>Treść pisma {number}</p>W {payload}", number) for number, payload in enumerate(PAYLOADS, 1)]
    with as_user(folder.owner.pk), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE store_text t SET html = %s FROM store_message m"
            f" WHERE m.id = t.message_id AND m.account_id = {folder.account.pk} AND m.size = %s",
            bodies,
        )
    return folder


def test_hostile_mail_runs_nothing_loads_nothing_and_goes_nowhere(
    page: Page, open_folder: Callable[[MailFolder], Mail], hostile: MailFolder, outside: Outside, office: Office
) -> None:
    answered: list[str] = []
    page.context.on("response", lambda response: answered.append(response.url.removeprefix(office.site.url)))
    opened: list[Page] = []
    page.context.on("page", lambda other: opened.append(other))  # noqa: PLW0108  playwright marks its listeners
    mail = open_folder(hostile)
    for number in range(len(PAYLOADS), 0, -1):
        mail.press("j")
        mail.shows(number)
        ran, address, frame = page.evaluate(
            "() => [window.ran, location.pathname, document.getElementById('frame').contentWindow.location.pathname]"
        )
        assert ran is None, PAYLOADS[number - 1]
        assert frame == "/frame/", PAYLOADS[number - 1]
        assert address == f"/folders/{hostile.folder.public_id}/", PAYLOADS[number - 1]
    mail.press("k")
    mail.shows(2)  # whatever the last one does has had its time
    assert page.evaluate("window.ran") is None
    assert not outside.asked
    assert not opened
    assert not [url for url in answered if not url.startswith(OURS)]


def test_on_its_page_for_paper_neither(page: Page, hostile: MailFolder, outside: Outside, office: Office) -> None:
    """One in eight: each is a page of its own."""
    opened: list[Page] = []
    page.context.on("page", lambda other: opened.append(other))  # noqa: PLW0108  playwright marks its listeners
    with as_user(hostile.owner.pk):
        ids = [str(one) for one in Message.objects.filter(account=hostile.account).values_list("public_id", flat=True)]
    for one in ids[::8]:
        page.goto(f"/messages/{one}/print/")
        assert page.evaluate("[window.ran, location.pathname]") == [None, f"/messages/{one}/print/"]
    assert not outside.asked
    assert not opened


@pytest.mark.parametrize(
    ("payload", "caught"),
    [
        ("<img src=x onerror=parent.ran=1>", lambda page, outside: page.evaluate("() => window.ran === 1")),
        (ASKS, lambda page, outside: outside.asked),
    ],
    ids=["script", "request"],
)
def test_the_trap_springs_when_the_wall_is_taken_away(
    page: Page, hostile: MailFolder, outside: Outside, payload: str, caught: Callable[[Page, Outside], Any]
) -> None:
    """The test above would see a script and a request, if there were any."""
    number = PAYLOADS.index(payload) + 1
    with as_user(hostile.owner.pk):
        message = Message.objects.get(account=hostile.account, size=number)
    bare = "<!DOCTYPE html><html><head></head><body></body></html>"
    page.route("**/frame/", lambda route: route.fulfill(body=bare, content_type="text/html"))
    page.goto(f"/folders/{hostile.folder.public_id}/?m={message.public_id}")
    Mail(page).shows(number)
    with page.expect_response("**/frame/"):  # the route answers in Playwright's own turns alone
        page.evaluate(
            """() => {
                 const frame = document.getElementById("frame");
                 frame.sandbox.add("allow-scripts");
                 frame.src = "/frame/";
               }"""
        )
    until(lambda: caught(page, outside), what="the trap")
