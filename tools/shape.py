"""Prints the shape of the code beside that of the codebases we learn from; ends with status 1 where a limit is broken.

Counted: physical lines of teczka/ without migrations and empty files; a function from `def` to its last line.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Measured in their public repositories: lines, median file, longest file, function p90, share of functions over 50 lines,
# tests/source, typed, modules in import cycles, imports hidden in functions.
MODELS = {
    "healthchecks": ("16,885", "42", "1,584", "32", "3.3%", "1.38", "99%", "4%", "16"),
    "reader": ("18,606", "164", "2,466", "37", "4.0%", "0.81", "60%", "13%", "19"),
    "vdirsyncer": ("5,760", "211", "922", "29", "1.8%", "0.89", "14%", "23%", "13"),
    "import-linter": ("3,994", "62", "498", "30", "1.9%", "2.17", "96%", "0", "1"),
    "procrastinate": ("8,977", "45", "1,042", "32", "3.7%", "1.40", "71%", "11%", "8"),
    "go-imap": ("12,964", "88", "1,183", "33", "4.8%", "0.15", "-", "0", "-"),
    "miniflux": ("43,327", "70", "1,560", "48", "8.9%", "0.83", "-", "0", "-"),
}
COLUMNS = ("lines", "file median", "longest", "fn p90", "fn > 50", "tests/src", "typed", "cycles", "hidden")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    name: str
    lines: int
    functions: list[Function] = field(default_factory=list)
    imports: set[tuple[str, str]] = field(default_factory=set)  # (module, the name taken from it or "")
    hidden: list[int] = field(default_factory=list)  # lines of imports inside functions


@dataclass
class Shape:
    modules: list[Module]
    test_lines: int
    script_lines: int

    def __post_init__(self) -> None:
        self.files = sorted(module.lines for module in self.modules)
        self.functions = [(module, function) for module in self.modules for function in module.functions]
        self.lengths = sorted(length(function) for _, function in self.functions) or [0]
        self.over_50 = sum(size > 50 for size in self.lengths) / len(self.lengths)
        self.untyped = [(module, function) for module, function in self.functions if not typed(function)]
        self.cycles = cycles(graph(self.modules))
        self.hidden = [f"{module.name}:{line}" for module in self.modules for line in module.hidden]

    def row(self) -> tuple[str, ...]:
        return (
            f"{sum(self.files):,}",
            f"{statistics.median(self.files):.0f}",
            f"{self.files[-1]:,}",
            str(percentile(self.lengths, 90)),
            f"{self.over_50:.1%}",
            f"{self.test_lines / sum(self.files):.2f}",
            f"{1 - len(self.untyped) / max(len(self.functions), 1):.0%}",
            f"{sum(map(len, self.cycles)) / len(self.modules):.0%}" if self.cycles else "0",
            str(len(self.hidden)),
        )


def read(path: Path, root: Path) -> Module:
    text = path.read_text()
    name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    module = Module(name, lines=text.count("\n"))
    _walk(ast.parse(text, str(path)), module, inside=False)
    return module


def _walk(node: ast.AST, module: Module, inside: bool) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            module.functions.append(child)
        elif isinstance(child, ast.Import | ast.ImportFrom):
            module.imports.update(_imported(child))
            if inside:
                module.hidden.append(child.lineno)
        _walk(child, module, inside or isinstance(child, Function))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    elif node.module and not node.level:
        yield from ((node.module, alias.name) for alias in node.names)


def graph(modules: list[Module]) -> dict[str, set[str]]:
    """Who imports whom of these. `from a import b` means a.b where that is a module, and a otherwise."""
    known = {module.name for module in modules}
    return {
        module.name: {f"{base}.{name}" if f"{base}.{name}" in known else base for base, name in module.imports} & known
        for module in modules
    }


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def typed(function: Function) -> bool:
    spec = function.args
    named = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))]
    return function.returns is not None and all(
        argument.annotation or argument.arg in {"self", "cls"} for argument in named
    )


def page_action(function: Function) -> bool:
    first = next(iter(function.args.args), None)
    return first is not None and first.arg == "request"


def percentile(ordered: list[int], share: int) -> int:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def cycles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Knots of modules that import one another, by Tarjan's algorithm; type-checking imports count, too."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    knots: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for other in imports[name] - {name}:
            if other not in order:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            knot = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(knot) > 1:
                knots.append(sorted(knot))

    for name in imports:
        if name not in order:
            visit(name)
    return knots


def broken(shape: Shape) -> Iterator[str]:
    if statistics.median(shape.files) > 90:
        yield "the median file has more than 90 lines"
    for module in shape.modules:
        if module.lines > 500:
            yield f"{module.name} has {module.lines} lines, more than 500"
    if percentile(shape.lengths, 90) > 35:
        yield "one function in ten has more than 35 lines"
    if shape.over_50 > 0.03:
        longest = sorted(shape.functions, key=lambda pair: -length(pair[1]))[:5]
        named = ", ".join(f"{module.name}.{function.name} {length(function)}" for module, function in longest)
        yield f"more than 3 % of the functions have over 50 lines: {named}"
    for module, function in shape.untyped:
        yield f"{module.name}.{function.name} is not fully typed"
    for knot in shape.cycles:
        yield f"import one another: {' '.join(knot)}"
    for place in shape.hidden:
        yield f"{place} hides an import in a function"
    for module, function in shape.functions:
        if module.name.startswith("teczka.web.") and page_action(function) and length(function) > 25:
            yield f"{module.name}.{function.name} is a page action of {length(function)} lines, more than 25"


def measure(root: Path = ROOT) -> Shape:
    sources = [path for path in sorted((root / "teczka").rglob("*.py")) if "migrations" not in path.parts]
    modules = [module for module in (read(path, root) for path in sources) if module.lines]
    test_lines = sum(path.read_text().count("\n") for path in (root / "tests").rglob("*.py"))
    script_lines = sum(path.read_text().count("\n") for path in (root / "frontend" / "src").rglob("*.ts"))
    return Shape(modules, test_lines, script_lines)


def main() -> int:
    shape = measure()
    print(f"{'':14}" + "".join(f"{column:>13}" for column in COLUMNS))
    for name, row in {"teczka": shape.row(), **MODELS}.items():
        print(f"{name:14}" + "".join(f"{cell:>13}" for cell in row))
    middle, tenth, longest = (statistics.median(shape.lengths), percentile(shape.lengths, 90), shape.lengths[-1])
    print(
        f"\n{len(shape.files)} files (p90 {percentile(shape.files, 90)} lines), {len(shape.functions)} functions "
        f"(median {middle:.0f}, p90 {tenth}, longest {longest} lines), {shape.test_lines:,} lines of tests, "
        f"{shape.script_lines:,} of TypeScript"
    )
    faults = list(broken(shape))
    for fault in faults:
        print(f"shape: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
