"""A paper without an abstract is offered to the indexes that may have it; papers are looked up by their ids."""

import dataclasses

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import made
from rag.errors import FetchError
from rag.fetching import Counts, Wanted, complete, fetched, lookup
from rag.records import Record, Rejection, Remark
from tests.fetching.conftest import MakeClient

TEN = Wanted("crossref", "otters", limit=10)


@pytest.fixture
def bare(indexes: IndexServer) -> IndexServer:
    """Crossref has no abstract of the first six, OpenAlex none of four of them, Semantic Scholar none of two."""
    indexes.papers["arxiv"] = []
    indexes.bare = {"crossref": {1, 2, 3, 4, 5, 6}, "openalex": {1, 2, 3, 4}, "semantic_scholar": {1, 2}}
    indexes.bare |= {"europepmc": {1, 2}, "pubmed": {1}}
    return indexes


def test_what_crossref_lacks_comes_from_the_next_index_that_has_it(client: MakeClient, bare: IndexServer) -> None:
    counts = Counts()
    found = [one for _, one in fetched(TEN, client(), counts)]
    records = sorted((one for one in found if isinstance(one, Record)), key=lambda one: one.line)
    papers = bare.papers["crossref"]
    assert [(one.title, one.abstract) for one in records] == [(one.title, one.abstract) for one in papers[1:10]]
    assert counts.completed == {"OpenAlex": 2, "Semantic Scholar": 2, "PubMed": 1}
    assert counts.lacking == 1
    assert [str(one) for one in found if isinstance(one, Rejection)] == [
        f"crossref: otters line 1: the title {papers[0].title[:60]!r} has no abstract"
    ]
    assert str(found[-1]) == (
        "crossref: otters: abstracts that Crossref lacks: 2 from OpenAlex, 2 from Semantic Scholar, 1 from PubMed; "
        "1 found nowhere"
    )


def test_many_are_looked_up_with_one_request(client: MakeClient, indexes: IndexServer) -> None:
    indexes.bare = {"crossref": set(range(1, 51))}
    list(fetched(Wanted("crossref", "otters", limit=50), client()))
    assert [one.index for one in indexes.asked] == ["crossref", "openalex"]


def test_other_indexes_are_left_alone_where_that_is_wished(client: MakeClient, bare: IndexServer) -> None:
    found = [one for _, one in fetched(TEN, client(), completing=False)]
    assert sum(isinstance(one, Rejection) for one in found) == 6
    assert {one.index for one in bare.asked} == {"crossref"}


def test_the_abstracts_of_dblp_come_from_elsewhere(client: MakeClient, indexes: IndexServer) -> None:
    counts = Counts()
    found = [one for _, one in fetched(Wanted("dblp", "otters", limit=10), client(), counts)]
    assert sum(isinstance(one, Record) for one in found) == sum(counts.completed.values()) == 10
    assert [str(one) for one in found if isinstance(one, Remark)] == [
        "dblp: otters: abstracts that DBLP lacks: 10 from OpenAlex"
    ]


def test_an_index_that_fails_costs_its_abstracts_alone(client: MakeClient, bare: IndexServer) -> None:
    bare.misbehaves("openalex", *[Fault(429, {"Retry-After": "90000"})] * 3)
    counts = Counts()
    found = [one for _, one in fetched(TEN, client(), counts)]
    assert counts.completed == {"Semantic Scholar": 4, "PubMed": 1}
    assert "no more abstracts from OpenAlex: it has too many requests (429)" in str(found[-1])
    assert [one.index for one in bare.asked].count("openalex") == 1


def partial(**changes: object) -> Record:
    known = Record(title=made(7)[6].title, abstract="", line=3, key="mine")
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]  # any fields


@pytest.mark.parametrize(
    ("ids", "index"),
    [
        ({"arxiv_id": "2001.10007"}, "arXiv"),
        ({"doi": "10.48550/arxiv.2001.10007"}, "arXiv"),
        ({"doi": "10.5555/beasts.7"}, "OpenAlex"),
        ({"pubmed_id": "30000007"}, "OpenAlex"),
        ({}, "OpenAlex"),
    ],
)
def test_a_paper_is_found_by_whatever_id_it_has_and_by_its_title_without_one(
    client: MakeClient, ids: dict[str, str], index: str
) -> None:
    (one,) = complete([partial(**ids)], client())
    assert one.record is not None
    assert one.index == index
    assert (one.record.abstract, one.record.key, one.record.line) == (made(7)[6].abstract, "mine", 3)
    assert one.record.year == 2007


def test_what_else_is_lacking_is_filled_and_what_is_there_stays(client: MakeClient) -> None:
    (one,) = complete([partial(doi="10.5555/beasts.7", year=1999)], client())
    assert one.record is not None
    assert (one.record.year, one.record.pubmed_id, one.record.arxiv_id) == (1999, "30000007", "2001.10007")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Quite another paper about bicycles", "doi": "10.5555/beasts.7"},
        {"title": "The lapwing nesting in moorland"},
        {"authors": ("Somebody Else",)},
        {"year": 1980},
    ],
)
def test_an_abstract_of_another_paper_is_not_taken(client: MakeClient, changes: dict[str, object]) -> None:
    (one,) = complete([partial(**changes)], client())
    assert one.record is None


@pytest.mark.parametrize("index", ["openalex", "semantic_scholar", "europepmc", "pubmed"])
def test_each_index_that_can_is_asked_by_title(client: MakeClient, indexes: IndexServer, index: str) -> None:
    for name in indexes.papers:
        if name != index:
            indexes.papers[name] = []
    (one,) = complete([partial()], client())
    assert one.record is not None
    assert one.record.abstract == made(7)[6].abstract


def test_without_a_list_for_troubles_an_error_is_raised(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("openalex", Fault(403))
    with pytest.raises(FetchError, match="OpenAlex: it refuses to answer"):
        list(complete([partial(doi="10.5555/beasts.7")], client()))


# Looking up


def test_papers_are_looked_up_in_all_indexes_that_know_more_of_them(client: MakeClient, indexes: IndexServer) -> None:
    indexes.bare = {"crossref": {2}}
    found = list(lookup(["arxiv:2001.10001", "doi:10.5555/beasts.2", "30000003"], client()))
    assert sorted(record.title.rstrip(".") for record in found) == sorted(
        [made(1)[0].title] * 2 + [made(2)[1].title] * 3 + [made(3)[2].title] * 2
    )
    assert {one.index for one in indexes.asked} == {"arxiv", "openalex", "crossref", "pubmed"}
    assert any(not record.abstract for record in found)


def test_ids_may_be_pairs_and_indexes_may_be_named(client: MakeClient, indexes: IndexServer) -> None:
    found = list(lookup([("doi", "10.5555/beasts.2")], client(), indexes=["semantic_scholar"]))
    assert [record.pubmed_id for record in found] == ["30000002"]
    assert {one.index for one in indexes.asked} == {"semantic_scholar"}


def test_an_index_that_fails_is_told_and_the_others_are_asked(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("openalex", Fault(403))
    troubles: list[FetchError] = []
    assert len(list(lookup(["doi:10.5555/beasts.2"], client(), troubles=troubles))) == 2
    assert [error.index for error in troubles] == ["OpenAlex"]
