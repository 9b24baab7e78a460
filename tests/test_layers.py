"""The layer rules that import-linter cannot say; the others are contracts in pyproject.toml."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TECZKA = Path(__file__).resolve().parent.parent / "teczka"
CORE = TECZKA / "core"

STATEMENT = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE \w+|DELETE FROM|WITH \w+ AS|LISTEN|NOTIFY|ANALYZE|VACUUM|SET LOCAL)\b"
)

ASKED_BY = {"cursor", "execute", "executemany", "callproc"}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_the_core_imports_the_standard_library_and_itself_only() -> None:
    for path in CORE.rglob("*.py"):
        for name in _imported(path):
            assert name.startswith("teczka.core") or name.partition(".")[0] in sys.stdlib_module_names, (
                f"{path.name}: {name}"
            )


def _sql(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield f"{node.lineno}: {node.value}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKED_BY:
            yield f"{node.lineno}: .{node.func.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "teczka.store.statements":
            yield f"{node.lineno}: {node.module}"


@pytest.mark.parametrize("layer", ["actions", "web", "worker", "cli"])
def test_only_the_store_speaks_sql(layer: str) -> None:
    found = [
        f"{path.relative_to(TECZKA)}:{sql}" for path in (TECZKA / layer).rglob("*.py") for sql in _sql(path.read_text())
    ]
    assert not found
