"""The one layer rule that import-linter cannot say; the others are contracts in pyproject.toml."""

import ast
import sys
from pathlib import Path

CORE = Path(__file__).resolve().parent.parent / "teczka" / "core"


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
