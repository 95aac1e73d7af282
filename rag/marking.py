"""The facade's methods with which readers mark papers, rate answers, and take papers out with a way back.

What is marked changes no answer: `version` stays, and a map made before still holds. Names are trimmed, 1 to 80
characters, and compared without case; QuestionError otherwise. Writing raises LibraryDamagedError and StorageError.
"""

from collections.abc import Iterable
from pathlib import Path

from rag.collection import Collection
from rag.records import LoggedChange, NamedCollection, PaperMarks, Rating, Removed, Tag
from rag.storage.catalog.database import Database
from rag.storage.catalog.marks import COLLECTION, TAG, Marks
from rag.storage.catalog.ratings import all_ratings, delete_rating, put_rating
from rag.storage.catalog.users.audit import all_changes
from rag.storage.catalog.users.conversations import KeptConversations


class Marking:
    """Collections, tags, notes and ratings of a library, and papers taken out and put back. A Library has them."""

    _collection: Collection  # the papers

    def collections(self) -> list[NamedCollection]:
        """Return every collection, by name, also one that is empty."""
        return self._marks.collections()

    def collect(self, name: str, paper_ids: Iterable[int]) -> int:
        """Put papers into a collection, which is made when it is new; return how many were not in it.

        Without papers only the collection is made. Ids of no paper are left out.
        """
        return self._marks.add(COLLECTION, name, paper_ids)

    def uncollect(self, name: str, paper_ids: Iterable[int]) -> int:
        """Take papers out of a collection, which stays; return how many were in it.

        Raises QuestionError that names the collections there are.
        """
        return self._marks.take(COLLECTION, name, paper_ids)

    def rename_collection(self, old: str, new: str) -> None:
        """Give a collection another name. Raises QuestionError when there is no `old`, or another one called `new`."""
        self._marks.rename(COLLECTION, old, new)

    def delete_collection(self, name: str) -> tuple[int, ...]:
        """Forget a collection, not its papers; return their ids, with which `collect` makes it again.

        Raises QuestionError that names the collections there are.
        """
        return self._marks.delete(COLLECTION, name)

    def tags(self) -> list[Tag]:
        """Return every tag that a paper has, by name."""
        return self._marks.tags()

    def tag(self, paper_ids: Iterable[int], tag: str) -> int:
        """Tag papers; return how many didn't have the tag. Ids of no paper are left out."""
        return self._marks.add(TAG, tag, paper_ids)

    def untag(self, paper_ids: Iterable[int], tag: str) -> int:
        """Take a tag from papers; return how many had it. Raises QuestionError that names the tags there are."""
        return self._marks.take(TAG, tag, paper_ids)

    def note(self, paper_id: int, text: str) -> None:
        """Note something on a paper, in the place of an earlier note; an empty text removes it.

        Raises QuestionError when there is no such paper, or the text is longer than 20,000 characters.
        """
        self._marks.note(paper_id, text)

    def marks(self, paper_ids: Iterable[int]) -> dict[int, PaperMarks]:
        """Return how each of these papers is marked, by id; one that isn't there has no marks."""
        return self._marks.of(paper_ids)

    def bring_marks(self, file: str | Path) -> int:
        """Mark papers as a file says that `askpapers rescue` wrote, after it was ingested; return how many."""
        from rag.maintenance.marks_file import bring_marks

        return bring_marks(Path(file), self._collection.storage.catalog)

    def take_out(self, paper_ids: Iterable[int]) -> Removed:
        """Forget papers as `remove` does, and return what `put_back` needs to have them again as they were.

        Raises what `ingest` raises of writing.
        """
        return self._collection.take_out(paper_ids)

    def remove_source(self, source: str) -> Removed:
        """Forget that papers came from a source; those that come from nowhere else are removed.

        Returns what `put_back` needs to have it all again. Raises QuestionError that names the sources there are, and
        what `ingest` raises of writing.
        """
        return self._collection.remove_source(source)

    def put_back(self, removed: Removed) -> int:
        """Bring back what was taken out: text, origins, merges and marks; return of how many papers.

        They have their ids again, and can be found when this returns. A paper that came in again meanwhile, or changed,
        is joined as an ingest joins it, and has the marks of both. Raises what `ingest` raises of writing,
        EmbeddingError when a paper can't be embedded (what is back stays).
        """
        return self._collection.put_back(removed)

    def rate(self, rating: Rating) -> None:
        """Keep what a reader thought of an answer; the same `rating_id` again is a change of mind."""
        put_rating(self._database, rating)

    def unrate(self, rating_id: str) -> None:
        """Forget a rating, if it is there."""
        delete_rating(self._database, rating_id)

    def ratings(self) -> list[Rating]:
        """Return what readers thought of answers, oldest first."""
        return all_ratings(self._database)

    def changes(self, limit: int = 100) -> list[LoggedChange]:
        """Return the latest changes of papers and marks, up to `limit`, the last first: who did what, when.

        Who is the user of the page, or of the operating system; `rag.utils.acting.acting_as` names another. The latest
        20,000 are kept.
        """
        return all_changes(self._database, limit)

    def kept_for(self, user: str) -> KeptConversations:
        """Return the conversations that are kept for a user of the page."""
        return KeptConversations(self._database, user)

    @property
    def _database(self) -> Database:
        return self._collection.storage.catalog.database

    @property
    def _marks(self) -> Marks:
        return self._collection.storage.catalog.marks
