"""The gauge of our shape sees each fault that it is there for."""

from pathlib import Path

import pytest

from tools import shape


def _tree(root: Path, files: dict[str, str]) -> shape.Shape:
    for name, text in files.items():
        path = root / "teczka" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return shape.measure(root)


def _function(lines: int, head: str = "def long() -> None:") -> str:
    return head + "\n" + "    pass\n" * (lines - 1)


def test_a_small_typed_tree_has_no_fault(tmp_path: Path) -> None:
    files = {"core/a": "def a(x: int) -> int:\n    return x\n", "core/b": "from teczka.core import a\n"}
    assert list(shape.broken(_tree(tmp_path, files))) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1\n" * 501, "more than 500"),
        ("x = 1\n" * 91, "median"),
        (_function(36), "one function in ten"),
        (_function(51), "over 50 lines: teczka.core.a.long 51"),
        ("def a(x) -> None: ...\n", "teczka.core.a.a is not fully typed"),
        ("class A:\n    def b(self, *c): ...\n", "teczka.core.a.b is not fully typed"),
        ("def a() -> None:\n    import os\n", "teczka.core.a:2 hides"),
        ("def a() -> None:\n    if True:\n        from os import path\n", "teczka.core.a:3 hides"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, text: str, fault: str) -> None:
    assert any(fault in told for told in shape.broken(_tree(tmp_path, {"core/a": text})))


def test_a_page_action_may_have_25_lines(tmp_path: Path) -> None:
    head = "def share(request: HttpRequest) -> HttpResponse:"
    assert not list(shape.broken(_tree(tmp_path, {"web/mail": _function(25, head)})))
    assert "page action of 26" in " ".join(shape.broken(_tree(tmp_path, {"web/mail": _function(26, head)})))


def test_a_cycle_is_found_through_type_checking_too(tmp_path: Path) -> None:
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from teczka.core import a\n"
    knot = {"core/a": "import teczka.core.b\n", "core/b": "from teczka.core.c import x\n", "core/c": hidden}
    assert _tree(tmp_path, knot).cycles == [["teczka.core.a", "teczka.core.b", "teczka.core.c"]]


def test_a_package_that_gathers_its_modules_is_no_cycle(tmp_path: Path) -> None:
    gathers = "from teczka.core.p.a import x\n"
    package = {"core/p/__init__": gathers, "core/p/a": "from teczka.core.p import b\n", "core/p/b": "x = 1\n"}
    assert _tree(tmp_path, package).cycles == []


def test_all_files_are_measured_but_migrations(tmp_path: Path) -> None:
    found = _tree(tmp_path, {"core/a": "x = 1\n", "store/migrations/0001_first": "x = 1\n", "store/b": "x = 1\n"})
    assert {module.name for module in found.modules} == {"teczka.core.a", "teczka.store.b"}
