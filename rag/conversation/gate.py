"""Does a question hang on the one before it? Weighed from what ties the two, by a logistic regression.

Fitted on follow-ups of conversations over real papers, and on questions that hang on nothing: about other papers, and
about what no paper holds, over token states of one byte (eval/RESULTS.md); a fit over those of two bits judges no
better, so they stay (eval/benchmarks/fitting/gate.py). A follow-up left alone is refused or finds another paper; a
question of no paper that is joined gets an answer from the wrong one, so in doubt a question stands alone.
"""

from rag.conversation.follow_ups import is_follow_up, points_back
from rag.conversation.remarks import is_remark
from rag.records import Filters
from rag.retrieval.retriever import Retriever
from rag.retrieval.ties import Earlier, Ties
from rag.text.questions.listing import among_papers

WORDS, COSINE_GAP, RANK, ALONE = -1.03, 8.57, 18.39, -19.8
LIKENESS, UNMET, BACK, BIAS = -4.03, -16.17, 3.2, 10.38
DOUBT = 0.5  # log-odds from which on a question is joined


def hangs(question: str, earlier: Earlier, *, retriever: Retriever, filters: Filters = Filters()) -> bool:
    """Tell whether a question hangs on an earlier one: by what both find, or by its words where that can't be seen.

    What a question in a language that the embedding model doesn't read finds tells nothing; a remark asks nothing; one
    that looks for papers among all of them ("Which papers evaluate on ImageNet?") is about no earlier one. Raises what
    `Retriever.retrieve` raises.
    """
    if is_remark(question) or (among_papers(question) and not points_back(question)):
        return False
    ties = retriever.ties(question, earlier, filters) if retriever.reads(question) else None
    if ties is None:
        return is_follow_up(question)
    return hangs_on(ties, back=points_back(question))


def hangs_on(ties: Ties, *, back: bool = False) -> bool:
    """Tell whether a question hangs on the one that it is tied to; `back`: whether a word of it points back.

    One that names a paper it finds, and doesn't point back, stands by itself: "What is Deep Sets?" shares its form, and
    the common words of a name, with many a question before it.
    """
    return log_odds(ties, back=back) > DOUBT and (back or not ties.names)


def log_odds(ties: Ties, *, back: bool = False) -> float:
    """Return the log-odds that a question hangs on the one that it is tied to."""
    return (
        WORDS * ties.words
        + COSINE_GAP * ties.cosine_gap
        + RANK / (1 + ties.rank)
        + ALONE * ties.alone
        + LIKENESS * ties.likeness
        + UNMET * ties.unmet
        + BACK * back
        + BIAS
    )
