"""CSL-JSON, for Pandoc, Zotero and every program that knows citation styles.

A particle stays in the family name, where all of them look for it. A paper that is in arXiv alone is an `article`,
which is CSL's name for a preprint; of any other the kind is unknown, which is `document`.
"""

import json
from collections.abc import Sequence
from typing import Any

from rag.export.keys import citation_keys
from rag.export.text import address_of, names_of, plain
from rag.records import Paper
from rag.text.author_names import Name

ARXIV_DOIS = "10.48550/"


def to_csl_json(papers: Sequence[Paper]) -> str:
    """Return papers as a CSL-JSON file; each is there once."""
    keys = citation_keys(papers)
    items = [_item(paper, keys[paper.paper_id]) for paper in papers]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def is_preprint(paper: Paper) -> bool:
    """Tell whether a paper is in arXiv, and nowhere else that its record tells of."""
    doi = plain(paper.doi or "")
    return bool(plain(paper.arxiv_id or "")) and (not doi or doi.startswith(ARXIV_DOIS))


def _item(paper: Paper, key: str) -> dict[str, Any]:
    arxiv_id, doi = plain(paper.arxiv_id or ""), plain(paper.doi or "")
    preprint = is_preprint(paper)
    fields = {
        "id": key,
        "type": "article" if preprint else "document",
        "title": plain(paper.title),
        "author": [_author(name) for name in names_of(paper)],
        "issued": {"date-parts": [[paper.year]]} if paper.year else None,
        "publisher": "arXiv" if preprint else None,
        "number": f"arXiv:{arxiv_id}" if arxiv_id else None,
        "DOI": doi,
        "PMID": plain(paper.pubmed_id or ""),
        "URL": address_of(paper),
        "note": plain(paper.retraction),
        "abstract": plain(paper.abstract),
    }
    return {name: value for name, value in fields.items() if value}


def _author(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})
