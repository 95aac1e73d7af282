"""What the parts of a library on servers look like, and how much room they take."""

from collections.abc import Iterator

from rag.errors import LibraryDamagedError, VectorsAwayError
from rag.records import Finding
from rag.storage.base import Sizes
from rag.storage.catalog.catalog import Catalog
from rag.storage.index.token_embeddings import Form, forms_of
from rag.storage.layout import rebuild_command
from rag.storage.manifest import Manifest
from rag.storage.server.chroma import ChromaServer
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.exchange import GoneError
from rag.storage.server.standing import standing

SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
        AND relname {which} '^(vectors|states|unsent)_'
"""
MISSING = """
    SELECT count(*) FROM papers WHERE indexed = 1
        AND NOT EXISTS (SELECT 1 FROM {table} AS kept WHERE kept.paper_id = papers.paper_id)
"""


def sizes_of(database: PostgresDatabase, made: Manifest | None, number: int | None) -> Sizes:
    """Return how much room a library takes in PostgreSQL, whose index is of a number; Chroma doesn't tell."""
    catalog, vectors = (int(database.one(SIZE.format(which=which))) for which in ("!~", "~"))
    if made is None or number is None or forms_of(made.embedding)[0] is Form.SIGNED:
        return Sizes(catalog, vectors)
    rows = database.all(f"SELECT form FROM states_{number} ORDER BY paper_id LIMIT 1")  # the first are the oldest
    return Sizes(catalog, vectors, [row[0] for row in rows] == [Form.SIGNED])


def findings(
    catalog: Catalog, database: PostgresDatabase, chroma: ChromaServer, number: int | None
) -> Iterator[Finding]:
    """Yield what PostgreSQL, the catalog, its full text, the vectors and Chroma look like. Raises StorageError."""
    library, mend = database.library, f"Run: {rebuild_command(database.library)}"
    yield Finding("PostgreSQL", True, f"version {database.one('SHOW server_version')}")
    try:
        damage = database.damage()
        if damage:
            yield Finding("catalog", False, f"{library} is damaged: {damage[0]}. Restore a backup: askpapers restore")
        pending = catalog.count(indexed=False)
        yield Finding("catalog", True, f"{catalog.count()} papers from {len(catalog.sources())} sources")
        for told in catalog.full_text.damage():
            yield Finding("full text", False, f"{told}. {mend}")
        if pending:
            yield Finding(
                "unfinished ingest", False, f"{pending} papers can't be found yet. Run: {rebuild_command(library)}"
            )
        yield _vectors(catalog, database, number)
    except LibraryDamagedError as error:
        yield Finding("catalog", False, str(error))
        return
    yield _chroma(database, chroma, number)


def _vectors(catalog: Catalog, database: PostgresDatabase, number: int | None) -> Finding:
    found = catalog.count(indexed=True)
    mend = f"Run: {rebuild_command(database.library)}"
    if number is None:
        return Finding("vectors", not found, f"none. {mend}" if found else "none yet")
    missing = int(database.one(MISSING.format(table=f"vectors_{number}")))
    with_tokens = bool(database.all(f"SELECT 1 FROM states_{number} LIMIT 1"))  # a model may give none
    lacking = int(database.one(MISSING.format(table=f"states_{number}"))) if with_tokens else 0
    if missing or lacking:
        told = [(missing, "papers without vectors"), (lacking, "without token states")]
        return Finding("vectors", False, f"{', '.join(f'{n} {what}' for n, what in told if n)}. {mend}")
    kept = database.one(f"SELECT count(*) FROM vectors_{number}")
    return Finding("vectors", True, f"of {kept} papers in vectors_{number}")


def _chroma(database: PostgresDatabase, chroma: ChromaServer, number: int | None) -> Finding:
    """Return whether Chroma can be asked, and how far it is."""
    try:
        version = chroma.version()
        if number is None:
            return Finding("Chroma", True, f"version {version}, nothing to hold yet")
        name, suspect, *_ = standing(database, number)
        if suspect:
            told = f"version {version}; {name} may be damaged, and is made anew by the next who writes"
            return Finding("Chroma", True, told)
        held = chroma.count(name) if name else 0
    except GoneError:
        return Finding("Chroma", True, f"version {version}; it lost {name}, which is made anew by the next who writes")
    except VectorsAwayError as error:
        return Finding("Chroma", False, str(error))
    waiting = int(database.one(f"SELECT count(DISTINCT paper_id) FROM unsent_{number}"))
    chunks = int(database.one(f"SELECT coalesce(sum(chunks), 0) FROM vectors_{number}"))
    told = f"version {version}, {held} chunks of {chunks} in {name or 'no collection yet'}"
    return Finding("Chroma", True, f"{told}; {waiting} papers are sent by the next who writes" if waiting else told)
