"""How many papers a catalog holds, and a few of them drawn evenly: questions that read no paper's text."""

from rag.storage.catalog.database import Database
from rag.storage.catalog.remembered import Remembered

PENDING = "SELECT count(*) FROM papers WHERE indexed = 0"  # few, and an index of their own knows them
COUNTS = f"SELECT (SELECT count(*) FROM papers), ({PENDING})"  # whoever searches wants both


def counted(database: Database, numbers: Remembered, indexed: bool | None) -> int:  # noqa: FBT001  (as Catalog.count)
    """Return how many papers there are, or how many with (without) their vectors, unless `numbers` remembers that."""
    if indexed is False:
        return int(numbers.get("pending", lambda: database.one(PENDING)))
    papers, waiting = numbers.get("papers", lambda: database.all(COUNTS)[0])
    return int(papers - waiting if indexed else papers)


def count_merged(database: Database) -> int:
    """Return how many papers came from several sources."""
    merged = "SELECT paper_id FROM origins GROUP BY paper_id HAVING count(*) > 1"
    return int(database.one(f"SELECT count(*) FROM ({merged}) AS merged"))


def drawn(database: Database, number: int) -> list[int]:
    """Return the ids of up to `number` papers that can be found, spread evenly over the library, ascending."""
    [(first, last)] = database.all("SELECT min(paper_id), max(paper_id) FROM papers")
    if first is None:
        return []
    nearest = "SELECT paper_id FROM papers WHERE paper_id >= ? AND indexed = 1 ORDER BY paper_id LIMIT 1"
    places = {first + (last - first) * place // max(number - 1, 1) for place in range(number)}
    found = {row[0] for place in places for row in database.all(nearest, place)}
    return sorted(found)
