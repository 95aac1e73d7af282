"""What every storage keeps to, as tests: subclass StorageContract, say how one is opened, and let pytest run it.

class TestMyStorage(StorageContract):
    def open(self, place: Path) -> Storage:
        return MyStorage(place)
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import EmptyLibraryError, LibraryLockedError, QuestionError
from rag.records import Filters, Listing
from rag.storage.base import Storage
from rag.storage.catalog.catalog import Catalog
from rag.storage.index.token_embeddings import Form, compress
from rag.testing.made_up import SIZE, TITLES, axis, fill, indexed, is_same, record, titles_of
from rag.testing.marks import MarksContract
from rag.testing.remaking import RemakingContract
from rag.testing.side_by_side import SideBySideContract
from rag.testing.users import UsersContract
from rag.utils.arrays import unit

__all__ = ["SIZE", "StorageContract"]


class StorageContract(MarksContract, RemakingContract, SideBySideContract, UsersContract):
    """The tests. `open` opens the storage at a place that is the same library each time."""

    many_writers = False  # may several write at the same time?

    def open(self, place: Path) -> Storage:
        """Open the storage of the library at `place`, made when absent, for vectors of SIZE dimensions."""
        raise NotImplementedError

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        """Open a new storage."""
        with closing(self.open(tmp_path / "contract.library")) as opened:
            yield opened

    @pytest.fixture
    def beside(self, storage: Storage, tmp_path: Path) -> Iterator[Storage]:
        """Open the same library once more."""
        del storage  # opened first
        with closing(self.open(tmp_path / "contract.library")) as opened:
            yield opened

    # --- Lending

    def test_a_new_storage_holds_no_papers_and_lends_nothing_to_search(self, storage: Storage) -> None:
        """Nothing there is an error that says so."""
        assert storage.catalog.count() == 0
        with pytest.raises(EmptyLibraryError), storage.reading():
            pass

    def test_what_was_stored_is_there_when_it_is_opened_again(self, storage: Storage, tmp_path: Path) -> None:
        """Papers, vectors and token embeddings outlive closing."""
        ids = fill(storage)
        storage.close()
        with closing(self.open(tmp_path / "contract.library")) as again, again.reading() as index:
            assert titles_of(again.catalog.papers(ids)) == list(TITLES)
            assert dict(index.nearest(axis(1), 1)) == {ids[1]: pytest.approx(1.0, abs=1e-5)}
            assert index.ids() == set(ids)

    def test_a_second_writer_is_told_at_once(self, storage: Storage, beside: Storage) -> None:
        """One writer at a time."""
        if self.many_writers:
            pytest.skip("several may write at the same time")
        fill(storage)
        with storage.writing(), pytest.raises(LibraryLockedError), beside.writing():
            pass
        with beside.writing():
            pass

    def test_a_reader_sees_what_a_writer_beside_it_stored(self, storage: Storage, beside: Storage) -> None:
        """An index that was lent before is lent as it is now."""
        [first] = fill(storage, TITLES[:1])
        with beside.reading() as index:
            assert index.ids() == {first}
        fill(storage, TITLES[1:], "/b.bib")
        with beside.reading() as index:
            assert len(index.ids()) == len(TITLES)

    def test_closing_twice_does_nothing(self, storage: Storage) -> None:
        """Whoever closes needn't know who closed before."""
        storage.close()
        storage.close()

    # --- The index

    def test_the_nearest_come_first_with_their_cosines_and_ties_go_by_id(self, storage: Storage) -> None:
        """Cosines, higher is better; a paper counts with its best chunk."""
        a, b, c = fill(storage)
        with storage.writing() as index:
            index.put([indexed(c, axis(1), axis(5))])
        with storage.reading() as index:
            found = index.nearest(axis(1), 3)
            assert [paper_id for paper_id, _ in found] == [b, c, a]
            assert [score for _, score in found] == pytest.approx([1.0, 1.0, 0.0], abs=1e-5)

    def test_only_papers_that_are_allowed_are_found(self, storage: Storage) -> None:
        """A filter bounds the search, it doesn't thin out its result."""
        a, _, c = fill(storage)
        with storage.reading() as index:
            for allowed in ({a, c}, frozenset((a, c)), [a, c], np.array([a, c], np.int64)):
                assert [paper_id for paper_id, _ in index.nearest(axis(1), 2, allowed)] == [a, c]
            for nothing in (set[int](), np.empty(0, np.int64), {999}):
                assert index.nearest(axis(1), 2, nothing) == []

    def test_storing_a_paper_again_replaces_all_of_it(self, storage: Storage) -> None:
        """No chunk of before is left."""
        a, *_ = fill(storage)
        with storage.writing() as index:
            index.put([indexed(a, axis(6), axis(7))])
            index.put([indexed(a, axis(5))])
        with storage.reading() as index:
            assert dict(index.nearest(axis(7), 3))[a] == pytest.approx(0.0, abs=1e-5)
            assert dict(index.nearest(axis(5), 3))[a] == pytest.approx(1.0, abs=1e-5)

    def test_what_was_deleted_is_found_no_more(self, storage: Storage) -> None:
        """Vectors and token embeddings alike; ids that aren't there don't matter."""
        a, b, c = fill(storage)
        with storage.writing() as index:
            index.delete([a, 999])
        with storage.reading() as index:
            assert index.ids() == {b, c}
            assert a not in dict(index.nearest(axis(0), 3))
            assert set(index.token_embeddings([a, b])) == {b}

    def test_token_embeddings_come_back_bit_by_bit(self, storage: Storage) -> None:
        """Papers without any are left out."""
        a, b, _ = fill(storage)
        with storage.reading() as index:
            found = index.token_embeddings([b, a, 999])
        assert set(found) == {a, b}
        for paper_id, tokens in found.items():
            assert is_same(tokens, indexed(paper_id)[2])

    def test_token_embeddings_of_either_form_stand_beside_each_other(self, storage: Storage) -> None:
        """A paper that is stored again may change its form."""
        a, b, _ = fill(storage)
        rows = np.random.default_rng(2).standard_normal((40, 384)).astype(np.float32)
        principal = compress(rows, np.arange(40, dtype=np.uint16) // 9, Form.PRINCIPAL)
        with storage.writing() as index:
            index.put([(b, [axis(1)], principal)])
        with storage.reading() as index:
            found = index.token_embeddings([a, b])
        assert is_same(found[a], indexed(a)[2])
        assert is_same(found[b], principal)

    def test_a_vector_a_paper_is_the_mean_of_its_chunks_by_ascending_id(self, storage: Storage) -> None:
        """Of length 1."""
        a, b, c = fill(storage)
        with storage.writing() as index:
            index.put([indexed(a, axis(0), axis(1))])
        with storage.reading() as index:
            ids, vectors = index.paper_vectors()
        assert ids.tolist() == [a, b, c]
        assert vectors[0] == pytest.approx((axis(0) + axis(1)) / np.sqrt(2), abs=1e-5)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)

    def test_vectors_of_any_numbers_give_cosines_within_a_thousandth(self, storage: Storage, beside: Storage) -> None:
        """They may be kept in fewer bits; who opens the library later finds the very same."""
        a, b, c = fill(storage)
        rows = unit(np.random.default_rng(1).standard_normal((4, SIZE)).astype(np.float32))
        with storage.writing() as index:
            index.put([indexed(a, rows[0], rows[1]), indexed(b, rows[2]), indexed(c, rows[3])])
        with storage.reading() as index, beside.reading() as later:
            found = index.nearest(rows[1], 3)
            assert dict(found) == pytest.approx(dict(later.nearest(rows[1], 3)), abs=1e-6)
        cosines = rows @ rows[1]
        expected = {a: max(cosines[0], cosines[1]), b: cosines[2], c: cosines[3]}
        assert dict(found) == pytest.approx(expected, abs=1e-3)

    # --- The catalog

    def test_a_transaction_that_fails_leaves_nothing(self, storage: Storage) -> None:
        """Whole or absent."""
        fill(storage)
        with pytest.raises(LookupError), storage.catalog.transaction():
            storage.catalog.insert(record("Solar sails"))
            raise LookupError
        assert storage.catalog.count() == len(TITLES)

    def test_a_paper_that_waits_for_vectors_is_not_found_yet(self, storage: Storage) -> None:
        """It is counted, and first in line to be embedded."""
        ids = fill(storage)
        with storage.catalog.transaction():
            new = storage.catalog.insert(record("Solar sails"))
        assert (storage.catalog.count(indexed=True), storage.catalog.count(indexed=False)) == (len(ids), 1)
        assert storage.catalog.indexed_ids() == set(ids)
        assert [paper.paper_id for paper in storage.catalog.all_papers(pending_only=True, limit=9)] == [new]

    def test_a_removed_paper_leaves_no_key_and_its_id_is_never_used_again(self, storage: Storage) -> None:
        """Vectors are named by ids: a new paper must not inherit those of an old one."""
        catalog, ids = storage.catalog, fill(storage)
        with catalog.transaction():
            assert catalog.remove([ids[-1], 999]) == [ids[-1]]
            new = catalog.insert(record("Solar sails"))
        assert new > ids[-1]
        assert catalog.with_key("title", "riverdeltas") == []
        assert catalog.ids_from("/a.bib") == ids[:-1]

    def test_what_two_papers_know_is_one_paper_s_after_they_became_one(self, storage: Storage) -> None:
        """Keys and sources move, what both had stands once."""
        catalog, (a, b, _) = storage.catalog, fill(storage)
        with catalog.transaction():
            catalog.add_origin(b, "/b.bib", record(TITLES[1]))
            catalog.absorb(a, b)
        assert catalog.with_key("title", "quietlattices") == [a]
        assert catalog.papers([a])[0].origins == ("/a.bib", "/b.bib")
        assert catalog.papers([b]) == []

    def test_searchers_are_told_of_every_change(self, storage: Storage, beside: Storage) -> None:
        """The generation grows, in every opening."""
        before = beside.catalog.generation
        a, *_ = fill(storage)
        between = beside.catalog.generation
        with storage.catalog.transaction():
            storage.catalog.remove([a])
        assert before < between < beside.catalog.generation

    def test_a_sign_of_unfinished_work_stands_only_meanwhile(self, storage: Storage, beside: Storage) -> None:
        """An error takes it away; only a crash leaves it."""
        told = []
        with pytest.raises(LookupError), storage.catalog.unfinished_work():
            told.append(beside.catalog.unfinished)
            raise LookupError
        assert told == [True]
        assert not beside.catalog.unfinished

    def test_filters_select_by_year_title_and_source(self, storage: Storage) -> None:
        """An unknown source is an error that names those that there are."""
        catalog, (a, b, c) = storage.catalog, fill(storage)
        assert catalog.indexed_ids(Filters(year_from=2002)) == {b, c}
        assert catalog.indexed_ids(Filters(title="quiet LATTICES")) == {b}
        assert catalog.indexed_ids(Filters(origin="a.*", year_to=2001)) == {a}
        with pytest.raises(QuestionError, match=r"a\.bib"):
            catalog.indexed_ids(Filters(origin="nowhere.bib"))

    def test_papers_are_listed_by_words_in_pages_and_in_order(self, storage: Storage) -> None:
        """Words of title, author or year; what lacks a value comes last."""
        catalog = storage.catalog
        fill(storage)
        listed, total = catalog.listed(Listing("lovelace", order="year", descending=True, limit=2))
        assert (titles_of(listed), total) == ([TITLES[2], TITLES[1]], 3)
        assert titles_of(catalog.listed(Listing("2001"))[0]) == [TITLES[0]]

    def test_full_text_finds_stems_and_plain_letters_best_first(self, storage: Storage) -> None:
        """BM25, higher is better; a word is found however its accents are written."""
        catalog: Catalog = storage.catalog
        fill(storage, (*TITLES, "The Poincar\\'e lattice of Łódź"))
        [(first, best), (second, less)] = catalog.full_text.match(["lattices", "Poincare"], 9)
        assert titles_of(catalog.papers([first, second])) == ["The Poincar\\'e lattice of Łódź", TITLES[1]]
        assert best > less > 0
        assert [paper_id for paper_id, _ in catalog.full_text.match(["Lodz"], 9)] == [first]
        assert catalog.full_text.match([], 9) == []
        assert catalog.full_text.document_frequency(["lattic", "studi", "zebra"]) == {"lattic": 2, "studi": 4}

    def test_full_text_is_that_of_the_papers_as_they_are_now(self, storage: Storage, beside: Storage) -> None:
        """In every opening: what was put, changed and removed, and what failed."""
        catalog, (a, b, c) = storage.catalog, fill(storage)
        with catalog.transaction():
            [paper] = catalog.papers([a])
            catalog.update(replace(paper, title="Solar sails"), reindex=False)
            catalog.remove([b])
        with pytest.raises(LookupError), catalog.transaction():
            catalog.remove([c])
            raise LookupError
        for opened in (catalog, beside.catalog):
            assert [paper_id for paper_id, _ in opened.full_text.match(["sails"], 9)] == [a]
            assert opened.full_text.match(["lattices"], 9) == []
            assert [paper_id for paper_id, _ in opened.full_text.match(["study"], 9)] == [a, c]
            assert opened.full_text.vocabulary("s") == {"solar": 1, "sail": 1, "studi": 2}

    def test_full_text_finds_the_best_that_are_allowed_however_few(self, storage: Storage) -> None:
        """A filter bounds the search, it doesn't thin out its result; scores stay those of the whole library."""
        catalog = storage.catalog
        ids = fill(storage, [f"Lattices {'lattices ' * number}" for number in range(SIZE)])
        scores = dict(catalog.full_text.match(["lattices"], 99))
        mask = catalog.allowed(Filters(papers=(ids[0], ids[2], 999))).mask
        assert catalog.full_text.match(["lattices"], 2, mask) == [(i, scores[i]) for i in (ids[2], ids[0])]
        assert catalog.full_text.match(["lattices"], 2, catalog.allowed(Filters(papers=())).mask) == []

    def test_what_is_sound_shows_no_damage(self, storage: Storage) -> None:
        """A check of everything says nothing."""
        fill(storage)
        assert storage.catalog.damage() == []
