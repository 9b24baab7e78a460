"""The TypeScript core stays small enough for one person to own, and its weight small enough to be there at once."""

import gzip
import re
from pathlib import Path

import pytest

from teczka import web

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "frontend" / "src"
# Lines of code of each bundle, with what it imports; comments and empty lines are free (docs/decisions/0018).
LINES = {
    "mail.ts": 1_500,
    "filing.ts": 600,
    "row-menu.ts": 110,
    "branches.ts": 120,
    "events-worker.ts": 100,
    "accounts.ts": 400,
    "compose.ts": 970,
    "compose-case.ts": 40,
    "outbox.ts": 60,
    "sharing.ts": 200,
    "mentions.ts": 80,
    "conversation.ts": 130,
    "leads.ts": 40,
    "dock.ts": 90,
    "page.ts": 100,
    "documents.ts": 100,
    "imports.ts": 110,
    "everywhere.ts": 45,
    "leaving.ts": 90,
    "printing.ts": 85,
    "notices.ts": 25,
    "palette.ts": 500,
    "passkeys.ts": 90,
    "search.ts": 300,
    "tasks.ts": 150,
    "rules.ts": 150,
}
SHARED = {"shared.ts", "dom.ts", "events.ts", "http.ts", "keys.ts", "stream.ts"}  # counted where mail.ts is
FIRST_VIEW = 60_000  # bytes, compressed, of script and style
LIBRARIES = {"compose-editor.ts": {"squire-rte", "dompurify"}}  # an editor is more than we should write ourselves


def _imported(source: Path) -> set[str]:
    """What the bundle carries of others: types are gone in it."""
    return set(re.findall(r'^(?!import type).*from "([^"]+)"', source.read_text("utf-8"), re.MULTILINE))


def _bundle(entry: str) -> set[str]:
    found, left = set(), [entry]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [f"{Path(other).stem}.ts" for other in _imported(SOURCE / name) if other.startswith("./")]
    return found


def _code(source: Path) -> int:
    lines = map(str.strip, source.read_text("utf-8").splitlines())
    return sum(1 for line in lines if line and not line.startswith(("//", "/*", "*")))


@pytest.mark.parametrize("entry", LINES)
def test_each_bundle_keeps_to_its_lines(entry: str) -> None:
    bundle = _bundle(entry) if entry == "mail.ts" else _bundle(entry) - SHARED
    counted = {name: _code(SOURCE / name) for name in bundle}
    assert sum(counted.values()) <= LINES[entry], (sum(counted.values()), counted)
    assert max(counted.values()) <= 400, counted


def test_every_source_belongs_to_a_bundle() -> None:
    assert {source.name for source in SOURCE.rglob("*.ts")} == set().union(*map(_bundle, LINES))


def test_the_core_has_no_framework() -> None:
    for source in SOURCE.rglob("*.ts"):
        foreign = {name for name in _imported(source) if not name.startswith("./")}
        assert foreign <= LIBRARIES.get(source.name, set()), source.name


def test_markup_is_made_of_strings_in_the_frame_and_the_editor_alone() -> None:
    using = {
        source.name
        for source in (ROOT / "frontend" / "src").rglob("*.ts")
        if any(
            sink in source.read_text("utf-8")
            for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write")
        )
    }
    assert using <= {"frame.ts", "compose-editor.ts"}


def test_the_first_view_is_light() -> None:
    static = Path(web.__file__).parent / "static" / "teczka"
    later = {
        "compose.css",
        "compose.js",
        "mentions.js",
        "outbox.js",
        "cases.css",
        "page.js",
        "tasks.css",
        "sharing.css",
        "documents.css",
        "audit.css",
        "documents.js",
        "imports.css",
        "imports.js",
        "rules.css",
        "rules.js",
        "import.css",
        "palette.css",
        "palette.js",
    }  # with the first letter, the first case, the first Ctrl+K
    files = [file for file in (*static.glob("*.css"), *static.glob("build/*.js")) if file.name not in later]
    assert files
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= FIRST_VIEW
