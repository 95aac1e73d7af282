"""Question sets as JSON Lines, and good ratings as one: what a right answer rests on and says."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import SourceError
from rag.records import Rating, Turn


@dataclass(frozen=True, slots=True)
class Nugget:
    """A fact that a right answer gives: it is given when any of these strings occurs."""

    text: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the titles that a right answer rests on (gold), may cite (fine), and the facts it gives.

    Titles, or other names of papers: keys, DOIs, arXiv ids. Without any, when `labelled`, the right answer is that the
    abstracts don't say.
    """

    id: str
    kind: str
    question: str
    history: tuple[Turn, ...]
    gold_titles: frozenset[str]
    fine_titles: frozenset[str]
    nuggets: tuple[Nugget, ...] = ()
    labelled: bool = True  # False: nobody said which papers answer it

    @property
    def answerable(self) -> bool:
        """True when the abstracts hold an answer."""
        return bool(self.gold_titles)


def load_questions(path: Path) -> list[GoldQuestion]:
    """Return the questions of a JSON Lines file. Raises SourceError that names the line, also for an empty file.

    {"question": "...",            what to ask; all else may be absent
     "id": "q1", "type": "fact",   a name, and a kind to report apart
     "gold_titles": ["..."],       titles, keys, DOIs or arXiv ids of the papers to find; [] when nothing answers it
     "ok_titles": ["..."],         papers that may be cited too
     "nuggets": [{"text": "...", "any_of": ["...", "..."]}],
     "history": [{"question": "...", "answer": "..."}]}
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The questions {path} can't be read ({error}). They are JSON Lines: one object a line."
        raise SourceError(msg) from error
    found = [_question(line, number, path) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        msg = f"{path} holds no question. Write one JSON object a line, with at least a question."
        raise SourceError(msg)
    names = Counter(one.id for one in found)
    if twice := [name for name, times in names.items() if times > 1]:
        msg = f"{path} has the id {twice[0]!r} {names[twice[0]]} times. Give each question its own."
        raise SourceError(msg)
    return found


def _question(line: str, number: int, path: Path) -> GoldQuestion:
    try:
        row: Any = json.loads(line)
        return _read(row, number)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = "it lacks 'question'" if isinstance(error, KeyError) and error.args == ("question",) else repr(error)
        msg = f"{path} line {number} is no question ({reason}). See the form in eval/datasets/questions.py."
        raise SourceError(msg) from error


def _read(row: dict[str, Any], number: int) -> GoldQuestion:
    gold = _texts(row.get("gold_titles") or ())
    if not isinstance(row["question"], str) or not row["question"].strip():
        msg = "the question is no text"
        raise TypeError(msg)
    return GoldQuestion(
        id=str(row.get("id") or f"line {number}"),
        kind=str(row.get("type") or "question"),
        question=row["question"],
        history=tuple(Turn(str(turn["question"]), str(turn.get("answer", ""))) for turn in row.get("history") or ()),
        gold_titles=gold,
        fine_titles=gold | _texts(row.get("ok_titles") or ()),
        nuggets=tuple(Nugget(one["text"], tuple(sorted(_texts(one["any_of"])))) for one in row.get("nuggets") or ()),
        labelled=row.get("gold_titles") is not None,
    )


def _texts(values: Any) -> frozenset[str]:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        msg = f"{values!r} is no list of texts"
        raise TypeError(msg)
    return frozenset(values)


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
