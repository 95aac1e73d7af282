"""Does a question hang on the one before it? Weighed from what ties the two, by a logistic regression.

Fitted on follow-ups of conversations over real papers, and on questions asked after others that they have nothing to do
with (eval/RESULTS.md); no word of any language stands in it.
"""

from rag.retrieval.ties import Ties

WORDS, GAP, COSINE_GAP, RANK = -0.88, 8.97, 2.95, 7.17
ALONE, BEFORE, LIKENESS, RAREST, BIAS = -15.54, 4.84, -9.23, -6.63, 14.15


def hangs_on(ties: Ties) -> bool:
    """Tell whether a question hangs on the one that it is tied to."""
    return log_odds(ties) > 0


def log_odds(ties: Ties) -> float:
    """Return the log-odds that a question hangs on the one that it is tied to."""
    return (
        WORDS * ties.words
        + GAP * ties.gap
        + COSINE_GAP * ties.cosine_gap
        + RANK / (1 + ties.rank)
        + ALONE * ties.alone
        + BEFORE * ties.before
        + LIKENESS * ties.likeness
        + RAREST * ties.rarest
        + BIAS
    )
