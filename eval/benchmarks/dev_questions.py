"""The development questions over the real papers, by the way that `askpapers eval run` goes."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import load_questions
from eval.reports import to_markdown
from eval.runs.runner import Plan, evaluate
from rag.library import Library
from rag.settings import Settings


def measure(work: Path) -> str:
    """Return the report of extractive answers to gold/dev.jsonl, and how long the run took."""
    path = shared_folder() / "gold" / "dev.jsonl"
    with Library.open(work / "dev.library", Settings()) as library:
        library.ingest([shared_folder() / "papers"])
    with TemporaryDirectory(dir=work) as folder, Library.open(work / "dev.library", Settings()) as library:
        started = perf_counter()  # nothing is loaded yet
        run = evaluate(library, load_questions(path), Path(folder) / "run.jsonl", Plan(path.name))
        seconds = perf_counter() - started
    return f"{to_markdown(run)}\nThe run took {seconds:.0f} s, from opening nothing but the library's folder."
