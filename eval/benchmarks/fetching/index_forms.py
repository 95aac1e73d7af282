"""A paper as each index writes it, after the documentation that `rag/fetching/indexes` names."""

from typing import Any
from xml.sax.saxutils import escape

from eval.benchmarks.fetching.made_papers import Made

ATOM = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">\n'
    "<title>arXiv Query</title><id>http://arxiv.org/api/x</id>\n"
)
ARTICLES = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
)
ARTICLES += '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'


def atom_entry(paper: Made, *, bare: bool = False) -> str:
    """Return an entry of arXiv's feed."""
    authors = "".join(f"<author><name>{given} {family}</name></author>" for given, family in paper.authors)
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.arxiv_id}v1</id><updated>{paper.year}-05-02T00:00:00Z</updated>"
        f"<published>{paper.year}-05-01T00:00:00Z</published><title>{escape(paper.title)}</title>"
        f"<summary>{'' if bare else escape(paper.abstract)}</summary>{authors}</entry>\n"
    )


def atom_feed(entries: list[str], total: int, start: int) -> bytes:
    """Return arXiv's feed."""
    counts = (
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
        f"<opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>\n"
    )
    return f"{ATOM}{counts}{''.join(entries)}</feed>\n".encode()


def openalex_work(paper: Made, *, bare: bool = False) -> dict[str, Any]:
    """Return a work of OpenAlex, its abstract as an index of words."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(paper.abstract.split()):
        places.setdefault(word, []).append(place)
    return {
        "id": f"https://openalex.org/W{paper.number}",
        "doi": f"https://doi.org/{paper.doi}",
        "title": paper.title,
        "display_name": paper.title,
        "publication_year": paper.year,
        "publication_date": f"{paper.year}-05-01",
        "ids": {"openalex": f"https://openalex.org/W{paper.number}", "doi": f"https://doi.org/{paper.doi}",
                "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{paper.pubmed_id}"},
        "authorships": [{"author": {"display_name": f"{given} {family}"}} for given, family in paper.authors],
        "abstract_inverted_index": None if bare else places,
        "locations": [{"landing_page_url": f"https://arxiv.org/abs/{paper.arxiv_id}"}],
        "is_retracted": False,
    }  # fmt: skip


def pubmed_article(paper: Made, *, bare: bool = False) -> str:
    """Return an article of PubMed's XML."""
    authors = "".join(
        f"<Author ValidYN='Y'><LastName>{family}</LastName><ForeName>{given}</ForeName></Author>"
        for given, family in paper.authors
    )
    abstract = "" if bare else f"<Abstract><AbstractText>{escape(paper.abstract)}</AbstractText></Abstract>"
    return (
        f"<PubmedArticle><MedlineCitation><PMID Version='1'>{paper.pubmed_id}</PMID><Article><Journal><JournalIssue>"
        f"<PubDate><Year>{paper.year}</Year></PubDate></JournalIssue></Journal><ArticleTitle>{escape(paper.title)}."
        f"</ArticleTitle>{abstract}<AuthorList>{authors}</AuthorList></Article></MedlineCitation><PubmedData>"
        f"<ArticleIdList><ArticleId IdType='pubmed'>{paper.pubmed_id}</ArticleId>"
        f"<ArticleId IdType='doi'>{paper.doi}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>\n"
    )


def pubmed_set(articles: list[str]) -> bytes:
    """Return PubMed's XML."""
    return f"{ARTICLES}{''.join(articles)}</PubmedArticleSet>".encode()


def europepmc_result(paper: Made, *, bare: bool = False) -> dict[str, Any]:
    """Return a result of Europe PMC in its form `core`."""
    found = {
        "id": paper.pubmed_id,
        "source": "MED",
        "pmid": paper.pubmed_id,
        "doi": paper.doi,
        "title": f"{paper.title}.",
        "authorString": ", ".join(f"{family} {given[0]}" for given, family in paper.authors) + ".",
        "authorList": {
            "author": [
                {"fullName": f"{family} {given[0]}", "firstName": given, "lastName": family, "initials": given[0]}
                for given, family in paper.authors
            ]
        },
        "pubYear": str(paper.year),
        "abstractText": paper.abstract,
        "language": "eng",
    }
    return {name: value for name, value in found.items() if name != "abstractText" or not bare}


def crossref_work(paper: Made, *, bare: bool = False) -> dict[str, Any]:
    """Return a work of Crossref."""
    found = {
        "DOI": paper.doi,
        "URL": f"https://doi.org/{paper.doi}",
        "type": "journal-article",
        "title": [paper.title],
        "author": [
            {"given": given, "family": family, "sequence": "additional", "affiliation": []}
            for given, family in paper.authors
        ],
        "issued": {"date-parts": [[paper.year, 5]]},
        "container-title": ["Journal of Watching"],
        "abstract": f"<jats:p>{escape(paper.abstract)}</jats:p>",
    }
    return {name: value for name, value in found.items() if name != "abstract" or not bare}


def scholar_paper(paper: Made, *, bare: bool = False) -> dict[str, Any]:
    """Return a paper of Semantic Scholar."""
    return {
        "paperId": f"{paper.number:040x}",
        "externalIds": {"DOI": paper.doi, "ArXiv": paper.arxiv_id, "PubMed": paper.pubmed_id, "CorpusId": paper.number},
        "title": paper.title,
        "abstract": None if bare else paper.abstract,
        "year": paper.year,
        "publicationDate": f"{paper.year}-05-01",
        "authors": [{"authorId": "1", "name": f"{given} {family}"} for given, family in paper.authors],
        "url": f"https://www.semanticscholar.org/paper/{paper.number:040x}",
    }


def dblp_hit(paper: Made, *, bare: bool = True) -> dict[str, Any]:
    """Return a hit of DBLP; one author alone is no list."""
    authors: list[dict[str, str]] = [
        {"@pid": "1/2", "text": f"{given} {family} 0001"} for given, family in paper.authors
    ]
    info = {
        "authors": {"author": authors if len(authors) > 1 else authors[0]},
        "title": f"{paper.title}.",
        "venue": "J. Watching",
        "year": str(paper.year),
        "type": "Journal Articles",
        "key": f"journals/jw/{paper.number}",
        "doi": paper.doi,
        "ee": f"https://doi.org/{paper.doi}",
        "url": f"https://dblp.org/rec/journals/jw/{paper.number}",
    }
    return {"@score": "3", "@id": str(paper.number), "info": info, "url": "URL#1"}


def daily_paper(paper: Made, *, bare: bool = False) -> dict[str, Any]:
    """Return one of Hugging Face's Daily Papers: the inner `paper` is the paper."""
    summary = "" if bare else paper.abstract
    return {
        "paper": {
            "id": paper.arxiv_id,
            "authors": [{"_id": "a", "name": f"{given} {family}", "hidden": False} for given, family in paper.authors],
            "publishedAt": f"{paper.year}-05-01T00:00:00.000Z",
            "title": paper.title,
            "summary": summary,
            "upvotes": 7,
        },
        "publishedAt": "2026-11-24T01:02:03.000Z",
        "title": paper.title,
        "summary": summary,
        "thumbnail": "https://cdn-thumbnails.huggingface.co/x.png",
        "numComments": 1,
    }


def zotero_item(paper: Made, *, bare: bool = False) -> dict[str, Any]:
    """Return an item of Zotero's API."""
    return {
        "key": f"{paper.number:08d}",
        "version": 3,
        "library": {"type": "user", "id": 7, "name": "Me"},
        "links": {},
        "meta": {"parsedDate": f"{paper.year}-05", "numChildren": 1},
        "data": {
            "key": f"{paper.number:08d}",
            "version": 3,
            "itemType": "journalArticle",
            "title": paper.title,
            "creators": [
                {"creatorType": "author", "firstName": given, "lastName": family} for given, family in paper.authors
            ],
            "abstractNote": "" if bare else paper.abstract,
            "date": f"{paper.year}-05",
            "DOI": paper.doi,
            "extra": f"PMID: {paper.pubmed_id}",
            "tags": [],
            "collections": ["ABCD2345"],
        },
    }
