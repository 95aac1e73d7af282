"""How many papers a catalog holds, and a few of them drawn evenly: questions that read no paper's text."""

from rag.storage.catalog.database import Database

COUNTS = {
    None: "SELECT count(*) FROM papers",
    False: "SELECT count(*) FROM papers WHERE indexed = 0",  # few, and an index of their own knows them
    True: "SELECT (SELECT count(*) FROM papers) - (SELECT count(*) FROM papers WHERE indexed = 0)",
}


def counted(database: Database, indexed: bool | None) -> int:  # noqa: FBT001 (one of COUNTS)
    """Return how many papers there are, or how many with (without) their vectors."""
    return int(database.one(COUNTS[indexed]))


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
