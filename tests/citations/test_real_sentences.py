"""Sentences as authors wrote them, cited by a model that copies: each stays as it is, and is a quote of its paper."""

import re

import pytest

from rag.citations.reading import read_answer
from rag.citations.rendering import render
from rag.library import Library
from rag.models.llms.thinking.stream import Unthinking
from rag.records import Paper
from rag.text.sentences import sentence_spans

EVERY = 12  # sentence of the real papers is tried
SHORTEST = 25  # characters; shorter ones are joined with what stands beside them
FOREIGN = re.compile(r"\[\d{1,3}(?:[,–-] ?\d{1,3})*\]")  # what an abstract cites itself means nothing to a reader  # noqa: RUF001

BATCH = Paper(2, "Error of sampling", "We need O(1/epsilon^2) samples, and sin^2(x) or ell^1 costs; R² is 0.9.")
OTHER = Paper(1, "Sleep of otters", "Otters sleep for nine hours.")
SOURCES = {1: OTHER, 2: BATCH}


@pytest.mark.parametrize(
    "reply",
    [
        "We need O(1/epsilon^2) samples, and sin^2(x) or ell^1 costs; R² is 0.9 [2].",
        "It takes O(d/alpha^2) samples [2].",
        "The cost is cos^2(y), or a+b^2 [2].",
        "An ell^1 cost is one of them [2].",
    ],
)
def test_an_exponent_is_no_marker(reply: str) -> None:
    shown = render(read_answer(reply, "What does it cost?", SOURCES).parts, ())
    assert shown.text == reply.replace("[2]", "[1]")
    assert {citation.paper for claim in shown.claims for citation in claim.citations} == {BATCH}


def test_a_raised_number_behind_a_word_of_prose_is_one() -> None:
    shown = render(read_answer("Otters sleep for nine hours^1.", "How long?", SOURCES).parts, ())
    assert shown.text == "Otters sleep for nine hours[1]."


@pytest.mark.papers
def test_the_sentences_of_the_real_papers_are_quotes_of_their_paper_and_lose_nothing(real: Library) -> None:
    papers = list(real.selected())
    told = [
        (paper, papers[place - 7], " ".join(paper.abstract[start:end].split()))
        for place, paper in enumerate(papers)
        for start, end in sentence_spans(paper.abstract)
    ]
    wrong: list[str] = []
    for paper, other, said in [one for one in told if len(one[2]) >= SHORTEST][::EVERY]:
        end = len(said.rstrip(".!?"))
        reply = f"{said[:end]} [2]{said[end:]}"
        shown = render(read_answer(reply, "What is told?", {1: other, 2: paper}).parts, ())
        cited = {citation.paper.paper_id for claim in shown.claims for citation in claim.citations}
        kept = letters(FOREIGN.sub("", shown.text)) == letters(FOREIGN.sub("", said))
        if cited != {paper.paper_id} or not kept or any(claim.standing == "differs" for claim in shown.claims):
            wrong.append(said)
    assert wrong == []


@pytest.mark.papers
def test_no_sentence_of_the_real_papers_is_taken_for_thinking(real: Library) -> None:
    for paper in real.selected():
        filtered = Unthinking()
        assert "".join([*filtered.feed(paper.abstract), *filtered.end(whole=True)]) == paper.abstract


def letters(text: str) -> list[str]:
    return [letter for letter in text if letter.isalnum()]
