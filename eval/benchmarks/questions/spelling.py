"""Mistyped words: what is refused and what comes first, searched as written and as read; and what is read falsely.

A word of each question of the development set and of a part of SciFact's claims is mistyped by a seeded draw: two
letters swapped, one dropped, doubled or replaced, never the first. Questions that nobody mistyped are to stay as they
are: those of the development set and of conversations, SciFact's claims, everyday ones, each over papers that they are
about and over papers that they aren't.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import NamedTuple

from eval.benchmarks.questions.follow_ups import EVERYDAY
from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_beir, load_corpus
from eval.datasets.questions import load_questions
from eval.metrics.nuggets import mean
from rag.answering.abstaining import outcome_of
from rag.library import Library
from rag.records import Outcome
from rag.retrieval.spelling import plain_words
from rag.settings import Settings
from rag.text.questions.readings import as_read

SEEDS = (1, 2, 3)
CLAIMS = 4  # every so many claims of SciFact are mistyped
Asked = Mapping[str, frozenset[str]]  # questions, and the titles or keys of the papers that answer them


class Tried(NamedTuple):
    """A question mistyped: what of it was read, and (refused, first is right) for it as meant, as written, as read."""

    mended: bool
    otherwise: bool
    found: tuple[tuple[bool, bool], ...]


def measure(work: Path) -> str:
    """Return two Markdown tables: of mistyped questions, and of questions that nobody mistyped."""
    folder = shared_folder()
    source = work / "scifact.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in load_corpus(folder / "bench" / "scifact")), "utf-8")
    rows = [row for row in load_questions(folder / "gold" / "dev.jsonl") if not row.history]
    claims = {row.question: row.gold_titles for row in load_beir(folder / "bench" / "scifact")}
    texts = {
        "development set": [row.question for row in rows],
        "conversations": list(_conversations(folder)),
        "SciFact's claims": list(claims),
        "everyday": list(EVERYDAY),
    }
    mistyped = {
        "dev": ("development set", {row.question: row.gold_titles for row in rows if row.answerable}),
        "scifact": ("SciFact's claims", dict(list(claims.items())[::CLAIMS])),
    }
    lines = [
        "| mistyped, seed | questions | read as meant | otherwise | refused: meant, written, read | success@1 |",
        "|---|---|---|---|---|---|",
    ]
    kept = ["| nobody mistyped | over | questions | changed | words |", "|---|---|---|---|---|"]
    for name, papers in (("dev", folder / "papers"), ("scifact", source)):
        with Library.open(work / f"{name}.library", Settings()) as library:
            library.ingest([papers])
            kind, asked = mistyped[name]
            lines += [_row(f"{kind}, {seed}", list(_tried(library, asked, Random(seed)))) for seed in SEEDS]  # noqa: S311
            kept += [_untouched(library, kind, name, questions) for kind, questions in texts.items()]
    return "\n".join([*lines, "", *kept])


def mistype(question: str, draw: Random) -> str | None:
    """Return a question with one of its plain words mistyped; None when it has none."""
    words = list(plain_words(question))
    if not words:
        return None
    start, word = draw.choice(words)
    at, kind = draw.randrange(1, len(word) - 1), draw.choice(("swap", "drop", "double", "replace"))
    changed = {
        "swap": word[at + 1] + word[at],
        "drop": word[at + 1],
        "double": word[at] * 2 + word[at + 1],
        "replace": draw.choice(ascii_lowercase.replace(word[at], "")) + word[at + 1],
    }[kind]
    return f"{question[: start + at]}{changed}{question[start + at + 2 :]}"


def _tried(library: Library, asked: Asked, draw: Random) -> Iterator[Tried]:
    for question, gold in asked.items():
        written = mistype(question, draw)
        if written is None or written == question:
            continue
        found = library.retrieve(written, limit=1)
        meant = as_read(question, library.retrieve(question, limit=1).readings)
        read = as_read(written, found.readings)
        as_written = _found(library, written, gold) if found.readings else None
        as_it_is = _found(library, read, gold)
        yield Tried(
            read == meant,
            bool(found.readings) and read != meant,
            (_found(library, question, gold), as_written or as_it_is, as_it_is),
        )


def _found(library: Library, text: str, gold: frozenset[str]) -> tuple[bool, bool]:
    """Return whether a text, searched as it is, would be refused, and whether its first paper is right."""
    found = library.retrieve(text, limit=1, as_written=True)
    best = found.hits[0].paper
    return outcome_of(found) is not Outcome.ANSWERED, bool({best.title, str(best.key)} & gold)


def _row(name: str, tried: list[Tried]) -> str:
    refused, first = zip(*(zip(*one.found, strict=True) for one in tried), strict=True)
    refusals = ", ".join(str(sum(way)) for way in zip(*refused, strict=True))
    success = ", ".join(f"{mean(map(float, way)):.3f}" for way in zip(*first, strict=True))
    mended, otherwise = sum(one.mended for one in tried), sum(one.otherwise for one in tried)
    return f"| {name} | {len(tried)} | {mended} | {otherwise} | {refusals} | {success} |"


def _untouched(library: Library, kind: str, over: str, questions: Iterable[str]) -> str:
    questions = list(questions)
    read = [library.retrieve(question, limit=1).readings for question in questions]
    words = sorted({f"{one.written} → {one.read}" for one in chain.from_iterable(read)})
    return f"| {kind} | {over} | {len(questions)} | {sum(map(bool, read))} | {', '.join(words)} |"


def _conversations(folder: Path) -> Iterator[str]:
    for line in (folder / "gold" / "conversations.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield from (text for name, text in row.items() if name != "title")
