"""Question sets: what a right answer rests on and says. Reads JSON Lines and BEIR-form folders."""

import csv
import gzip
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.datatypes import Rating, Turn


@dataclass(frozen=True, slots=True)
class Nugget:
    """A fact that a right answer gives: it is given when any of these strings occurs."""

    text: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the titles that a right answer rests on (gold), may cite (fine), and the facts it gives.

    Without gold titles the right answer is that the abstracts don't say.
    """

    id: str
    kind: str
    question: str
    history: tuple[Turn, ...]
    gold_titles: frozenset[str]
    fine_titles: frozenset[str]
    nuggets: tuple[Nugget, ...]

    @property
    def answerable(self) -> bool:
        """True when the abstracts hold an answer."""
        return bool(self.gold_titles)


def shared_folder() -> Path:
    """Return the folder of papers, questions and benchmarks: ASKPAPERS_SHARED, by default ../shared."""
    return Path(os.environ.get("ASKPAPERS_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def load_questions(path: Path) -> list[GoldQuestion]:
    """Return the questions of a JSON Lines file."""
    return [_question(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _question(row: dict[str, Any]) -> GoldQuestion:
    gold = frozenset(row["gold_titles"])
    return GoldQuestion(
        id=row["id"],
        kind=row["type"],
        question=row["question"],
        history=tuple(Turn(turn["question"], turn["answer"]) for turn in row.get("history") or ()),
        gold_titles=gold,
        fine_titles=gold | frozenset(row.get("ok_titles") or ()),
        nuggets=tuple(Nugget(nugget["text"], tuple(nugget["any_of"])) for nugget in row["nuggets"]),
    )


def rated_questions(ratings: Iterable[Rating]) -> list[GoldQuestion]:
    """Return the answers that readers found good as questions: what they cited is gold, a good refusal wants none.

    Each is asked as it was searched for, so that a follow-up stands alone. What a bad answer lacked only a person can
    tell: those are left out.
    """
    return [
        GoldQuestion(
            id=rating.rating_id,
            kind="rated",
            question=rating.answer.searched.query,
            history=(),
            gold_titles=frozenset(citation.paper.title for citation in rating.answer.citations),
            fine_titles=frozenset(citation.paper.title for citation in rating.answer.citations),
            nuggets=(),
        )
        for rating in ratings
        if rating.good
    ]


def load_queries(folder: Path) -> dict[str, str]:
    """Return the queries of a BEIR-form folder by id."""
    return {row["id"]: row["text"] for row in _rows(folder / "queries.jsonl.gz")}


def load_judgements(folder: Path) -> dict[str, dict[str, int]]:
    """Return the relevance judgements of a BEIR-form folder: query id -> document id -> grade."""
    judgements: dict[str, dict[str, int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return judgements


def load_corpus(folder: Path) -> list[dict[str, str]]:
    """Return the documents of a BEIR-form folder: id, title, text."""
    return list(_rows(folder / "corpus.jsonl.gz"))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
