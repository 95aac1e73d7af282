"""Papers looked up in several indexes by their ids: for the abstract that one lacks, and for what else they know."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from rag.errors import FetchError
from rag.fetching.client import Client
from rag.fetching.indexes import europepmc, openalex, pubmed, semantic_scholar
from rag.fetching.indexes.base import About, Asking
from rag.fetching.known import INDEXES
from rag.fetching.paging import pages
from rag.fetching.wanted import Wanted, ids_of
from rag.readers import read_content
from rag.records import Record, Rejection
from rag.records.identity import conflicting, identifiers
from rag.text.titles import title_key, wording
from rag.utils.batching import batched

BATCH = 100  # papers that are looked up together
# Who is asked for an abstract, one after the other: first who surely has it, then who is asked cheapest.
COMPLETERS = ("arxiv", "openalex", "semantic_scholar", "europepmc", "pubmed")
# Who knows more of a paper than its abstract: years, other ids, retractions.
INFORMED = ("arxiv", "openalex", "crossref", "pubmed")
KINDS = {"doi": "doi", "arxiv_id": "arxiv", "pubmed_id": "pmid"}


class _ByTitle(Protocol):
    ABOUT: About

    def by_title(self, title: str, client: Asking) -> bytes:
        """Return a document with what has such a title."""


BY_TITLE: tuple[_ByTitle, ...] = (openalex, semantic_scholar, europepmc, pubmed)


@dataclass(frozen=True, slots=True)
class Completed:
    """What became of a record without an abstract: the record with one, and the index that had it (`OpenAlex`)."""

    partial: Record
    record: Record | None
    index: str = ""


def complete(
    partials: Iterable[Record], client: Client, *, but: str = "", troubles: list[FetchError] | None = None
) -> Iterator[Completed]:
    """Yield what becomes of each record that lacks its abstract, looked up by its ids, or by its title if it has none.

    `but` is the name of the index that they come from, which isn't asked. An index that fails is told in `troubles` and
    left out from then on; without that list its error is raised. What else a record lacks is filled too.
    """
    for batch in batched(list(partials), BATCH):
        waiting = dict(enumerate(batch))
        for name in COMPLETERS:
            if waiting and name != but:
                found = _unless_it_fails(name, client, waiting, troubles)
                for place, record in found.items():
                    partial = waiting.pop(place)
                    yield Completed(partial, filled(partial, record), INDEXES[name].ABOUT.title)
        yield from (Completed(partial, None) for partial in waiting.values())


def lookup(
    ids: Iterable[str | tuple[str, str]],
    client: Client,
    *,
    indexes: Iterable[str] = INFORMED,
    troubles: list[FetchError] | None = None,
) -> Iterator[Record]:
    """Yield what indexes know of the papers with these ids: (kind, id), or as people write them (`doi:10.1/x`).

    Each index is asked for the ids that it knows, so that a paper may come several times, and not in the order of the
    ids. A record without an abstract comes too: its `abstract` is empty. `troubles`: as for `complete`.
    """
    pairs = [pair for one in ids for pair in (ids_of(one) if isinstance(one, str) else [one])]
    for name in indexes:
        known = [(kind, one) for kind, one in dict.fromkeys(pairs) if kind in INDEXES[name].ABOUT.ids]
        try:
            yield from lookup_in(name, known, client)
        except FetchError as error:
            if troubles is None:
                raise
            troubles.append(error)


def lookup_in(index: str, ids: Iterable[tuple[str, str]], client: Client) -> Iterator[Record]:
    """Yield what one index has of the papers with these (kind, id); `abstract` may be empty. Raises FetchError."""
    written = tuple(f"{kind}:{one}" for kind, one in ids)
    if written:
        for page in pages(Wanted(index, ids=written), client):
            yield from records_of(page.content, index)


def records_of(content: bytes, name: str) -> Iterator[Record]:
    """Yield the records of a document, also those that lack an abstract."""
    for found in read_content(content, name):
        if isinstance(found, Record):
            yield found
        elif isinstance(found, Rejection) and found.partial:
            yield found.partial


def filled(partial: Record, found: Record) -> Record:
    """Return a record with what it lacks taken from another one of the same paper."""
    names = (field.name for field in dataclasses.fields(Record))
    return dataclasses.replace(
        partial, **{name: getattr(partial, name) or getattr(found, name) for name in names if name != "key"}
    )


def written_ids(record: Record) -> list[tuple[str, str]]:
    """Return the ids of a record as (kind, id), the surest first."""
    return [(KINDS[name], value) for name, value in identifiers(record).items()]


def _unless_it_fails(
    name: str, client: Client, waiting: dict[int, Record], troubles: list[FetchError] | None
) -> dict[int, Record]:
    """Return what an index has for those that wait, by their place; nothing once it has failed."""
    about = INDEXES[name].ABOUT
    if troubles and any(error.index == about.title for error in troubles):
        return {}
    try:
        by_title = next((one for one in BY_TITLE if one.ABOUT is about), None)
        found = _by_ids(about, client, waiting)
        return found | (_by_titles(by_title, client, waiting) if by_title else {})
    except FetchError as error:
        if troubles is None:
            raise
        troubles.append(error)
        return {}


def _by_ids(about: About, client: Client, waiting: dict[int, Record]) -> dict[int, Record]:
    asked = {place: _known_id(record, about) for place, record in waiting.items()}
    records = lookup_in(about.name, dict.fromkeys(filter(None, asked.values())), client)
    known: dict[tuple[str, str], Record] = {}
    for record in records:
        if record.abstract:
            known |= dict.fromkeys(written_ids(record), record)
    found = {place: known.get(one) for place, one in asked.items() if one}
    return {place: one for place, one in found.items() if one and _akin(waiting[place], one)}


def _by_titles(index: _ByTitle, client: Client, waiting: dict[int, Record]) -> dict[int, Record]:
    """Return what has the very title of those without any id, unless something speaks against it."""
    found: dict[int, Record] = {}
    for place, partial in waiting.items():
        if not identifiers(partial) and len(wording(partial.title)) > 1:
            for record in records_of(index.by_title(partial.title, client), index.ABOUT.name):
                same = title_key(record.title) == title_key(partial.title) and not conflicting(partial, record)
                if record.abstract and same:
                    found.setdefault(place, record)
    return found


def _known_id(record: Record, about: About) -> tuple[str, str] | None:
    return next((one for one in written_ids(record) if one[0] in about.ids), None)


def _akin(one: Record, other: Record) -> bool:
    """Tell whether two records with a common id may be one paper: an index may have a wrong id."""
    left, right = set(wording(one.title)), set(wording(other.title))
    shorter = min(len(left), len(right))
    return title_key(one.title) == title_key(other.title) or (shorter > 0 and len(left & right) / shorter >= 0.5)
