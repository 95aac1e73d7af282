"""Any papers written, changed, taken out, undone, folded and reopened give what a plain BM25 over them gives."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rag.records import Record
from rag.storage.allowed import Allowed
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.postings import folding, writing
from rag.storage.postings.stemming import stemmer
from rag.text.words import as_searched

WORDS = ("lattice", "lattices", "running", "run", "Poincaré", "ﬁne", "x²", "naïve", "of", "the", "quark", "deep")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


def plain_bm25(texts: Mapping[int, Sequence[str]], asked: Sequence[str]) -> dict[int, float]:
    """Return BM25 as FTS5 defines it, by the stems of each text, written as plainly as it can be."""
    mean = sum(map(len, texts.values())) / len(texts) if texts else 0.0
    scores: defaultdict[int, float] = defaultdict(float)
    for stem in asked:
        holding = {paper_id: found.count(stem) for paper_id, found in texts.items() if stem in found}
        weight = math.log((len(texts) - len(holding) + 0.5) / (len(holding) + 0.5))
        for paper_id, often in holding.items():
            length = 1.2 * (1 - 0.75 + 0.75 * len(texts[paper_id]) / mean)
            scores[paper_id] += (weight if weight > 0 else 1e-6) * often * 2.2 / (often + length)
    return dict(scores)


def assert_ranked(found: list[tuple[int, float]], expected: Mapping[int, float], limit: int) -> None:
    order = sorted(expected.items(), key=lambda one: (-one[1], one[0]))[:limit]
    assert [score for _, score in found] == pytest.approx([score for _, score in order], rel=1e-9)
    assert dict(found) == pytest.approx({paper_id: expected[paper_id] for paper_id, _ in found}, rel=1e-9)


class FullTextMachine(RuleBasedStateMachine):
    """Any papers written, changed, taken out, undone, folded and reopened give what a plain BM25 over them gives."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.catalog = self._opened()
        self.beside = self._opened()
        self.papers: dict[int, tuple[str, str]] = {}

    def _opened(self) -> Catalog:
        catalog = open_catalog(Path(self.folder.name))
        catalog.database.run("PRAGMA synchronous = OFF")  # no power cut comes to these
        return catalog

    def teardown(self) -> None:
        assert self.catalog.damage() == []
        self.catalog.close()
        self.beside.close()
        self.folder.cleanup()

    @rule(texts=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
    def insert(self, texts: list[tuple[str, str]]) -> None:
        with self.catalog.transaction():
            for title, abstract in texts:
                self.papers[self.catalog.insert(Record(title, abstract, 1))] = title, abstract

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), title=TEXT, abstract=TEXT, undone=st.booleans())
    def change(self, data: st.DataObject, title: str, abstract: str, undone: bool) -> None:  # noqa: FBT001
        paper_id = data.draw(st.sampled_from(sorted(self.papers)))
        [paper] = self.catalog.papers([paper_id])
        changed = type(paper)(paper_id, title, abstract)
        with suppress(ZeroDivisionError), self.catalog.transaction():
            self.catalog.update(changed, reindex=False)
            self.papers[paper_id] = self.papers[paper_id] if 1 // (not undone) == 0 else (title, abstract)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), again=st.booleans())
    def take_out(self, data: st.DataObject, again: bool) -> None:  # noqa: FBT001
        paper_id = data.draw(st.sampled_from(sorted(self.papers)))
        [paper] = self.catalog.papers([paper_id])
        with self.catalog.transaction():
            self.catalog.remove([paper_id])
            if again:
                self.catalog.insert_again(paper)
        if not again:
            del self.papers[paper_id]

    @rule()
    def fold(self) -> None:
        with self.catalog.transaction():
            folding.fold(self.catalog.database)

    @rule()
    def reopen(self) -> None:
        self.catalog.close()
        self.catalog = self._opened()

    @rule(asked=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), limit=st.integers(1, 6), data=st.data())
    def ask(self, asked: list[str], limit: int, data: st.DataObject) -> None:
        asked = list({stem: word for word in asked for stem in stemmer().stems([word])[0]}.values())
        stems = [stem for word in asked for stem in stemmer().stems([as_searched(word)])[0]]
        texts = {i: stemmer().stems([f"{title}\n{abstract}"])[0] for i, (title, abstract) in self.papers.items()}
        expected = plain_bm25(texts, stems)
        for catalog in (self.catalog, self.beside):
            assert_ranked(catalog.full_text.match(asked, limit), expected, limit)
        some = data.draw(st.sets(st.sampled_from(sorted(self.papers)))) if self.papers else set()
        found = self.beside.full_text.match(asked, limit, Allowed.of(some).mask)
        assert_ranked(found, {i: score for i, score in expected.items() if i in some}, limit)
        held = {stem: n for stem in stems if (n := sum(stem in found for found in texts.values()))}
        assert self.beside.full_text.document_frequency(stems) == held
        vocabulary = Counter(stem for found in texts.values() for stem in set(found) if stem.startswith("l"))
        assert self.beside.full_text.vocabulary("l") == vocabulary

    @invariant()
    def counts(self) -> None:
        assert self.beside.count() == len(self.papers)


@pytest.fixture(autouse=True)
def _soon_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PART", 3)
    monkeypatch.setattr(writing, "FOLDED", 7)
    monkeypatch.setattr(writing, "BATCH", 2)
    monkeypatch.setattr(folding, "STEMS", 4)


TestFullText = FullTextMachine.TestCase
TestFullText.settings = settings(
    max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
