"""Follow-ups: what hangs on an earlier question is searched with it, everything else alone."""

import pytest

from rag.conversation.follow_ups import TURNS, is_follow_up, standalone
from rag.records import Turn

ADAFACTOR = Turn("What does the Adafactor optimizer store?", "It stores row and column sums [1].")
LORA = Turn("How many weights does LoRA train in GPT-3?", "Ten thousand times fewer [2].")


@pytest.mark.parametrize(
    "question",
    [
        "And does it still use momentum?",
        "How does that compare to Adam?",
        "Do they report results on translation?",
        "what about memory?",
        "Why?",
        "Which dataset?",
        "And on smaller language models?",
    ],
)
def test_a_follow_up_is_searched_after_the_question_it_hangs_on(question: str) -> None:
    assert is_follow_up(question)
    assert standalone(question, [LORA, ADAFACTOR]) == f"{ADAFACTOR.question} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How do diffusion models generate images?",
        "What BLEU score did the Transformer reach on English to German?",
        "Which methods prune large language models without retraining?",
        "Does distilling a teacher network into smaller students keep its accuracy on ImageNet when it is quantised?",
    ],
)
def test_a_change_of_topic_is_searched_alone(question: str) -> None:
    assert not is_follow_up(question)
    assert standalone(question, [LORA, ADAFACTOR]) == question


@pytest.mark.parametrize("question", ["Why?", "And does it still use momentum?", "What is LoRA?"])
def test_a_first_question_is_searched_as_it_is(question: str) -> None:
    assert standalone(f"  {question}\n", []) == question


def test_a_chain_of_follow_ups_leads_back_to_the_question_that_stands_by_itself() -> None:
    history = [LORA, ADAFACTOR, Turn("Does it use momentum?", "No."), Turn("Why not?", "It costs.")]
    assert standalone("Is that slower?", history) == (
        f"{ADAFACTOR.question} Does it use momentum? Why not? Is that slower?"
    )


def test_a_chain_is_followed_back_over_four_turns_at_most() -> None:
    history = [ADAFACTOR, *[Turn(f"Why {word}?", "So.") for word in ("red", "green", "blue", "black", "white")]]
    assert TURNS == 4
    assert standalone("Why not?", history) == "Why green? Why blue? Why black? Why white? Why not?"


def test_answers_are_not_searched() -> None:
    assert "row and column" not in standalone("Why?", [ADAFACTOR])
