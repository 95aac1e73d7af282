"""Papers found: counted by whether they belong, ranked as a search ranks, told a page at a time."""

import json
from pathlib import Path

import pytest

from rag import Filters, Found, Library
from rag.errors import EmptyLibraryError, QuestionError
from rag.retrieval.belonging import Signs, confidence_by
from rag.retrieval.finding import NEAREST, NONE_MATCHES, Finder
from rag.settings import Settings


def titles(found: Found) -> list[str]:
    return [hit.paper.title for hit in found.hits]


def test_the_papers_about_something_are_found_by_meaning_and_counted(samples: Library) -> None:
    found = samples.find("a forest of decision trees")
    assert titles(found)[0] == "Random Forests"
    assert len(found.hits) == found.matching < found.searched == len(samples)
    assert not found.more
    assert not found.notes


def test_words_of_an_abstract_find_its_paper_though_no_title_has_them(samples: Library) -> None:
    assert titles(samples.find("co-adaptations of feature detectors on the training data"))[0].startswith("Improving")


def test_pages_hold_every_paper_that_matches_once_in_the_order_of_the_search(samples: Library) -> None:
    whole = samples.find("language model", limit=100)
    pages = [samples.find("language model", limit=2, offset=offset) for offset in range(0, whole.matching + 2, 2)]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert {page.matching for page in pages} == {whole.matching}
    ranked = [hit.paper.title for hit in samples.search("language model", limit=30)]
    assert titles(whole) == [title for title in ranked if title in titles(whole)]


def test_every_paper_found_has_its_sentences_the_nearest_first_and_a_score_that_says_it_belongs(
    samples: Library,
) -> None:
    for hit in samples.find("attention between encoder and decoder").hits:
        assert 1 <= len(hit.passages) <= 3
        assert [one.score for one in hit.passages] == sorted((one.score for one in hit.passages), reverse=True)
        assert all(hit.paper.abstract[one.start : one.end] == one.text for one in hit.passages)
        assert hit.score >= 0.5


@pytest.mark.parametrize("query", ["bird migration over the Sahara", "sourdough bread", "tax law of 1986"])
def test_what_no_paper_is_about_matches_none_and_the_nearest_are_told_as_such(samples: Library, query: str) -> None:
    found = samples.find(query)
    assert found.matching == 0
    assert len(found.hits) == NEAREST
    assert found.notes == (NONE_MATCHES,)


def test_papers_are_counted_by_the_signs_that_the_constants_are_fitted_to(samples: Library) -> None:
    signs = Finder(samples._collection.storage, samples.embedder()).signs("language model")
    sure = {paper_id: round(confidence_by(own), 4) for paper_id, own in signs.items()}
    hits = samples.find("language model", limit=100).hits
    assert {hit.paper.paper_id: hit.score for hit in hits} == {
        one: score for one, score in sure.items() if score >= 0.5
    }
    assert len(hits) < len(sure)


def test_without_token_states_a_paper_counts_that_holds_nearly_all_of_the_words() -> None:
    assert confidence_by(Signs(None, held=0.9, cosine=0.0, log_words=0.0)) > 0.5
    assert confidence_by(Signs(None, held=0.7, cosine=1.0, log_words=0.0)) < 0.5


def test_only_papers_within_the_filters_are_counted(samples: Library) -> None:
    late, all_of_them = Filters(year_from=2020), samples.find("language model", limit=100)
    found = samples.find("language model", filters=late, limit=100)
    assert 0 < found.matching < all_of_them.matching
    assert all((hit.paper.year or 0) >= 2020 for hit in found.hits)


def test_a_question_that_asks_for_a_list_is_found_by_what_it_wants_listed(samples: Library) -> None:
    asked, words = samples.find("Which papers deal with gradient boosting?"), samples.find("gradient boosting")
    assert asked.hits == words.hits
    assert asked.query == "Which papers deal with gradient boosting?"


def test_a_library_of_one_paper_finds_it_and_nothing_else(tmp_path: Path) -> None:
    row = {"title": "On random forests", "abstract": "We grow random forests of many decision trees. They are deep."}
    (tmp_path / "one.jsonl").write_text(json.dumps(row))
    with Library.open(tmp_path / "one.library", Settings()) as library:
        with pytest.raises(EmptyLibraryError):
            library.find("random forests")
        library.ingest([tmp_path / "one.jsonl"])
        assert library.find("random forests").matching == 1
        assert library.find("river deltas").matching == 0


def test_a_query_of_nothing_is_refused(samples: Library) -> None:
    with pytest.raises(QuestionError):
        samples.find("?")


def test_where_more_papers_may_match_than_were_looked_at_that_is_said(
    samples: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.retrieval.finding.WIDE", 3)
    monkeypatch.setattr("rag.retrieval.finding.LAST", 2)
    assert samples.find("language model").more
    assert not samples.find("sourdough bread").more


def test_the_papers_about_a_topic_of_the_real_library_are_all_found(real: Library) -> None:
    assert titles(real.find("permutation invariant"))[0] == "Deep Sets"
    private = real.find("differential privacy")
    assert 6 <= private.matching <= 14
