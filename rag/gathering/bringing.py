"""What indexes give on its way into a library: told of as it comes, and kept as far as it came when one fails."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from rag.errors import FetchError
from rag.fetching import INDEXES, Client, Wanted, fetched, source_name
from rag.gathering.asking import newest_first
from rag.gathering.kept import KeptQuery
from rag.ingestion.ingest import Found
from rag.records import Record, Rejection, Remark
from rag.records.progress import Progress, Watch

BATCH = 100  # records a transaction: they come slowly, and what came is to be kept
LATE = 1  # years that an index may take to list a paper


def coming(
    wanted: Sequence[Wanted], client: Client, watch: Watch, failed: list[FetchError], *, raising: bool = True
) -> Iterator[Found]:
    """Yield what the indexes give, one after the other; tell how many records came.

    An index that fails is told in `failed`, and as a rejection of its source; with `raising` the first error is raised
    where nothing at all came.
    """
    done = 0
    for one in wanted:
        source = source_name(one)
        try:
            for found in fetched(one, client):
                if not isinstance(found[1], Remark):
                    done += 1
                    watch(Progress("fetch", done, None))
                yield found
        except FetchError as error:
            failed.append(error)
            if raising and not done and one is wanted[-1]:
                raise failed[0] from error
            yield source, Rejection(source, None, str(error))


def what_is_new(query: KeptQuery) -> Wanted:
    """Return what to ask of an index for what it has that it had not when a kept query last came whole.

    By the year, where the index searches by years, with those that are listed late; else by all that is wanted, of
    which most is there already. The newest come first where the index can.
    """
    wanted = newest_first(query.wanted)
    if query.refreshed is None or wanted.ids or "years" not in INDEXES[wanted.index].ABOUT.searches:
        return wanted
    since = datetime.fromisoformat(query.refreshed).year - LATE
    return replace(wanted, year_from=max(since, wanted.year_from or 0))


def named(found: Iterable[Found], source: str) -> Iterator[Found]:
    """Yield what was found as of another source: a query that asks for what is new is still the query it was."""
    for _, one in found:
        yield source, one if isinstance(one, Record) else replace(one, source=source)
