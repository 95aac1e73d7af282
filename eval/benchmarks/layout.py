"""How the code is laid out: lines of files and functions, modules side by side in a folder."""

import ast
import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("rag", "ui", "eval")


def measure(work: Path) -> str:
    """Return the median, the longest and the name of the longest of each, as Markdown."""
    del work
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}
    files = {name: len(text.splitlines()) for name, text in texts.items() if not name.endswith("__init__.py")}
    functions = {f"{name}: {what}": lines for name, text in texts.items() for what, lines in _functions(text)}
    folders = Counter(str(path.parent.relative_to(ROOT)) for path in paths)
    rows = [
        _row("lines of a file (without `__init__`)", files),
        _row("lines of a function", functions),
        _row("modules in a folder", dict(folders)),
    ]
    return "\n".join(["| | number | median | most | where |", "|---|---|---|---|---|", *rows])


def _functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield (name, lines) of each function, with its decorators and docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{node.name} in line {node.lineno}", (node.end_lineno or node.lineno) - node.lineno + 1


def _row(what: str, sizes: dict[str, int]) -> str:
    most = max(sizes, key=lambda name: (sizes[name], name))
    return f"| {what} | {len(sizes):,} | {statistics.median(sizes.values()):g} | {sizes[most]} | {most} |"
