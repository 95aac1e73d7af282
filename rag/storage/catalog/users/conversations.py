"""Conversations that are kept for a user, so that each of their browsers has all of them.

What is kept are rows: a conversation, or an exchange in one, each a JSON object of which this knows only its id, when
it was deleted, and that `active` is a table of its own. A browser sends the fields that it changed, so that two of them
that change the same row both have their way; of one field the last word counts. Each user's rows are numbered by
versions of their own, and nobody's rows can be named by anybody else: the user is a part of every key.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import QuestionError
from rag.storage.catalog.database import Database

CONVERSATION, EXCHANGE = "conversation", "exchange"
MOST_ROWS = 100_000  # of one user
VERSIONS = 10  # that are told at once
KEPT_FOR = 30 * 24 * 3600.0  # seconds that what was deleted can be brought back; store.js says so, too

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a browser changed of a row: the fields that are other now; None forgets it for good."""

    kind: str
    row_id: str
    conversation: str
    fields: Fields | None


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row as it is kept; without `told` it was forgotten for good."""

    kind: str
    row_id: str
    conversation: str
    told: Fields | None


class KeptConversations:
    """The rows of one user. Safe to share between threads and processes. Raises StorageError, LibraryDamagedError."""

    def __init__(self, database: Database, who: str) -> None:
        self._database = database
        self._who = who

    def change(self, changes: Iterable[RowChange], whole: Callable[[str, Fields], Fields | None]) -> list[str]:
        """Keep changes; return the ids of the rows that can't be kept, as they lack what makes them whole.

        `whole` gets what a row says with a change, and returns what is kept of it; None where that is not enough.
        Raises QuestionError when there is no room for more.
        """
        lacking = []
        with self._database.transaction():
            version = self._next_version()
            for one in changes:
                if one.fields is None:
                    self._forget(one, version)
                elif not self._put(one, one.fields, version, whole):
                    lacking.append(one.row_id)
            if self._database.one("SELECT count(*) FROM kept_rows WHERE who = ?", self._who) > MOST_ROWS:
                msg = f"At most {MOST_ROWS:,} questions are kept for one user: delete old conversations for good."
                raise QuestionError(msg)
        return lacking

    def since(self, version: int) -> tuple[list[KeptRow], int, bool]:
        """Return what changed after a version, the version that it is known up to then, and whether there is more.

        After 0 come all rows, without those that were forgotten. A version that is not reached yet, as of a library
        that was restored, gives nothing and the version that there is.
        """
        if not version:
            self._sweep()
        rows = self._database.all(
            "SELECT DISTINCT version FROM kept_rows WHERE who = ? AND version > ? ORDER BY version LIMIT ?",
            self._who, version, VERSIONS + 1,
        )  # fmt: skip
        if not rows:
            return [], min(version, self._version()), False
        upto = rows[:VERSIONS][-1][0]
        kept = self._database.all(
            "SELECT kind, row_id, conversation, told FROM kept_rows WHERE who = ? AND version > ? AND version <= ? "
            "ORDER BY version, kind, row_id", self._who, version, upto,
        )  # fmt: skip
        wanted = [row for row in kept if version or row[3]]
        found = [KeptRow(kind, row_id, within, self._read(told)) for kind, row_id, within, told in wanted]
        return found, upto, len(rows) > VERSIONS

    def _version(self) -> int:
        rows = self._database.all("SELECT version FROM kept_versions WHERE who = ?", self._who)
        return int(rows[0][0]) if rows else 0

    def _next_version(self) -> int:
        """Count the version up. Others who change rows of this user wait, so versions come in the order of commits."""
        counted = (
            "INSERT INTO kept_versions (who, version) VALUES (?, 1) ON CONFLICT (who) "
            "DO UPDATE SET version = kept_versions.version + 1 RETURNING version"
        )
        return int(self._database.one(counted, self._who))

    def _put(
        self, change: RowChange, fields: Fields, version: int, whole: Callable[[str, Fields], Fields | None]
    ) -> bool:
        rows = self._database.all(
            "SELECT told FROM kept_rows WHERE who = ? AND kind = ? AND row_id = ?",
            self._who, change.kind, change.row_id,
        )  # fmt: skip
        if rows and not rows[0][0]:
            return True  # forgotten for good elsewhere
        row = whole(change.kind, merged(self._read(rows[0][0]) or {} if rows else {}, fields))
        if row is None:
            return False
        self._database.run(
            "INSERT INTO kept_rows (who, kind, row_id, version, conversation, deleted, told) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (who, kind, row_id) DO UPDATE SET version = excluded.version, "
            "conversation = excluded.conversation, deleted = excluded.deleted, told = excluded.told",
            self._who, change.kind, change.row_id, version, change.conversation, row.get("deleted"),
            json.dumps(row, ensure_ascii=False),
        )  # fmt: skip
        return True

    def _forget(self, change: RowChange, version: int) -> None:
        """Forget a row for good, a conversation with all that is in it; that it was there stays known."""
        within = "row_id = ?" if change.kind == EXCHANGE else "conversation = ?"
        emptied = (
            f"UPDATE kept_rows SET told = '', deleted = NULL, version = ? WHERE who = ? AND {within} AND told <> ''"
        )
        self._database.run(emptied, version, self._who, change.row_id)

    def _sweep(self) -> None:
        """Forget conversations that were deleted long ago."""
        until = int((time.time() - KEPT_FOR) * 1000)
        rows = self._database.all(
            "SELECT row_id FROM kept_rows WHERE who = ? AND kind = ? AND deleted < ?", self._who, CONVERSATION, until
        )
        if rows:
            self.change([RowChange(CONVERSATION, row[0], row[0], None) for row in rows], lambda kind, row: row)

    def _read(self, told: str) -> Fields | None:
        try:
            read: Fields | None = json.loads(told) if told else None
        except ValueError as error:
            raise self._database.damaged(f"a kept conversation of {self._who} says {told[:40]!r}") from error
        return read


def merged(row: Mapping[str, Any], fields: Mapping[str, Any]) -> Fields:
    """Return a row with the fields that are other now; of the table `active` each entry is a field.

    >>> merged({"title": "a", "active": {"": "1"}}, {"active": {"1": "2"}})
    {'title': 'a', 'active': {'': '1', '1': '2'}}
    """
    active = fields.get("active")
    if isinstance(active, Mapping) and isinstance(row.get("active"), Mapping):
        return {**row, **fields, "active": {**row["active"], **active}}
    return {**row, **fields}
