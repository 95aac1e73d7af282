"""Endpoints and replies as people meet them, by kind: how many cases there are, and how many are right.

Replies (kinds 1, 6, 7, 9) are data and are read here. The others need a server that misbehaves: their cases are tests,
run by pytest, each parameter a case.
"""

import re
import subprocess
import sys
from pathlib import Path

from eval.datasets.endpoint_replies import load_cases, right_by_kind

TESTS = Path("tests")
REPLIES = {1: "markers in every form", 6: "brackets that are none", 7: "another language", 9: "form"}
SERVERS = {
    2: ("thinking", "models/test_thinking.py models/test_thinking_models.py"),
    3: ("the server's own words", "models/test_server_words.py models/test_refusals.py"),
    4: (
        "requests made another way, streams",
        "models/test_requests_another_way.py models/test_pieces.py models/test_event_reader.py",
    ),
    5: ("the way to an endpoint", "models/test_ways_to_an_endpoint.py models/test_addresses_of_endpoints.py"),
    8: (
        "embeddings",
        "models/test_embedding_limits.py models/test_embedding_replies.py models/test_embedding_endpoint.py",
    ),
    10: ("others: replies that break off", "models/test_llm_faults.py integrations/test_llama_index_faults.py"),
}
PASSED, FAILED = re.compile(r"(\d+) passed"), re.compile(r"(\d+) (?:failed|error)")


def measure(work: Path) -> str:
    """Return a Markdown table of kinds, cases and how many are right."""
    rows: dict[int, tuple[str, int, int]] = {}
    for kind, (right, cases) in right_by_kind(load_cases()).items():
        rows[kind] = REPLIES[kind], cases, right
    for kind, (name, files) in SERVERS.items():
        passed, failed = _run([str(TESTS / file) for file in files.split()])
        rows[kind] = name, passed + failed, passed
    lines = [f"| {kind} | {name} | {cases:,} | {right:,} |" for kind, (name, cases, right) in sorted(rows.items())]
    return "\n".join(["| | kind of trouble | cases | right |", "|---|---|---|---|", *lines])


def _run(files: list[str]) -> tuple[int, int]:
    """Return how many tests of files passed and failed."""
    command = [sys.executable, "-m", "pytest", "-n0", "-o", "addopts=--import-mode=importlib", *files]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603  (our own tests)
    last = shown.strip().splitlines()[-1] if shown.strip() else ""
    return sum(map(int, PASSED.findall(last))), sum(map(int, FAILED.findall(last)))
