"""Zotero RDF: every item of a library as Zotero exports it; notes, attachments and collections are left out.

The DOI of an article is kept with the journal that it is in, which may stand behind it: such an item waits for it.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.xml_stream import Element, elements, local_name, text_at, text_in, texts_at
from rag.readers.record_builder import build_record, noted_arxiv_id, noted_pubmed_id
from rag.records import Record
from rag.records.identity import normal_arxiv_id, normal_doi

NAME = "Zotero RDF"
NAMESPACE = "http://www.zotero.org/namespaces/export#"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
NO_ITEMS = frozenset(("attachment", "note", "annotation"))
PART_OF = "{*}isPartOf"
MOST_WAITING = 1_000  # items, of which one waits for its journal
DOI = re.compile(r"^DOI\s+(\S+)", re.IGNORECASE)
CREATORS = ("authors", "presenters", "inventors", "programmers", "artists", "directors", "creators")


class _Item(NamedTuple):
    """An item, and the address of the journal that may have its DOI; empty when it waits for none."""

    found: Record | Problem
    journal: str = ""


def sniff(head: str) -> bool:
    """Tell whether a file begins as such an export."""
    return head.lstrip().startswith("<") and NAMESPACE in head and "RDF" in head


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each item that has an abstract, a Problem for every other."""
    waiting: deque[_Item] = deque()
    for found in elements(source):
        if isinstance(found, Problem):
            waiting.append(_Item(found))
        elif kind := text_at(found.element, f"{{{NAMESPACE}}}itemType"):
            waiting += [_item(found.line, found.element)] if kind not in NO_ITEMS else []
        else:
            _give(waiting, found.element.get(f"{RDF}about") or "", _dois(found.element))
        while waiting and (not waiting[0].journal or len(waiting) > MOST_WAITING):
            yield waiting.popleft().found
    yield from (item.found for item in waiting)


def _give(waiting: deque[_Item], journal: str, dois: list[str]) -> None:
    """Give the item that waits for a journal the DOI that stands there."""
    for place, (found, address) in enumerate(waiting):
        if journal and address == journal:
            waiting[place] = _Item(_with_doi(found, dois[0]) if dois else found)


def _with_doi(found: Record | Problem, doi: str) -> Record | Problem:
    if isinstance(found, Record):
        return replace(found, doi=normal_doi(doi))
    return found._replace(partial=found.partial and replace(found.partial, doi=normal_doi(doi)))


def _item(line: int, item: Element) -> _Item:
    url = text_at(item, "{*}identifier/{*}URI/{*}value")
    about = item.get(f"{RDF}about") or ""
    notes = " ".join([*texts_at(item, "{*}description"), *texts_at(item, "{*}identifier")])
    dois = _dois(item) or [doi for inner in item.iterfind(f"{PART_OF}//*") for doi in _dois(inner)]
    doi = next(iter(dois), "") or (about if "doi.org/" in about else "")
    found = build_record(
        line,
        text_at(item, "{*}title"),
        texts_at(item, "{*}abstract"),
        key=text_at(item, f"{{{NAMESPACE}}}citationKey"),
        authors=_authors(item),
        year=text_at(item, "{*}date", "{*}issued"),
        doi=doi,
        arxiv_id=_arxiv_id(url or about, doi) or noted_arxiv_id(notes),
        pubmed_id=noted_pubmed_id(notes),
        url=url or (about if about.startswith("http") else ""),
    )
    part = item.find(PART_OF)
    journal = part.get(f"{RDF}resource") if part is not None and not doi else None
    return _Item(found, journal or "")


def _dois(element: Element) -> list[str]:
    return [match[1] for text in texts_at(element, "{*}identifier") if (match := DOI.match(text))]


def _arxiv_id(*addresses: str) -> str:
    return next((normal_arxiv_id(one) or "" for one in addresses if "arxiv" in one.lower()), "")


def _authors(item: Element) -> list[str]:
    """Return the authors, or who has their part in what has none: presenters of a talk, inventors of a patent."""
    lists = {local_name(one): one for one in item if local_name(one) in CREATORS}
    people = next((lists[kind] for kind in CREATORS if kind in lists), None)
    return [] if people is None else [_name(person) for person in people.iterfind("*/{*}li/*")]


def _name(person: Element) -> str:
    parts = (text_at(person, "{*}givenName", "{*}givenname"), text_at(person, "{*}surname"))
    return " ".join(filter(None, parts)) or text_in(person)
