"""JSON as APIs, programs and notebooks write it: whatever wraps the papers, and whatever their fields are called."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers import read_file
from rag.records import Record, Rejection

PROPERTY = settings(deadline=None, max_examples=100)
TEXT = "We count quiet things. They rest."
PAPER = {"title": "Quiet nets", "abstract": TEXT}
CSL = {"DOI": "10.1000/a", "type": "journal-article", "title": ["Quiet nets"], "abstract": f"<jats:p>{TEXT}</jats:p>"}
PEOPLE = [{"given": "Ann", "family": "Lee"}, {"name": "Quiet Group"}]
NAMES = ("Ann Lee", "Quiet Group")
ZOTERO = {
    "itemType": "journalArticle", "title": "Quiet nets", "abstractNote": TEXT, "date": "March 2021",
    "creators": [
        {"firstName": "Ed", "lastName": "Itor", "creatorType": "editor"},
        {"firstName": "Ann", "lastName": "Lee", "creatorType": "author"},
        {"name": "Quiet Group", "creatorType": "author"},
    ],
    "extra": "PMID: 77\narXiv:2101.00001 [cs.CL]",
}  # fmt: skip
NOTE = {
    "id": "n1", "forum": "n1", "cdate": 1600000000000, "replyto": None,
    "content": {"title": "Quiet nets", "abstract": TEXT, "authors": ["Ann Lee", "Quiet Group"]},
}  # fmt: skip
REVIEW = {"id": "n2", "forum": "n1", "replyto": "n1", "content": {"title": "Review", "review": "Fine.", "rating": 8}}

# What is written, and what of the record is looked at besides title and abstract.
FORMS: dict[str, tuple[Any, dict[str, Any]]] = {
    "DOAJ": (
        {"total": 1, "page": 1, "results": [{
            "id": "d1", "created_date": "2024-01-01T00:00:00Z", "bibjson": {
                **PAPER, "year": "2021", "author": [{"name": "Ann Lee", "affiliation": "X"}, {"name": "Quiet Group"}],
                "identifier": [{"type": "pissn", "id": "1234-5678"}, {"type": "doi", "id": "10.1000/A"}],
                "journal": {"title": "J", "volume": "1"}, "link": [{"type": "fulltext", "url": "https://a.org/x"}],
            }}]},
        {"key": "d1", "authors": NAMES, "year": 2021, "doi": "10.1000/a", "url": "https://a.org/x"},
    ),
    "bioRxiv publications": (
        {"messages": [{"status": "ok"}], "collection": [{
            "preprint_doi": "10.1101/1", "published_doi": "10.1000/a", "preprint_title": "Quiet nets",
            "preprint_abstract": TEXT, "preprint_date": "2021-01-01", "preprint_authors": "Lee, A.; Roe, B."}]},
        {"year": 2021, "authors": ("A. Lee", "B. Roe"), "doi": "10.1101/1"},
    ),
    "Europe PMC": (
        {"version": "6.9", "hitCount": 1, "resultList": {"result": [{
            "id": "7", "source": "MED", "pmid": "7", "title": "Quiet nets", "abstractText": TEXT, "pubYear": "2021",
            "authorString": "Lee A, Quiet Group.", "authorList": {"author": [
                {"fullName": "Lee A", "firstName": "Ann", "lastName": "Lee"}, {"collectiveName": "Quiet Group"}]},
            "pubTypeList": {"pubType": ["research-article", "Retracted Publication"]}}]}},
        {"authors": NAMES, "year": 2021, "pubmed_id": "7", "retracted": "Retracted Publication"},
    ),
    "OpenReview, first API": ({"notes": [NOTE, REVIEW]}, {"key": "n1", "authors": NAMES, "year": 2020}),
    "OpenReview, a venue": (
        [{**NOTE, "content": {name: {"value": value} for name, value in NOTE["content"].items()}
            | {"venue": {"value": "ICLR 2022 poster"}}}],
        {"key": "n1", "authors": NAMES, "year": 2022},
    ),
    "Crossref, created alone": (
        {"status": "ok", "message": {"items": [
            {**CSL, "author": PEOPLE, "issued": {"date-parts": [[None]]}, "created": {"date-parts": [[2020, 1]]},
             "updated-by": [{"type": "retraction", "DOI": "10.1000/n"}]}]}},
        {"authors": NAMES, "year": 2020, "doi": "10.1000/a", "retracted": "retraction: 10.1000/n"},
    ),
    "Crossref, a notice": (
        {"message": {**CSL, "author": PEOPLE, "update-to": [{"type": "retraction", "DOI": "10.1000/o"}]}},
        {"doi": "10.1000/a", "retracted": "retraction of 10.1000/o"},
    ),
    "Zotero's API": (
        [{"key": "Z1", "library": {"type": "user", "name": "me"}, "meta": {"creatorSummary": "Lee"}, "data": data}
         for data in ({"key": "N", "itemType": "note", "note": "<p>x</p>"}, {"key": "Z1", **ZOTERO},
                      {"key": "P", "itemType": "attachment", "title": "Full Text PDF"})],
        {"key": "Z1", "authors": NAMES, "year": 2021, "pubmed_id": "77", "arxiv_id": "2101.00001"},
    ),
    "Better BibTeX": (
        {"config": {"id": "x", "options": {}}, "version": {"zotero": "7"}, "collections": {"C": {"name": "My"}},
         "items": [{**ZOTERO, "itemID": 1, "citationKey": "lee2021", "notes": [], "attachments": []},
                   {"itemType": "attachment", "title": "A page"}]},
        {"key": "lee2021", "authors": NAMES, "year": 2021},
    ),
    "Hugging Face, of a day": (
        [{"title": "Quiet nets", "summary": TEXT, "publishedAt": "2025-01-02", "submittedBy": {"name": "me"}, "paper": {
            "id": "2401.00001", "title": "Quiet nets", "summary": TEXT, "publishedAt": "2024-01-01T00:00:00.000Z",
            "authors": [{"_id": "1", "name": "Ann Lee", "hidden": False}, {"name": "Quiet Group"}]}}],
        {"key": "2401.00001", "authors": NAMES, "year": 2024, "arxiv_id": "2401.00001"},
    ),
    "Semantic Scholar, a batch": (
        [None, {"paperId": "s1", **PAPER, "year": 2021, "authors": [{"authorId": "1", "name": "Ann Lee"}],
                "externalIds": {"DOI": "10.1000/A", "CorpusId": 3}}],
        {"key": "s1", "authors": ("Ann Lee",), "year": 2021, "doi": "10.1000/a"},
    ),
    "Semantic Scholar, recommended": (
        {"recommendedPapers": [{"paperId": "s1", **PAPER, "authors": []}]}, {"key": "s1"},
    ),
    "DataCite": (
        {"data": [{"id": "10.5061/x", "type": "dois", "attributes": {
            "doi": "10.5061/X", "titles": [{"title": "Quiet nets"}], "publicationYear": 2021,
            "creators": [{"name": "Lee, Ann", "givenName": "Ann", "familyName": "Lee"}, {"name": "Quiet Group"}],
            "descriptions": [{"description": "Version 2", "descriptionType": "Other"},
                             {"description": TEXT, "descriptionType": "Abstract"}]}}]},
        {"doi": "10.5061/x", "authors": NAMES, "year": 2021},
    ),
    "Zenodo": (
        {"hits": {"hits": [{"id": 1, "doi": "10.5281/z", "metadata": {
            "title": "Quiet nets", "description": f"<p>{TEXT}</p>", "publication_date": "2021-02-03",
            "creators": [{"name": "Lee, Ann"}, {"name": "Quiet Group"}]}}], "total": 1}},
        {"doi": "10.5281/z", "authors": NAMES, "year": 2021},
    ),
    "INSPIRE": (
        {"hits": {"hits": [{"metadata": {
            "titles": [{"title": "Quiet nets", "source": "arXiv"}], "abstracts": [{"value": TEXT}],
            "authors": [{"full_name": "Lee, Ann"}], "dois": [{"value": "10.1000/A"}], "earliest_date": "2021-01-01",
            "arxiv_eprints": [{"value": "2101.00001", "categories": ["hep-th"]}]}}]}},
        {"doi": "10.1000/a", "authors": ("Ann Lee",), "arxiv_id": "2101.00001", "year": 2021},
    ),
    "ADS": (
        {"responseHeader": {"status": 0}, "response": {"numFound": 1, "docs": [{
            "bibcode": "2021A", "title": ["Quiet nets"], "abstract": TEXT, "author": ["Lee, Ann", "Quiet Group"],
            "year": "2021", "doi": ["10.1000/A"], "identifier": ["arXiv:2101.00001", "2021arXiv"]}]}},
        {"doi": "10.1000/a", "authors": NAMES, "arxiv_id": "2101.00001", "year": 2021},
    ),
    "Mendeley": (
        [{"id": "m1", "type": "journal", **PAPER, "year": 2021, "identifiers": {"doi": "10.1000/A", "pmid": "77"},
          "authors": [{"first_name": "Ann", "last_name": "Lee"}, {"last_name": "Quiet Group"}]}],
        {"key": "m1", "doi": "10.1000/a", "pubmed_id": "77", "authors": NAMES, "year": 2021},
    ),
    "Springer": (
        {"apiMessage": "x", "records": [{**PAPER, "creators": [{"creator": "Lee, Ann"}, {"creator": "Quiet Group"}],
                                         "doi": "10.1000/A", "publicationDate": "2021-01-01"}]},
        {"doi": "10.1000/a", "authors": NAMES, "year": 2021},
    ),
    "IEEE": (
        {"total_records": 1, "articles": [{**PAPER, "authors": {"authors": [{"full_name": "Ann Lee"}]},
                                           "publication_year": 2021}]},
        {"authors": ("Ann Lee",), "year": 2021},
    ),
    "SciFact": (
        [{"doc_id": 4, "title": "Quiet nets", "abstract": ["We count quiet things.", "They rest."]}], {},
    ),
    "CORD-19": (
        {"paper_id": "c1", "metadata": {"title": "Quiet nets", "authors": [
            {"first": "Ann", "middle": ["B."], "last": "Lee", "suffix": ""}]},
         "abstract": [{"text": "We count quiet things.", "section": ""}, {"text": "They rest."}], "body_text": []},
        {"authors": ("Ann B. Lee",)},
    ),
    "GraphQL": ({"data": {"search": {"edges": [{"cursor": "x", "node": {**PAPER, "year": 2021}}]}}}, {"year": 2021}),
    "JSON-LD": (
        {"@context": "https://schema.org", "@graph": [
            {"@type": "ScholarlyArticle", "headline": "Quiet nets", "abstract": {"@language": "en", "@value": TEXT},
             "author": [{"@type": "Person", "givenName": "Ann", "familyName": "Lee"}], "datePublished": "2021-01"}]},
        {"authors": ("Ann Lee",), "year": 2021},
    ),
    "MongoDB": ([{"_id": {"$oid": "5f"}, **PAPER, "year": {"$numberInt": "2021"}}], {"key": "5f", "year": 2021}),
    "arXiv's Python library": (
        [{"entry_id": "http://arxiv.org/abs/2101.00001v2", "title": "Quiet nets", "summary": TEXT,
          "authors": ["Ann Lee"], "published": "2021-01-01T00:00:00Z"}],
        {"arxiv_id": "2101.00001", "authors": ("Ann Lee",), "year": 2021},
    ),
    "a Dublin Core search": (
        {"search-results": {"entry": [{"dc:title": "Quiet nets", "dc:description": TEXT, "dc:creator": "Lee A.",
                                       "prism:doi": "10.1000/A", "prism:coverDate": "2021-01-01"}]}},
        {"authors": ("A. Lee",), "doi": "10.1000/a", "year": 2021},
    ),
    "a shelf with a title": ({"title": "My shelf", "description": "All I read.", "reading": [PAPER]}, {}),
    "by name": ({"lee2021": {**PAPER, "year": 2021}}, {"year": 2021}),
    "answers in a list": ([{"message": {"items": [{**CSL, "author": PEOPLE}]}}], {"authors": NAMES}),
    "spaced capitals": ([{"Article Title": "Quiet nets", "Abstract": TEXT, "Publication Year": 2021}], {"year": 2021}),
    "German": ([{"Titel": "Quiet nets", "Zusammenfassung": TEXT, "Autoren": "Lee, Ann; Roe, Bo", "Jahr": 2021}],
               {"authors": ("Ann Lee", "Bo Roe"), "year": 2021}),
    "Spanish": ([{"Título": "Quiet nets", "Resumen": TEXT, "Año": "2021"}], {"year": 2021}),
    "Chinese": ([{"题名": "Quiet nets", "摘要": TEXT, "年份": "2021"}], {"year": 2021}),
    "dates in milliseconds": ([{**PAPER, "date": 1609459200000}], {"year": 2021}),
}  # fmt: skip
ROWS = [{"title": f"Paper {n}", "abstract": f"We study {n} things.", "year": 2000 + n} for n in range(4)]
COLUMNS = list(ROWS[0])
TABLES: dict[str, Any] = {
    "by column": {name: {str(n): row[name] for n, row in enumerate(ROWS)} for name in COLUMNS},
    "by column, under names": {name: {f"k{n}": row[name] for n, row in enumerate(ROWS)} for name in COLUMNS},
    "columns as lists": {name: [row[name] for row in ROWS] for name in COLUMNS},
    "split": {"columns": COLUMNS, "index": [0, 1, 2, 3], "data": [list(row.values()) for row in ROWS]},
    "index": {str(n): row for n, row in enumerate(ROWS)},
    "records": ROWS,
    "table": {"schema": {"fields": [{"name": "title", "type": "string"}], "pandas_version": "1.4.0"}, "data": ROWS},
    "a header row": [COLUMNS, *(list(row.values()) for row in ROWS)],
    "a sheet": {"range": "A1:C5", "values": [COLUMNS, *(list(row.values()) for row in ROWS)]},
    "by column, held": {"n": 4, "frame": {name: {str(n): row[name] for n, row in enumerate(ROWS)} for name in COLUMNS}},
}  # fmt: skip


def read(path: Path, content: str) -> tuple[list[Record], list[Rejection]]:
    path.write_text(content, "utf-8")
    found = [one for _, one in read_file(path)]
    return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Rejection)]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("indent", [None, 2], ids=["on one line", "pretty"])
def test_what_an_api_or_a_program_gives_is_read(
    tmp_path: Path, form: tuple[Any, dict[str, Any]], indent: int | None
) -> None:
    values, expected = form
    [record], rejections = read(tmp_path / "papers", json.dumps(values, indent=indent, ensure_ascii=False))
    assert (record.title, record.abstract) == ("Quiet nets", TEXT)
    assert {name: getattr(record, name) for name in expected} == expected
    assert [one.reason for one in rejections if "null" not in one.reason] == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_same_is_read_from_one_answer_a_line(tmp_path: Path, form: tuple[Any, dict[str, Any]]) -> None:
    values = form[0][-2:] if isinstance(form[0], list) else [form[0]]
    lines = "\n".join(json.dumps(one) for one in [*values, ROWS[0]])
    records, _ = read(tmp_path / "papers", lines)
    assert [(one.title, one.abstract) for one in records] == [("Quiet nets", TEXT), ("Paper 0", "We study 0 things.")]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("indent", [None, 1], ids=["on one line", "pretty"])
def test_a_data_frame_is_read_whichever_way_it_was_written(tmp_path: Path, table: Any, indent: int | None) -> None:
    records, rejections = read(tmp_path / "papers", json.dumps(table, indent=indent))
    assert [(one.title, one.abstract, one.year) for one in records] == [tuple(row.values()) for row in ROWS]
    assert rejections == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"messages": [{"status": "ok"}], "collection": {"a": 1}},
         "an object with the fields messages, collection: no list of papers known in it"),
        ({"message": "Too Many Requests", "code": "429"}, "known in it (it says: Too Many Requests)"),
        ([{"name": "x", "size": 3}], "an object with the fields name, size: no title known in it"),
        ([{"corpusid": 3, "abstract": TEXT}], "join its 'papers' with its 'abstracts' by corpusid"),
        ({"result": {"hits": {"hit": [{"@score": "1", "info": {"title": "Quiet nets.", "year": "2021"}}]}}},
         "the title 'Quiet nets.' has no abstract"),
    ],
    ids=["no papers", "an error", "no title", "abstracts alone", "DBLP"],
)  # fmt: skip
def test_what_holds_no_papers_says_what_was_seen(tmp_path: Path, values: Any, reason: str) -> None:
    records, [rejection] = read(tmp_path / "papers", json.dumps(values))
    assert not records
    assert reason in rejection.reason


def test_a_paper_without_an_abstract_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    people = {"author": [{"@pid": "1", "text": "Ann Lee 0001"}, {"@pid": "2", "text": "Bo Roe"}]}
    info = {"authors": people, "title": "Quiet nets.", "year": "2021", "doi": "10.1000/A", "key": "conf/x/Lee21"}
    content = json.dumps({"result": {"hits": {"@total": "1", "hit": [{"@score": "1", "info": info}]}}})
    _, [rejection] = read(tmp_path / "papers", content)
    assert rejection.partial
    assert (rejection.partial.authors, rejection.partial.year) == (("Ann Lee", "Bo Roe"), 2021)
    assert (rejection.partial.doi, rejection.partial.key) == ("10.1000/a", "conf/x/Lee21")


def test_papers_by_name_that_lack_an_abstract_are_told(tmp_path: Path) -> None:
    papers = {"a": {"title": "Bare"}, "b": PAPER, "c": {"title": "Empty", "year": 2020}}
    records, rejections = read(tmp_path / "papers", json.dumps(papers, indent=1))
    assert [one.title for one in records] == ["Quiet nets"]
    assert sorted(one.reason for one in rejections) == [
        f"the title {name!r} has no abstract" for name in ("Bare", "Empty")
    ]


def test_references_of_a_paper_are_none_of_its_shelf(tmp_path: Path) -> None:
    paper = {"references": [{"title": "Old", "year": 1990, "doi": "10.1/o"}], **PAPER, "year": 2021}
    for content in (json.dumps(paper), json.dumps([paper]), json.dumps(paper) + "\n" + json.dumps(paper)):
        records, rejections = read(tmp_path / "papers", content)
        assert {one.title for one in records} == {"Quiet nets"}
        assert rejections == []


def test_an_abstract_in_two_languages_is_handed_on_whole(tmp_path: Path) -> None:
    paper = {"title": {"de": "Netze", "en": "Nets"}, "abstract": {"de": "Wir ruhen.", "en": "We rest."}}
    [record], _ = read(tmp_path / "papers", json.dumps([paper]))
    assert record.title == "Nets"
    assert record.abstract.startswith("We rest.")
    assert "Wir ruhen." in record.abstract


def test_a_table_by_column_has_a_bound_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.readers.json_shapes.documents.LONGEST_TABLE", 10_000)
    rows = {str(n): f"Paper {n} of many" for n in range(2_000)}
    records, rejections = read(tmp_path / "papers", json.dumps({"title": rows, "abstract": rows}))
    assert not records
    assert rejections[0].reason.startswith("papers by column are read up to")
    assert "orient='records', lines=True" in rejections[0].reason


WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
SCALARS = st.none() | st.integers() | WORDS
NOISE = st.dictionaries(WORDS, SCALARS | st.lists(SCALARS, max_size=3), max_size=3)
FOUND = st.lists(st.sampled_from(ROWS), min_size=1, max_size=4)


@PROPERTY
@given(FOUND, st.tuples(NOISE, NOISE), st.tuples(WORDS, WORDS), st.none() | st.integers(0, 2))
def test_a_list_of_papers_is_found_under_any_name(
    tmp_path_factory: pytest.TempPathFactory,
    papers: list[dict[str, Any]],
    noise: tuple[dict[str, Any], dict[str, Any]],
    names: tuple[str, str],
    indent: int | None,
) -> None:
    path = tmp_path_factory.getbasetemp() / "wrapped"
    before, after = (
        {f"{sign}{key}": value for key, value in one.items()} for sign, one in zip("xy", noise, strict=True)
    )
    values = before | {f"l{names[0]}": papers} | after
    for wrapped in (values, {"n": 1, f"o{names[1]}": values}):
        records, rejections = read(path, json.dumps(wrapped, indent=indent))
        assert [one.title for one in records] == [one["title"] for one in papers]
        assert rejections == []


@PROPERTY
@given(st.lists(st.tuples(WORDS, WORDS, st.integers(1900, 2026)), min_size=1, max_size=5, unique_by=lambda row: row[0]))
def test_every_orientation_gives_the_same_papers(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "frame"
    papers = [{"title": f"T {title}", "abstract": f"A {text}", "year": year} for title, text, year in rows]
    split = {"columns": COLUMNS, "index": list(range(len(papers))), "data": [list(row.values()) for row in papers]}
    by_column = {name: {str(n): row[name] for n, row in enumerate(papers)} for name in COLUMNS}
    plain = [(one.title, one.abstract, one.year) for one in read(path, json.dumps(papers))[0]]
    assert len(plain) == len(papers)
    for table in (split, by_column, {str(n): row for n, row in enumerate(papers)}):
        assert [(one.title, one.abstract, one.year) for one in read(path, json.dumps(table))[0]] == plain
