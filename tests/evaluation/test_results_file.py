"""The numbers in eval/RESULTS.md are put there by the measures that it names."""

import re
from pathlib import Path

import pytest

from eval.benchmarks.__main__ import MEASURES
from eval.benchmarks.results_file import RESULTS, keep
from rag.errors import SourceError

ROOT = RESULTS.parent.parent
MARKED = re.findall(r"<!-- (\w+) -->", RESULTS.read_text("utf-8"))


def test_every_measure_that_make_eval_runs_has_one_place() -> None:
    listed = re.search(r"^MEASURES \?= (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert listed is not None
    assert sorted(MARKED) == sorted(listed[1].split())
    assert set(MARKED) <= MEASURES.keys()


def test_what_is_measured_takes_the_place_of_what_was_and_leaves_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    path.write_text("Before.\n\n<!-- dev -->\n\nold\n\n<!-- end of dev -->\n\nAfter.\n")
    for _ in range(2):
        keep("dev", "| new |\n", path)
        assert path.read_text() == "Before.\n\n<!-- dev -->\n\n| new |\n\n<!-- end of dev -->\n\nAfter.\n"
    with pytest.raises(SourceError, match="no place for speed"):
        keep("speed", "x", path)
