"""What every storage keeps to of itself and of an index that is made anew, as tests; a part of rag.testing.storage."""

import numpy as np
import pytest

from rag.storage.base import IndexedPaper, Storage
from rag.storage.manifest import IndexSpec
from rag.testing.made_up import SIZE, TITLES, axis, fill, indexed, record
from rag.utils.arrays import unit

SAME = IndexSpec("made up", "one vector a paper", lambda: SIZE)
OTHER = IndexSpec("another model", "one vector a paper", lambda: SIZE)


def bits(papers: list[IndexedPaper]) -> list[tuple[object, ...]]:
    """Return what is stored of papers, as bytes."""
    return [
        (paper_id, np.stack(vectors).astype("<f2").tobytes(), *(part.tobytes() for part in tokens[:3]), tokens.form)
        for paper_id, vectors, tokens in papers
    ]


class RemakingContract:
    """The tests."""

    def test_it_tells_where_it_is_what_it_is_made_with_and_how_large(self, storage: Storage) -> None:
        """Before there is an index it is made with nothing."""
        assert storage.place
        assert storage.made_with() is None
        assert storage.sizes().vectors >= 0
        fill(storage)
        made = storage.made_with()
        assert made is not None
        assert (made.embedding, made.chunker, made.dimension) == ("made up", "one vector a paper", SIZE)
        assert storage.sizes().catalog > 0
        assert storage.sizes().vectors > 0
        assert not storage.sizes().smaller_anew

    def test_a_check_of_what_is_sound_finds_nothing(self, storage: Storage) -> None:
        """What waits is no damage, and is told."""
        assert all(finding.sound for finding in storage.check())
        fill(storage)
        assert all(finding.sound for finding in storage.check())
        with storage.catalog.transaction():
            storage.catalog.insert(record("Solar sails"))
        assert [finding.what for finding in storage.check() if not finding.sound] == ["unfinished ingest"]

    def test_what_is_stored_of_papers_is_given_back_to_the_bit(self, storage: Storage) -> None:
        """Put again, it is the same; papers of which nothing is stored are left out."""
        a, b, c = fill(storage)
        rows = unit(np.random.default_rng(3).standard_normal((3, SIZE)).astype(np.float32))
        with storage.writing() as index:
            index.put([indexed(a, rows[0], rows[1]), indexed(b, rows[2])])
            before = index.stored([c, a, b, 999])
            assert [paper_id for paper_id, *_ in before] == [a, b, c]
            index.put(before)
            assert bits(index.stored([a, b, c])) == bits(before)
        assert [len(vectors) for _, vectors, _ in before] == [2, 1, 1]

    def test_an_index_made_anew_takes_the_place_of_the_old_one_at_the_end(
        self, storage: Storage, beside: Storage
    ) -> None:
        """Till then searches go on with the old one."""
        a, b, c = fill(storage)
        with storage.rebuilding(SAME) as new:
            kept = new.carry([a, b, c])
            assert [paper_id for paper_id, *_ in kept] == [a, b, c]
            new.index.put([*kept[:1], indexed(b, axis(6)), *kept[2:]])
            with beside.reading() as index:
                assert dict(index.nearest(axis(6), 3))[b] == pytest.approx(0.0, abs=1e-5)
        for opened in (storage, beside):
            with opened.reading() as index:
                assert dict(index.nearest(axis(6), 1)) == {b: pytest.approx(1.0, abs=1e-5)}
                assert index.ids() == {a, b, c}
            assert opened.catalog.indexed_ids() == {a, b, c}

    def test_papers_that_a_new_index_lacks_wait_to_be_embedded(self, storage: Storage) -> None:
        """And those that it has don't, also when they waited before."""
        a, b, c = fill(storage)
        with storage.catalog.transaction():
            new_paper = storage.catalog.insert(record("Solar sails"))
        with storage.rebuilding(SAME) as new:
            new.index.put([*new.carry([a, c]), indexed(new_paper, axis(3))])
        assert storage.catalog.indexed_ids() == {a, c, new_paper}
        assert [paper.paper_id for paper in storage.catalog.all_papers(pending_only=True, limit=9)] == [b]

    def test_an_index_that_failed_to_be_made_leaves_the_old_one(self, storage: Storage, beside: Storage) -> None:
        """Nothing of it is found."""
        ids = fill(storage)
        with pytest.raises(LookupError), storage.rebuilding(OTHER) as new:
            new.index.put([indexed(ids[0], axis(6))])
            raise LookupError
        made = beside.made_with()
        assert made is not None
        assert made.embedding == "made up"
        for opened in (storage, beside):
            with opened.reading() as index:
                assert dict(index.nearest(axis(0), 1)) == {ids[0]: pytest.approx(1.0, abs=1e-5)}
        with storage.writing() as index:  # the next is free to write
            index.put([indexed(ids[1], axis(5))])

    def test_an_index_of_another_model_takes_nothing_over(self, storage: Storage) -> None:
        """Nor does one that is to be made of nothing."""
        ids = fill(storage)
        with storage.rebuilding(SAME, carry=False) as new:
            assert new.carry(ids) == []
            new.index.put([indexed(paper_id, axis(paper_id)) for paper_id in ids])
        with storage.rebuilding(OTHER) as new:
            assert new.carry(ids) == []
            new.index.put([indexed(paper_id, axis(paper_id)) for paper_id in ids])
        made = storage.made_with()
        assert made is not None
        assert made.embedding == "another model"

    def test_what_is_read_in_a_snapshot_is_of_one_moment(self, storage: Storage, beside: Storage) -> None:
        """Whoever writes meanwhile."""
        ids = fill(storage)
        with storage.catalog.database.snapshot():
            assert storage.catalog.ids() == set(ids)
            with beside.catalog.transaction():
                beside.catalog.remove(ids[:1])
                beside.catalog.insert(record("Solar sails"))
            assert storage.catalog.ids() == set(ids)
            assert len(storage.catalog.papers(ids)) == len(TITLES)
        assert storage.catalog.ids() == beside.catalog.ids() != set(ids)

    def test_ids_up_to_those_that_are_set_are_not_given_again(self, storage: Storage) -> None:
        """Also where rows with lower ids are put in by hand."""
        [paper_id] = fill(storage, TITLES[:1])
        database = storage.catalog.database
        assert database.last_ids()["papers"] == paper_id
        with database.transaction():
            database.set_last_ids({"papers": 40})
        with storage.catalog.transaction():
            assert storage.catalog.insert(record("Solar sails")) == 41
            database.set_last_ids({"papers": 7, "records": 5})
            assert storage.catalog.insert(record("River deltas")) == 42
        assert database.last_ids()["papers"] == 42
