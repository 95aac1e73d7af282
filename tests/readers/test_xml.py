"""PubMed's and arXiv's XML: every paper whole, what means harm refused, what is broken read up to its break."""

import gzip
import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers import read_file
from rag.readers.cleaning.text import clean
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.xml_stream import elements
from rag.records import Record, Rejection
from tests.readers.pubmed_and_arxiv_samples import AUTHORS, BOOK, article, articles, feed

PROPERTY = settings(deadline=None, max_examples=100)


def read(path: Path, content: str | bytes) -> tuple[list[Record], list[Rejection]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = [one for _, one in read_file(path)]
    return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Rejection)]


def titles(records: Iterable[Record]) -> list[str]:
    return [record.title for record in records]


def test_everything_of_an_article_is_read(tmp_path: Path) -> None:
    title = 'Effect of <i>E. coli</i> on CO<sub>2</sub> &amp; <mml:math xmlns:mml="m"><mml:mi>x</mml:mi></mml:math>.'
    parts = (
        '<AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">We <b>rest</b>.</AbstractText>'
        '<AbstractText Label="UNLABELLED">It is quiet.</AbstractText><AbstractText Label="RESULTS"/>'
        '<AbstractText Label="CONCLUSIONS (FINAL)">p &lt; 0.05<!-- no -->.</AbstractText><CopyrightInformation>C'
        "</CopyrightInformation>"
    )
    ids = '<ArticleId IdType="doi">10.1000/ABC</ArticleId><ArticleId IdType="pmc">PMC1</ArticleId>'
    content = articles(article(7, title=title, abstract=parts, authors=AUTHORS, ids=ids))
    assert read(tmp_path / "a", content) == (
        [
            Record(
                "Effect of E. coli on CO2 & x.",
                "BACKGROUND: We rest. It is quiet. CONCLUSIONS (FINAL): p < 0.05.",
                5, "7", ("Ann B Lee Jr", "Quiet Study Group"), 2020, "10.1000/abc", pubmed_id="7",
            )
        ],
        [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("date", "year"),
    [("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998), ("<Season>Spring</Season>", None), ("", None)],
)
def test_a_year_is_taken_from_whatever_date_there_is(tmp_path: Path, date: str, year: int | None) -> None:
    assert read(tmp_path / "a", articles(article(date=date)))[0][0].year == year


def test_a_doi_is_that_of_the_article_and_never_of_a_reference(tmp_path: Path) -> None:
    assert read(tmp_path / "a", articles(article()))[0][0].doi == "10.1000/elocation"


def test_an_arxiv_id_among_the_pages_is_one(tmp_path: Path) -> None:
    pages = "<Pagination><MedlinePgn>arXiv:2303.01421v2</MedlinePgn></Pagination>"
    assert read(tmp_path / "a", articles(article(authors=pages)))[0][0].arxiv_id == "2303.01421"


def test_books_and_their_chapters_are_read(tmp_path: Path) -> None:
    chapter = BOOK.format(title="<ArticleTitle>Quiet Syndrome</ArticleTitle>")
    records, rejections = read(tmp_path / "a", articles(chapter, BOOK.format(title="")))
    assert titles(records) == ["Quiet Syndrome", "Quiet Reviews"]
    assert {(one.key, one.authors, one.year, one.abstract) for one in records} == {
        ("29", ("A Lee",), 1993, "We review.")
    }
    assert not rejections


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"abstract": ""}, "'Paper 1.' has no abstract"),
        ({"title": ""}, "no title"),
        ({"abstract": "<AbstractText/>"}, "'Paper 1.' has no abstract"),
    ],
)
def test_an_article_that_lacks_something_says_so(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    records, [rejection] = read(tmp_path / "a", articles(article(1, **changes), article(2)))
    assert (titles(records), rejection.line) == (["Paper 2."], 5)
    assert reason in rejection.reason


def test_an_abstract_in_another_language_stands_in_for_one_that_is_missing(tmp_path: Path) -> None:
    other = (
        '</Article><OtherAbstract Language="fre"><AbstractText>Nous dormons.</AbstractText></OtherAbstract><Article>'
    )
    content = articles(article(abstract="", authors=other), article(2, authors=other))
    assert [record.abstract for record in read(tmp_path / "a", content)[0]] == ["Nous dormons.", "We rest."]


def test_an_entry_of_arxiv_is_read_whole_and_its_version_forgotten(tmp_path: Path) -> None:
    records, rejections = read(tmp_path / "a", feed("1706.03762v5", "hep-th/9901001v1"))
    first = Record(
        "Attention is enough", "We attend to $x_i$ < 3.", 5, "1706.03762", ("Ann Lee", "Bo Roe"), 2017, "10.1000/abc",
        "1706.03762",
    )  # fmt: skip
    assert records == [first, replace(first, line=16, key="hep-th/9901001", arxiv_id="hep-th/9901001")]
    assert not rejections


def test_an_error_of_arxiv_is_told_in_its_own_words(tmp_path: Path) -> None:
    content = feed("x").replace("/abs/x", "/api/errors#1").replace("We attend to", "Wrong id")
    assert "answer is an error: Wrong id" in read(tmp_path / "a", content)[1][0].reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "gzip"])
def test_an_encoding_is_taken_from_the_file(tmp_path: Path, encoding: str) -> None:
    content = articles(article(title="Prüning.")).replace('"1.0" ', f'"1.0" encoding="{encoding.removesuffix("-sig")}"')
    raw = (
        gzip.compress(articles(article(title="Prüning.")).encode()) if encoding == "gzip" else content.encode(encoding)
    )
    records, rejections = read(tmp_path / "a", raw)
    assert titles(records) == ["Prüning."]
    assert not rejections


@pytest.mark.parametrize("between", ["", "\n", "\n\n \n"])
@pytest.mark.parametrize("size", [1, 5, 100, 100_000])
def test_documents_one_after_another_are_read_as_one(monkeypatch: pytest.MonkeyPatch, between: str, size: int) -> None:
    one, other = articles(article(1), article(2)), articles(article(3)).replace('"1.0" ', '"1.0" encoding="utf-8"')
    content = ("\ufeff" + between.join([one, other, one])).encode()
    pieces = (content[start : start + size] for start in range(0, len(content), size))
    monkeypatch.setattr(Source, "pieces", lambda source: pieces)
    found = list(elements(Source(io.BytesIO(content)), "PubmedArticle"))
    assert not [each for each in found if isinstance(each, Problem)]
    assert len(found) == 5


def test_a_broken_document_costs_only_itself_and_lines_go_on(tmp_path: Path) -> None:
    whole, broken = articles(article(1)), articles(article(2)).replace("</Abstract>", "", 1)
    records, rejections = read(tmp_path / "a", whole + broken + "\n" + whole)
    assert titles(records) == ["Paper 1.", "Paper 1."]
    starts = [n for n, line in enumerate((whole + broken + "\n" + whole).split("\n"), 1) if line == "<PubmedArticle>"]
    assert [record.line for record in records] == [starts[0], starts[2]]
    assert starts[1] < (rejections[0].line or 0) < starts[2]
    assert len(rejections) == 1


def test_lines_are_told_beyond_what_the_parser_counts(tmp_path: Path) -> None:
    blank = "\n" * 40_000
    whole = articles(article(1), article(2)).replace("<PubmedArticleSet>", f"<PubmedArticleSet>{blank}")
    records, _ = read(tmp_path / "a", whole + whole + whole)
    lines = (whole * 3).split("\n")
    assert [record.line for record in records] == [n for n, line in enumerate(lines, 1) if line == "<PubmedArticle>"]


def test_an_entity_is_refused_in_a_later_document_too(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY lol "x">]><PubmedArticleSet/>'
    records, [rejection] = read(tmp_path / "a", articles(article(1)) + bomb)
    assert titles(records) == ["Paper 1."]
    assert "declares entities (lol)" in rejection.reason


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY lol "lol">',
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY lol "&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY lol SYSTEM "file:///etc/passwd">',
        '<!ENTITY lol SYSTEM "http://127.0.0.1:9/x">',
        '<!ENTITY % far SYSTEM "file:///etc/passwd"> %far; <!ENTITY lol "x">',
        "<!ENTITY % near \"<!ENTITY lol SYSTEM 'file:///etc/passwd'>\"> %near;",
    ],
    ids=["entity", "billion laughs", "file", "network", "parameter", "hidden"],
)
@pytest.mark.parametrize("where", ["{}", "<PubmedArticle a='&lol;'>", "&lol;"], ids=["text", "attribute", "set"])
def test_a_file_that_declares_entities_is_refused_in_one_line(tmp_path: Path, declared: str, where: str) -> None:
    body = article(1, title="A &lol; title") if where == "{}" else where
    content = f"<!DOCTYPE PubmedArticleSet [{declared}]>\n<PubmedArticleSet>\n{body}</PubmedArticleSet>\n"
    records, [rejection] = read(tmp_path / "a", content)
    assert not records
    assert "declares entities" in rejection.reason or "any further" in rejection.reason
    assert "root:" not in rejection.reason
    assert rejection.line is not None


def test_entities_that_only_a_fetched_type_would_declare_are_known_or_stay(tmp_path: Path) -> None:
    assert titles(read(tmp_path / "a", articles(article(title="Caf&eacute; &unknown; x")))[0])[0].endswith(
        "&unknown; x"
    )


def test_a_file_nested_too_deep_is_read_up_to_there(tmp_path: Path) -> None:
    deep = "<b>" * 100_000
    records, [rejection] = read(tmp_path / "a", articles(article(1), article(2, title=deep)))
    assert titles(records) == ["Paper 1."]
    assert "Excessive depth" in rejection.reason
    assert "HUGE" not in rejection.reason


@pytest.mark.parametrize("cut", [0.05, 0.3, 0.95])
def test_a_file_cut_short_keeps_what_came_before_and_names_the_line(tmp_path: Path, cut: float) -> None:
    content = articles(*map(article, range(1, 501)))
    content = content[: int(len(content) * cut)]
    records, [rejection] = read(tmp_path / "a", content)
    assert titles(records) == [f"Paper {number}." for number in range(1, content.count("</PubmedArticle>") + 1)]
    assert rejection.line is not None
    assert abs(rejection.line - content.count("\n") - 1) <= 1
    assert "can't be read any further (" in rejection.reason


def test_a_broken_tag_ends_a_file_with_its_line(tmp_path: Path) -> None:
    content = articles(article(1), article(2), article(3).replace("</Article>", "</Artikel>"), article(4))
    records, [rejection] = read(tmp_path / "a", content)
    assert titles(records) == ["Paper 1.", "Paper 2."]
    assert rejection.line == content[: content.index("</Artikel>")].count("\n") + 1


def test_lines_are_counted_beyond_what_sixteen_bits_hold(tmp_path: Path) -> None:
    content = articles("\n" * 70_000, article(1))
    assert read(tmp_path / "a", content)[0][0].line == 70_005


@pytest.mark.parametrize("inside", ["<x/>", "<PubmedArticle><x/>"], ids=["between articles", "inside one"])
def test_what_never_ends_is_left_before_it_fills_the_memory(tmp_path: Path, inside: str) -> None:
    records, [rejection] = read(tmp_path / "a", articles(article(1), inside + "<x/>\n" * 2_000_000))
    assert titles(records) == ["Paper 1."]
    assert "nothing to read in 8,000,000 bytes" in rejection.reason


def test_what_was_read_of_a_long_file_is_forgotten() -> None:
    content = articles(*(article(number) for number in range(1, 2_001)))
    most = 0
    for found in elements(Source(io.BytesIO(content.encode())), "PubmedArticle"):
        assert not isinstance(found, Problem)
        most = max(most, len(list(found.element.getparent().iter())))
    assert most < 65_536 / 5  # what one piece of the file holds


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("<&>\"' \n"), min_size=1, max_size=30)


@PROPERTY
@given(TEXTS, TEXTS)
def test_any_text_comes_back_as_it_was_cleaned(
    tmp_path_factory: pytest.TempPathFactory, title: str, abstract: str
) -> None:
    for bad in "\ufffe\uffff©Ⓒⓒ":  # a copyright text is no part of an abstract
        title, abstract = title.replace(bad, ""), abstract.replace(bad, "")
    changes = {"title": f"T{escape(title)}", "abstract": f"<AbstractText>A{escape(abstract)}</AbstractText>"}
    [record], _ = read(tmp_path_factory.getbasetemp() / "text", articles(article(1, **changes)))
    assert (record.title, record.abstract) == (clean(f"T{title}"), clean(f"A{abstract}"))
