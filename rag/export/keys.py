r"""Citation keys: `vaswani2017attention`.

A paper keeps the key that its source gave it when that is one to cite by: whoever has it in a document must not have
to change it, and an ugly one costs nothing. A number, an arXiv id, a DOI or a hash names a record of a database; it
says nothing to a reader of `\cite{...}`, and most are no valid keys.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import count, product
from string import ascii_lowercase

from rag.export.text import names_of
from rag.records import Paper
from rag.text.letters import ascii_alphanumeric

USABLE = re.compile(r"[A-Za-z][A-Za-z0-9_:.+/-]{1,79}")  # what BibTeX, biber, LaTeX and shells all take
DATABASE_ID = re.compile(
    r"(arxiv|doi|pmid|pmcid|pubmed|isbn|corpusid)[:_./-]*[\d./-]+x?(v\d+)?"
    r"|(arxiv:)?[a-z-]+(\.[a-z]{2})?/\d{7}(v\d+)?"  # old arXiv ids: hep-th/9901001
    r"|.*\b10\.\d{3,9}/.*"  # a DOI, whatever stands before it
    r"|[a-z]{1,3}\d{6,}"  # PMC1234567, W2741809807
    r"|[0-9a-f-]{12,}",
    re.IGNORECASE,
)
UNTELLING = re.compile(
    "a|an|and|are|as|at|be|by|can|could|do|does|for|from|how|if|in|into|is|it|its|not|of|on|or|our|should|so|than|that|"
    "the|their|there|this|to|toward|towards|using|via|we|what|when|where|which|who|why|will|with|without|you|your"
)
WORDS_ALONE = 3  # title words in the key of a paper whose authors are unknown
LONGEST_WORD = 30  # characters


def citation_keys(papers: Iterable[Paper]) -> dict[int, str]:
    """Return a key for each paper by its id; no two are the same, not even when case doesn't count.

    Of papers with the same key the first by id has it as it is, the next ones with `a`, `b`, `c` at its end: a paper
    that is added later changes no key.
    """
    ordered = sorted({paper.paper_id: paper for paper in papers}.values(), key=lambda paper: paper.paper_id)
    given = {paper.paper_id: paper.key for paper in ordered if paper.key and is_usable(paper.key)}
    made = {paper.paper_id: made_key(paper) for paper in ordered if paper.paper_id not in given}
    taken: set[str] = set()
    endings: dict[str, Iterator[str]] = {}
    keys: dict[int, str] = {}
    for paper_id, wanted in (given | made).items():  # those that are in use somewhere come first
        key = wanted
        while key.casefold() in taken:
            key = wanted + next(endings.setdefault(wanted.casefold(), lettered()))
        taken.add(key.casefold())
        keys[paper_id] = key
    return {paper.paper_id: keys[paper.paper_id] for paper in ordered}


def is_usable(key: str) -> bool:
    """Tell whether a key that a source gave is one to cite by.

    >>> [is_usable(key) for key in ("DBLP:conf/nips/Vaswani17", "k1", "1706.03762", "hep-th/9901001", "a b")]
    [True, True, False, False, False]
    """
    return USABLE.fullmatch(key) is not None and DATABASE_ID.fullmatch(key) is None


def made_key(paper: Paper) -> str:
    """Return the key that a paper's first author, year and title make."""
    words = [ascii_alphanumeric(word)[:LONGEST_WORD] for word in paper.title.split()]
    telling = [word for word in words if word and not UNTELLING.fullmatch(word)] or [word for word in words if word]
    first = next(iter(names_of(paper)), None)
    surname = (
        ascii_alphanumeric(first.family if first.given else first.family.split()[0])[:LONGEST_WORD] if first else ""
    )
    year = str(paper.year or "")
    key = f"{surname}{year}{''.join(telling[:1])}" if surname else f"{''.join(telling[:WORDS_ALONE])}{year}"
    return key if key.strip("0123456789") else f"paper{paper.paper_id}"


def lettered() -> Iterator[str]:
    """Yield what tells things of one name apart: a, b, ..., z, aa, ab, ..."""
    for length in count(1):
        yield from map("".join, product(ascii_lowercase, repeat=length))
