"""`askpapers chat` from the start of its process until it answers, beside the bare import of what it is built on.

Bare: Gradio imported in a process of its own, alone, and with what a question loads beside it. Of the processor both
count, since a machine has other work too.
"""

import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from eval.benchmarks.page.browser import start

ROUNDS = 5
LIBRARIES = "import onnxruntime, tokenizers, numpy, sqlite3; "
FLOORS = {"`import gradio`": "import gradio", "Gradio, onnxruntime, tokenizers": f"{LIBRARIES}import gradio"}
Spent = tuple[float, float]  # seconds on the clock, and of the processor


def rows(folder: Path, papers: int, work: Path) -> list[str]:
    """Return a row of the table of cold starts for each floor; bytecode is kept in `work`."""
    kept = {"PYTHONPYCACHEPREFIX": str(work / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    ways: dict[str, Callable[[], Spent]] = {"chat": lambda: _ready(folder, kept)}
    for name, code in FLOORS.items():
        ways[name] = lambda code=code: _imported(code, kept)  # type: ignore[misc]
    times: dict[str, list[Spent]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):  # the first fills the caches
        for name, way in ways.items():
            times[name].append(way())
    found = {name: [statistics.median(one) for one in zip(*kept[1:], strict=True)] for name, kept in times.items()}
    clock, processor = found.pop("chat")
    return [
        f"| `askpapers chat` ready, {papers:,} papers, median s (of the processor) | {clock:.2f} ({processor:.2f}) "
        f"| {name} {floor:.2f} ({used_up:.2f}) | {clock / floor:.2f} | |"
        for name, (floor, used_up) in found.items()
    ]


def _ready(folder: Path, environment: dict[str, str]) -> Spent:
    """Return what it takes until the page's health is told; with what stopping takes, of the processor."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    before = os.times()
    server = start(folder, port, "--llm", "extractive", **environment)
    server.end()
    return server.started, _of_children(before)


def _imported(code: str, environment: dict[str, str]) -> Spent:
    before, started = os.times(), perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | environment)  # noqa: S603
    return perf_counter() - started, _of_children(before)


def _of_children(before: os.times_result) -> float:
    """Return the seconds of the processor that processes which ended since took."""
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])
