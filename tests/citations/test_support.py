"""Support: how well cited text carries a claim, and the words and numbers that it lacks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.slices import best_sentence
from rag.citations.support import OTHERWISE, support
from rag.records import Difference
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
        for texts in ([abstract], [other, abstract]):
            found = support(abstract[start:end], texts)
            assert (found.score, found.found, found.differences) == (1.0, 1.0, ())
            assert (found.missing_words, found.missing_numbers, found.missing_names) == ((), (), ())


def test_a_claim_without_a_citation_has_no_support_and_lacks_everything() -> None:
    found = support("Pruning takes many labels.", [])
    assert (found.score, found.found, found.verbatim) == (0.0, 0.0, False)
    assert found.missing_words == ("Pruning", "takes", "many", "labels")
    assert support("It takes 4,000 labels.", []).missing_numbers == ("4,000",)


def test_a_word_that_the_abstract_lacks_is_named_once_as_the_claim_writes_it() -> None:
    found = support("We prune quantised weights, Quantised by hand, quantised.", [ABSTRACT])
    assert found.missing_words == ("quantised", "Quantised", "hand")
    assert found.score < 1.0


def test_another_form_of_a_word_is_not_missing() -> None:
    assert support("Pruning one large model's weight.", [ABSTRACT]).missing_words == ()


def test_a_wrong_number_is_named_beside_the_right_one_and_costs_all_that_costs_most() -> None:
    right, wrong = support("It reaches 71.5 points.", [ABSTRACT]), support("It reaches 75.5 points.", [ABSTRACT])
    assert (right.missing_numbers, wrong.missing_numbers) == ((), ("75.5 points",))
    assert wrong.differences == (Difference("number", "75.5 points", "71.5 points"),)
    assert wrong.score <= right.score - OTHERWISE


def test_a_number_that_the_text_has_no_other_for_is_missing_and_not_different() -> None:
    found = support("It reaches 71.5 points on 12 clusters.", [ABSTRACT])
    assert (found.missing_numbers, found.differences) == (("12",), ())


def test_one_of_two_numbers_missing_costs_less_than_both() -> None:
    one, both = "We prune 17 large models in 4,000 seconds.", "We prune 17 large models in 41 seconds."
    assert support(both, [ABSTRACT]).score < support(one, [ABSTRACT]).score - 0.1


def test_a_missing_name_costs_support_and_is_named() -> None:
    found = support("We prune the weights of large models on COCO.", [ABSTRACT])
    assert found.missing_names == ("COCO",)
    assert found.score < support("We prune the weights of large models on it.", [ABSTRACT]).score


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


def test_another_version_of_a_name_is_another_name() -> None:
    assert support("We prune GPT-4.", ["We prune GPT-3."]).missing_names == ("GPT-4",)


def test_a_missing_rare_word_costs_more_than_a_missing_common_one() -> None:
    rare, common = "We backpropagate the weights.", "We make the weights."
    assert support(rare, [ABSTRACT]).score < support(common, [ABSTRACT]).score


def test_the_other_way_round_is_told_and_costs_support() -> None:
    text = "Pruning increases the accuracy of large language models on every benchmark that we tried."
    same, other = text.replace("increases", "raises"), text.replace("increases", "lowers")
    assert support(same, [text]).differences == ()
    found = support(other, [text])
    assert found.differences == (Difference("direction", "lowers", "increases"),)
    assert found.score == pytest.approx(support(same, [text]).score - OTHERWISE, abs=0.1)


def test_a_sentence_that_says_the_contrary_is_the_slice_to_show() -> None:
    text = "Pruning lowers the error of large models. Bees dance near the hive, and models are large."
    span, _ = best_sentence("Pruning raises the error of large models.", text)
    assert text[span.start : span.end] == "Pruning lowers the error of large models."
