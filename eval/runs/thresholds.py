"""What a run must reach: `recall@5=.95`, `unsupported=.1`. Where lower is better, the number is a ceiling."""

from collections.abc import Sequence
from typing import NamedTuple

from eval.metrics.answers import COSTS, LOWER_IS_BETTER
from eval.runs.run_file import Run
from rag.errors import QuestionError

ALIASES = {"faithfulness": "support", "mrr": "mrr@10", "ndcg": "ndcg@10"}


class Demand(NamedTuple):
    """A score and its limit."""

    name: str
    limit: float


class Checked(NamedTuple):
    """A demand, what the run has, and whether that is enough."""

    demand: Demand
    value: float
    met: bool


def read_demand(text: str) -> Demand:
    """Return a demand as it is written on the command line. Raises QuestionError.

    >>> read_demand("recall@5=.95")
    Demand(name='recall@5', limit=0.95)
    """
    name, _, limit = text.partition("=")
    try:
        return Demand(ALIASES.get(name.strip(), name.strip()), float(limit))
    except ValueError as error:
        msg = f"--min {text!r} can't be read. Write a score and a number, such as recall@5=.95"
        raise QuestionError(msg) from error


def check(run: Run, demands: Sequence[Demand]) -> list[Checked]:
    """Return each demand with what the run has. Raises QuestionError for a score that the run doesn't have."""
    means = run.means()
    balanced = run.balanced_accuracy()
    values = {name: mean.value for name, mean in means.items()}
    if balanced is not None:
        values["balanced_accuracy"] = balanced
    found = []
    for demand in demands:
        if demand.name not in values:
            msg = f"The run has no score {demand.name!r}. It has: {', '.join(values)}"
            raise QuestionError(msg)
        value = values[demand.name]
        ceiling = demand.name in LOWER_IS_BETTER or demand.name.startswith(COSTS)
        met = value <= demand.limit if ceiling else value >= demand.limit
        found.append(Checked(demand, value, met))
    return found
