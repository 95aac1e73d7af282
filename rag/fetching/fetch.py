"""What is wanted, fetched from its index and read as a file is; an abstract that it lacks is looked for elsewhere."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

from rag.errors import FetchError
from rag.fetching.client import Client
from rag.fetching.completing import complete, written_ids
from rag.fetching.indexes.base import About, Page, document
from rag.fetching.known import index_of
from rag.fetching.paging import pages
from rag.fetching.wanted import Wanted, source_name, wanted_ids
from rag.readers import NO_ABSTRACTS, read_content
from rag.records import Record, Rejection, Remark

Found = Record | Rejection | Remark


@dataclass
class Counts:
    """What became of a fetch so far."""

    found: int = 0  # records in the index
    looked: int = 0  # entries of the index, which may be something else than a paper
    total: int | None = None  # how many match there
    completed: dict[str, int] = field(default_factory=dict)  # whose abstract another index had, by its title
    lacking: int = 0  # whose abstract none had
    other_years: int = 0  # left out
    troubles: list[FetchError] = field(default_factory=list)  # of the other indexes


def count(wanted: Wanted, client: Client) -> int | None:
    """Return how many papers match, whatever the limit; None where the index doesn't say. Raises FetchError.

    It takes the first page, which a fetch of the same then has already.
    """
    if wanted.ids:
        index_of(wanted)
        return len(wanted_ids(wanted))
    return next(pages(wanted, client)).total


def fetched(
    wanted: Wanted, client: Client, counts: Counts | None = None, *, completing: bool = True
) -> Iterator[tuple[str, Found]]:
    """Yield (source, found) for every paper that is wanted, whatever can't be read, and what is to be said of it all.

    At most `wanted.limit` papers of the index are looked at, each counted by its place there (`line`). One without an
    abstract is looked for in other indexes unless `completing` is off. `counts` is kept up to date. Raises FetchError;
    what came before stays valid, and the same fetch then goes on where it was.
    """
    about, source = index_of(wanted).ABOUT, source_name(wanted)
    counts = counts if counts is not None else Counts()
    ids: set[tuple[str, str]] = set()
    with client.run(repr(wanted)):
        for found in _of_pages(wanted, client, source, counts):
            partials: list[tuple[Rejection, Record]] = []
            for one in found:
                record = one.partial if isinstance(one, Rejection) else one if isinstance(one, Record) else None
                ids |= set(written_ids(record)) if record else set()
                if isinstance(one, Rejection) and one.partial and completing:
                    partials.append((one, one.partial))
                else:
                    yield source, one
            yield from ((source, one) for one in _completed(partials, client, about, counts))
        yield from ((source, one) for one in _remarks(wanted, about, source, counts, ids))


def _of_pages(wanted: Wanted, client: Client, source: str, counts: Counts) -> Iterator[list[Found]]:
    """Yield what each page holds, up to the limit, nothing twice."""
    seen: set[str] = set()
    filtering = bool(wanted.year_from or wanted.year_to) and "years" not in index_of(wanted).ABOUT.searches
    for page in pages(wanted, client):
        counts.total, counts.looked = page.total, counts.looked + page.size
        kept: list[Found] = []
        for one in _read(page, source):
            record = one.partial if isinstance(one, Rejection) else one
            if isinstance(one, Remark) or not (isinstance(record, Record) and record.key in seen):
                place = counts.found + 1
                if isinstance(one, Remark):
                    kept.append(one)
                elif place <= wanted.limit or wanted.ids:
                    counts.found = place
                    other = filtering and isinstance(record, Record) and _of_other_year(record, wanted)
                    counts.other_years += other
                    kept += [] if other else [_placed(one, place)]
            seen |= {record.key} if isinstance(record, Record) and record.key else set()
        yield kept


def _read(page: Page, source: str) -> Iterator[Found]:
    papers = page.size and page.content != document([])  # there may be nothing but notes in a page of Zotero
    found = read_content(page.content, source) if papers else iter(())
    # Advice for files, which is none here: abstracts are looked for elsewhere, and those found nowhere are told.
    return (one for one in found if not (isinstance(one, Remark) and one.text == NO_ABSTRACTS))


def _placed(found: Record | Rejection, place: int) -> Record | Rejection:
    """Return what was found with its place in the index, for a line of an answer says nothing."""
    if isinstance(found, Record):
        return dataclasses.replace(found, line=place)
    partial = dataclasses.replace(found.partial, line=place) if found.partial else None
    return dataclasses.replace(found, line=place, partial=partial)


def _completed(
    partials: list[tuple[Rejection, Record]], client: Client, about: About, counts: Counts
) -> Iterator[Record | Rejection]:
    """Yield each record with the abstract that another index has, or the rejection that it was."""
    rejections = {id(partial): rejection for rejection, partial in partials}
    done = complete((partial for _, partial in partials), client, but=about.name, troubles=counts.troubles)
    for one in done:
        if one.record is None:
            counts.lacking += 1
            yield rejections[id(one.partial)]
        else:
            counts.completed[one.index] = counts.completed.get(one.index, 0) + 1
            yield one.record


def _of_other_year(record: Record, wanted: Wanted) -> bool:
    """Tell whether a paper is surely of a year that isn't wanted."""
    first, last = wanted.year_from or 0, wanted.year_to or 9999
    return record.year is not None and not first <= record.year <= last


def _remarks(
    wanted: Wanted, about: About, source: str, counts: Counts, ids: set[tuple[str, str]]
) -> Iterator[Rejection | Remark]:
    """Yield what is to be said when all is there: what is missing, and where abstracts came from."""
    asked = wanted_ids(wanted)
    missing = [one for one in asked if one not in ids] if counts.found < len(asked) else []
    for kind, one in missing:
        yield Rejection(source, None, f"{about.title} has no paper {kind}:{one}")
    due = min(counts.total or 0, wanted.limit, about.most)
    if not asked and counts.looked < due:
        yield Remark(source, f"{about.title} spoke of {due:,} papers and gave {counts.looked:,}")
    if counts.other_years:
        yield Remark(source, f"{counts.other_years:,} papers of other years left out")
    if counts.completed:
        said = ", ".join(f"{number:,} from {index}" for index, number in counts.completed.items())
        nowhere = f"; {counts.lacking:,} found nowhere" if counts.lacking else ""
        yield Remark(source, f"abstracts that {about.title} lacks: {said}{nowhere}")
    for error in counts.troubles:
        yield Remark(source, f"no more abstracts from {error}")
