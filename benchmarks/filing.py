"""The key that files to a suggested case, to the strip that says so painted, in an office of 5,000 cases, in Debian's Chromium; and until
the server has filed it and says who did.

A press counts from the event's own time stamp to the frame after the one in which the strip was changed.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

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

from teczka.actions.cases import add_case  # noqa: E402
from teczka.core.cases import Card  # noqa: E402
from tests.cast import make_account, make_cast, make_folder  # noqa: E402
from tests.generated_cases import fill_cases  # noqa: E402
from tests.site import Site, serving  # noqa: E402
from tests.web.mailroom import store  # noqa: E402

CASES = 5_000
GOAL = 50  # ms, p95
BREATH = 0.3  # seconds: nobody files twice within less

WATCH = """() => {
  window.filed = [];
  let began = 0;
  addEventListener("keydown", event => { if (event.key === "1") began = event.timeStamp; }, true);
  new MutationObserver(async () => {
    if (!began || document.querySelector("#filing [data-key=file-1]")) return;
    const from = began;
    began = 0;
    filed.push(await painted() - from);
  }).observe(document.getElementById("pane-head"), {childList: true, subtree: true});
}"""


def main() -> None:
    count = 10 if options(__doc__ or "").quick else 60
    with house(count) as (site, folder, key), sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=site.url)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])
        page = context.new_page()
        page.add_init_script(PAINTED)
        page.goto(f"/folders/{folder}/")
        seen, said = press(page, count)
        browser.close()
    result = {"benchmark": "filing", "cases": CASES, "filed": count, "load": round(os.getloadavg()[0], 1)}
    result |= figures("key", seen) | figures("answered", said)
    show(result | {"key_goal_ratio": round(GOAL / result["key_p95_ms"], 2)})


@contextmanager
def house(letters: int) -> Iterator[tuple[Site, str, str]]:
    """The real web process; each letter names a case of its own by a reference in its subject."""
    database = TestDatabase(DATA)
    database.start()
    try:
        cast = make_cast()
        with psycopg.connect(database.server.dsn("teczka", "postgres"), autocommit=True) as connection:
            fill_cases(connection, cast.office.pk, [cast.anna.pk, cast.bartek.pk], CASES, 0)
        folder = make_folder(make_account(cast.anna))
        for number in range(letters + 1):
            reference = f"VI Nc {7_000 + number}/26"
            add_case(cast.anna, Card("", f"Sprawa {number}", references=(reference,)), [cast.bartek.public_id])
            head = f"From: <klient{number}@example.pl>\r\nMessage-ID: <{number}@example.pl>\r\nSubject: {reference}\r\n\r\n"
            store(folder, f"{head}Pismo {number}.\r\n".encode())
        with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
        with serving({**os.environ, "TECZKA_DATABASE_URL": database.app_dsn()}) as site:
            yield site, str(folder.public_id), site.cookie(cast.anna)
    finally:
        database.stop()


def press(page: Page, count: int) -> tuple[list[float], list[float]]:
    """Down the list, one after the other; the first warms up and is not counted."""
    page.wait_for_function("() => document.getElementById('frame').contentDocument?.readyState === 'complete'")
    page.evaluate(WATCH)
    said = []
    for number in range(1, count + 2):
        page.keyboard.press("j")
        page.wait_for_function("() => document.querySelector('#pane #filing [data-key=file-1]')")
        began = time.monotonic()
        page.keyboard.press("1")
        page.wait_for_function("() => document.querySelector('#pane #filing .filed')")
        said.append(1000 * (time.monotonic() - began))
        page.wait_for_function("number => filed.length >= number", arg=number)
        time.sleep(BREATH)
    return page.evaluate("() => filed")[1:], said[1:]


if __name__ == "__main__":
    main()
