"""The stems of texts, exactly as SQLite's FTS5 makes them (Porter over unicode61 without diacritics).

A text is cut at what is certainly no letter, and each new run of the rest is given to FTS5 once: it alone knows which
characters of Unicode are letters to it, what it folds, and where it stems. No catalog needs FTS5 for it: it is a table
in memory. Catalogs hold what comes out of here: whoever changes it adds a migration that makes the postings anew.
"""

import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable
from functools import cache

from rag.storage.postings.packing import LENGTHS
from rag.text.words import as_searched

RUN = re.compile(r"[0-9A-Za-z\x80-\U0010ffff]+")
LONGEST = 500  # letters of a stem: what is longer is no word, and more than an index of PostgreSQL holds
KEPT = 60_000  # runs whose stems are kept, some 10 MB
TABLES = """
    CREATE VIRTUAL TABLE runs USING fts5 (
        run, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE VIRTUAL TABLE stems USING fts5vocab ('runs', 'instance');
"""


class Stemmer:
    """FTS5's tokenizer. Safe to share between threads."""

    def __init__(self) -> None:
        """Use `stemmer`, which all share."""
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.executescript(TABLES)
        self._known: dict[str, tuple[str, ...]] = {}

    def stems(self, texts: Iterable[str]) -> list[list[str]]:
        """Return the stems of each text as they follow each other; a stem stands as often as its word does."""
        cut = [RUN.findall(text.lower() if text.isascii() else text) for text in texts]
        known = self._knowing(run for runs in cut for run in runs)
        return [[stem for run in runs for stem in known[run]] for runs in cut]

    def counted(self, papers: Iterable[tuple[str, str]]) -> list[Counter[str]]:
        """Return how often each stem stands in each paper, a title and an abstract; and LENGTHS as packing has it."""
        texts = (f"{as_searched(title)}\n{as_searched(abstract)}" for title, abstract in papers)
        found = []
        for stems in self.stems(texts):
            counts = Counter(stems)
            counts[LENGTHS] = len(stems) + 1
            found.append(counts)
        return found

    def _knowing(self, runs: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the stems of at least these runs."""
        wanted = set(runs)
        with self._lock:
            if len(self._known) > KEPT:
                self._known = {}
            new = sorted(run for run in wanted if run not in self._known)
            if new:
                self._known |= self._asked(new)
            return self._known  # never changed in what it has: only added to, or replaced

    def _asked(self, runs: list[str]) -> dict[str, tuple[str, ...]]:
        # Half a character can stand in a question, not in a text of SQLite.
        rows = [(number, run.encode("utf-8", "replace").decode()) for number, run in enumerate(runs)]
        found: dict[int, list[str]] = {number: [] for number, _ in rows}
        self._connection.execute("BEGIN")
        try:
            self._connection.executemany("INSERT INTO runs (rowid, run) VALUES (?, ?)", rows)
            for number, stem in self._connection.execute("SELECT doc, term FROM stems ORDER BY doc, offset"):
                if len(stem) <= LONGEST:
                    found[number].append(stem)
        finally:
            self._connection.execute("ROLLBACK")
        return {runs[number]: tuple(stems) for number, stems in found.items()}


@cache
def stemmer() -> Stemmer:
    """Return the stemmer that this process shares."""
    return Stemmer()
