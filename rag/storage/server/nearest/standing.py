"""How the collection of an index stands: its name, and whether its server may have damaged it when it died.

A Chroma that is killed while it brings an index to the disk, which it does every thousand writes, may leave one that
answers wrongly, or that takes the whole server down whenever it is read. Nobody can tell from outside. So whoever meets
a server that was there and is no more, soon after something was sent, notes that the collection is suspect: it isn't
read again, by anybody, and whoever may write makes it anew.
"""

from typing import NamedTuple

from rag.errors import StorageError, VectorsAwayError
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.nearest.exchange import BrokenError, DownError

SOON = "10 minutes"  # after something was sent the index may still be on its way to the disk
STANDING = f"SELECT collection, suspect, sent > now() - interval '{SOON}', sent::text FROM indexes WHERE number = ?"
UNSENT = 5_000  # papers looked at in each search
LACKING = """
    ARRAY(SELECT DISTINCT paper_id FROM unsent_{n} LIMIT ?), (SELECT coalesce(max(change), 0) FROM unsent_{n}),
    (SELECT value FROM state WHERE name = 'writes')
"""
BOTH = STANDING.replace(" FROM", f", {LACKING} FROM", 1)  # one way to the server


class Standing(NamedTuple):
    """The collection ('': none yet), whether it is suspect, whether something was sent soon before, and when."""

    collection: str
    suspect: bool
    soon: bool
    sent: str


class Unsent(NamedTuple):
    """Papers that Chroma lacks, whether these are all of them, and the number of the last change."""

    papers: set[int]
    all_of_them: bool
    last: int


NOTHING = Standing("", suspect=False, soon=False, sent="")


def standing(database: PostgresDatabase, number: int) -> Standing:
    """Return how the collection of an index stands. Raises StorageError."""
    rows = database.all(STANDING, number)
    return Standing(*rows[0]) if rows else NOTHING


def standing_and_unsent(database: PostgresDatabase, number: int) -> tuple[Standing, Unsent]:
    """Return how the collection of an index stands, and the papers that it lacks; of many some UNSENT.

    Asked before Chroma is: what it is sent meanwhile is among these, or found there. Raises StorageError.
    """
    rows = database.all(BOTH.format(n=number), UNSENT + 1, number)
    if not rows:
        return NOTHING, Unsent(set(), all_of_them=True, last=0)
    *found, lacking, last, writes = rows[0]
    database.seen(writes)
    return Standing(*found), Unsent(set(lacking[:UNSENT]), len(lacking) <= UNSENT, last)


def is_suspicious(error: VectorsAwayError, found: Standing) -> bool:
    """Tell whether an error may be of a server that left a collection damaged.

    >>> is_suspicious(DownError("refused"), Standing("papers-1", suspect=False, soon=True, sent=""))
    True
    """
    return isinstance(error, BrokenError) or (isinstance(error, DownError) and found.soon)


def suspect(database: PostgresDatabase, number: int, collection: str) -> bool:
    """Note that a collection isn't to be read again; return False when it can't be noted: this user may only read."""
    try:
        with database.writes():
            database.run("UPDATE indexes SET suspect = true WHERE number = ? AND collection = ?", number, collection)
    except StorageError:
        return False
    return True
