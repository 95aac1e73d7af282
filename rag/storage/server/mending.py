"""Chroma brought back in the background, by a process that goes on: asked until it answers, then sent what it lacks."""

import logging
import threading
from typing import TYPE_CHECKING

from psycopg import errors

from rag.errors import RagError
from rag.storage.server.chroma import ChromaServer
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.sending import is_waiting, send

if TYPE_CHECKING:
    from rag.storage.server.index import ServerIndex

PAUSE, LONGEST = (
    3.0,
    60.0,
)  # seconds before the first try, and between two that failed: a single question is over by then
MAY_NOT = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
log = logging.getLogger(__name__)


class Mender:
    """One thread at most, which ends when all is well, and with the process."""

    def __init__(self, database: PostgresDatabase, chroma: ChromaServer) -> None:
        """Bring to `chroma` what it lacks of the indexes in `database`."""
        self._database, self._chroma = database, chroma
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self, index: "ServerIndex") -> None:
        """Begin, unless that was done."""
        with self._lock:
            if not self._closed.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._mend, args=(index,), name="mender", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Don't try again."""
        self._closed.set()

    def _mend(self, index: "ServerIndex") -> None:
        pause = PAUSE
        while not self._closed.wait(pause):
            try:
                if send(self._database, self._chroma, index) and not is_waiting(self._database, index.number):
                    return
            except RagError as error:
                if self._closed.is_set() or isinstance(error.__cause__, MAY_NOT):
                    return  # another one will
                log.info("%s", error)
            pause = min(pause * 2, LONGEST)
