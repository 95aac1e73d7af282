"""Dublin Core, as every repository gives it by OAI-PMH: titles, creators and descriptions, each as often as it likes.

What is meant has to be told by what it looks like: a description may be the abstract or "12 pages", a date that of the
issue or of the upload, an identifier an address, a DOI or a number of the house.
"""

import re
from collections.abc import Iterable

from rag.readers.authors.author_lists import authors_of
from rag.readers.cleaning.latex import with_letters
from rag.readers.inputs.source import Problem
from rag.readers.parsing.xml_stream import Element, local_name, text_in
from rag.readers.record_builder import build_record, noted_pubmed_id
from rag.records import Record

DOI = re.compile(r"(?:\bdoi[:/.\s]|doi\.org/|^)\s?(?:org/)?(10\.\d{3,9}/\S+)", re.IGNORECASE)
ARXIV = re.compile(r"arxiv(?:\.org/abs/|\.org:|:\s?)([\w./-]+)", re.IGNORECASE)
NO_ABSTRACT = re.compile(
    r"comments?:|(?:\S+ ){0,3}\d+ (?:pages|p\.)|peer[- ]review|includes bibliograph", re.IGNORECASE
)
PROSE = 100  # characters; a description of fewer beside a longer one is a remark


def record(line: int, dublin_core: Element, key: str = "") -> Record | Problem:
    """Return what a set of Dublin Core says, or why it is no paper. `key` is the id that the repository gives it."""
    values: dict[str, list[str]] = {}
    for element in dublin_core.iter("{*}*"):
        if element is not dublin_core and not len(element) and (text := text_in(element)):
            values.setdefault(local_name(element), []).append(text)
    ids = [*values.get("identifier", ()), *(one for one in values.get("relation", ()) if "altIdentifier" in one)]
    arxiv_id = _first(ARXIV, [*ids, key])
    return build_record(
        line,
        with_letters(next(iter(values.get("title", ())), "")),
        list(map(with_letters, _abstracts(values))),
        key=arxiv_id if key.startswith("oai:arXiv.org:") else key,
        authors=authors_of([*map(with_letters, values.get("creator", ()))]),
        year=" ".join(sorted([*values.get("issued", ()), *values.get("date", ())], key=lambda date: "T" in date)),
        doi=_first(DOI, ids),
        arxiv_id=arxiv_id,
        pubmed_id=next(filter(None, map(noted_pubmed_id, ids)), ""),
        url=next((one for one in ids if one.startswith("http") and not DOI.search(one) and not ARXIV.search(one)), ""),
    )


def _abstracts(values: dict[str, list[str]]) -> list[str]:
    """Return the descriptions that are abstracts: what is called so, else what is long enough."""
    if "abstract" in values:
        return values["abstract"]
    told = [one for one in values.get("description", ()) if not NO_ABSTRACT.match(one)]
    return [one for one in told if len(one) >= PROSE] or told[:1]


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    return next((found[1] for found in map(pattern.search, texts) if found), "")
