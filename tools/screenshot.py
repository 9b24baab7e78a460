"""docs/screenshot.png: the page of `make demo` as its advocate finds it in the morning, in Debian's Chromium.

python tools/screenshot.py [PICTURE]
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent.parent
PICTURE = HERE / "docs" / "screenshot.png"
LARGEST = 300_000  # bytes: whoever reads the README loads it
LETTER = "PILNE: I C 123/24"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]


@contextmanager
def demo() -> Iterator[str]:
    """The link that signs the advocate in."""
    with tempfile.TemporaryDirectory(prefix="teczka-") as folder:
        Path(folder).chmod(0o711)  # the database's own user passes through
        command = [sys.executable, "-m", "teczka.cli", "demo", "--port", "0", "--data", f"{folder}/demo"]
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
            try:
                links = (re.search(r"http://\S+/demo/\S+", line) for line in process.stdout or ())
                yield next(link[0] for link in links if link)
            finally:
                process.terminate()


def take(browser: Browser, link: str) -> bytes:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="pl-PL", color_scheme="light")
    page.goto(link)
    page.get_by_role("row").filter(has_text=LETTER).first.click()
    page.locator("#frame:not(.waiting)").wait_for()
    page.locator("#filing .choices").wait_for()
    page.locator("#pane-foot .attachments").wait_for()
    page.mouse.move(1100, 880)  # over nothing that would light up
    return page.screenshot()


def main(words: list[str]) -> int:
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        picture = take(browser, link)
        browser.close()
    if len(picture) > LARGEST:
        sys.exit(f"The picture has {len(picture)} bytes, more than {LARGEST}.")
    Path(words[0] if words else PICTURE).write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
