"""Papers by what a person calls them."""

from rag.errors import QuestionError
from rag.records import Paper
from rag.records.identity import normal_arxiv_id, normal_doi, normal_pubmed_id
from rag.storage.catalog.catalog import Catalog
from rag.text.titles import title_key

SHOWN = 5  # papers of an ambiguous name


def named(catalog: Catalog, name: str) -> Paper:
    """Return the paper of an id of the library, DOI, arXiv id, PubMed id, key or title, in that order of trust.

    A part of a title will do when only one paper has it. Raises QuestionError for a name of none or of several.
    """
    name = name.strip()
    for paper_ids in _candidates(catalog, name):
        if len(paper_ids) == 1:
            return catalog.papers(paper_ids)[0]
        if paper_ids:
            papers = catalog.papers(paper_ids[:SHOWN])
            told = "; ".join(f"{paper.paper_id} {paper.title[:60]}" for paper in papers)
            msg = f"{name!r} names {len(paper_ids)} papers. Name one by its number: {told}"
            raise QuestionError(msg)
    msg = f"No paper is called {name!r}. See what there is with: askpapers list"
    raise QuestionError(msg)


def _candidates(catalog: Catalog, name: str) -> "list[list[int]]":
    """Return the ids of the papers that a name may mean, kind of name by kind."""
    found: list[list[int]] = []
    if name.isascii() and name.isdigit():
        found.append(_ids(catalog, "SELECT paper_id FROM papers WHERE paper_id = ?", int(name[:18])))
    known = "SELECT paper_id FROM identifiers WHERE scope = ? AND value = ?"
    for scope, value in (
        ("doi", normal_doi(name)),
        ("arxiv_id", normal_arxiv_id(name)),
        ("pubmed_id", normal_pubmed_id(name)),
    ):
        if value is not None:
            found.append(_ids(catalog, known, scope, value))
    found.append(_ids(catalog, "SELECT paper_id FROM papers WHERE key = ? ORDER BY paper_id", name))
    if key := title_key(name):
        found.append(_ids(catalog, "SELECT paper_id FROM papers WHERE title_key = ? ORDER BY paper_id", key))
        part = "SELECT paper_id FROM papers WHERE title_key LIKE ? ORDER BY paper_id"
        found.append(_ids(catalog, part, f"%{key}%"))
    return found


def _ids(catalog: Catalog, sql: str, *values: object) -> list[int]:
    return [row[0] for row in catalog.database.all(sql, *values)]
