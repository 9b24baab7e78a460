"""The browser finds what the server finds: find.ts against the vectors of tests/core/test_find.py."""

import json
import subprocess
from pathlib import Path

from frontend import build

VECTORS = Path(__file__).parents[1] / "core" / "data" / "find.json"
PROGRAM = """
import { readFileSync } from "node:fs";
import { find, fold } from "./find.js";
const { lines, queries } = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(queries.map(([query]) => [query, find(fold(query), lines)])));
"""


def test_the_browser_finds_the_same_in_the_same_order(tmp_path: Path) -> None:
    build.install()
    source = build.SOURCE / "find.ts"
    subprocess.run([build.esbuild(), source, f"--outdir={tmp_path}", "--format=esm", "--log-level=warning"], check=True)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "program.js").write_text(PROGRAM)
    answer = subprocess.run(
        [build.NODE, tmp_path / "program.js", VECTORS], check=True, capture_output=True, text=True
    ).stdout
    assert json.loads(answer) == json.loads(VECTORS.read_text("utf-8"))["queries"]
