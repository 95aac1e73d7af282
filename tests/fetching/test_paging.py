"""Pages that are missing are told; totals may change."""

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from rag.errors import FetchError
from rag.fetching import Counts, Wanted, fetched
from rag.records import Record, Remark
from tests.fetching.conftest import MakeClient

OFFSETS = {"arxiv": 200, "openalex": 200, "pubmed": 200, "europepmc": 200, "crossref": 200, "semantic_scholar": 200}


@pytest.mark.parametrize("index", OFFSETS)
def test_an_empty_page_before_the_total_is_asked_for_again(
    client: MakeClient, indexes: IndexServer, index: str
) -> None:
    pages = len(_asked(client, indexes, index))
    indexes.misbehaves(index, *[None] * (pages - 1), Fault(empty=True), Fault(empty=True))
    found = [one for _, one in fetched(Wanted(index, "otters", limit=250), client(fresh=True))]
    assert sum(isinstance(one, Record) for one in found) == 250


@pytest.mark.parametrize("index", OFFSETS)
def test_an_empty_page_that_stays_empty_is_an_error_that_says_where(
    client: MakeClient, indexes: IndexServer, index: str
) -> None:
    pages = len(_asked(client, indexes, index))
    indexes.misbehaves(index, *[None] * (pages - 1), *[Fault(empty=True)] * 4)
    found: list[object] = []
    with pytest.raises(FetchError) as error:
        found.extend(fetched(Wanted(index, "otters", limit=250), client(fresh=True)))
    assert f"its page after {OFFSETS[index]} of 250 papers is empty, asked 4 times. Try again later" in str(error.value)
    # What is empty by mistake isn't kept.
    found = [one for _, one in fetched(Wanted(index, "otters", limit=250), client(fresh=True))]
    assert sum(isinstance(one, Record) for one in found) == 250


def _asked(client: MakeClient, indexes: IndexServer, index: str) -> list[str]:
    list(fetched(Wanted(index, "otters", limit=250), client()))
    return [one.path for one in indexes.asked]


@pytest.mark.parametrize("index", ["arxiv", "openalex", "europepmc", "crossref", "semantic_scholar"])
def test_a_total_that_grows_and_shrinks_on_the_way_is_no_error(
    client: MakeClient, indexes: IndexServer, index: str
) -> None:
    indexes.totals[index] = [251, 300, 250]
    counts = Counts()
    found = [one for _, one in fetched(Wanted(index, "otters", limit=500), client(), counts)]
    assert counts.found == sum(isinstance(one, Record) for one in found) == 250


def test_a_total_that_was_too_high_is_told_where_the_index_ends_by_itself(
    client: MakeClient, indexes: IndexServer
) -> None:
    indexes.totals["semantic_scholar"] = [260]
    found = [one for _, one in fetched(Wanted("semantic_scholar", "otters", limit=2000), client())]
    assert [str(one) for one in found if isinstance(one, Remark)] == [
        "semantic_scholar: otters: Semantic Scholar spoke of 260 papers and gave 250"
    ]


def test_a_paper_that_comes_on_two_pages_is_given_once(client: MakeClient, indexes: IndexServer) -> None:
    papers = indexes.papers["openalex"]
    indexes.papers["openalex"] = papers[:100] + papers[90:240]  # ten new ones came while it was fetched
    found = [one for _, one in fetched(Wanted("openalex", "otters", limit=500), client())]
    assert len({one.key for one in found if isinstance(one, Record)}) == len(found) == 240
