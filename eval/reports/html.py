"""A run as one HTML page: summary, distributions, every question with its answer, claims, slices and what was missing.

Self-contained: its style and script are in it, and it asks nobody for anything. Text of papers and models is data; the
template escapes all of it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.metrics.answers import GROUPS, LOWER_IS_BETTER
from eval.reports.markdown import ordered
from eval.runs.run_file import Row, Run
from rag.records import Claim
from rag.records.standings import shown, side_by_side

TEMPLATE = "report.html.j2"
BINS = 10


def to_html(run: Run) -> str:
    """Return the report of a run."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).resolve().parent), autoescape=True, undefined=StrictUndefined
    )
    means = run.means()
    return environment.get_template(TEMPLATE).render(
        about=run.about,
        counts=run.counts(),
        total=len(run.rows),
        balanced=run.balanced_accuracy(),
        groups=[(group, [_score(run, name) for name in names if name in means]) for group, names in GROUPS],
        kinds=[(kind, sum(row.kind == kind for row in run.rows), run.means(kind)) for kind in _kinds(run)],
        columns=[
            name for name in ("recall@5", "nugget_recall", "cited_right", "support", "false_refusal") if name in means
        ],
        sortable=ordered(run),
        rows=[_row(row) for row in run.rows],
    )


def _kinds(run: Run) -> list[str]:
    return sorted({row.kind for row in run.rows})


def _score(run: Run, name: str) -> dict[str, Any]:
    values = list(run.of(name).values())
    top = max(1.0, *values)
    return {
        "name": name,
        "mean": run.means()[name],
        "lower": name in LOWER_IS_BETTER,
        "top": top,
        "bars": _histogram(values, top),
    }


def _histogram(values: Sequence[float], top: float) -> list[float]:
    """Return the height of each bar, 0..1, of BINS bins from 0 to `top`."""
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int(max(0.0, value) / top * BINS))] += 1
    return [count / max(counts) for count in counts]


def _row(row: Row) -> dict[str, Any]:
    answer = row.answer
    return {
        "row": row,
        "answer": answer,
        "claims": [] if answer is None else [_claim(claim) for claim in answer.claims],
        "found": [(title, title in row.gold) for title in row.found],
        "unfound": [title for title in row.gold if title not in row.found],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim,
        "standing": shown(claim).word,
        "shape": shown(claim).sign,
        "differs": side_by_side(claim),
        "numbers": list(dict.fromkeys(citation.number for citation in claim.citations)),
        "missing": [*claim.missing_numbers, *claim.missing_words],
    }
