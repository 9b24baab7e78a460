"""Key press to results painted in the palette over 5,000 cases, in Debian's Chromium; opening it; and what the server takes to tell them.

A press counts from the event's own time stamp to the frame after the one in which the list was made anew. Queries are typed as people
type: references, numbers, names, names with a slip, and what there is not.
"""

import http.client
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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

from teczka.actions.case_import import import_cases, preview_import  # noqa: E402
from teczka.language.fold import fold  # noqa: E402
from teczka.store.models import User  # noqa: E402
from tests.casebook import Sample, samples, table  # noqa: E402
from tests.cast import make_cast  # noqa: E402
from tests.site import Site, serving  # noqa: E402

CASES = 5_000
GOAL = 30  # ms, p95
SERVER_GOAL = 50
APART = 0.06  # seconds between keys

# By then the field's own listener has made the list anew.
WATCH = """() => {
  window.presses = [];
  let began = 0;
  addEventListener("keydown", event => { began = event.timeStamp; }, true);
  addEventListener("input", async () => { const from = began; presses.push(await painted() - from); });
}"""


def main() -> None:
    quick = options(__doc__ or "").quick
    cases = samples(CASES)
    result: dict[str, Any] = {"benchmark": "picker", "cases": CASES, "load": round(os.getloadavg()[0], 1)}
    with house(cases) as (site, anna), sync_playwright() as playwright:
        result |= served(site, anna, 5 if quick else 30)
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=site.url)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": site.cookie(anna), "url": site.url}])
        page = context.new_page()
        page.add_init_script(PAINTED)
        page.goto("/settings/")
        result["first_opening_ms"] = opening(page)
        page.evaluate(WATCH)
        measured = [ms for query in typed(cases, 3 if quick else 15) for ms in press(page, query)]
        result |= {"keys": len(measured)} | figures("key", measured)
        result["key_goal_ratio"] = round(GOAL / result["key_p95_ms"], 2)
        result["server_goal_ratio"] = round(SERVER_GOAL / result["server_p95_ms"], 2)
        browser.close()
    show(result)


@contextmanager
def house(cases: list[Sample]) -> Iterator[tuple[Site, User]]:
    """The real web process over an office of so many cases."""
    database = TestDatabase(DATA)
    database.start()
    try:
        cast, text = make_cast(), table(cases)
        import_cases(cast.anna, text, preview_import(cast.anna, text).mark)
        with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
        with serving({**os.environ, "TECZKA_DATABASE_URL": database.app_dsn()}) as site:
            yield site, cast.anna
    finally:
        database.stop()


def served(site: Site, anna: User, rounds: int) -> dict[str, float]:
    """All cases, and the word that nothing changed, as they come over loopback."""
    asked = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={site.cookie(anna)}", "Accept-Encoding": "gzip"}
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    taken: dict[int, list[float]] = {200: [], 304: []}
    etag, size = "", 0
    for number in range(2 * rounds + 2):
        began = time.perf_counter()
        connection.request("GET", "/cases/find.json", headers=asked | ({"If-None-Match": etag} if number % 2 else {}))
        answer = connection.getresponse()
        content = answer.read()
        taken[answer.status].append((time.perf_counter() - began) * 1000)
        etag, size = answer.headers["ETag"], max(size, len(content))
    return figures("server", taken[200][1:]) | figures("unchanged", taken[304][1:]) | {"kb": round(size / 1000)}


def opening(page: Page) -> float:
    """The first: script, words, style and all cases are fetched."""
    began = time.monotonic()
    with page.expect_response("**/cases/find.json"):
        page.keyboard.press("Control+K")
    page.locator("#palette [role=option]").first.wait_for()
    return round((time.monotonic() - began) * 1000)


def typed(cases: list[Sample], count: int) -> list[str]:
    chance = random.Random(8)
    queries = ["nie ma takiej"]
    for one in chance.sample(cases, count):
        first, last = one.client.split()
        queries += [one.references[0], one.number, f"{last} {first}", f"#{last[:2]}{last[3:]}"]
    return list(map(fold, queries))  # as hurried people type


def press(page: Page, query: str) -> list[float]:
    """Key by key; the field is emptied first."""
    page.locator("#palette input").evaluate("field => { field.value = ''; presses.length = 0; }")
    for number, sign in enumerate(query, 1):
        page.keyboard.press("Space" if sign == " " else sign)
        page.wait_for_function("number => presses.length >= number", arg=number)
        time.sleep(APART)
    return [float(ms) for ms in page.evaluate("() => presses")]


if __name__ == "__main__":
    main()
