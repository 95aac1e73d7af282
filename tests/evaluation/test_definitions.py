"""The citation scores against ALCE's definitions, written down a second time in another way."""

from collections.abc import Sequence
from itertools import combinations
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from eval.datasets.questions import GoldQuestion
from eval.metrics.answers import score
from rag.records import Answer, Citation, Claim, Outcome, Paper, Searched

QUESTION = GoldQuestion("q", "k", "q", (), frozenset(), frozenset(), labelled=False)
PAPERS = [Paper(number, f"T{number}", f"Abstract {number}.") for number in range(3)]
GROUPS = [frozenset(group) for size in (1, 2, 3) for group in combinations(range(3), size)]
CITED = st.lists(st.lists(st.integers(0, 2), unique=True, max_size=3), min_size=1, max_size=4)
ENTAILED = st.lists(st.frozensets(st.sampled_from(GROUPS)), min_size=4, max_size=4)


def alce(cited: Sequence[Sequence[int]], entailed: Sequence[frozenset[frozenset[int]]]) -> tuple[float, float | None]:
    """Return citation recall and precision of an answer (Gao et al. 2023, section 3.3).

    Recall: 1 for each statement that the concatenation of all its citations entails. Precision: 1 for each citation
    of such a statement that is not irrelevant; irrelevant is one that doesn't entail it alone while the others do.
    """
    recalled = [bool(papers) and frozenset(papers) in entailed[place] for place, papers in enumerate(cited)]
    useful, total = 0, 0
    for place, papers in enumerate(cited):
        for paper in papers:
            total += 1
            rest = frozenset(papers) - {paper}
            irrelevant = frozenset({paper}) not in entailed[place] and rest in entailed[place]
            useful += recalled[place] and not irrelevant
    return sum(recalled) / len(recalled), useful / total if total else None


@given(CITED, ENTAILED)
def test_citation_recall_and_precision_are_those_of_alce(
    cited: list[list[int]], entailed: list[frozenset[frozenset[int]]]
) -> None:
    def nli(claim: str, texts: Sequence[str]) -> float:
        place = int(claim.removeprefix("Claim "))
        return float(frozenset(int(text.split()[1].rstrip(".")) for text in texts) in entailed[place])

    claims = tuple(
        Claim(f"Claim {place}", tuple(Citation(number + 1, PAPERS[number], "A", 0, 1) for number in papers))
        for place, papers in enumerate(cited)
    )
    answer = Answer("q", Outcome.ANSWERED, "x", claims, (), (), Searched(3, "q"), "extractive")
    with patch("eval.metrics.answers.offline", nli):
        found = score(QUESTION, answer, [])
    recall, precision = alce(cited, entailed)
    assert found["citation_recall"] == recall
    assert found.get("citation_precision") == precision
