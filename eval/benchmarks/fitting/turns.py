"""Questions after an earlier one, of kinds that hang on it and kinds that don't, with what ties them to it.

short, long, of dev      follow-ups of gold/conversations.jsonl and gold/dev.jsonl
bare                     follow-ups about any paper ("Is the code public?")
change, nearest          a conversation's first question after another's: two at random, and the nearest
new and short, named     short questions; "What is NAME?" and the like, of names that titles give
change of dev            a question of the development set after another
unanswerable             those of the development set
claims                   of SciFact, and questions about a word of them that no paper has
everyday                 about nothing that papers tell

Kinds that end in "samples" are asked over the sample papers, the others over the shared folder's 707. Those that end in
"judged" are never fitted on.
"""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval.benchmarks.fitting.everyday import ABOUT_NOTHING, BARE, BARE_JUDGED, OVER_SAMPLES
from eval.benchmarks.questions.follow_ups import EVERYDAY
from eval.benchmarks.shared import opened_storage, shared_folder
from eval.datasets.beir import load_queries
from eval.datasets.questions import load_questions
from rag.answering.suggestions import named_in
from rag.library import Library
from rag.models.embedders.base import Embedder
from rag.retrieval.retriever import Retriever
from rag.retrieval.ties import Earlier, Ties
from rag.samples import PATH
from rag.settings import Settings
from rag.storage.catalog.full_text import FullText
from rag.text.words import stem

NAMED = (
    "What is {0}?|what is {0}|{0}|How does {0} work?|tell me about {0}|And {0}?|What does {0} do?|{0} results?".split(
        "|"
    )
)
CLAIMED = (
    "{claim}.",
    "Is it true that {said}?",
    "What is {word}?",
    "How does {word} work?",
    "Which studies show that {said}?",
    "Who discovered {word}?",
)
CLAIMS = 240
SAMPLES, JUDGED = " samples", " judged"
HANGING = ("short", "long", "of dev", "bare")


class Pair(NamedTuple):
    """A question and the one before it: its kind, and the document or topic that folds go by."""

    kind: str
    document: str
    question: str
    before: str

    @property
    def hangs(self) -> bool:
        """Whether the question hangs on the one before it."""
        return self.kind.removesuffix(JUDGED).removesuffix(SAMPLES) in HANGING

    @property
    def judges(self) -> bool:
        """Whether it is never fitted on."""
        return self.kind.endswith(JUDGED)


def tied(work: Path) -> list[tuple[Pair, Ties]]:
    """Return every pair that signs can tell of, with these; libraries are kept in `work`."""
    found: list[tuple[Pair, Ties]] = []
    for name, source in (("dev", shared_folder() / "papers"), ("samples", PATH)):
        with Library.open(work / f"{name}.library", Settings()) as library:
            library.ingest([source])
            embedder = library.embedder()
            with closing(opened_storage(library.folder)) as storage:
                retriever = Retriever(storage, embedder)
                pairs = _over_samples() if name == "samples" else _over_papers(library, storage.catalog.full_text)
                for pair in pairs:
                    ties = (
                        retriever.ties(pair.question, Earlier(pair.before)) if retriever.reads(pair.question) else None
                    )
                    if ties is not None:
                        found.append((pair, ties))
    return found


def _over_papers(library: Library, full_text: FullText) -> Iterator[Pair]:
    """Yield the pairs over the papers of the shared folder."""
    rows = [json.loads(line) for line in _gold("conversations").read_text("utf-8").splitlines()]
    first = [row for row in rows if "question" in row]
    moments = random.Random(3)  # noqa: S311  (no secret)
    yield from _of_conversations(rows, first, library.embedder(), moments)
    for place, (name, paper) in enumerate(named_in(list(library.selected()))):
        yield Pair("named", paper.title, NAMED[place % len(NAMED)].format(name), moments.choice(first)["question"])
    gold = load_questions(_gold("dev"))
    alone = [one for one in gold if one.answerable and not one.history]
    asked = [*(row["question"] for row in first), *(one.question for one in alone)]
    for place, one in enumerate(gold):
        document = min(one.gold_titles, default=one.id)
        if one.history:
            yield Pair("of dev", document, one.question, one.history[-1].question)
        elif one.answerable:
            for before in (alone[alone.index(one) - 1], moments.choice([other for other in alone if other is not one])):
                yield Pair("change of dev", document, one.question, before.question)
        else:
            for before in moments.sample(asked, 3):
                yield Pair("unanswerable", f"{document} {place}", one.question, before)
    for claim, question in _claims(full_text, moments):
        yield Pair("claims", claim, question, moments.choice(asked))
    yield from _of_any_library(asked, 4, moments, "")


def _of_conversations(
    rows: Sequence[dict[str, str]], first: Sequence[dict[str, str]], embedder: Embedder, moments: random.Random
) -> Iterator[Pair]:
    """Yield follow-ups, and changes of topic to a conversation's first question and to a short one."""
    vectors = np.array([one.vector for one in embedder.embed([row["question"] for row in first], kind="query")])
    likeness = vectors @ vectors.T - 2 * np.eye(len(first))
    for row, near in zip(first, likeness.argmax(axis=1).tolist(), strict=True):
        title, question = row["title"], row["question"]
        yield Pair("short", title, row["follow_up"], question)
        if "long_follow_up" in row:
            yield Pair("long", title, row["long_follow_up"], question)
        for before in moments.sample([other for other in first if other is not row], 2):
            yield Pair("change", title, question, before["question"])
        yield Pair("nearest", title, question, first[near]["question"])
    for row in rows:
        if "short_question" in row:
            for before in moments.sample(first, 2):
                yield Pair("new and short", row["title"], row["short_question"], before["question"])


def _claims(full_text: FullText, moments: random.Random) -> Iterator[tuple[str, str]]:
    """Yield claims of SciFact that have a word which no paper here has, and a question about each, in turn."""
    claims = list(load_queries(shared_folder() / "bench" / "scifact").values())
    moments.shuffle(claims)
    taken = 0
    for claim in claims:
        words = [
            word for word in (part.strip(".,()") for part in claim.split()) if word.isalpha() and word[-2:] != "ly"
        ]
        known = full_text.document_frequency([stem(word) for word in words])
        unknown = [word for word in words if not known.get(stem(word))]
        if unknown and taken < CLAIMS:
            bare = claim.rstrip(". ")
            said = bare if bare[:2].isupper() else bare[0].lower() + bare[1:]
            yield claim, CLAIMED[taken % len(CLAIMED)].format(claim=bare, said=said, word=max(unknown, key=len))
            taken += 1


def _over_samples() -> Iterator[Pair]:
    """Yield the pairs over the sample papers."""
    moments = random.Random(4)  # noqa: S311  (no secret)
    yield from _of_any_library(OVER_SAMPLES, 3, moments, SAMPLES)
    for question in OVER_SAMPLES:
        for before in OVER_SAMPLES:
            if before != question:
                yield Pair(f"change{SAMPLES}", question, question, before)


def _of_any_library(asked: Sequence[str], times: int, moments: random.Random, ending: str) -> Iterator[Pair]:
    """Yield everyday questions and bare follow-ups, each after so many of the questions `asked`."""
    kinds = {
        f"everyday{ending}": ABOUT_NOTHING,
        f"everyday{ending}{JUDGED}": EVERYDAY,
        f"bare{ending}": BARE,
        f"bare{ending}{JUDGED}": BARE_JUDGED,
    }
    for kind, questions in kinds.items():
        for question in questions:
            for before in moments.sample(list(asked), times):
                yield Pair(kind, question, question, before)


def _gold(name: str) -> Path:
    return shared_folder() / "gold" / f"{name}.jsonl"
