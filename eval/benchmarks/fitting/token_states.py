"""Forms of token states beside each other: bytes a token, and what searches and answers lose by it.

Every form goes the way of a search: the papers' tokens and the question's are what it makes of them. Axes that were
fitted to one collection are judged on the other. Nothing else is fitted, so all questions count.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.fitting.raw_states import COLLECTIONS, Raw, made_library, raw_states
from eval.benchmarks.fitting.token_axes import Moment, axes_of, moment_of
from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_judgements, load_queries
from eval.datasets.questions import load_questions
from eval.metrics.intervals import difference_of
from eval.metrics.nuggets import mean, nugget_recall
from eval.metrics.ranking import ranked
from rag.library import Library
from rag.models.embedders.base import Embedded, Kind
from rag.models.embedders.minilm import load_minilm
from rag.retrieval import query, retriever
from rag.retrieval.late_interaction import TokensOfPaper
from rag.settings import Settings
from rag.storage.index.token_embeddings import Form, asked_for, compress, expand, project
from rag.utils.arrays import Matrix, unit

Scores = dict[str, list[float]]  # by set and measure, a number a question
# The levels that lose least of normally distributed numbers (Max 1960, table I), and between which they are cut.
LEVELS = {1: ([0.0], [-0.7979, 0.7979]), 2: ([-0.9816, 0.0, 0.9816], [-1.5104, -0.4528, 0.4528, 1.5104])}


class Way(NamedTuple):
    """One form: bytes a token, what projects a question's tokens, what a paper's become, and which are kept."""

    size: float
    project: Callable[[Matrix], Matrix]
    kept: Callable[[Matrix], Matrix]
    tokens: Callable[[Raw], NDArray[np.bool_]] = lambda raw: np.ones(len(raw.states), np.bool_)


def measure(work: Path) -> str:
    """Return a Markdown table of all forms, and of their differences to the signed one."""
    moments = {name: moment_of(one.states for one in raw_states(name, work).values()) for name in COLLECTIONS}
    embedder = _Remembering()
    lines, usual = [], dict[str, Scores]()
    for collection, other in zip(COLLECTIONS, reversed(COLLECTIONS), strict=True):
        states = raw_states(collection, work)
        with patch("rag.collection.load_embedder", lambda settings: embedder):
            library = Library.open(made_library(collection, work), Settings(), create=False)
        with library:
            for name, way in _ways(moments[other]).items():
                with _searched_by(way, states):
                    scores = _of_scifact(library) if collection == "scifact" else _of_dev(library)
                lines.append(_row(f"{name} | {collection}", way, states, scores, usual.setdefault(collection, scores)))
    head = "| form | collection | bytes a token | tokens kept | kB a paper | scores, difference to the first |"
    return "\n".join([head, "|---|---|---|---|---|---|", *lines])


def _ways(moment: Moment) -> dict[str, Way]:
    signed = Way(130, partial(project, form=Form.SIGNED), partial(_through, Form.SIGNED))
    shipped = Way(48, partial(project, form=Form.PRINCIPAL), partial(_through, Form.PRINCIPAL))
    return {
        "signed, 128 of 8 bits": signed,
        "as the model gives them, 384 of 16 bits": Way(768, unit, unit),
        "principal axes of the other collection, 192 of 2 bits": _principal(moment, 192, 2),
        "principal axes of the other collection, 128 of 2 bits": _principal(moment, 128, 2),
        "principal axes of the other collection, 256 of 1 bit": _principal(moment, 256, 1),
        "principal axes of the other collection, 384 of 1 bit": _principal(moment, 384, 1),
        "principal, 192 of 2 bits, axes of both": shipped,
        "the same, states of length 3 or more": shipped._replace(tokens=partial(_long, 3.0)),
        "the same, states of length 4 or more": shipped._replace(tokens=partial(_long, 4.0)),
        "the same, words that tell (as it is stored)": shipped._replace(tokens=_telling),
    }


def _through(form: Form, tokens: Matrix) -> Matrix:
    return expand(compress(tokens, np.zeros(len(tokens), np.uint16), form))


def _principal(moment: Moment, dimension: int, bits: int) -> Way:
    axes = axes_of(moment, dimension)
    cuts, levels = (np.array(one, np.float32) / np.sqrt(dimension) for one in LEVELS[bits])

    def projected(tokens: Matrix) -> Matrix:
        return unit(tokens @ axes)

    def kept(tokens: Matrix) -> Matrix:
        found: Matrix = levels[np.searchsorted(cuts, projected(tokens))]
        return found

    return Way(dimension * bits / 8, projected, kept)


@contextmanager
def _searched_by(way: Way, states: dict[int, Raw]) -> Iterator[None]:
    """Let searches take a paper's tokens, and a question's, from a form that isn't stored."""
    made: dict[int, TokensOfPaper] = {}

    def tokens_of(stored: dict[int, object]) -> dict[int, TokensOfPaper]:
        for paper_id in stored.keys() - made.keys():
            raw = states[paper_id]
            few = way.tokens(raw)
            made[paper_id] = TokensOfPaper(
                way.kept(raw.states[few].astype(np.float32)), raw.sentences[few], Form.SIGNED
            )
        return {paper_id: made[paper_id] for paper_id in stored}

    with ExitStack() as patched:
        patched.enter_context(patch.object(query, "project", lambda tokens, form: way.project(tokens)))
        patched.enter_context(patch.object(query, "forms_of", lambda name: (Form.SIGNED,)))
        patched.enter_context(patch.object(retriever, "tokens_of", tokens_of))
        yield


def _long(shortest: float, raw: Raw) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.linalg.norm(raw.states.astype(np.float32), axis=1) >= shortest
    return found


def _telling(raw: Raw) -> NDArray[np.bool_]:
    return asked_for(raw.words, raw.sentences)


def _of_dev(library: Library) -> Scores:
    """Return the scores of the development set and, over the same papers, of the conversations."""
    scores: Scores = {}
    for one in load_questions(shared_folder() / "gold" / "dev.jsonl"):
        if one.answerable:
            asked = " ".join([*(turn.question for turn in one.history), one.question])
            told = ranked(_titles(library, asked), dict.fromkeys(one.gold_titles, 1))
            for name in ("success@1", "recall@5", "mrr@10"):
                scores.setdefault(name, []).append(told[name])
            answer = library.ask(one.question, history=one.history)
            found = nugget_recall(answer.text if answer.answered else "", one.nuggets)
            scores.setdefault("nuggets", []).append(found)
    for line in (shared_folder() / "gold" / "conversations.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        turns = [row[name] for name in ("question", "follow_up", "long_follow_up") if name in row]
        for asked in (" ".join(dict.fromkeys([turns[0], one])) for one in turns):
            first = _titles(library, asked)[:1]
            scores.setdefault("conversations success@1", []).append(float(first == [row["title"]]))
    return scores


def _of_scifact(library: Library) -> Scores:
    folder = shared_folder() / "bench" / "scifact"
    queries, found = load_queries(folder), []
    for name, grades in load_judgements(folder).items():
        keys = [str(hit.paper.key) for hit in library.search(queries[name], limit=10)]
        found.append(ranked(keys, grades)["ndcg@10"])
    return {"ndcg@10": found}


def _titles(library: Library, asked: str) -> list[str]:
    return [hit.paper.title for hit in library.search(asked, limit=10)]


def _row(name: str, way: Way, states: dict[int, Raw], scores: Scores, usual: Scores) -> str:
    few = list(states.values())[:300]
    tokens = mean(float(way.tokens(one).sum()) for one in few)
    share = tokens / mean(float(len(one.states)) for one in few)
    told = []
    for key, values in scores.items():
        gap = difference_of(usual[key], values)
        told.append(f"{key} {mean(values):.4f}" + f", {gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]" * bool(gap.n))
    return f"| {name} | {way.size:.0f} | {share:.2f} | {tokens * way.size / 1e3:.1f} | {'; '.join(told)} |"


class _Remembering:
    """The bundled model, which embeds each text once."""

    def __init__(self) -> None:
        self._model = load_minilm()
        self._found: dict[str, Embedded] = {}
        self.name, self.window, self.note = self._model.name, self._model.window, self._model.note

    @property
    def dimension(self) -> int:
        return self._model.dimension

    def length(self, text: str) -> int:
        return self._model.length(text)

    def embed(self, texts: list[str], *, kind: Kind = "passage") -> Iterator[Embedded]:
        for text in texts:
            if text not in self._found:
                self._found[text] = next(iter(self._model.embed([text], kind=kind)))
            yield self._found[text]
