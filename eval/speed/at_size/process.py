"""A step in a process of its own: nothing is warm there, and its memory is its own.

It prints a line of JSON for each bit of progress and one with what it found; an expected error is one line, as
everywhere.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.errors import RagError, StorageError
from rag.records.progress import Progress, Watch

TOLD = 4  # exit code of an expected error
STEPS = "eval.speed.at_size.steps"


def memory_peak() -> float:
    """Return the most memory that this process has taken, in MB; 0 where the system doesn't tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def run_step(name: str, folder: Path, papers: int, watch: Watch = lambda progress: None) -> dict[str, Any]:
    """Return what a step of `eval.speed.at_size.steps` found. Raises StorageError with the line that it ended with."""
    command = [sys.executable, "-m", STEPS, name, str(folder), str(papers), str(time.time())]
    found: dict[str, Any] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdout is not None
        assert child.stderr is not None
        for line in child.stdout:
            told = json.loads(line)
            if "stage" in told:
                watch(Progress(**told))
            else:
                found = told
        last = child.stderr.read().strip().splitlines()[-1:]
    if child.returncode:
        why = " ".join(last) if child.returncode == TOLD else f"{' '.join(last) or 'no word'} (exit {child.returncode})"
        raise StorageError(why if child.returncode == TOLD else f"Measuring ended in the step {name}: {why}")
    return found


def main(steps: dict[str, Callable[..., dict[str, Any]]], arguments: list[str]) -> int:
    """Run a step, printing its progress and what it found; return the exit code."""
    name, folder, papers, begun = arguments
    try:
        found = steps[name](Path(folder), int(papers), float(begun), _printed)
    except RagError as error:
        sys.stderr.write(f"{error}\n")
        return TOLD
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _printed(progress: Progress) -> None:
    sys.stdout.write(json.dumps({"stage": progress.stage, "done": progress.done, "total": progress.total}) + "\n")
    sys.stdout.flush()
