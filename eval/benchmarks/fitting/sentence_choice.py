"""Fit what a sentence is worth, and tell what is quoted by it: python -m eval.benchmarks.fitting.sentence_choice

Fitted inside of papers: which sentences of a paper that answers a question of gold/dev.jsonl hold a fact of its answer,
and which of a SciFact abstract are the evidence for a claim (eight folds by document, of each set and of both). What a
paper costs for being behind is chosen on whole answers, the weight of length lies below the fitted one for the room
that long sentences take, and `notice` is set by hand: RESULTS.md tells.
"""

import argparse
import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus
from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.nuggets import mean, nugget_recall
from rag.answering.abstaining import outcome_of
from rag.answering.extractive import choose
from rag.answering.sentence_ranking import WEIGHTS, candidates_of
from rag.answering.sentence_signs import Signs, asked, signs_of
from rag.collection import Collection
from rag.conversation.follow_ups import standalone
from rag.records import Hit, Outcome
from rag.retrieval.results import Retrieved
from rag.retrieval.retriever import Retriever
from rag.settings import Settings

BEFORE = Signs(2.4, 0, 0.65, -6.0, 0.55, -0.35, 0.5, 0.8, 1.0, -0.55, -2.0)  # of version 0.1.0
FITTED = [name for name in Signs._fields if name != "behind"]  # it is the same for all sentences of a paper
COLUMNS = [Signs._fields.index(name) for name in FITTED]
FOLDS = 8
LOOKED_AT = 10  # papers of a search in which those that answer are looked for
SENTENCES, WORDS, PAPERS = 6, 110, 5
Found = list[tuple[GoldQuestion, Retrieved]]


class Group(NamedTuple):
    """The sentences of a paper that answers: their signs (n, signs), which of them hold what is wanted, a fold."""

    signs: NDArray[np.float64]
    right: NDArray[np.bool_]
    fold: int


def measure(work: Path) -> str:
    """Return the constants and the scores as Markdown; libraries are made in `work` where it has none."""
    found, turns = _questions(work)
    groups = {"dev": list(_with_facts(found)), "SciFact": list(_evidence(work))}
    return "\n\n".join((_constants(groups), _sentences(groups), _answers(found), _turns(turns)))


def _questions(work: Path) -> tuple[Found, list[tuple[str, str, Retrieved]]]:
    """Return what is found for the development set, and for the turns of the conversations with the paper's title."""
    rows = load_questions(shared_folder() / "gold" / "dev.jsonl")
    text = (shared_folder() / "gold" / "conversations.jsonl").read_text("utf-8")
    with closing(Collection.open(work / "dev.library", Settings())) as collection:
        collection.ingest([shared_folder() / "papers"])
        retriever = Retriever(collection.storage, collection.embedder())

        def search(question: str) -> Retrieved:
            return retriever.retrieve(question, limit=LOOKED_AT)

        found = [(row, search(standalone(row.question, row.history))) for row in rows if row.answerable]
        turns = [
            (row["title"], row[name], search(row[name] if name == "question" else f"{row['question']} {row[name]}"))
            for row in map(json.loads, text.splitlines())
            for name in ("question", "follow_up", "long_follow_up")
            if name in row
        ]
    return found, turns


def _with_facts(found: Found) -> Iterator[Group]:
    for row, retrieved in found:
        for hit in retrieved.hits:
            if hit.paper.title in row.fine_titles:
                right = [nugget_recall(passage.text, row.nuggets) > 0 for passage in hit.passages]
                yield from _group(row.question, retrieved, hit, right)


def _evidence(work: Path) -> Iterator[Group]:
    rows = gzip.decompress((shared_folder() / "bench" / "scifact-claims" / "claims.jsonl.gz").read_bytes())
    source = work / "scifact.jsonl"
    source.write_text(
        "".join(json.dumps(row) + "\n" for row in load_corpus(shared_folder() / "bench" / "scifact")), "utf-8"
    )
    with closing(Collection.open(work / "scifact.library", Settings())) as collection:
        collection.ingest([source])
        retriever = Retriever(collection.storage, collection.embedder())
        for row in map(json.loads, rows.decode().splitlines()):
            if row["rationales"]:
                retrieved = retriever.retrieve(row["claim"], limit=LOOKED_AT)
                for hit in retrieved.hits:
                    if hit.paper.key == row["doc_id"]:
                        yield from _group(row["claim"], retrieved, hit, _is_evidence(row, hit))


def _is_evidence(row: dict[str, Any], hit: Hit) -> list[bool]:
    """Tell of each sentence of a paper whether most of it, or of a sentence of the evidence, lies in the other."""
    abstract, spans, place = hit.paper.abstract, [], 0
    for number, sentence in enumerate(row["context"]):
        text = " ".join(sentence.split())
        start = max(abstract.find(text[:40], place), place)
        if any(number in rationale for rationale in row["rationales"]):
            spans.append((start, start + len(text)))
        place = start + 1
    return [
        any(
            min(end, one.end) - max(start, one.start) > min(end - start, one.end - one.start) / 2
            for start, end in spans
        )
        for one in hit.passages
    ]


def _group(question: str, retrieved: Retrieved, hit: Hit, right: Sequence[bool]) -> Iterator[Group]:
    """Yield the sentences of a paper, unless all or none of them are right."""
    if any(right) and not all(right):
        wanted, met = asked(question, retrieved), retrieved.met.get(hit.paper.paper_id, {})
        signs = [signs_of(wanted, one, hit, 0.0, met.get(one.start, {})) for one in hit.passages]
        yield Group(np.array(signs), np.array(right), zlib.crc32(hit.paper.title.encode()) % FOLDS)


def _fit(groups: Sequence[Group]) -> Signs:
    """Return the weights that tell right sentences from the others of their papers."""
    signs = np.vstack([(one.signs - one.signs.mean(axis=0))[:, COLUMNS] for one in groups])
    right = np.concatenate([one.right for one in groups])
    fitted = LogisticRegression(max_iter=2_000).fit(signs, right).coef_[0]
    return Signs(**dict.fromkeys(Signs._fields, 0.0))._replace(**dict(zip(FITTED, fitted.tolist(), strict=True)))


def _constants(groups: dict[str, list[Group]]) -> str:
    rows = {"0.1.0": BEFORE, **{f"fitted to {name}": _fit(some) for name, some in groups.items()}}
    rows |= {"fitted to both": _fit([one for some in groups.values() for one in some]), "in use": WEIGHTS}
    lines = [f"| weights | {' | '.join(Signs._fields)} |", "|---" * (len(Signs._fields) + 1) + "|"]
    return "\n".join(
        [*lines, *(f"| {name} | {' | '.join(f'{one:.2f}' for one in weights)} |" for name, weights in rows.items())]
    )


def _sentences(groups: dict[str, list[Group]]) -> str:
    """Return how often the best sentence of a paper is right, and how many pairs of right and wrong are in order."""
    names = [f"{name}, {len(some)}: best one right | pairs in order" for name, some in groups.items()]
    lines = [f"| weights, inside of papers that answer | {' | '.join(names)} |", "|---" * (2 * len(names) + 1) + "|"]
    everyone = [one for some in groups.values() for one in some]
    trained = {**groups, "both": everyone}
    told = {"0.1.0": [BEFORE] * FOLDS, "in use": [WEIGHTS] * FOLDS} | {
        f"fitted to {name}, out of folds": [_fit([one for one in some if one.fold != fold]) for fold in range(FOLDS)]
        for name, some in trained.items()
    }
    for name, weights in told.items():
        cells = []
        for some in groups.values():
            worth = [one.signs @ np.array(weights[one.fold]) for one in some]
            cells.append(f"{mean(float(one.right[w.argmax()]) for one, w in zip(some, worth, strict=True)):.3f}")
            cells.append(f"{mean(_in_order(w, one.right) for one, w in zip(some, worth, strict=True)):.3f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _in_order(worth: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    apart = worth[right][:, None] - worth[~right]
    return float((apart > 0).mean() + (apart == 0).mean() / 2)


def _answers(found: Found) -> str:
    """Return what answers to the development set give, with the weights in use, by kind."""
    kinds: dict[str, list[tuple[float, float, float, float, bool]]] = {}
    for row, retrieved in found:
        chosen = choose(candidates_of(row.question, retrieved, PAPERS), sentences=SENTENCES, words=WORDS)
        text = " ".join(one.passage.text for one in chosen)
        cited = {one.hit.paper.title for one in chosen}
        scores = (
            nugget_recall(text, row.nuggets),
            float(len(text.split()) + len(chosen)),
            mean(float(title in row.fine_titles) for title in cited),
            float(len(cited)),
            outcome_of(retrieved) is Outcome.ANSWERED,
        )
        for kind in ("all", row.kind):
            kinds.setdefault(kind, []).append(scores)
    lines = [
        "| answers to dev | n | nuggets, refusals not counted | counted | words, answered | cited right | papers |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, some in kinds.items():
        answered = [one for one in some if one[-1]]
        cells = (mean(one[0] for one in some), mean(one[0] * one[-1] for one in some))
        more = (mean(one[1] for one in answered), mean(one[2] for one in answered), mean(one[3] for one in answered))
        row_of = f"{cells[0]:.3f} | {cells[1]:.3f} | {more[0]:.1f} | {more[1]:.3f} | {more[2]:.2f}"
        lines.append(f"| {kind} | {len(some)} | {row_of} |")
    return "\n".join(lines)


def _turns(turns: Sequence[tuple[str, str, Retrieved]]) -> str:
    """Return how many of the cited papers are the one that a conversation is about, and how long the answers are."""
    right, words = [], []
    for title, question, retrieved in turns:
        chosen = choose(candidates_of(question, retrieved, PAPERS), sentences=SENTENCES, words=WORDS)
        right.append(mean(float(one == title) for one in {one.hit.paper.title for one in chosen}))
        words.append(float(sum(len(one.passage.text.split()) + 1 for one in chosen)))
    return f"Turns of conversations: {len(turns)}, cited right {mean(right):.3f}, {mean(words):.1f} words."


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder of dev.library and scifact.library")
    sys.stdout.write(f"{measure(parser.parse_args().work)}\n")


if __name__ == "__main__":
    main()
