"""Lists of references at the end of a model's text: left out, and what their numbers mean is used."""

import pytest

from rag.citations.model_text.markers import REFERENCES
from rag.citations.model_text.reference_lists import split_references
from rag.citations.reading import read_answer
from rag.citations.rendering import render
from rag.records import Paper

SOURCES = {
    1: Paper(11, "ColBERT: Late Interaction", "ColBERT keeps a vector for every token and compares them late."),
    2: Paper(12, "Dense Passage Retrieval", "Two encoders are trained on pairs of questions and passages."),
    3: Paper(13, "Sparse Terms", "An index of terms is kept."),
}
TRAINED, KEPT = "Two encoders are trained on pairs", "A vector for every token is kept"


def cited(text: str) -> list[tuple[str, list[str]]]:
    read = read_answer(text, "What is done?", SOURCES)
    claims = render(read.parts).claims
    return [(claim.text, [citation.paper.title for citation in claim.citations]) for claim in claims]


@pytest.mark.parametrize(
    "references",
    [
        "**References**\n[1] Dense Passage Retrieval\n[2] Khattab. ColBERT: Late Interaction. 2020.",
        "## Sources\n1. Dense Passage Retrieval\n2. ColBERT: Late Interaction",
        "[1]: Dense Passage Retrieval\n[2]: ColBERT: Late Interaction",
        "1. Dense Passage Retrieval\n\n2. ColBERT: Late Interaction\n",
    ],
)
def test_a_model_that_numbers_its_own_references_cites_what_these_say(references: str) -> None:
    assert cited(f"{TRAINED} [1]. {KEPT} [2].\n\n{references}") == [
        (f"{TRAINED}.", ["Dense Passage Retrieval"]),
        (f"{KEPT}.", ["ColBERT: Late Interaction"]),
    ]


def test_numbers_as_the_model_was_shown_them_stay() -> None:
    text = f"{KEPT} [1].\n\nReferences:\n[1] ColBERT: Late Interaction"
    assert cited(text) == [(f"{KEPT}.", ["ColBERT: Late Interaction"])]
    assert read_answer(text, "What?", SOURCES).repairs == {REFERENCES: 1}


@pytest.mark.parametrize(
    "answer",
    [
        "These papers do:\n1. ColBERT: Late Interaction [1]\n2. Dense Passage Retrieval [2]",
        "1. ColBERT: Late Interaction\n2. Dense Passage Retrieval",
        f"{KEPT} [1]. So do:\n1. ColBERT: Late Interaction [1]\n2. Dense Passage Retrieval [2]",
        f"{KEPT} [1].\n\n1. It compares them late.\n2. It is fast.",
    ],
)
def test_a_list_that_is_the_answer_stays(answer: str) -> None:
    assert split_references(answer, SOURCES) == (answer, {})
