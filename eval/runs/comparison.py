"""Two runs of one question set, question by question: what got better, what worse, and whether it can be chance."""

from collections.abc import Mapping
from dataclasses import dataclass

from eval.metrics.answers import COSTS, LOWER_IS_BETTER
from eval.metrics.intervals import Difference, difference_of
from eval.runs.run_file import Run
from rag.errors import QuestionError


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose score differs between the runs."""

    id: str
    question: str
    name: str  # of the score
    first: float
    second: float
    answers: tuple[str, str]  # the texts of both


@dataclass(frozen=True, slots=True)
class Comparison:
    """How B differs from A: each score over the questions that both have, and what was won and lost."""

    differences: Mapping[str, Difference]
    wins: tuple[Change, ...]
    losses: tuple[Change, ...]
    left_out: int  # questions that only one of the runs has


def compare(first: Run, second: Run, by: str = "nugget_recall") -> Comparison:
    """Return how `second` differs from `first`; wins and losses are told by the score `by`, where both have it.

    Raises QuestionError when the runs share no question, or neither has the score.
    """
    left = {row.id: row for row in first.rows}
    right = {row.id: row for row in second.rows}
    shared = [name for name in left if name in right and left[name].question == right[name].question]
    if not shared:
        msg = "The two runs share no question: compare runs over the same question set."
        raise QuestionError(msg)
    differences: dict[str, Difference] = {}
    for name in first.names:
        one, other = first.of(name), second.of(name)
        both = [row for row in shared if row in one and row in other]
        if both:
            differences[name] = difference_of([one[row] for row in both], [other[row] for row in both])
    if by not in differences:
        msg = f"No question has {by!r} in both runs. Choose one of: {', '.join(differences)}"
        raise QuestionError(msg)
    one, other = first.of(by), second.of(by)
    changes = [
        Change(row, left[row].question, by, one[row], other[row], (_said(left[row].answer), _said(right[row].answer)))
        for row in shared
        if row in one and row in other and one[row] != other[row]
    ]
    better = [change for change in changes if (change.second > change.first) != (by in LOWER_IS_BETTER)]
    worse = [change for change in changes if change not in better]
    alone = len(left.keys() | right.keys()) - len(shared)
    return Comparison(differences, _largest_first(better), _largest_first(worse), alone)


def _largest_first(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: (-abs(change.second - change.first), change.id)))


def _said(answer: object) -> str:
    return str(getattr(answer, "text", "")) or "(no answer)"


def verdict(name: str, difference: Difference) -> str:
    """Return `better` or `worse` (of costs `more` or `less`), or `no difference shown`.

    A difference is shown at p below .05 with an interval that leaves 0 out.
    """
    if difference.p >= 0.05 or difference.low <= 0 <= difference.high:
        return "no difference shown"
    if name.startswith(COSTS):
        return "more" if difference.value > 0 else "less"
    return "better" if (difference.value > 0) != (name in LOWER_IS_BETTER) else "worse"
