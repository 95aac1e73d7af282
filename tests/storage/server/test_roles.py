"""Who may do what in a library on servers is what PostgreSQL's users may: as docs/deploying.md sets them up."""

import re
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from rag.errors import StorageError
from rag.storage.base import Storage
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.made_up import SIZE, TITLES, axis, fill
from rag.testing.servers import ChromaServerProcess, PostgresServer

DOCS = Path(__file__).parents[3] / "docs" / "deploying.md"
ROLES = ("alice", "walter")


@pytest.fixture(scope="module")
def grants() -> str:
    """What the owner is told to run."""
    [found] = re.findall(r"```sql\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def database(postgres: PostgresServer, chroma: ChromaServerProcess, grants: str) -> None:
    """A library in a database of its own, with a reader, Alice, and a writer, Walter."""
    with psycopg.connect(postgres.address(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE roles")
    with closing(opened(postgres, chroma, "postgres")) as storage:
        fill(storage)
    with psycopg.connect(postgres.address(database="roles"), autocommit=True) as connection:
        for role in ("papers_reader NOLOGIN", "papers_writer NOLOGIN IN ROLE papers_reader"):
            connection.execute(f"CREATE ROLE {role}".encode())
        connection.execute(grants.encode())
        for role, granted in zip(ROLES, ("papers_reader", "papers_writer"), strict=True):
            connection.execute(f"CREATE ROLE {role} LOGIN IN ROLE {granted}".encode())


def opened(postgres: PostgresServer, chroma: ChromaServerProcess, user: str) -> Storage:
    """Open that library as a user."""
    spec = IndexSpec("made up", "one vector a paper", lambda: SIZE)
    address = postgres.address(user=user, database="roles")
    return ServerStorage.open(address, f"postgresql://{user}@test/roles", ChromaServer(chroma.url), spec)


@pytest.mark.usefixtures("database")
def test_a_reader_finds_papers_and_changes_nothing(postgres: PostgresServer, chroma: ChromaServerProcess) -> None:
    """One line says what is to be done."""
    with closing(opened(postgres, chroma, "alice")) as storage:
        with storage.reading() as index:
            [(paper_id, _)] = index.nearest(axis(1), 1)
            assert index.token_embeddings([paper_id])
        assert storage.catalog.papers([paper_id])[0].title == TITLES[1]
        assert storage.catalog.full_text.match(["lattices"], 9)[0][0] == paper_id
        with pytest.raises(StorageError, match=r"may not do that .*Connect as one who may") as told:
            fill(storage, ["Solar sails"], "/b.bib")
        assert "\n" not in str(told.value)


@pytest.mark.usefixtures("database")
def test_a_writer_brings_in_papers_and_takes_them_out(postgres: PostgresServer, chroma: ChromaServerProcess) -> None:
    """Without owning a table."""
    with closing(opened(postgres, chroma, "walter")) as storage:
        [new] = fill(storage, ["Solar sails"], "/b.bib")
        with storage.reading() as index:
            assert dict(index.nearest(axis(0), 9))[new] == pytest.approx(1.0, abs=1e-5)
        with storage.writing() as index:
            with storage.catalog.transaction():
                storage.catalog.remove([new])
            index.delete([new])
        with storage.reading() as index:
            assert new not in index.ids()


@pytest.mark.usefixtures("database")
def test_a_reader_can_back_up_and_a_writer_cannot_make_the_index_anew(
    postgres: PostgresServer, chroma: ChromaServerProcess
) -> None:
    """Ids that were given are backed up too; new tables are the owner's to make."""
    with closing(opened(postgres, chroma, "alice")) as storage:
        assert storage.catalog.database.last_ids()["papers"] >= len(TITLES)
    spec = IndexSpec("made up", "one vector a paper", lambda: SIZE)
    with (
        closing(opened(postgres, chroma, "walter")) as storage,
        pytest.raises(StorageError, match="Connect as the owner of its tables"),
        storage.rebuilding(spec),
    ):
        pytest.fail("tables were made")
