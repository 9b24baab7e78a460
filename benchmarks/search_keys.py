"""Last key to first results painted in the search box over some 10,000 letters, in Debian's Chromium, the pause before it asks included;
and what the server takes to answer one key.

A key counts from the event's own time stamp to the frame after the one in which the list was made anew. What is typed: a common word, one
in another form than it is written, without its marks, two words, a name half written, a reference, an operator with a word, a phrase, and
what there is not.
"""

import http.client
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import django
import psycopg
from playwright.sync_api import Page, sync_playwright

from benchmarks.bench import PAINTED, figures, options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
django.setup()

from django.conf import settings  # noqa: E402

from teczka.store.models import Folder, User  # noqa: E402
from tests.cast import make_account, make_cast, make_folder  # noqa: E402
from tests.generated_mail import fill_mail  # noqa: E402
from tests.site import Site, serving  # noqa: E402

LETTERS = 10_000
GOAL = 150  # ms, p95
APART = 0.12  # seconds between keys
QUERIES = (
    "umowa",
    "umowie najmu",
    "zaplaty",
    "wyrok apelacja",
    "kowal",
    "I C 12/24",
    "od:osoba12 faktura",
    "temat:ugoda",
    '"proszę przesyłam"',
    "ma:załącznik termin",
    "niematakiego",
)
# The box says that the list is another, and the list's own listener has made it so by then.
WATCH = """() => {
  window.shown = [];
  let began = 0;
  addEventListener("keydown", event => { began = event.timeStamp; }, true);
  document.addEventListener("teczka:list", async () => { const from = began; shown.push(await painted() - from); });
}"""


def main() -> None:
    quick = options(__doc__ or "").quick
    result: dict[str, Any] = {"benchmark": "search_keys", "letters": LETTERS, "load": round(os.getloadavg()[0], 1)}
    with house() as (site, anna), sync_playwright() as playwright:
        result |= served(site, anna, 3 if quick else 20)
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=site.url)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": site.cookie(anna), "url": site.url}])
        page = context.new_page()
        page.add_init_script(PAINTED)
        page.goto("/search/")
        page.locator("#rows .spacer").first.wait_for(state="attached")
        page.evaluate(WATCH)
        look_for(page, "wezwanie")
        rounds = 2 if quick else 10
        measured = [look_for(page, query) for _ in range(rounds) for query in QUERIES]
        result |= {"searches": len(measured)} | figures("last_key", measured)
        result["last_key_goal_ratio"] = round(GOAL / result["last_key_p95_ms"], 2)
        browser.close()
    show(result)


@contextmanager
def house() -> Iterator[tuple[Site, User]]:
    """The real web process over so many letters of one person."""
    database = TestDatabase(DATA)
    database.start()
    try:
        anna = make_cast().anna
        account = make_account(anna, "anna@lipowa.example")
        folder: Folder = make_folder(account, "INBOX", role="inbox")
        owner = {"office": anna.office_id, "owner": anna.pk, "account": account.pk, "folder": folder.pk}
        with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
            fill_mail(connection, owner, LETTERS, 600)
            connection.execute("VACUUM (ANALYZE)")
        with serving({**os.environ, "TECZKA_DATABASE_URL": database.app_dsn()}) as site:
            yield site, anna
    finally:
        database.stop()


def served(site: Site, anna: User, rounds: int) -> dict[str, float]:
    """What a key is answered, over loopback."""
    asked = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={site.cookie(anna)}"}
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    taken: list[float] = []
    for query in QUERIES * (rounds + 1):
        began = time.perf_counter()
        connection.request("GET", f"/search/live/?{urlencode({'q': query, 'typing': 1})}", headers=asked)
        connection.getresponse().read()
        taken.append((time.perf_counter() - began) * 1000)
    return figures("server", taken[len(QUERIES) :])


def look_for(page: Page, query: str) -> float:
    """Key by key, from an empty field; what the last one took."""
    page.locator(".search-clear").evaluate("button => { if (!button.hidden) button.click(); }")
    page.locator("#search-text").focus()
    page.wait_for_timeout(300)
    for sign in query[:-1]:
        page.keyboard.type(sign)
        time.sleep(APART)
    page.wait_for_timeout(300)
    page.evaluate("() => { shown.length = 0; }")
    page.keyboard.press(query[-1])
    page.wait_for_function("() => shown.length")
    return float(page.evaluate("() => shown[0]"))


if __name__ == "__main__":
    main()
