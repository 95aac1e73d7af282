"""What every storage keeps of how readers mark papers: a part of rag.testing.storage.StorageContract."""

import pytest

from rag.errors import QuestionError
from rag.records import Filters, Listing, NamedCollection, PaperMarks, Tag
from rag.storage.base import Storage
from rag.storage.catalog.marks import COLLECTION, TAG
from rag.testing.made_up import TITLES, fill, record, titles_of


class MarksContract:
    """The tests of collections, tags and notes."""

    def test_what_was_marked_is_read_again_and_beside(self, storage: Storage, beside: Storage) -> None:
        """Collections, tags and notes of a paper; each counts papers once."""
        (a, b, c), marks = fill(storage), storage.catalog.marks
        assert marks.add(COLLECTION, "Thesis", [a, b]) == 2
        assert marks.add(COLLECTION, "thesis", [b, c, 999]) == 1
        assert marks.add(TAG, "read", [a]) == 1
        marks.note(a, " See section 3. ")
        [thesis] = beside.catalog.marks.collections()
        assert thesis == NamedCollection("Thesis", 3, thesis.at)
        assert beside.catalog.marks.tags() == [Tag("read", 1)]
        assert beside.catalog.marks.of([a, b]) == {
            a: PaperMarks(("Thesis",), ("read",), "See section 3."),
            b: PaperMarks(("Thesis",)),
        }

    def test_a_collection_may_be_empty_and_a_tag_can_not(self, storage: Storage) -> None:
        """What nobody has is no tag any more."""
        (a, *_), marks = fill(storage), storage.catalog.marks
        marks.add(COLLECTION, "Later", [])
        marks.add(TAG, "read", [a])
        assert marks.take(TAG, "READ", [a]) == 1
        assert [(one.name, one.papers) for one in marks.collections()] == [("Later", 0)]
        assert marks.tags() == []

    def test_filters_select_by_collection_tag_and_chosen_papers(self, storage: Storage) -> None:
        """All at once too; an unknown name is an error that names those that there are."""
        (a, b, c), catalog = fill(storage), storage.catalog
        catalog.marks.add(COLLECTION, "Thesis", [a, b])
        catalog.marks.add(TAG, "read", [b, c])
        assert catalog.indexed_ids(Filters(collection="THESIS")) == {a, b}
        assert catalog.indexed_ids(Filters(tag="read", year_from=2003)) == {c}
        assert catalog.indexed_ids(Filters(collection="Thesis", tag="read", papers=(b, c, 999))) == {b}
        assert catalog.indexed_ids(Filters(papers=())) == set()
        assert titles_of(catalog.listed(Listing("lattices", Filters(tag="read")))[0]) == [TITLES[1]]
        with pytest.raises(QuestionError, match="Thesis"):
            catalog.indexed_ids(Filters(collection="read"))

    def test_marks_go_with_a_removed_paper(self, storage: Storage) -> None:
        """Another paper never inherits them."""
        (a, *_), catalog = fill(storage), storage.catalog
        catalog.marks.add(COLLECTION, "Thesis", [a])
        catalog.marks.add(TAG, "read", [a])
        catalog.marks.note(a, "Mine.")
        with catalog.transaction():
            catalog.remove([a])
            new = catalog.insert(record("Solar sails"))
        assert catalog.marks.of([a, new]) == {a: PaperMarks(), new: PaperMarks()}
        assert [one.papers for one in catalog.marks.collections()] == [0]
        assert catalog.marks.tags() == []

    def test_two_papers_that_become_one_keep_the_marks_of_both(self, storage: Storage) -> None:
        """Notes stand one below the other, once."""
        (a, b, c), catalog = fill(storage), storage.catalog
        catalog.marks.add(COLLECTION, "Thesis", [a, b])
        catalog.marks.add(COLLECTION, "Later", [b])
        catalog.marks.add(TAG, "read", [b])
        for paper_id, text in ((a, "First."), (b, "Second."), (c, "First.")):
            catalog.marks.note(paper_id, text)
        with catalog.transaction():
            catalog.absorb(a, b)
            catalog.absorb(a, c)
        assert catalog.marks.of([a])[a] == PaperMarks(("Later", "Thesis"), ("read",), "First.\n\nSecond.")
        assert [one.papers for one in catalog.marks.collections()] == [1, 1]
        assert catalog.damage() == []

    def test_marks_change_nothing_that_searchers_keep(self, storage: Storage) -> None:
        """No index is opened anew, no map made anew."""
        (a, *_), catalog = fill(storage), storage.catalog
        before = catalog.generation
        catalog.marks.add(COLLECTION, "Thesis", [a])
        catalog.marks.note(a, "Mine.")
        assert catalog.generation == before
