"""The sentences that a claim rests on: up to three, also apart."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.slices import best_sentence, best_sentences, carried_share
from rag.text.sentences import sentence_spans

ABSTRACT = (
    "Language models are large and slow in use. We prune half of the weights in one shot. Our method reaches 71.5 "
    "points on the benchmark. It runs in 4,000 seconds on a single accelerator. Retraining is never needed."
)
CLAIMS = st.lists(st.sampled_from([*ABSTRACT.split(), "bees", "97", "dance"]), min_size=1, max_size=14).map(" ".join)


def shown(claim: str) -> list[str]:
    return [ABSTRACT[start:end] for start, end in best_sentences(claim, ABSTRACT)]


def test_a_claim_of_one_sentence_rests_on_that_sentence() -> None:
    assert shown("Half of the weights are pruned in one shot.") == ["We prune half of the weights in one shot."]


def test_neighbours_are_one_slice_and_others_stand_apart() -> None:
    together = "Our method reaches 71.5 points on the benchmark. It runs in 4,000 seconds on a single accelerator."
    assert shown("It gets 71.5 points on the benchmark and needs 4,000 seconds on an accelerator.") == [together]
    assert shown("Models are slow in use, and retraining is not needed.") == [
        "Language models are large and slow in use.",
        "Retraining is never needed.",
    ]


@settings(deadline=None, max_examples=100)
@given(CLAIMS)
def test_slices_are_at_most_three_whole_sentences_with_the_best_one_among_them(claim: str) -> None:
    spans = sentence_spans(ABSTRACT)
    slices = best_sentences(claim, ABSTRACT)
    inside = [span for span in spans for one in slices if one.start <= span.start and span.end <= one.end]
    assert 1 <= len(inside) <= 3
    assert best_sentence(claim, ABSTRACT)[0] in inside
    assert all(one.end < other.start for one, other in pairwise(slices))
    held, whole = carried_share(claim, ABSTRACT)
    assert 0.0 <= held <= whole + 1e-9 <= 1.0 + 2e-9


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 4))
def test_a_verbatim_sentence_is_its_own_best_sentence(place: int) -> None:
    span = sentence_spans(ABSTRACT)[place]
    assert best_sentence(ABSTRACT[span.start : span.end], ABSTRACT) == (span, 1.0)
