"""A claim beside what it cites: quantities, names, opposites, negations, and what counts as a quote."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.citations.comparing.contradiction import NEGATIONS, SIDES, contradictions
from rag.citations.comparing.differences import differences, missing_quantities
from rag.citations.comparing.names import missing_names, other_names
from rag.citations.comparing.quantities import SPELLED, quantities, same
from rag.citations.comparing.quotation import is_quoted
from rag.records import Difference

PROPERTY = settings(deadline=None, max_examples=100)
TEXT = (
    "Pruning reaches 92.8 % accuracy on CIFAR-10 in 4,000 seconds with eight large GPUs. It reduces the memory of big "
    "models by a third. The method does not need any labelled examples. BERT beats GPT-3 on most of the nine tasks."
)
PLAIN = ["pruning", "memory", "of", "models", "accuracy", "labels", "the", "error", "not", "never"]
WORDS = st.sampled_from([*PLAIN, *SIDES])
SENTENCE = st.lists(WORDS, min_size=6, max_size=12).map(lambda said: f"Therefore {' '.join(said)} is shown.")
WRITTEN = st.one_of(
    st.integers(2, 10**9).map("{:,}".format),
    st.integers(2, 10**9).map(str),
    st.floats(0.001, 1000).map("{:.3f}".format),
    st.sampled_from(sorted(set(SPELLED) - {"zero", "one", "dozen"})),
    st.integers(21, 99).map(lambda n: f"{n}k"),
    st.sampled_from(["half", "two thirds", "nine in ten", "twice", "tenfold", "3.3 billion", "1e-8", "10^6"]),
)
UNIT = st.sampled_from(["", " %", "%", " percent", " seconds", " GB", " GPUs", "x", " times", " hours"])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("93 %", "92.8 percent"),
        ("about 93 %", "92.8%"),
        ("nearly 93 points", "92.8 points"),
        ("4000 steps", "4,000 steps"),
        ("4 million steps", "four million steps"),
        ("3.3B words", "3.3 billion words"),
        ("20k pages", "20,000 pages"),
        ("half of it", "50 % of it"),
        ("two thirds of it", "66.7 % of it"),
        ("a quarter", "25 percent"),
        ("nine in ten", "90 %"),
        ("it doubles", "twice as many"),
        ("tenfold", "10x faster"),
        ("ten times", "10-fold"),
        ("an order 2 orders of magnitude", "100 times"),
        ("two hours", "120 minutes"),
        ("three and a half days", "3.5 days"),
        ("twenty-one layers", "21 layers"),
        ("a hundred GPUs", "100 GPUs"),
        ("over 90 %", "92.8 %"),
        ("fewer than 100 labels", "95 labels"),
        ("a dozen heads", "12 heads"),
    ],
)
def test_a_true_number_in_another_spelling_or_truly_rounded_is_the_same(said: str, told: str) -> None:
    assert same(quantities(said)[-1], quantities(told)[-1])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("90 %", "92.8 %"),
        ("about 70 %", "92.8 %"),
        ("94 %", "92.8 %"),
        ("over 95 %", "92.8 %"),
        ("71 points", "71.6 points"),
        ("4.000 steps", "4,000 steps"),
        ("40 steps", "4,000 steps"),
        ("two hours", "2 minutes"),
        ("3 million", "3 billion"),
        ("half", "a third"),
        ("4.5 %", "4.5 mm Hg"),
    ],
)
def test_another_number_or_another_unit_is_not_the_same(said: str, told: str) -> None:
    assert not same(quantities(said)[-1], quantities(told)[-1])


@pytest.mark.parametrize(
    "text", ["GPT-3 and ResNet-50", "as in [12, 14]", "(Smith et al., 2019)", "Smith et al. (2019)", "one of them"]
)
def test_numbers_of_names_and_markers_are_no_quantities(text: str) -> None:
    assert quantities(text) == ()


@PROPERTY
@given(WRITTEN, UNIT)
def test_every_way_to_write_a_quantity_is_read_where_it_stands(number: str, unit: str) -> None:
    assume(number[0].isdigit() or unit not in {"x", "%"})
    text = f"It takes {number}{unit} of them."
    [found] = quantities(text)
    assert text[found.start : found.end] == found.text
    assert text.index(number) == found.start
    assert same(found, found)
    assert missing_quantities(text, [text]) == []


@PROPERTY
@given(st.text(max_size=80))
def test_any_text_can_be_read_for_quantities_names_and_quotes(text: str) -> None:
    for found in quantities(text):
        assert text[found.start : found.end] == found.text
    assert missing_names(text, [text]) == ()
    assert differences(text, [text]) == ()
    assert differences(text, [TEXT]) == differences(text, [TEXT])


@pytest.mark.parametrize(
    ("claim", "kind", "said", "told"),
    [
        ("Pruning reaches 90 % accuracy on CIFAR-10.", "number", "90 %", "92.8 %"),
        ("It runs with sixteen GPUs on CIFAR-10.", "number", "sixteen", "eight"),
        ("Pruning takes 4,000 hours on CIFAR-10.", "unit", "4,000 hours", "4,000 seconds"),
        ("It increases the memory of big models.", "direction", "increases", "reduces"),
        ("The method needs labelled examples.", "negation", "affirmed", "not"),
    ],
)
def test_what_the_text_has_otherwise_is_told_with_both_values(claim: str, kind: str, said: str, told: str) -> None:
    assert Difference(kind, said, told) in differences(claim, [TEXT])


@pytest.mark.parametrize(
    "claim",
    [
        "Pruning reaches nearly 93 % accuracy on CIFAR-10.",
        "Big models need 33 % less memory.",
        "Only eight GPUs were busy, for 67 minutes or so.",
        "No labelled examples are needed by the method.",
        "Pruning is 12 years old.",  # merely missing: the text has no other number of years
        "Bees dance for 30 seconds.",  # the text has seconds, of something else
        "The error of 7.2 % that remains on CIFAR-10 is small.",  # 100 - 92.8, computed
        "BERT beats GPT-3 on nine tasks.",
    ],
)
def test_a_true_claim_or_one_that_the_text_has_no_other_value_for_is_not_accused(claim: str) -> None:
    assert differences(claim, [TEXT]) == ()


def test_a_difference_of_two_numbers_of_a_sentence_is_not_another_number() -> None:
    text = "Attention lifts BLEU from 26.7 points to 35.6 points on long sentences."
    assert differences("Attention lifts BLEU by about nine points on long sentences.", [text]) == ()


def test_a_name_in_the_place_of_another_is_told_only_where_the_words_beside_it_are_the_same() -> None:
    text = "On the news pages, BERT clearly beats GPT-3 by far on nine tasks of three kinds."
    [found] = other_names("On the news pages, Elmo clearly beats GPT-3 by far on nine tasks.", [text])
    assert found == Difference("name", "Elmo", "BERT")
    assert list(other_names("Elmo is older.", [text])) == []


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("We test COCO and GPT-4.", ("COCO", "GPT-4")),
        ("Retrieval (RAG) helps BERT, as bert does.", ()),
        ("It is trained on Wikipedia and Common Crawl.", ("Wikipedia", "Common", "Crawl")),
    ],
)
def test_names_that_the_text_lacks_are_named_but_not_abbreviations_that_it_spells_out(
    claim: str, missing: tuple[str, ...]
) -> None:
    assert missing_names(claim, ["BERT and GPT-3 use retrieval-augmented generation."]) == missing


@pytest.mark.parametrize(
    "claim",
    [
        "Memory is reduced by pruning, and accuracy is better.",
        "Bees dance faster in higher hives.",
        "It is not only accurate on CIFAR-10.",
        "No, it reduces the memory of big models.",
        "The memory of big models isn't increased.",
    ],
)
def test_the_same_direction_in_other_words_and_another_subject_are_not_turned(claim: str) -> None:
    assert contradictions(claim, [TEXT]) == ()


@pytest.mark.parametrize("negation", ["does not need", "doesn't need", "never needs", "needs no"])
def test_a_negation_that_a_like_sentence_has_not_is_told(negation: str) -> None:
    text = "The new method needs many labelled examples. Nor do honey bees dance there."
    [found] = contradictions(f"The method {negation} labelled examples.", [text])
    assert (found.kind, found.told) == ("negation", "affirmed")


def test_what_it_can_not_see_stays_unseen() -> None:
    assert contradictions("Moss is higher than grass.", ["Grass is higher than moss."]) == ()
    assert differences("All tasks gain.", ["Some tasks gain."]) == ()


@PROPERTY
@given(st.lists(SENTENCE, min_size=1, max_size=5), st.text(max_size=40))
def test_no_sentence_is_turned_by_a_text_that_says_nothing_else(sentences: list[str], other: str) -> None:
    assert contradictions(sentences[0], [other, sentences[0]]) == ()


def test_no_opposite_is_a_number_or_a_negation() -> None:
    assert all(word == word.lower() and word.isalpha() for word in SIDES)
    assert not NEGATIONS & SIDES.keys()


@pytest.mark.parametrize(
    "claim",
    [
        "Pruning reaches 92.8 % accuracy on CIFAR-10 in 4000 seconds",
        "The authors report that pruning reaches 92.8 percent accuracy on CIFAR-10.",
        "method does not need any labelled examples",
        "reduces memory of big models by a third",
    ],
)
def test_what_stands_in_the_text_is_quoted_but_for_articles_spelling_and_who_says_it(claim: str) -> None:
    assert is_quoted(claim, [TEXT])


@pytest.mark.parametrize(
    "claim",
    [
        "Pruning reaches 82.8 % accuracy on CIFAR-10 in 4,000 seconds.",  # number
        "Pruning reaches 92.8 % accuracy on MNIST in 4,000 seconds.",  # name
        "It increases the memory of big models by a third.",  # direction
        "The method does need any labelled examples.",  # negation taken away
        "The method need any labelled examples.",
        "Pruning does not reach 92.8 % accuracy on CIFAR-10.",  # negation added
        "GPT-3 beats BERT on most of the nine tasks.",  # roles
        "BERT beats GPT-3 on all of the nine tasks.",  # scope
        "BERT beats GPT-3 on the nine tasks.",  # scope left out
        "It reduces the memory of big models by a third on phones.",  # invention
        "need any labelled examples",  # the text denies it
        "",
    ],
)
def test_one_changed_thing_makes_it_no_quote(claim: str) -> None:
    assert not is_quoted(claim, [TEXT])


@PROPERTY
@given(st.lists(SENTENCE, min_size=1, max_size=3), st.integers(0, 2))
def test_a_whole_sentence_of_a_text_is_quoted(sentences: list[str], place: int) -> None:
    assert is_quoted(sentences[place % len(sentences)], [" ".join(sentences)])
