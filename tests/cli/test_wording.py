"""What both faces say of an answer: how its sentences stand, in counts and in the words of `Claim.standing`."""

from dataclasses import replace

import pytest

from rag.library import Library
from rag.records import Answer, Citation, Claim, Difference, Filters, Outcome, Paper, Searched, Standing
from rag.records.standings import SHOWN, needs_look, shown, standing_help
from ui.wording import counted, lacking, legend, place_found, searched, summary

PAPERS = tuple(Paper(n, f"T{n}", "Bees dance near the hive.") for n in (1, 2, 3))
CITED = (Citation(1, PAPERS[0], "Bees dance", 0, 10),)
CLAIMS = {
    Standing.QUOTED: Claim("Bees dance.", CITED, verbatim=True),
    Standing.SUPPORTED: Claim("Bees move.", CITED, verdict="supported", checker="openai:tiny"),
    Standing.REWORDED: Claim("Bees do dance.", CITED, found=0.9),
    Standing.PARTLY: Claim("Bees dance 13 times.", CITED, found=0.9, missing_numbers=("13",)),
    Standing.DIFFERS: Claim("13 bees.", CITED, found=0.9, differences=(Difference("number", "13", "12"),)),
    Standing.NOT_FOUND: Claim("Cats purr.", CITED, found=0.0),
    Standing.UNCITED: Claim("Cats purr."),
}


def answer(*claims: Claim, outcome: Outcome = Outcome.ANSWERED) -> Answer:
    """Return an answer of these claims over nine papers, three of which were found."""
    cited = tuple({citation.paper.paper_id: citation for claim in claims for citation in claim.citations}.values())
    searched = Searched(9, "Q", scores=((3, 0.98), (1, 0.7), (2, 0.2)))
    return Answer("Q", outcome, "", claims, cited, (), searched, "extractive")


def of(*standings: str) -> str:
    return legend(answer(*(CLAIMS[Standing(one)] for one in standings)))


def test_the_claims_stand_as_they_are_called() -> None:
    assert {standing: claim.standing for standing, claim in CLAIMS.items()} == {one: one for one in Standing}


def test_how_sentences_stand_is_told_in_counts() -> None:
    assert of("quoted") == "1 sentence quoted"
    assert of(*["quoted"] * 4) == "4 of 4 sentences quoted"
    assert of("differs", "quoted", "reworded", "quoted", "reworded", "quoted") == (
        "3 of 6 sentences quoted, 2 reworded, 1 differs"
    )
    assert of("uncited", "not found") == "1 of 2 sentences not found, 1 uncited"


@pytest.mark.parametrize("standing", Standing)
def test_a_standing_is_called_the_same_everywhere_and_explained(standing: Standing) -> None:
    told = shown(CLAIMS[standing])
    assert told.word == standing
    assert told.meaning.endswith(".")
    assert of(standing) == f"1 sentence {standing}"


def test_a_legend_explains_every_sign_once() -> None:
    assert standing_help() == tuple(SHOWN[one] for one in Standing)
    assert len({told.sign for told in standing_help()}) == len(Standing)


@pytest.mark.parametrize("standing", Standing)
def test_a_mark_is_shown_where_a_reader_should_look_and_then_it_is_said_why(standing: Standing) -> None:
    looks = standing not in {Standing.QUOTED, Standing.SUPPORTED}
    assert needs_look(CLAIMS[standing]) == looks
    assert bool(lacking(CLAIMS[standing])) == looks


def test_the_line_under_an_answer_begins_with_how_its_sentences_stand_and_has_no_score() -> None:
    line = summary(answer(CLAIMS[Standing.QUOTED], CLAIMS[Standing.QUOTED]))
    assert line == "2 of 2 sentences quoted · 1 paper · 9 papers searched · extractive · 0 ms"
    checked = summary(answer(CLAIMS[Standing.SUPPORTED]))
    assert checked.startswith("1 sentence supported · 1 paper · 9 papers searched · checked by openai:tiny · ")
    assert summary(replace(answer(CLAIMS[Standing.UNCITED]), partial=True)).startswith(
        "1 sentence uncited · 9 papers searched · partial · "
    )


@pytest.mark.parametrize("outcome", [Outcome.NOT_IN_ABSTRACTS, Outcome.NO_RELEVANT_PAPERS])
def test_the_line_under_no_answer_begins_with_the_outcome(outcome: Outcome) -> None:
    assert summary(answer(outcome=outcome)).startswith(f"{str(outcome).replace('_', ' ')} · 9 papers searched · ")


def test_a_paper_has_its_place_among_those_found_but_none_where_they_do_not_answer(samples: Library) -> None:
    found = answer(CLAIMS[Standing.QUOTED])
    assert [place_found(found, paper) for paper in PAPERS] == [f"no. {place} of the 3 nearest" for place in (2, 3, 1)]
    assert place_found(found, Paper(4, "T4", "Moss.")) == ""
    refused = samples.ask("Who won the football match?")
    assert not refused.answered
    assert all(place_found(refused, paper) == "" for paper in samples.papers()[0])


def test_one_is_one() -> None:
    assert [counted(number, "paper") for number in (0, 1, 1200)] == ["0 papers", "1 paper", "1,200 papers"]


@pytest.mark.parametrize(
    ("filters", "papers", "told"),
    [
        (Filters(papers=(1, 2, 2)), 2, "2 chosen papers searched"),
        (Filters(papers=(1,)), 1, "1 chosen paper searched"),
        (Filters(papers=(1, 2), tag="x"), 2, "2 chosen papers tagged 'x' searched"),
        (Filters(papers=(1, 2), tag="x"), 1, "1 paper tagged 'x' of 2 chosen papers searched"),
        (Filters(), 707, "707 papers searched"),
    ],
)
def test_what_was_searched_is_told_in_few_words(filters: Filters, papers: int, told: str) -> None:
    assert searched(Searched(papers, "x", filters)) == told
