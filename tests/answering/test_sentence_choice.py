"""Which sentences are worth quoting: how words are met inside of them, and which papers are drawn on."""

from dataclasses import replace

import pytest

from rag.answering.extractive import choose
from rag.answering.sentence_ranking import candidates_of
from rag.answering.sentence_signs import HELD, NOT_HELD, met_inside, telling_words
from rag.records import Hit, Paper, Passage
from rag.retrieval.results import Met, Retrieved
from rag.text.questions.several import asks_for_several
from rag.text.sentences import sentence_spans
from rag.text.words import stems

TWINS = "Some words stand here on dogs. Some words stand here on cats."


def hit(paper_id: int, title: str, abstract: str, score: float = 1.0) -> Hit:
    spans = sentence_spans(abstract)
    return Hit(Paper(paper_id, title, abstract), score, tuple(Passage(abstract[a:b], a, b, 0.5) for a, b in spans))


def found(query: str, *hits: Hit, met: Met | None = None, background: float = 0.0) -> Retrieved:
    return Retrieved(query, hits, dict.fromkeys(stems(query), 1.0), (), 9, met=met or {}, background=background)


def worth_of(question: str, one: Hit, met: Met | None = None) -> list[float]:
    return [candidate.worth for candidate in candidates_of(question, found(question, one, met=met), 5)]


def test_a_sentence_in_which_the_words_are_met_in_other_words_is_worth_more() -> None:
    one = hit(1, "Pets", TWINS)
    first, second = one.passages
    [stem] = stems("felines?")
    alike = {1: {first.start: {stem: 0.2}, second.start: {stem: 0.8}}}
    unlike = {1: {first.start: {stem: 0.8}, second.start: {stem: 0.2}}}
    assert worth_of("felines?", one, alike)[1] > worth_of("felines?", one, unlike)[1] + 1
    assert worth_of("felines?", one, alike)[0] < worth_of("felines?", one, unlike)[0] - 1


def test_words_of_this_turn_alone_count_inside_of_a_sentence_and_rare_ones_more() -> None:
    weights = {"adafactor": 2.0, "memori": 2.0, "role": 2.0}
    telling = telling_words("which role has memory?", "adafactor which role has memory?", weights)
    assert telling.keys() == {"memori", "role"}
    assert telling_words("role of backpropagation", "role of backpropagation", {"role": 1.0, "backpropag": 1.0})[
        "backpropag"
    ] == pytest.approx(1 / (1 + 0.3 + 0.7 * 0.33), abs=0.01)
    assert sum(telling.values()) == pytest.approx(1.0)
    assert telling_words("and?", "and?", {}) == {}


def test_without_token_states_words_held_stand_for_words_met() -> None:
    assert met_inside({"cat": 0.5, "dog": 0.5}, {"cat"}, {}) == pytest.approx((HELD + NOT_HELD) / 2)
    assert met_inside({"cat": 0.5, "dog": 0.5}, {"cat"}, {"cat": 0.9, "dog": 0.1}) == pytest.approx(0.5)
    first, second = worth_of("What of cats?", hit(1, "Pets", TWINS))
    assert second > first + 1


def test_a_question_in_a_language_without_spaces_chooses_by_what_is_met() -> None:
    abstract = "我们研究狗的行为。我们发现猫每天睡十六个小时。"
    first, second = Passage(abstract[:9], 0, 9, 0.5), Passage(abstract[9:], 9, len(abstract), 0.5)
    one = Hit(Paper(1, "猫", abstract), 1.0, (first, second))
    question = "猫每天睡多久"
    [stem] = stems(question)
    met = {1: {first.start: {stem: 0.3}, second.start: {stem: 0.9}}}
    ranked = sorted(candidates_of(question, found(question, one, met=met), 5), key=lambda one: -one.worth)
    assert ranked[0].passage == second


NEAR = [
    hit(1, "Pruning", "We prune weights by magnitude. It saves memory."),
    hit(2, "Growing", "We grow weights from memory. It saves time.", 0.75),
    hit(3, "Rivers", "Rivers carry weights of sand. They saved memory of floods.", 0.4),
]


@pytest.mark.parametrize(
    ("question", "papers"),
    [("How do weights save memory?", {1}), ("How do papers differ on weights and memory?", {1, 2})],
)
def test_where_several_papers_are_asked_for_each_that_stands_out_gives_a_sentence(
    question: str, papers: set[int]
) -> None:
    retrieved = found(question, *NEAR, background=0.3)
    chosen = choose(candidates_of(question, retrieved, 5), sentences=6, words=110)
    assert {one.rank + 1 for one in chosen} == papers


def test_a_paper_is_as_far_behind_as_it_comes_down_to_what_any_paper_has() -> None:
    one, two, _ = NEAR
    assert found("q?", one, two, background=0.5).behind(two) == pytest.approx(0.5)
    assert found("q?", one, two).behind(two) == pytest.approx(0.25)
    assert found("q?", one, replace(two, score=0.1), background=0.5).behind(replace(two, score=0.1)) == 1.0
    assert found("q?", one, replace(two, score=1.0), background=1.0).behind(replace(two, score=1.0)) == 0.0


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Mamba versus Hyena for long sequences", True),
        ("What's the difference between distillation and pruning?", True),
        ("What techniques reduce hallucination?", True),
        ("There is one for speech and one for music. What are they called?", True),
        ("Compare the studies of sleep in cats.", True),
        ("How many layers does the model have?", False),
        ("What does the paper say on methods?", False),
        ("What is a differential equation?", False),
        ("", False),
    ],
)
def test_comparisons_and_questions_for_several_papers_are_told_by_their_form(question: str, several: bool) -> None:  # noqa: FBT001
    assert asks_for_several(question) is several
