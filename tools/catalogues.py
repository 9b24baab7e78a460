"""Checks that every word on the pages and in the commands has its Polish one: nothing missing, fuzzy or left over.

Reads code and templates itself, so that checking needs no GNU gettext; `make messages` writes what is missing.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "teczka" / "web" / "locale" / "pl" / "LC_MESSAGES" / "django.po"

Key = tuple[str | None, str]  # gettext's context and msgid

PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
IN_TEMPLATE = re.compile(r"\b(?:_|n?p?gettext)\((?:u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|[^()'\"])*\)")


def in_code(source: str) -> Iterator[Key]:
    tree = ast.parse(source)
    imports = (alias for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names)
    real = {alias.asname: alias.name for alias in imports if alias.asname}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            called = real.get(called, called)
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            texts = [word for word in words if isinstance(word, str)]
            if called in PLAIN and texts:
                yield None, texts[0]
            elif called in WITH_CONTEXT and len(texts) > 1:
                yield texts[0], texts[1]


def in_template(source: str) -> Iterator[Key]:
    for call in IN_TEMPLATE.findall(templatize(source)):
        yield from in_code(call)


def used(root: Path) -> dict[Key, Path]:
    found: dict[Key, Path] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix == ".py":
            keys = in_code(path.read_text())
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            keys = in_template(path.read_text())
        else:
            continue
        found.update(dict.fromkeys(keys, path))
    return found


def faults(words: dict[Key, Path], catalogue: polib.POFile) -> Iterator[str]:
    entries: dict[Key, polib.POEntry] = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    for key, path in words.items():
        if key not in entries:
            yield f"{path.name}: {key[1]!r} is not in the catalogue"
        elif not entries[key].translated():
            yield f"{path.name}: {key[1]!r} is not translated"
    for context, msgid in entries.keys() - words.keys():
        yield f"{msgid!r} is used no more" + (f" ({context})" if context else "")


def main() -> int:
    words = used(ROOT / "teczka")
    found = list(faults(words, polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()))
    for fault in found:
        print(f"catalogues: {fault}", file=sys.stderr)
    print(f"catalogues: {len(words)} texts, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
