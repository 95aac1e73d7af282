"""How good a ranking is: the field's measures, computed by ir-measures (pytrec_eval), over the first ten."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

DEPTH = 10


def ranked(found: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """Return recall@k, success@1, mrr@10 and ndcg@10 (linear gain) of names, best first, against graded names.

    >>> scores = ranked(["x", "a", "b"], {"a": 1, "b": 1})
    >>> scores["recall@1"], scores["recall@3"], scores["success@1"], scores["mrr@10"], round(scores["ndcg@10"], 3)
    (0.0, 1.0, 0.0, 0.5, 0.693)
    """
    import ir_measures

    ranking = {name: float(len(found) - place) for place, name in enumerate(found)} or {"nothing": 0.0}
    names = {str(measure): name for name, measure in _measures().items()}
    told = ir_measures.iter_calc(list(_measures().values()), {"q": dict(grades)}, {"q": ranking})
    scores = {names[str(one.measure)]: float(one.value) for one in told}
    return {name: scores[name] for name in _measures()}


@cache
def _measures() -> dict[str, Any]:
    from ir_measures import RR, R, Success, nDCG

    return {f"recall@{k}": R @ k for k in (1, 3, 5, DEPTH)} | {
        "success@1": Success @ 1,
        f"mrr@{DEPTH}": RR @ DEPTH,
        f"ndcg@{DEPTH}": nDCG @ DEPTH,
    }
