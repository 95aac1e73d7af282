"""Questions that the papers answer and questions that they don't, each with what the search finds.

dev               gold/dev.jsonl: 104 that the papers answer, 16 that they don't
dev away          the former, the papers that answer or may be cited not searched
dev details       the former, every sentence taken out of these papers that holds a fact of the answer
conversations     gold/conversations.jsonl: questions, and follow-ups behind them; 60 for a detail that no abstract has
conversations away
claims            every third claim of SciFact, asked of SciFact's abstracts
claims away       the same, the abstracts that tell about them not searched
claims untold     claims whose nearest abstract doesn't tell (scifact-claims, NEI)
dev of SciFact    gold/dev.jsonl asked of SciFact's abstracts
claims of dev     every third claim asked of the papers of dev
"""

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_beir, load_corpus
from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.nuggets import nuggets_missing
from rag.library import Library
from rag.records import Filters
from rag.retrieval.results import Retrieved
from rag.settings import Settings
from rag.text.sentences import sentence_spans

PAPERS = Settings().papers
FOLLOW_UPS, DETAIL = ("follow_up", "long_follow_up"), "detail_not_in_abstract"


class Asked(NamedTuple):
    """A question asked: its set, the paper it is about (folds go by it), whether it has an answer, what was found."""

    collection: str
    document: str
    answerable: bool
    retrieved: Retrieved


def every_case(work: Path) -> Iterator[Asked]:
    """Yield the cases of all sets; libraries are kept in `work`."""
    gold = load_questions(shared_folder() / "gold" / "dev.jsonl")
    claims = load_beir(shared_folder() / "bench" / "scifact")
    with Library.open(work / "dev.library", Settings()) as library:
        library.ingest([shared_folder() / "papers"])
        searched = {
            one.id: library.ask(one.question, history=one.history).searched.query if one.history else one.question
            for one in gold
        }
        ids = {paper.title: paper.paper_id for paper in library.selected()}
        asked = [(searched[one.id], one) for one in gold]
        yield from _asked(library, "dev", asked, ids)
        yield from _conversations(library, ids)
        yield from _of_others(library, "claims of dev", [(claim.question, claim) for claim in claims[::3]])
    details = _without_details(work, gold)
    with Library.open(work / "details.library", Settings()) as library:
        told = [(searched[one.id], one) for one in gold if one.id in details]
        yield from _of_others(library, "dev details", told)
    with Library.open(_scifact(work), Settings()) as library:
        ids = {str(paper.key): paper.paper_id for paper in library.selected()}
        yield from _asked(library, "claims", [(claim.question, claim) for claim in claims[::3]], ids)
        yield from _of_others(library, "claims untold", _untold())
        yield from _of_others(library, "dev of SciFact", asked)


def _asked(
    library: Library, name: str, questions: Iterable[tuple[str, GoldQuestion]], ids: dict[str, int]
) -> Iterator[Asked]:
    """Yield the questions as they are, and those that have an answer with its papers taken away too."""
    for text, one in questions:
        document = min(one.gold_titles, default=one.id)
        yield Asked(name, document, one.answerable, library.retrieve(text, limit=PAPERS))
        if one.answerable:
            away = {ids[title] for title in one.fine_titles if title in ids}
            left = Filters(papers=tuple(sorted(set(ids.values()) - away)))
            yield Asked(f"{name} away", document, False, library.retrieve(text, limit=PAPERS, filters=left))


def _of_others(library: Library, name: str, questions: Iterable[tuple[str, GoldQuestion]]) -> Iterator[Asked]:
    """Yield questions that this library doesn't answer."""
    for text, one in questions:
        yield Asked(name, min(one.gold_titles, default=one.id), False, library.retrieve(text, limit=PAPERS))


def _conversations(library: Library, ids: dict[str, int]) -> Iterator[Asked]:
    """Yield the turns of the conversations, each follow-up behind its question, as it is when joined."""
    lines = (shared_folder() / "gold" / "conversations.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, lines):
        texts = [row[name] for name in ("question", "short_question") if name in row]
        texts += [f"{row['question']} {row[name]}" for name in FOLLOW_UPS if name in row]
        titles = frozenset({row["title"]})
        turns = [(text, GoldQuestion("", "", text, (), titles, titles)) for text in texts]
        yield from _asked(library, "conversations", turns, ids)
        if DETAIL in row:
            yield Asked("conversations", row["title"], False, library.retrieve(row[DETAIL], limit=PAPERS))


def _untold() -> list[tuple[str, GoldQuestion]]:
    """Return the claims of which the abstract that comes nearest doesn't tell, one each."""
    path = shared_folder() / "bench" / "scifact-claims" / "claims.jsonl.gz"
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    found = {row["claim"]: row["doc_id"] for row in rows if row["verdict"] == "NEI"}
    return [
        (claim, GoldQuestion("", "", claim, (), frozenset({document}), frozenset()))
        for claim, document in found.items()
    ]


def _scifact(work: Path) -> Path:
    """Return the library of SciFact's abstracts, made when it isn't there."""
    source = work / "scifact.jsonl"
    corpus = load_corpus(shared_folder() / "bench" / "scifact")
    source.write_text("".join(json.dumps(row) + "\n" for row in corpus), "utf-8")
    with Library.open(work / "scifact.library", Settings()) as library:
        if not len(library):
            library.ingest([source])
        return library.folder


def _without_details(work: Path, gold: list[GoldQuestion]) -> set[str]:
    """Make a library of dev's papers without the sentences that hold facts of answers; return the questions meant.

    Those whose facts stand in a title as well are not among them.
    """
    asked = [one for one in gold if one.answerable and one.nuggets]
    with Library.open(work / "dev.library", Settings()) as library:
        papers = {paper.title: paper for paper in library.selected()}
    taken: dict[str, set[int]] = {}
    meant: set[str] = set()
    for one in asked:
        titles = [title for title in one.fine_titles if title in papers]
        holding = {title: _holding(papers[title].abstract, one) for title in titles}
        for title, numbers in holding.items():
            taken.setdefault(title, set()).update(numbers)
        if any(holding.values()) and not any(_holds(title, one) for title in titles):
            meant.add(one.id)
    folder = work / "details.library"
    if not folder.exists():
        shutil.copytree(work / "dev.library", folder)
        source = work / "details.jsonl"
        rows = [
            {"title": title, "text": _left(papers[title].abstract, numbers) or title}
            for title, numbers in taken.items()
            if numbers
        ]
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        with Library.open(folder, Settings()) as library:
            library.remove([papers[row["title"]].paper_id for row in rows])
            library.ingest([source])
    return meant


def _holds(text: str, question: GoldQuestion) -> bool:
    return len(nuggets_missing(text, question.nuggets)) < len(question.nuggets)


def _holding(abstract: str, question: GoldQuestion) -> set[int]:
    """Return the places of the sentences that hold a fact of a question's answer."""
    spans = sentence_spans(abstract)
    return {place for place, (start, end) in enumerate(spans) if _holds(abstract[start:end], question)}


def _left(abstract: str, taken: set[int]) -> str:
    spans = enumerate(sentence_spans(abstract))
    return " ".join(abstract[start:end] for place, (start, end) in spans if place not in taken)
