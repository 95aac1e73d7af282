"""Which column of a table holds what: by the names that Zotero, Scopus, Web of Science, PubMed and others give them."""

import re
from collections.abc import Mapping, Sequence

# By field of a record, the better name first; case, spaces and signs don't count.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "title": (
        "title",
        "articletitle",
        "documenttitle",
        "papertitle",
        "displayname",
        "primarytitle",
        "titles",
        "ti",
        "t1",
    ),
    "abstract": (
        *("abstract", "abstractnote", "abstracttext", "paperabstract", "summary", "abstracts", "summaries", "ab", "n2"),
        *("description", "text"),
    ),
    "authors": (
        *("authorfullnames", "authorsfullnames", "af", "authors", "author", "authornames", "authorlist", "authorss"),
        *("authorsnames", "creators", "creator", "au"),
    ),
    "year": (
        *("year", "publicationyear", "pubyear", "py", "yearpublished", "publishedyear", "date", "publicationdate"),
        *("datepublished", "published", "pubdate", "coverdate", "updatedate"),
    ),
    "doi": ("doi", "do", "di", "articledoi", "doilink"),
    "arxiv_id": ("arxivid", "arxiv", "eprint"),
    "pubmed_id": ("pubmedid", "pmid", "pubmed", "pm", "medlineid"),
    "url": ("url", "link", "articleurl", "links", "pdflink", "urls"),
    "key": ("key", "citationkey", "bibtexkey", "id", "paperid", "recordid", "lensid", "utuniquewosid", "ut", "eid"),
    "notes": ("extra", "notes", "note"),  # where Zotero keeps arXiv and PubMed ids
}
TITLES, ABSTRACTS = SPELLINGS["title"], SPELLINGS["abstract"]
LEAST_COLUMNS = 3  # known ones that make a table of papers of one without abstracts


def recognised(header: Sequence[str]) -> dict[str, int]:
    """Return the place of each field's column among these names.

    >>> recognised(["Key", "Publication Year", "Title", "Abstract Note"])
    {'title': 2, 'abstract': 3, 'year': 1, 'key': 0}
    """
    names = {re.sub(r"[^\w]|_", "", name).casefold(): place for place, name in reversed(list(enumerate(header)))}
    return {
        field: names[found]
        for field, spellings in SPELLINGS.items()
        if (found := next((spelling for spelling in spellings if spelling in names), None)) is not None
    }


def is_of_papers(places: Mapping[str, int]) -> bool:
    """Tell whether these columns are those of a table of papers, be it one without abstracts."""
    return "title" in places and ("abstract" in places or len(places) > LEAST_COLUMNS)
