"""The support score on the labelled claims of bench/scifact-claims."""

from pathlib import Path

from eval.benchmarks.shared import shared_folder
from eval.judges.calibration import check_judge


def measure(work: Path) -> str:
    """Return what `askpapers eval judge-check` says of the support score there."""
    return check_judge(shared_folder() / "bench" / "scifact-claims" / "claims.jsonl.gz")
