"""What a library keeps of queries, as a person sees it: what is wanted of which index, and when it came last."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.errors import LibraryDamagedError, QuestionError
from rag.fetching import Wanted, source_name
from rag.storage.catalog.database import Database
from rag.storage.catalog.queries import all_queries, delete_query, put_query


@dataclass(frozen=True, slots=True)
class KeptQuery:
    """A query that a library keeps: its number, what is wanted, when it was kept and last came whole (ISO, UTC)."""

    query_id: int
    wanted: Wanted
    at: str
    refreshed: str | None = None

    @property
    def source(self) -> str:
        """The source that its papers come from."""
        return source_name(self.wanted)


def kept_queries(database: Database) -> list[KeptQuery]:
    """Return every query that is kept, oldest first. Raises LibraryDamagedError for one that can't be read."""
    found = []
    for one in all_queries(database):
        try:
            wanted = Wanted.from_dict(json.loads(one.query))
        except (TypeError, ValueError, AttributeError) as error:
            msg = f"A kept query in {database.place} can't be read ({error!r}). Restore the catalog from a backup."
            raise LibraryDamagedError(msg) from error
        found.append(KeptQuery(one.query_id, wanted, one.at, one.refreshed))
    return found


def keep(database: Database, wanted: Wanted, *, refreshed: bool = False) -> int:
    """Keep a query, once, and return its number; `refreshed`: it has just brought all that there is."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps(wanted.to_dict(), ensure_ascii=False, sort_keys=True)
    return put_query(database, text, now, now if refreshed else None)


def chosen(database: Database, query_ids: list[int] | None) -> list[KeptQuery]:
    """Return the queries of these numbers, all without numbers. Raises QuestionError for a number of none."""
    known = {one.query_id: one for one in kept_queries(database)}
    wrong = [one for one in query_ids or () if one not in known]
    if wrong:
        msg = f"There is no kept query {wrong[0]}. List them with: askpapers refresh --list"
        raise QuestionError(msg)
    return [known[one] for one in (known if query_ids is None else query_ids)]


def forget(database: Database, query_id: int) -> KeptQuery:
    """Forget a query, not its papers; return what it was. Raises QuestionError when there is none."""
    [query] = chosen(database, [query_id])
    delete_query(database, query_id)
    return query
