"""Support: how well cited text carries a claim, and the words and numbers that it lacks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.support import SUPPORTED, TURNED, best_slice, support
from rag.records import Support
from rag.text.sentences import sentence_spans

PROPERTY = settings(deadline=None, max_examples=100)
ABSTRACT = (
    "We prune the weights of large language models in one shot. Our method reaches 71.5 points on the benchmark. "
    "It runs in 4,000 seconds on a single accelerator. Retraining is never needed, even at half the weights."
)
FILLER = "Nothing else is said in this sentence here. "
NEAR = f"We prune the weights early on. {FILLER}Labels cost much money and time."
FAR_APART = NEAR.replace(FILLER, FILLER * 2)
VOCABULARY = (
    "we prune the weights of 3.5 large models and 4,000 tokens on it reaching 97 % COCO's don't state-of-the-art "
    "naïve GPT-4 (e.g. over 1e-3 steps), β-decay 模型 in 2019 not never higher lower increases reduces M2 fine-tuning"
)
WORDS = st.sampled_from(VOCABULARY.split())
SENTENCE = st.lists(WORDS, min_size=6, max_size=14).map(lambda words: f"Therefore {' '.join(words)} is shown.")


@PROPERTY
@given(st.text(max_size=80), st.lists(st.text(max_size=120), max_size=3))
def test_support_of_any_claim_by_any_text_lies_between_zero_and_one(claim: str, abstracts: list[str]) -> None:
    assert 0.0 <= support(claim, abstracts).score <= 1.0


@PROPERTY
@given(st.lists(SENTENCE, min_size=1, max_size=6).map(" ".join), st.text(max_size=40))
def test_every_sentence_of_an_abstract_is_wholly_supported_by_it(abstract: str, other: str) -> None:
    for start, end in sentence_spans(abstract):
        assert support(abstract[start:end], [abstract]) == Support(1.0)
        assert support(abstract[start:end], [other, abstract]) == Support(1.0)


def test_a_claim_without_a_citation_has_no_support_and_lacks_everything() -> None:
    assert support("Pruning takes many labels.", []) == Support(0.0, ("Pruning", "takes", "many", "labels"))
    assert support("It takes 4,000 labels.", []).missing_numbers == ("4000",)


def test_a_word_that_the_abstract_lacks_is_named_once_as_the_claim_writes_it() -> None:
    found = support("We prune quantised weights, Quantised by hand, quantised.", [ABSTRACT])
    assert found.missing_words == ("quantised", "Quantised", "hand")
    assert found.score < 1.0


def test_another_form_of_a_word_is_not_missing() -> None:
    assert support("Pruning one large model's weight.", [ABSTRACT]).missing_words == ()


def test_a_wrong_number_is_named_and_costs_half_the_support() -> None:
    right, wrong = support("It reaches 71.5 points.", [ABSTRACT]), support("It reaches 75.5 points.", [ABSTRACT])
    assert (right.missing_numbers, wrong.missing_numbers) == ((), ("75.5",))
    assert wrong.score <= right.score - 0.5


def test_half_the_numbers_wrong_costs_a_quarter() -> None:
    one = support("One shot in 4000 seconds and 99 days", [ABSTRACT])
    none = support("One shot in 4000 seconds and some days", [ABSTRACT])
    assert one.missing_numbers == ("99",)
    assert one.missing_words == none.missing_words == ("days",)
    assert 0.2 < none.score - one.score < 0.45


@pytest.mark.parametrize(
    ("claim", "text"),
    [("4,000", "4000"), ("4000", "4,000"), ("1,234,567", "1234567"), ("3.50", "3.50")],
)
def test_thousands_separators_make_no_other_number(claim: str, text: str) -> None:
    assert support(f"It takes {claim} steps.", [f"It takes {text} steps."]).missing_numbers == ()


@pytest.mark.parametrize(("claim", "text"), [("4.000", "4000"), ("71", "71.5"), ("5", "71.5"), ("40", "4000")])
def test_a_part_of_a_number_is_another_number(claim: str, text: str) -> None:
    assert support(f"It takes {claim} steps.", [f"It takes {text} steps."]).missing_numbers == (claim,)


def test_the_same_words_in_another_order_are_carried_less() -> None:
    found = support("The benchmark 71.5 on our points reaches method.", [ABSTRACT])
    assert found.missing_words == ()
    assert 0.5 < found.score < 1.0


def test_words_from_within_three_sentences_carry_more_than_words_from_further_apart() -> None:
    claim = "Prune labels."
    assert support(claim, [FAR_APART]).score < support(claim, [NEAR]).score


def test_a_claim_may_rest_on_two_abstracts() -> None:
    claim = "We prune the weights of large language models. Bees dance for their hive."
    bees = "Bees dance for their hive."
    assert support(claim, [ABSTRACT]).missing_words == ("Bees", "dance", "hive")
    assert support(claim, [ABSTRACT, bees]).missing_words == ()
    assert support(claim, [ABSTRACT, bees]).score > support(claim, [ABSTRACT]).score


def test_a_claim_from_nowhere_has_next_to_no_support() -> None:
    assert support("Bees dance near hives.", [ABSTRACT]).score < 0.15


def test_a_number_may_be_spelled_out_in_the_abstract() -> None:
    assert support("It takes 4 million steps.", ["It takes four million steps."]).missing_numbers == ()
    assert support("It takes 5 million steps.", ["It takes four million steps."]).missing_numbers == ("5",)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("It takes five passes.", "It takes 5 passes."),
        ("Half of it, 50 percent, is pruned.", "Half of it, 50%, is pruned."),
        ("We are fine-tuning the model.", "We are finetuning the model."),
        ("We are finetuning the model.", "We are fine-tuning the model."),
        ("It is trained on CIFAR 10.", "It is trained on CIFAR-10."),
    ],
)
def test_another_spelling_of_a_word_or_number_is_not_missing(claim: str, text: str) -> None:
    found = support(claim, [text])
    assert (found.missing_words, found.missing_numbers) == ((), ())


def test_another_version_of_a_name_lacks_its_number() -> None:
    assert support("We prune GPT-4.", ["We prune GPT-3."]).missing_numbers == ("4",)


def test_a_missing_rare_word_costs_more_than_a_missing_common_one() -> None:
    rare, common = "We backpropagate the weights.", "We make the weights."
    assert support(rare, [ABSTRACT]).score < support(common, [ABSTRACT]).score


def test_the_other_way_round_is_at_best_partly_supported_and_named() -> None:
    text = "Pruning increases the accuracy of large language models on every benchmark that we tried."
    same, other = text.replace("increases", "raises"), text.replace("increases", "lowers")
    assert support(same, [text]).score >= SUPPORTED
    found = support(other, [text])
    assert found.missing_words == ("lowers",)
    assert found.score == pytest.approx(support(same, [text]).score - TURNED, abs=0.1)
    assert found.score < SUPPORTED


def test_a_negation_that_the_text_lacks_is_named_and_costs_support() -> None:
    text = "Retraining is needed at half the weights of large language models in one shot."
    found = support(text.replace("is needed", "is not needed"), [text])
    assert found.missing_words == ("not",)
    assert found.score < SUPPORTED


def test_a_sentence_that_says_the_contrary_is_the_slice_to_show() -> None:
    text = "Pruning lowers the error of large models. Bees dance near the hive, and models are large."
    span, _ = best_slice("Pruning raises the error of large models.", text)
    assert text[span.start : span.end] == "Pruning lowers the error of large models."
