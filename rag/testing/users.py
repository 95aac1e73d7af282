"""What every storage keeps of its users: their conversations and ratings, and who changed what."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from rag.records import Answer, LoggedChange, Outcome, Rating, Searched
from rag.storage.base import Storage
from rag.storage.catalog.ratings import all_ratings, put_rating
from rag.storage.catalog.users.audit import all_changes, going_on, log_change
from rag.storage.catalog.users.conversations import CONVERSATION, EXCHANGE, KeptConversations, RowChange
from rag.utils.acting import acting_as

SAVED = 1_790_000_000_000  # a time in ms: more than a number of 32 bits holds
ANSWER = Answer("Why?", Outcome.NO_RELEVANT_PAPERS, "", (), (), (), Searched(0, "Why?"), "extractive")


def as_it_is(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """Keep a row as it comes."""
    del kind
    return row


def asked(name: str, **fields: Any) -> RowChange:
    """Return a change of an exchange in the conversation `c`."""
    return RowChange(EXCHANGE, name, "c", fields)


class UsersContract:
    """The tests of what is kept of users."""

    def test_rows_of_users_are_merged_by_fields_and_apart_from_each_other(
        self, storage: Storage, beside: Storage
    ) -> None:
        """Each browser's fields count; what another user sends of the same id is another row."""
        ada, bob = (KeptConversations(storage.catalog.database, who) for who in ("ada", "bob"))
        ada.change([asked("e", question="Why?", deleted=None)], as_it_is)
        ada.change([asked("e", deleted=SAVED)], as_it_is)
        his = RowChange(EXCHANGE, "f", "d", {"question": "His too"})
        bob.change([his, asked("e", question="His"), RowChange(CONVERSATION, "c", "c", None)], as_it_is)
        assert [row.row_id for row in bob.since(0)[0]] == ["f"]
        rows, version, more = KeptConversations(beside.catalog.database, "ada").since(0)
        assert [row.told for row in rows] == [{"question": "Why?", "deleted": SAVED}]
        assert (version, more) == (2, False)
        assert ada.since(version) == ([], version, False)
        assert ada.since(version + 9) == ([], version, False)

    def test_what_is_forgotten_is_told_once_and_does_not_come_back(self, storage: Storage) -> None:
        """A conversation goes with all that is in it."""
        ada = KeptConversations(storage.catalog.database, "ada")
        ada.change([RowChange(CONVERSATION, "c", "c", {"title": "Mine"}), asked("e", question="Why?")], as_it_is)
        ada.change([RowChange(CONVERSATION, "c", "c", None)], as_it_is)
        ada.change([asked("e", question="Why?")], as_it_is)
        assert {(row.row_id, row.told) for row in ada.since(1)[0]} == {("c", None), ("e", None)}
        assert ada.since(0)[0] == []

    def test_browsers_at_once_lose_nothing_and_versions_come_in_order(self, storage: Storage, beside: Storage) -> None:
        """Who follows the versions while others write sees every row."""
        seen, done = set[str](), threading.Event()

        def write(where: Storage, browser: int) -> None:
            kept = KeptConversations(where.catalog.database, "ada")
            for number in range(15):
                kept.change(
                    [asked(f"{browser}-{number}", n=number), asked("both", **{f"b{browser}": number})], as_it_is
                )

        def follow() -> None:
            kept, version, last = KeptConversations(beside.catalog.database, "ada"), 0, False
            while not last:
                last = done.is_set()
                more = True
                while more:
                    rows, version, more = kept.since(version)
                    seen.update(row.row_id for row in rows)

        together([lambda: write(storage, 0), lambda: write(beside, 1)], follow, done)
        assert seen == {"both", *(f"{browser}-{number}" for browser in (0, 1) for number in range(15))}
        [both] = [row.told for row in all_rows(storage) if row.row_id == "both"]
        assert both == {"b0": 14, "b1": 14}

    def test_changes_are_told_with_who_made_them(self, storage: Storage, beside: Storage) -> None:
        """The last first; one that broke off has no number, one that changed nothing is none."""
        database = storage.catalog.database
        with acting_as("ada"), database.transaction():
            log_change(database, "remove", 2, "3, 4")
        with acting_as("bob"):
            with going_on(database, "ingest", ["papers.bib"]) as going:
                going.papers, going.told = 3, "3 added"
            with going_on(database, "ingest", ["same.bib"]):
                pass
            with pytest.raises(ZeroDivisionError), going_on(database, "ingest", ["half.bib"]):
                _ = 1 / 0
        found = all_changes(beside.catalog.database, 10)
        assert [LoggedChange("", one.who, one.what, one.papers, one.about) for one in found] == [
            LoggedChange("", "bob", "ingest", None, "half.bib"),
            LoggedChange("", "bob", "ingest", 3, "papers.bib: 3 added"),
            LoggedChange("", "ada", "remove", 2, "3, 4"),
        ]

    def test_a_rating_carries_who_gave_it(self, storage: Storage, beside: Storage) -> None:
        """Who acts, unless it says so itself."""
        with acting_as("ada"):
            put_rating(storage.catalog.database, Rating("r1", ANSWER, good=True, at="1"))
            put_rating(storage.catalog.database, Rating("r2", ANSWER, good=False, at="2", who="bob"))
        assert [one.who for one in all_ratings(beside.catalog.database)] == ["ada", "bob"]


def together(works: list[Callable[[], None]], follow: Callable[[], None], done: threading.Event) -> None:
    """Do works at once while somebody follows, who is told when all are done."""
    follower = threading.Thread(target=follow)
    threads = [threading.Thread(target=work) for work in works]
    for thread in (follower, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()


def all_rows(storage: Storage) -> list[Any]:
    """Return all rows that are kept of ada, however many tellings it takes."""
    kept, version, more = KeptConversations(storage.catalog.database, "ada"), 0, True
    found = []
    while more:
        rows, version, more = kept.since(version)
        found += rows
    return found
