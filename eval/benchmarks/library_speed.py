"""The speed of a library (eval.speed.bare_costs) over the shared papers, asked the development questions."""

from pathlib import Path

from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import load_questions
from eval.speed import bare_costs


def measure(work: Path) -> str:
    """Return the table of `askpapers eval speed` over the shared papers."""
    questions = [row.question for row in load_questions(shared_folder() / "gold" / "dev.jsonl")]
    return bare_costs.measure(work, shared_folder() / "papers", questions)
