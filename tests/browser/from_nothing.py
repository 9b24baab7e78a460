"""From nothing to an answered letter: the repository cloned, `make demo`, and its advocate reads, files, shares and answers, in Chromium.

python -m tests.browser.from_nothing     prints one line: the seconds of each step, and whether they keep the promise
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.processes import until

ROOT = Path(__file__).resolve().parent.parent.parent
GOAL = 180.0  # seconds, on two cores, with the packages in pip's and npm's caches
PATIENCE = 60_000  # ms
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LETTER = "PILNE: I C 123/24"
ANSWER = "Proszę nagrywać i nie dopuścić do skucia tynku. Wniosek o zabezpieczenie dowodu składam jeszcze dziś."


def read_file_share_answer(page: Page, link: str) -> None:
    """What somebody does who sees the product for the first time, by keyboard; the page tells that each has happened."""
    expect.set_options(timeout=PATIENCE)
    page.set_default_timeout(PATIENCE)
    page.goto(link)
    page.get_by_role("row").filter(has_text=LETTER).first.click()
    expect(page.frame_locator("#frame").locator("body")).to_contain_text("skuwać tynk")
    page.locator("#rows").focus()
    expect(page.locator('[data-key="file-1"]')).to_contain_text("Wierzbiccy")
    page.keyboard.press("1")
    expect(page.locator("#filing .filed .case-chip")).to_contain_text("Wierzbiccy")
    page.keyboard.press("w")
    page.get_by_label("Marcin Pokrzywa").check()
    page.locator(".share-form .primary").click()
    expect(page.locator(".who-sees")).to_contain_text("Marcin Pokrzywa")
    page.locator("#rows").focus()
    page.keyboard.press("r")
    letter = page.frame_locator("#dock iframe")
    expect(letter.locator("#editor")).to_be_visible()
    letter.locator("#editor").click()
    page.keyboard.type(ANSWER)
    page.keyboard.press("Control+Enter")
    expect(letter.locator("#undo")).to_be_visible()


def sent(page: Page) -> None:
    """Once nobody has taken it back."""
    page.get_by_role("link", name="Do wysłania").click()
    page.get_by_role("heading", name="Do wysłania").wait_for()
    until(lambda: page.reload() and page.get_by_text("Ostatnio wysłane").count(), what="the answer on its way")


@contextmanager
def cloned(folder: Path) -> Iterator[Path]:
    """What is committed, and nothing else of this machine's folder."""
    clone = folder / "teczka"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    yield clone


@contextmanager
def made(clone: Path, data: Path) -> Iterator[str]:
    """The advocate's link, once `make demo` tells it."""
    environment = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    command = ["make", "demo", f"ARGS=--port 0 --data {data}"]
    with subprocess.Popen(
        command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            found = (re.search(r"http://\S+/demo/\S+", line) for line in process.stdout or ())
            yield next(link[0] for link in found if link)
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="teczka-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the database's own user passes through
        began = time.monotonic()
        with cloned(folder) as clone, made(clone, folder / "demo") as link, sync_playwright() as playwright:
            linked = time.monotonic() - began
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="pl-PL")
            read_file_share_answer(page, link)
            sent(page)
            seconds = time.monotonic() - began
            browser.close()
    told = {"link_seconds": linked, "seconds": seconds, "goal_ratio": GOAL / seconds, "load": os.getloadavg()[0]}
    sys.stdout.write(json.dumps({"from": "nothing"} | {key: round(value, 1) for key, value in told.items()}) + "\n")
    return 0 if seconds < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
