"""What is wanted of an index: ids as people write them, searches that can be kept, names of sources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fetching import Wanted, ids_of, source_name


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("arxiv:2004.12832", ("arxiv", "2004.12832")),
        ("arXiv: 2004.12832v2", ("arxiv", "2004.12832")),
        ("2004.12832", ("arxiv", "2004.12832")),
        ("https://arxiv.org/abs/2004.12832v1", ("arxiv", "2004.12832")),
        ("http://www.arxiv.org/pdf/2004.12832v1.pdf", ("arxiv", "2004.12832")),
        ("https://huggingface.co/papers/2004.12832", ("arxiv", "2004.12832")),
        ("hep-th/9901001", ("arxiv", "hep-th/9901001")),
        ("https://arxiv.org/abs/math.GT/0309136", ("arxiv", "math.GT/0309136")),
        ("10.48550/arXiv.2004.12832", ("arxiv", "2004.12832")),
        ("doi:10.1145/3397271.3401075", ("doi", "10.1145/3397271.3401075")),
        ("DOI: 10.1145/3397271.3401075.", ("doi", "10.1145/3397271.3401075")),
        ("https://doi.org/10.1002/(SICI)1097-0258(19980815)17:15", ("doi", "10.1002/(sici)1097-0258(19980815)17:15")),
        ("(https://dx.doi.org/10.1000/182)", ("doi", "10.1000/182")),
        ("https://dl.acm.org/doi/10.1145/3397271.3401075?cid=8", ("doi", "10.1145/3397271.3401075")),
        ("pmid:32293341", ("pmid", "32293341")),
        ("PMID 32293341", ("pmid", "32293341")),
        ("32293341", ("pmid", "32293341")),
        ("https://pubmed.ncbi.nlm.nih.gov/32293341/", ("pmid", "32293341")),
        ("https://www.ncbi.nlm.nih.gov/pubmed/32293341", ("pmid", "32293341")),
    ],
)
def test_an_id_is_known_however_it_is_written(written: str, found: tuple[str, str]) -> None:
    assert ids_of(written) == [found]


def test_several_ids_are_found_in_their_order_each_once() -> None:
    text = "pmid:7, 10.1000/a; arxiv:2004.12832 and https://doi.org/10.1000/A\n123"
    assert ids_of(text) == [("pmid", "7"), ("doi", "10.1000/a"), ("arxiv", "2004.12832"), ("pmid", "123")]


@pytest.mark.parametrize(
    "text", ["river otters", "otters since 2019", "COVID-19 in 2020", "type 2 diabetes", "3.5", ""]
)
def test_a_search_is_no_id(text: str) -> None:
    assert ids_of(text) == []


@given(st.text(max_size=80))
def test_whatever_is_written_gives_ids_in_their_normal_form(text: str) -> None:
    found = ids_of(text)
    assert ids_of(", ".join(f"{kind}:{value}" for kind, value in found)) == found


WANTED = st.builds(
    Wanted,
    index=st.sampled_from(["arxiv", "pubmed"]),
    text=st.text(max_size=20),
    ids=st.lists(st.text(min_size=1, max_size=9), max_size=3).map(tuple),
    author=st.text(max_size=9),
    year_from=st.none() | st.integers(1500, 2100),
    year_to=st.none() | st.integers(1500, 2100),
    day=st.sampled_from(["", "2026-11-24"]),
    collection=st.text(max_size=9),
    limit=st.integers(1, 9999),
    newest=st.booleans(),
)


def test_what_steers_a_terminal_is_part_of_no_id() -> None:
    assert ids_of("doi:10.1000/otters\x1b[31m") == ids_of("doi:10.1000/otters\x00") == [("doi", "10.1000/otters")]


@given(WANTED)
def test_what_is_wanted_can_be_kept_and_read_again(wanted: Wanted) -> None:
    assert Wanted.from_dict(wanted.to_dict()) == wanted


def test_what_a_newer_version_kept_is_read_without_what_is_new_in_it() -> None:
    assert Wanted.from_dict({"index": "arxiv", "text": "otters", "mood": "calm"}) == Wanted("arxiv", "otters")


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (Wanted("arxiv", "river  otters", limit=7, newest=True), "arxiv: river otters"),
        (Wanted("pubmed", author="Novak C", year_from=2019, year_to=2021), "pubmed: by Novak C, 2019 to 2021"),
        (Wanted("openalex", "otters", year_from=2019), "openalex: otters, from 2019"),
        (Wanted("arxiv", ids=("arxiv:2004.12832",)), "arxiv: arxiv:2004.12832"),
        (Wanted("huggingface", day="2026-11-24"), "huggingface: 2026-11-24"),
        (Wanted("zotero", collection="River beasts"), "zotero: collection River beasts"),
        (Wanted("zotero"), "zotero: everything"),
        (Wanted("arxiv", "river\x1b[31m otters\x07"), "arxiv: river [31m otters"),
    ],
)
def test_a_source_is_named_by_what_was_wanted(wanted: Wanted, name: str) -> None:
    assert source_name(wanted) == name


def test_long_searches_that_begin_alike_are_sources_of_their_own() -> None:
    one, other = (source_name(Wanted("arxiv", "otter " * 40 + end)) for end in ("a", "b"))
    assert one != other
    assert len(one) < 160
