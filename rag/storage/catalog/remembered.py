"""What was asked of a database, kept until anything is written to it, by anybody."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from rag.storage.catalog.database import Database

Answer = TypeVar("Answer")


class Remembered:
    """Answers by what was asked. Safe to share between threads."""

    def __init__(self, database: Database, most: int) -> None:
        """Keep up to `most` answers."""
        self._database = database
        self._most = most
        self._lock = threading.Lock()
        self._version: Hashable = None
        self._answers: dict[Hashable, Any] = {}

    def get(self, what: Hashable, ask: Callable[[], Answer]) -> Answer:
        """Return what `ask` returns, or returned last time if nothing was written since; it isn't to be changed."""
        version = self._database.version()
        with self._lock:
            if version == self._version and what in self._answers:
                kept: Answer = self._answers[what]
                return kept
        # What is asked now may be newer than that version, never older.
        answer = ask()
        with self._lock:
            if version != self._version:
                self._version, self._answers = version, {}
            while len(self._answers) >= self._most:
                self._answers.pop(next(iter(self._answers)))
            self._answers[what] = answer
        return answer
