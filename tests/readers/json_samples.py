"""JSON as APIs, programs and notebooks write it, by form, each with what is to be read in it."""

from typing import Any

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
NOTE: dict[str, Any] = {
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
        {"authors": NAMES, "year": 2020, "doi": "10.1000/a", "retracted": "Retraction: 10.1000/n"},
    ),
    "Crossref, a notice": (
        {"message": {**CSL, "author": PEOPLE, "update-to": [{"type": "retraction", "DOI": "10.1000/o"}]}},
        {"doi": "10.1000/a"},
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
    "HAL": (
        {"response": {"docs": [{"halId_s": "h1", "title_s": ["Quiet nets"], "abstract_s": [TEXT],
                                "doiId_s": "10.1000/A", "authFullName_s": ["Ann Lee", "Quiet Group"],
                                "publicationDateY_i": 2021}]}},
        {"key": "h1", "doi": "10.1000/a", "authors": NAMES, "year": 2021},
    ),
    "PLOS": (
        {"response": {"docs": [{"id": "10.1371/journal.x", "title_display": "Quiet nets", "abstract": [TEXT],
                                "author_display": ["Ann Lee"], "publication_date": "2021-01-01T00:00:00Z"}]}},
        {"doi": "10.1371/journal.x", "authors": ("Ann Lee",), "year": 2021},
    ),
    "Google Scholar's Python library": (
        [{"bib": {**PAPER, "author": ["Ann Lee", "Quiet Group"], "pub_year": "2021"}, "pub_url": "https://a.org/x"}],
        {"authors": NAMES, "year": 2021, "url": "https://a.org/x"},
    ),
    "unarXive": (
        [{"paper_id": "2101.00001", "metadata": {"title": "Quiet nets", "update_date": "2021-02-03"},
          "abstract": {"section": "Abstract", "text": TEXT}}],
        {"arxiv_id": "2101.00001"},
    ),
    "LangChain": (
        [{"page_content": "All of it.", "metadata": {"Title": "Quiet nets", "Summary": TEXT,
                                                     "Authors": "Ann Lee, Bo Roe", "Published": "2021-01-01"}}],
        {"authors": ("Ann Lee", "Bo Roe"), "year": 2021},
    ),
    "OpenAIRE": (
        {"header": {"numFound": 1}, "results": [{"mainTitle": "Quiet nets", "descriptions": [TEXT],
            "authors": [{"fullName": "Lee, Ann", "rank": 1}], "publicationDate": "2021-01-01",
            "pids": [{"scheme": "doi", "value": "10.1000/A"}]}]},
        {"authors": ("Ann Lee",), "doi": "10.1000/a", "year": 2021},
    ),
    "by year": ({"2020": [], "2021": [{**PAPER, "year": 2021}]}, {"year": 2021}),
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
