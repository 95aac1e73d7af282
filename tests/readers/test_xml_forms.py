"""XML of libraries, repositories and programs: OAI-PMH, Zotero RDF, MODS, EndNote, JATS; and what other XML is told."""

import re
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers import read_file
from rag.readers.cleaning.text import clean
from rag.records import Record, Rejection
from tests.readers.xml_samples import (
    ARXIV_RAW,
    BESIDE,
    DUBLIN_CORE,
    JATS,
    JOURNAL,
    MODS,
    OAI,
    RDF,
    TEXT,
    endnote,
    item,
    oai,
)

PROPERTY = settings(deadline=None, max_examples=60)


def read(path: Path, content: str | bytes) -> tuple[list[Record], list[Rejection]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = [one for _, one in read_file(path)]
    return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Rejection)]


def test_arxiv_s_raw_metadata_are_read_with_the_year_of_the_first_version(tmp_path: Path) -> None:
    [record], rejections = read(tmp_path / "a", oai(ARXIV_RAW, identifier="oai:arXiv.org:math/0309136"))
    authors = ("C. Balázs", "E. L. Berger", "Yuan")
    ids = ("math/0309136", authors, 2003, "10.1000/a", "math/0309136")
    assert record == Record("Quiet Gödel nets", TEXT, 6, *ids)
    assert not rejections


def test_dublin_core_gives_the_abstract_among_its_descriptions(tmp_path: Path) -> None:
    records, rejections = read(tmp_path / "a", oai(DUBLIN_CORE))
    authors = ("Ann Lee", "Ludwig van Beethoven")
    assert records == [
        Record("Quiet nets", TEXT, 6, "oai:x.org:1", authors, 2019, "10.1000/a", url="http://x.org/handle/1")
    ]
    assert not rejections


def test_dublin_core_of_arxiv_has_its_id(tmp_path: Path) -> None:
    core = DUBLIN_CORE.replace("http://x.org/handle/1", "http://arxiv.org/abs/2101.00001")
    [record], _ = read(tmp_path / "a", oai(core, identifier="oai:arXiv.org:2101.00001"))
    assert (record.key, record.arxiv_id, record.url, record.doi) == ("2101.00001", "2101.00001", None, "10.1000/a")


def test_a_repository_gives_mods_and_jats_as_well(tmp_path: Path) -> None:
    article = JATS[JATS.index("<article ") :]
    records, rejections = read(tmp_path / "a", oai(MODS, article, DUBLIN_CORE))
    assert [one.title for one in records] == ["The Quiet nets: a study", "Quiet nets of E. coli", "Quiet nets"]
    assert not rejections


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (oai('<record xmlns="http://www.loc.gov/MARC21/slim"><leader>x</leader></record>'), "metadataPrefix=oai_dc"),
        (OAI.format('<error code="noRecordsMatch">None.</error>'), "is an error: noRecordsMatch None."),
        (oai("", status=' status="deleted"'), "holds no papers"),
        (oai(""), "a record without metadata"),
    ],
    ids=["MARC", "an error", "deleted", "empty"],
)
def test_what_a_repository_gives_besides_is_told(tmp_path: Path, content: str, reason: str) -> None:
    records, [rejection] = read(tmp_path / "a", content)
    assert not records
    assert reason in rejection.reason


def test_answers_one_after_another_are_read_as_one(tmp_path: Path) -> None:
    records, rejections = read(tmp_path / "a", oai(DUBLIN_CORE) * 3)
    assert ([one.title for one in records], rejections) == (["Quiet nets"] * 3, [])


@pytest.mark.parametrize("form", ["{}", '<modsCollection xmlns="http://www.loc.gov/mods/v3">{}</modsCollection>'])
@pytest.mark.parametrize("prefix", ["", "mods:"], ids=["plain", "with a prefix"])
def test_mods_are_read_alone_and_in_a_collection(tmp_path: Path, form: str, prefix: str) -> None:
    content = form.format(MODS)
    if prefix:
        content = (
            content.replace("</", "\0").replace("<", "<mods:").replace("\0", "</mods:").replace("xmlns=", "xmlns:mods=")
        )
    [record], rejections = read(tmp_path / "a", content)
    assert replace(record, line=1) == Record(
        "The Quiet nets: a study", TEXT, 1, "lee2021", ("Ann B. Lee", "Quiet Group"), 2021, "10.1000/a",
        url="https://a.org/x", pubmed_id="77",
    )  # fmt: skip
    assert not rejections


ZOTERO = Record(
    "Quiet nets", TEXT, 6, "lee2021", ("Ludwig van Beethoven", "Quiet Group"), 2021, "10.1000/a", url="https://a.org/x",
    pubmed_id="77",
)  # fmt: skip
HELD = f"<dcterms:isPartOf>{JOURNAL.format(about='')}</dcterms:isPartOf>"
NAMED = '<dcterms:isPartOf rdf:resource="urn:issn:1234-5678"/>'
BEHIND = JOURNAL.format(about=' rdf:about="urn:issn:1234-5678"')


@pytest.mark.parametrize(
    "content",
    [
        item(part=HELD),
        item("rdf:Description", part=HELD),
        item(part=NAMED) + BEHIND,
        item(part=NAMED) + BESIDE + BEHIND,
    ],
    ids=["journal inside", "no class of its own", "journal behind", "journal further behind"],
)
def test_an_item_of_zotero_has_the_doi_that_is_kept_with_its_journal(tmp_path: Path, content: str) -> None:
    assert read(tmp_path / "a", RDF.format(content + BESIDE)) == ([ZOTERO], [])


def test_items_of_zotero_stay_in_order_whatever_they_wait_for(tmp_path: Path) -> None:
    first = item(about="#item_1", title="First", part=NAMED)
    content = first + BESIDE + item(about="#item_2", title="Second", part=HELD) + BEHIND + item(title="Third")
    records, rejections = read(tmp_path / "a", RDF.format(content))
    assert [(one.title, one.doi) for one in records] == [
        ("First", "10.1000/a"), ("Second", "10.1000/a"), ("Third", None),
    ]  # fmt: skip
    assert not rejections


def test_a_preprint_of_zotero_has_the_id_in_its_address(tmp_path: Path) -> None:
    address = "http://arxiv.org/abs/2101.00001v2"
    content = item("rdf:Description", about=address).replace("https://a.org/x", address)
    assert read(tmp_path / "a", RDF.format(content))[0][0].arxiv_id == "2101.00001"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_records_of_endnote_are_read_with_their_styled_text(tmp_path: Path, encoding: str) -> None:
    content = endnote(1, 2).replace("UTF-8", encoding.removesuffix("-sig"))
    records, rejections = read(tmp_path / "a", content.encode(encoding))
    one = Record(
        "Quiet nets of E. coli", f"{TEXT} Second part.", 1, "1", ("张三", "Ann B. Lee", "Quiet Group"), 2021,
        "10.1000/a", url="https://a.org/x", pubmed_id="77",
    )  # fmt: skip
    assert [replace(record, line=1) for record in records] == [one, replace(one, key="2")]
    assert not rejections


def test_the_front_of_an_article_in_jats_is_read(tmp_path: Path) -> None:
    [record], rejections = read(tmp_path / "a", JATS)
    abstract = f"Aim: {TEXT} Results: 31 of 42."
    authors = ("Ann B. Lee", "Quiet Group")
    assert record == Record("Quiet nets of E. coli", abstract, 3, "PMC1", authors, 2021, "10.1000/a", pubmed_id="77")
    assert not rejections


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('<?xml version="1.0"?><!DOCTYPE dblp SYSTEM "dblp.dtd"><dblp><article/></dblp>', "no abstracts in it"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry/></feed>', "an Atom feed, but not"),
        ('<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "an RSS feed"),
        ('<collection xmlns="http://www.loc.gov/MARC21/slim"><record/></collection>', "MARC"),
        ('<?xml version="1.0"?><eSummaryResult/>', "ask efetch"),
        ('<?xml version="1.0"?>\n<!-- mine -->\n<shelf><book/></shelf>', "XML with the root <shelf>"),
    ],
    ids=["DBLP", "Atom", "RSS", "MARC", "summaries", "any"],
)  # fmt: skip
def test_other_xml_is_told_with_what_to_do(tmp_path: Path, content: str, reason: str) -> None:
    records, [rejection] = read(tmp_path / "a", content)
    assert not records
    assert reason in rejection.reason
    assert "export" in rejection.reason or "ask" in rejection.reason


@pytest.mark.parametrize(
    "content",
    [oai(DUBLIN_CORE), MODS, RDF.format(item()), endnote(1), JATS],
    ids=["OAI", "MODS", "RDF", "EndNote", "JATS"],
)
def test_a_bomb_is_refused_in_every_form(tmp_path: Path, content: str) -> None:
    body = re.sub(r"<\?.*?\?>|<!DOCTYPE[^>]*>", "", content).lstrip()
    name = body[1:].split(None, 1)[0].split(">")[0]
    bomb = f'<!DOCTYPE {name} [<!ENTITY lol "lol"><!ENTITY big "&lol;&lol;&lol;">]>\n{body}'
    records, [rejection] = read(tmp_path / "a", bomb)
    assert not records
    assert "declares entities" in rejection.reason


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("<&>\"' \n"), min_size=1, max_size=20)


@PROPERTY
@given(WORDS, st.sampled_from(["OAI", "MODS", "RDF", "EndNote"]))
def test_any_title_comes_back_as_it_was_cleaned(
    tmp_path_factory: pytest.TempPathFactory, title: str, form: str
) -> None:
    for bad in "\ufffe\uffff":
        title = title.replace(bad, "")
    mark, title = "Quiet nets", f"T{title}"
    content = {
        "OAI": oai(DUBLIN_CORE), "MODS": MODS, "RDF": RDF.format(item()),
        "EndNote": endnote(1).replace("of </style>", "</style>"),
    }[form]  # fmt: skip
    [record], _ = read(tmp_path_factory.getbasetemp() / "text", content.replace(mark, escape(title), 1))
    assert clean(title).strip() in record.title
