"""The TypeScript core stays small enough for one person to own, and its weight small enough to be there at once."""

import gzip
from pathlib import Path

from teczka import web

ROOT = Path(__file__).parents[1]
LINES = 1_500
FIRST_VIEW = 60_000  # bytes, compressed, of script and style


def test_the_core_keeps_to_its_lines() -> None:
    sources = sorted((ROOT / "frontend" / "src").rglob("*.ts"))
    counted = {source.name: len(source.read_text("utf-8").splitlines()) for source in sources}
    assert counted["mail.ts"]
    assert sum(counted.values()) <= LINES, counted
    assert max(counted.values()) <= 500, counted


def test_the_core_has_no_framework() -> None:
    for source in (ROOT / "frontend" / "src").rglob("*.ts"):
        imported = [
            line.rpartition('from "')[2] for line in source.read_text("utf-8").splitlines() if ' from "' in line
        ]
        assert all(name.startswith("./") for name in imported), source.name


def test_markup_is_made_of_strings_in_the_frame_alone() -> None:
    using = {
        source.name
        for source in (ROOT / "frontend" / "src").rglob("*.ts")
        if any(
            sink in source.read_text("utf-8")
            for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write")
        )
    }
    assert using == {"frame.ts"}


def test_the_first_view_is_light() -> None:
    static = Path(web.__file__).parent / "static" / "teczka"
    files = [*static.glob("*.css"), *static.glob("build/*.js")]
    assert files
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= FIRST_VIEW
