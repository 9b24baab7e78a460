"""Key press to message painted in a folder of 50,000, a jump in its list to rows painted, and a star or an archived message to the list
painted, in Debian's Chromium.

A press counts from the event's own time stamp to the frame after the one in which the message's body was replaced. The message's frame
must be in sight then: an unpainted frame once made figures look 5–8 ms better than they were.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
import psycopg
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.bench import PAINTED, figures, options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
django.setup()

from django.conf import settings  # noqa: E402

from teczka.core.accounts import Mode  # noqa: E402
from tests.cast import make_account, make_cast, make_folder  # noqa: E402
from tests.generated import fill  # noqa: E402
from tests.site import Site, serving  # noqa: E402

MESSAGES = 50_000
APART = 0.11  # seconds between presses
BREATH = (
    0.2  # seconds between jumps: without it they are somebody dragging the scroll bar, who is made to wait on purpose
)
VIEW = {"width": 1440, "height": 900}
CONDITIONS = {"rtt0": (0, 1), "rtt40": (40, 1), "rtt100": (100, 1), "cpu4": (0, 4)}  # ms of latency, slowing of the CPU
GOALS = {"rtt0": 60, "rtt40": 60, "rtt100": 80, "cpu4": 150}  # p95 in ms
JUMP_GOAL = 120
ACT_GOAL = 50

WATCH = """() => {
  window.presses = [];
  let began = 0;
  const frame = document.getElementById("frame");
  addEventListener("keydown", event => { began = event.timeStamp; }, true);
  new MutationObserver(async () => {
    const from = began, until = await painted(), box = frame.getBoundingClientRect();
    const shown = !frame.hidden && !frame.classList.contains("waiting") && box.height > 20 && box.top < innerHeight && box.bottom > 0;
    presses.push({ms: until - from, shown});
  }).observe(frame.contentDocument.body, {childList: true});
}"""
# What a key does to the list first is what a person sees of the act; the server hears of it later.
WATCH_ACTS = """() => {
  window.acted = [];
  let began = 0;
  addEventListener("keydown", event => { began = event.timeStamp; }, true);
  new MutationObserver(async () => {
    const from = began;
    began = 0;
    if (from) acted.push(await painted() - from);
  }).observe(document.getElementById("rows"), {childList: true, subtree: true, attributes: true, attributeFilter: ["class"]});
}"""
JUMP = """async index => {
  const rows = document.getElementById("rows"), box = rows.getBoundingClientRect();
  const height = document.querySelector('#rows [role="row"]').offsetHeight;
  const began = performance.now();
  rows.scrollTop = index * height;
  const seen = () => document.elementFromPoint(box.left + 60, box.top + height / 2)?.closest('[role="row"]')?.getAttribute("aria-rowindex");
  while (seen() !== String(index + 1)) {
    await new Promise(requestAnimationFrame);
    if (performance.now() - began > 10000) throw new Error(`no rows at ${index}`);
  }
  return await painted() - began;
}"""


def main() -> None:
    quick = options(__doc__ or "").quick
    presses, jumps = (25, 10) if quick else (80, 40)
    result: dict[str, Any] = {"benchmark": "keys", "messages": MESSAGES, "load": round(os.getloadavg()[0], 1)}
    with house() as (site, folder, key), sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        context = browser.new_context(viewport=VIEW, base_url=site.url)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])
        for name, (latency, slowing) in CONDITIONS.items():
            page = context.new_page()
            page.add_init_script(PAINTED)
            page.goto(f"/folders/{folder}/")
            conditions(context.new_cdp_session(page), latency, slowing)
            pressed, jumped, acted = press(page, presses), jump(page, jumps), act(page, presses)
            page.close()
            result |= figures(f"key_{name}", pressed) | figures(f"jump_{name}", jumped) | figures(f"act_{name}", acted)
            result[f"key_{name}_goal_ratio"] = round(GOALS[name] / result[f"key_{name}_p95_ms"], 2)
        result["act_rtt0_goal_ratio"] = round(ACT_GOAL / result["act_rtt0_p95_ms"], 2)
        result["jump_rtt0_goal_ratio"] = round(JUMP_GOAL / result["jump_rtt0_p95_ms"], 2)
        browser.close()
    show(result)


@contextmanager
def house() -> Iterator[tuple[Site, str, str]]:
    """The real web process over a long folder; the folder's public id and a session's key."""
    database = TestDatabase(DATA)
    database.start()
    try:
        cast = make_cast()
        account = make_account(cast.anna, mode=Mode.MANAGED)
        folder = make_folder(account)
        make_folder(account, "Archive", role="archive")
        fill(cast.anna, account, folder, 1, MESSAGES)
        with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
        with serving({**os.environ, "TECZKA_DATABASE_URL": database.app_dsn()}) as site:
            yield site, str(folder.public_id), site.cookie(cast.anna)
    finally:
        database.stop()


def conditions(devtools: CDPSession, latency: int, slowing: int) -> None:
    everything = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", everything)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowing})


def press(page: Page, count: int) -> list[float]:
    """Down the list at the pace of somebody who skims; the first press warms up and is not counted."""
    page.wait_for_function("() => document.getElementById('frame').contentDocument?.readyState === 'complete'")
    page.evaluate(WATCH)
    for number in range(1, count + 2):
        began = time.monotonic()
        page.keyboard.press("j")
        page.wait_for_function("number => presses.length >= number", arg=number)
        time.sleep(max(0.0, APART - (time.monotonic() - began)))
    measured = page.evaluate("() => presses")[1:]
    if not all(one["shown"] for one in measured):
        sys.exit("the message's frame was not in sight: the figures would be too good")
    return [one["ms"] for one in measured]


def jump(page: Page, count: int) -> list[float]:
    """All over the list, with a breath between; the first warms up and is not counted."""
    measured = []
    for number in range(count + 1):
        measured.append(page.evaluate(JUMP, place(number, count)))
        time.sleep(BREATH)
    return measured[1:]


def act(page: Page, count: int) -> list[float]:
    """Stars and archives by turns, as fast as somebody who clears a folder."""
    page.evaluate(WATCH_ACTS)
    for number in range(count + 1):
        page.keyboard.press("e" if number % 2 else "s")
        page.wait_for_function("number => acted.length > number", arg=number)
        time.sleep(BREATH)
    return page.evaluate("() => acted")[1:]


def place(number: int, jumps: int) -> int:
    """All over the folder, never twice near the same place."""
    return (number * 19_997 + 7_001 * (number % 7) + MESSAGES // (jumps + 1)) % (MESSAGES - 100)


if __name__ == "__main__":
    main()
