"""The papers are complete: what exists is told, and the lock files carry nothing of the machine that made them."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock", "frontend/package-lock.json"]


def _settings_read() -> set[str]:
    sources = [*(ROOT / "teczka").rglob("*.py"), *(ROOT / "frontend").glob("*.py")]
    return set(re.findall(r"TECZKA_[A-Z_]+", "".join(path.read_text() for path in sources)))


def _settings_told() -> set[str]:
    return set(re.findall(r"^\| `(TECZKA_[A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;~ ]", requirement)[0].lower() for requirement in requirements}


def _dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    return _names(project["project"]["dependencies"] + groups["build"] + groups["dev"])


def test_every_setting_that_is_read_is_told_and_no_other() -> None:
    assert _settings_told() == _settings_read()


def test_every_dependency_has_its_reason_and_licence() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE
    )
    told = {
        name.strip()
        for names, reason, licence in rows
        if reason.strip() and licence.strip()
        for name in names.split(",")
    }
    assert _dependencies() <= told
    browser = json.loads((ROOT / "frontend/package.json").read_text())
    assert _dependencies() | set(browser["dependencies"]) | set(browser["devDependencies"]) | {"package"} >= told


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_versions_and_hashes_and_no_address_or_path(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^(--|-e|#.*/)|\"resolved\"", text)
    assert "sha" in text


def test_every_pinned_python_package_bears_a_hash() -> None:
    for lock in LOCKS[:2]:
        for entry in re.split(r"\n(?=[a-z])", (ROOT / lock).read_text()):
            assert entry.startswith("#") or "--hash=sha256:" in entry, entry


def test_the_build_group_is_what_the_build_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]


@pytest.mark.parametrize(
    "paper", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name
)
def test_links_between_the_papers_lead_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", paper.read_text()):
        if "://" not in target and target != "docs/screenshot.png":
            assert (paper.parent / target).exists(), f"{paper.name} points to {target}"


def test_every_command_of_make_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    explained = set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE))
    behind = {"venv", "dev", "assets", "test-packages"}  # what the others stand on
    assert set(" ".join(re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)).split()) - behind == explained


def test_every_promise_names_its_tests() -> None:
    told = (ROOT / "docs/promises.md").read_text()
    rows = dict(re.findall(r"^\| (P\d) \| (.+) \|$", told, re.MULTILINE))
    assert list(rows) == re.findall(r"^- \*\*(P\d)\*\*", told, re.MULTILINE)
    for path in re.findall(r"`([^`]+)`", " ".join(rows.values())):
        assert (ROOT / path).exists(), path
