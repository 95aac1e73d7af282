"""Claims in another language than what they cite: numbers and names are compared, and nobody is accused."""

import pytest

from rag.citations.comparing.translated import comparables, in_common, is_translated, missing_names, missing_numbers
from rag.citations.grounding import grounded
from rag.records import Paper

ABSTRACT = (
    "SparseCut, from GPT-3, keeps 92.8 % of the accuracy of 1.5 billion parameters in 4,000 seconds. "
    "One in three layers is cut. It is the fastest of all the methods that we know."
)
PAPER = Paper(1, "Cutting", ABSTRACT)


@pytest.mark.parametrize(
    "number",
    [
        "92,8 %", "92.8%", "92,8 Prozent", "92,8 por ciento", "৯২.৮", "٩٢٫٨٪", "９２．８％", "4.000 Sekunden",  # noqa: RUF001
        "4 000 secondes", "4'000 Sekunden", "4 Tsd.",
        "4000 секунд", "1,5 Milliarden", "1,5 Mrd.", "15亿", "15億", "1.5 अरब", "1,5 млрд", "1500 millones",
        "1.5 مليار", "1.500.000.000",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(number: str) -> None:
    assert missing_numbers(f"Das sind {number}.", [ABSTRACT]) == ()


@pytest.mark.parametrize("number", ["93,8 %", "5.000", "16亿", "92,1 Prozent", "41"])
def test_another_number_is_missing(number: str) -> None:
    assert missing_numbers(f"Das sind {number}.", [ABSTRACT]) != ()


def test_names_that_no_language_translates_are_compared() -> None:
    assert missing_names("Das Verfahren SparseCut schneidet GPT-4, die KI und die DNS.", [ABSTRACT]) == ("GPT-4",)
    assert missing_names("该方法SparseCut优于BERT。", [ABSTRACT]) == ("BERT",)
    assert comparables("Das Verfahren ist schnell.") == ()
    assert in_common("SparseCut behält 92,8 %.", ABSTRACT) == {"SparseCut", "92,8"}


@pytest.mark.parametrize(
    "claim",
    ["Es ist das schnellste aller Verfahren.", "它是最快的方法。", "Это самый быстрый метод.", "Es el más rápido."],
)
def test_words_of_another_language_accuse_nobody(claim: str) -> None:
    assert is_translated(claim, [ABSTRACT])
    found, repairs = grounded(claim, [PAPER], {1: PAPER})
    assert (found.standing, found.missing_words, found.differences, repairs) == ("reworded", (), (), {})


@pytest.mark.parametrize(
    "claim", ["It is the slowest of methods.", "LoRA, rank 4", "SparseCut", "Denoising helps.", ""]
)
def test_a_claim_in_the_language_of_the_text_is_compared_word_by_word(claim: str) -> None:
    assert not is_translated(claim, [ABSTRACT])


def test_a_wrong_number_in_another_language_is_partly_there_and_never_differs() -> None:
    found, _ = grounded("SparseCut behält nur 71,3 Prozent der Genauigkeit.", [PAPER], {1: PAPER})
    assert (found.standing, found.missing_numbers, found.differences) == ("partly", ("71,3",), ())


def test_a_claim_in_another_language_is_shown_beside_the_sentence_that_has_its_numbers() -> None:
    other = Paper(2, "More", "We cut layers in many ways. It takes 77 hours on SparseCut. All of them are slow in use.")
    found, _ = grounded("SparseCut braucht dafür 77 Stunden.", [other], {1: PAPER, 2: other})
    assert [citation.quote for citation in found.citations] == ["It takes 77 hours on SparseCut."]


def test_without_a_citation_only_names_and_numbers_that_are_all_there_find_a_paper() -> None:
    assert grounded("SparseCut behält 92,8 Prozent der Genauigkeit.", [], {1: PAPER})[0].citations
    assert not grounded("Das Verfahren ist sehr schnell und gut.", [], {1: PAPER})[0].citations
    assert not grounded("SparseCut behält 71,3 Prozent von GPT-9.", [], {1: PAPER})[0].citations


def test_who_wrote_the_paper_when_is_no_missing_name() -> None:
    paper = Paper(1, "Cutting", ABSTRACT, authors=("Elias Frantz", "Ola Berg", "Dana Alister"), year=2023)
    found, _ = grounded("Frantz and Alister (2023) keep 92.8 % of the accuracy with SparseCut.", [paper], {1: paper})
    assert (found.missing_names, found.missing_numbers, found.standing) == ((), (), "reworded")
