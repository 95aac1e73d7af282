"""Each index is asked in its own words, page by page, and its papers are read whole."""

import json

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import Made, made
from rag.errors import FetchError
from rag.fetching import INDEXES, Client, Wanted, count, fetched
from rag.records import Record, Rejection, Remark
from tests.fetching.conftest import MakeClient

SEARCHES = {
    name: Wanted(name, day="2026-11-24", limit=1000) if name == "huggingface" else Wanted(name, "beasts", limit=1000)
    for name in INDEXES
}
# What an index tells of a paper beside title, authors and abstract.
TELLS = {
    "arxiv": {"arxiv_id", "year"},
    "openalex": {"arxiv_id", "year", "doi", "pubmed_id"},
    "pubmed": {"year", "doi", "pubmed_id"},
    "europepmc": {"year", "doi", "pubmed_id"},
    "crossref": {"year", "doi"},
    "semantic_scholar": {"arxiv_id", "year", "doi", "pubmed_id"},
    "huggingface": {"arxiv_id", "year"},
    "zotero": {"year", "doi", "pubmed_id"},
}


def records(wanted: Wanted, client: Client) -> list[Record]:
    found = [one for _, one in fetched(wanted, client)]
    assert all(isinstance(one, Record | Remark) for one in found), [one for one in found if isinstance(one, Rejection)][
        :1
    ]
    return [one for one in found if isinstance(one, Record)]


def last(indexes: IndexServer, index: str) -> dict[str, str]:
    return dict(next(one.said for one in reversed(indexes.asked) if one.index == index))


@pytest.mark.parametrize("index", TELLS)
def test_all_pages_of_a_search_become_records(client: MakeClient, indexes: IndexServer, index: str) -> None:
    found = records(SEARCHES[index], client())
    for paper, record in zip(indexes.papers[index], found, strict=True):
        assert (record.title.rstrip("."), record.abstract) == (paper.title, paper.abstract)
        assert len(record.authors) == len(paper.authors)
        assert all(name.split()[-1] in {family for _, family in paper.authors} for name in record.authors)
        for name in TELLS[index]:
            assert getattr(record, name) == getattr(paper, name), name
    assert [record.line for record in found] == list(range(1, 251))


@pytest.mark.parametrize("index", sorted(set(INDEXES) - {"huggingface", "zotero"}))
def test_how_many_there_are_is_told_without_fetching_them(client: MakeClient, indexes: IndexServer, index: str) -> None:
    assert count(SEARCHES[index], client()) == 250
    assert len(indexes.asked) <= 2


def test_a_count_costs_the_fetch_after_it_nothing(client: MakeClient, indexes: IndexServer) -> None:
    one = client()
    count(SEARCHES["arxiv"], one)
    records(SEARCHES["arxiv"], one)
    assert [asked.said["start"] for asked in indexes.asked] == ["0", "200"]


@pytest.mark.parametrize("index", INDEXES)
def test_no_more_than_the_limit_is_fetched(client: MakeClient, indexes: IndexServer, index: str) -> None:
    wanted = Wanted(**{**SEARCHES[index].to_dict(), "limit": 130})
    found = [one for _, one in fetched(wanted, client(), completing=False)]
    assert len([one for one in found if not isinstance(one, Remark)]) == 130


@pytest.mark.parametrize("index", sorted(set(INDEXES) - {"huggingface"}))
def test_a_search_without_results_is_an_empty_one(client: MakeClient, indexes: IndexServer, index: str) -> None:
    indexes.papers[index] = []
    assert records(SEARCHES[index], client()) == []


def test_a_day_without_papers_is_an_empty_one(client: MakeClient, indexes: IndexServer) -> None:
    indexes.papers["huggingface"] = []
    assert records(SEARCHES["huggingface"], client()) == []


# By ids


def written(paper: Made) -> dict[str, str]:
    return {"arxiv": f"arxiv:{paper.arxiv_id}", "doi": f"doi:{paper.doi}", "pmid": f"pmid:{paper.pubmed_id}"}


@pytest.mark.parametrize("index", [name for name, one in INDEXES.items() if one.ABOUT.ids and name in TELLS])
def test_papers_are_fetched_by_every_kind_of_id_that_an_index_knows(
    client: MakeClient, indexes: IndexServer, index: str
) -> None:
    kinds = INDEXES[index].ABOUT.ids
    ids = tuple(written(paper)[kinds[place % len(kinds)]] for place, paper in enumerate(indexes.papers[index][:230]))
    found = records(Wanted(index, ids=ids), client())
    assert sorted(record.title.rstrip(".") for record in found) == sorted(p.title for p in indexes.papers[index][:230])
    most = INDEXES[index].ABOUT.at_once
    assert len(indexes.asked) <= (230 // most + len(kinds)) * 2


def test_an_id_that_an_index_does_not_have_is_told(client: MakeClient) -> None:
    wanted = Wanted("arxiv", ids=("arxiv:2001.10003", "arxiv:1999.99999"))
    found = [one for _, one in fetched(wanted, client())]
    assert [type(one) for one in found] == [Record, Rejection]
    assert str(found[1]).endswith("arXiv has no paper arxiv:1999.99999")


def test_a_doi_with_a_comma_is_asked_for_alone(client: MakeClient, indexes: IndexServer) -> None:
    commas = [Made(1, "Comma beasts of the weir", "A text of some words.", (("A", "B"),), 2001, "10.5555/a,b", "", "")]
    indexes.papers["crossref"] += commas
    wanted = Wanted("crossref", ids=("doi:10.5555/a,b", "doi:10.5555/beasts.3", "doi:10.5555/no,ne"))
    found = [one for _, one in fetched(wanted, client())]
    assert [one.doi for one in found if isinstance(one, Record)] == ["10.5555/a,b", "10.5555/beasts.3"]
    assert str(found[-1]).endswith("Crossref has no paper doi:10.5555/no,ne")


# What is asked, in each index's words

ALL = Wanted("", "river otters", author="Chiara Novak", year_from=2019, year_to=2021, limit=30)


@pytest.mark.parametrize(
    ("index", "said"),
    [
        (
            "arxiv",
            {
                "search_query": '(all:river AND all:otters) AND au:"Chiara Novak" '
                "AND submittedDate:[201901010000 TO 202112312359]",
                "start": "0",
                "max_results": "30",
                "sortBy": "relevance",
            },
        ),
        (
            "openalex",
            {
                "search": "river otters",
                "filter": "from_publication_date:2019-01-01,to_publication_date:2021-12-31,"
                "raw_author_name.search:Chiara Novak",
                "per_page": "30",
                "cursor": "*",
            },
        ),
        (
            "europepmc",
            {
                "query": '(river otters) AND AUTH:"Chiara Novak" AND PUB_YEAR:[2019 TO 2021]',
                "resultType": "core",
                "format": "json",
                "pageSize": "30",
                "cursorMark": "*",
            },
        ),
        (
            "crossref",
            {
                "query": "river otters",
                "query.author": "Chiara Novak",
                "filter": "from-pub-date:2019,until-pub-date:2021",
                "rows": "30",
                "offset": "0",
            },
        ),
        ("dblp", {"q": "river otters author:Chiara_Novak", "format": "json", "h": "30", "f": "0"}),
        ("zotero", {"q": "river otters Chiara Novak", "limit": "30", "start": "0"}),
    ],
)
def test_a_search_is_put_into_the_words_of_an_index(
    client: MakeClient, indexes: IndexServer, index: str, said: dict[str, str]
) -> None:
    list(fetched(Wanted(**{**ALL.to_dict(), "index": index}), client(), completing=False))
    assert said.items() <= last(indexes, index).items()


def test_pubmed_is_searched_first_and_fetched_from_then(client: MakeClient, indexes: IndexServer) -> None:
    list(fetched(Wanted(**{**ALL.to_dict(), "index": "pubmed"}), client()))
    search, fetch = indexes.asked
    assert (search.path, fetch.path) == ("esearch.fcgi", "efetch.fcgi")
    assert search.said["term"] == '(river otters) AND "Chiara Novak"[au]'
    assert (search.said["mindate"], search.said["maxdate"], search.said["datetype"]) == ("2019", "2021", "pdat")
    assert search.said["usehistory"] == "y"
    assert (fetch.said["WebEnv"], fetch.said["query_key"], fetch.said["retmax"]) == ("MCID_0", "1", "30")


def test_words_of_arxiv_s_own_search_stay_as_they_are(client: MakeClient, indexes: IndexServer) -> None:
    list(fetched(Wanted("arxiv", 'ti:"river otters" ANDNOT cat:cs.CL', limit=5), client()))
    assert last(indexes, "arxiv")["search_query"] == '(ti:"river otters" ANDNOT cat:cs.CL)'


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("the life of otters", "(all:life AND all:otters)"),
        ('"river otters" in spring', '(all:"river otters" AND all:spring)'),
        ("BERT: pre-training (deep)", "(all:BERT AND all:pre-training AND all:deep)"),
        ("the", "(all:the)"),
    ],
)
def test_plain_words_must_all_stand_in_a_paper_of_arxiv(
    client: MakeClient, indexes: IndexServer, said: str, asked: str
) -> None:
    list(fetched(Wanted("arxiv", said, limit=5), client()))
    assert last(indexes, "arxiv")["search_query"] == asked


def test_a_fault_of_pubmed_s_search_is_asked_again_and_a_refusal_is_told(
    client: MakeClient, indexes: IndexServer
) -> None:
    faults = ("Search Backend failed: read failed", "Invalid field")
    bodies = [json.dumps({"esearchresult": {"ERROR": fault}}).encode() for fault in faults]
    indexes.misbehaves("pubmed", Fault(body=bodies[0]))
    assert len(records(Wanted("pubmed", "otters", limit=5), client())) == 5
    indexes.misbehaves("pubmed", Fault(body=bodies[1]))
    with pytest.raises(FetchError, match="it refused the search: 'Invalid field'"):
        records(Wanted("pubmed", "newts", limit=5), client())


def test_semantic_scholar_is_searched_in_bulk_beyond_its_best_thousand(
    client: MakeClient, indexes: IndexServer
) -> None:
    indexes.papers["semantic_scholar"] = made(2300)
    assert len(records(Wanted("semantic_scholar", "otters", limit=2200), client())) == 2200
    assert [one.path for one in indexes.asked] == ["paper/search/bulk"] * 3
    list(fetched(Wanted("semantic_scholar", "otters", year_from=2019, limit=900), client()))
    assert last(indexes, "semantic_scholar")["year"] == "2019-"


@pytest.mark.parametrize(
    ("index", "name", "value"),
    [
        ("arxiv", "sortBy", "submittedDate"),
        ("openalex", "sort", "publication_date:desc"),
        ("europepmc", "sort", "P_PDATE_D desc"),
        ("crossref", "sort", "published"),
        ("semantic_scholar", "sort", "publicationDate:desc"),
        ("zotero", "direction", "desc"),
    ],
)
def test_the_newest_can_be_asked_for_first(
    client: MakeClient, indexes: IndexServer, index: str, name: str, value: str
) -> None:
    list(fetched(Wanted(index, "otters", newest=True, limit=5), client(), completing=False))
    assert last(indexes, index)[name] == value


def test_papers_of_other_years_are_left_out_where_an_index_cannot_do_it(client: MakeClient) -> None:
    found = [one for _, one in fetched(Wanted("dblp", "otters", year_from=2019, year_to=2020, limit=250), client())]
    assert {one.year for one in found if isinstance(one, Record)} == {2019, 2020}
    assert any("papers of other years left out" in str(one) for one in found)


# Zotero


def test_a_zotero_that_runs_here_is_asked_without_a_key(client: MakeClient, indexes: IndexServer) -> None:
    records(Wanted("zotero", limit=1000), client())
    assert {one.path for one in indexes.asked} == {"users/0/items/top"}
    assert not any("Zotero-API-Key" in one.headers for one in indexes.asked)


def test_zotero_org_is_asked_with_the_key_for_the_library_of_its_owner(
    client: MakeClient, indexes: IndexServer
) -> None:
    assert len(records(Wanted("zotero", limit=1000), client(settings={"zotero_key": "zotero-secret-key"}))) == 250
    assert [one.index for one in indexes.asked] == ["zotero.org"] * 4
    assert [one.path for one in indexes.asked][:2] == ["keys/current", "users/475425/items/top"]


def test_a_collection_of_a_group_is_found_by_its_name(client: MakeClient, indexes: IndexServer) -> None:
    one = client(settings={"zotero_library": "groups/31"})
    records(Wanted("zotero", collection="river beasts", limit=50), one)
    assert [asked.path for asked in indexes.asked] == [
        "groups/31/collections",
        "groups/31/collections/ABCD2345/items/top",
    ]
    with pytest.raises(FetchError, match=r"there is no collection 'Fish'\. Those that are there: River beasts\."):
        records(Wanted("zotero", collection="Fish"), one)
