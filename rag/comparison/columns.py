"""What a column asks for: a usual one by one of its names, told in rag/data/columns.toml, or words of the reader."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rag.errors import QuestionError
from rag.retrieval.query import check_question
from rag.text.words import stems

MOST_COLUMNS = 12
FILE = Path(__file__).resolve().parent.parent / "data" / "columns.toml"
NOTHING = re.compile(r"(?!)")
LOUD = r"[A-Z]{3,}(?:\([A-Z]\))?"
# Words in capitals, or a few with a colon behind them.
LABEL = re.compile(rf"(?P<loud>{LOUD}(?:[ ,&/]+(?:OF|{LOUD})){{0,5}})(?!\w)|(?P<named>[A-Z][A-Za-z /&]{{2,40}}):")


@dataclass(frozen=True, slots=True)
class Usual:
    """A usual column: what a model is told of it, and by which signs a sentence that fills it is known.

    `sure`, `strong`, `weak` and `against` find words in a sentence, `sections` a label that opens a part of a
    structured abstract. The numbers are log-odds: `bias` of any sentence, `own` of one on the authors' own work,
    `earlier` of one on others', `late` of the last beside the first, `number` of one that holds a number. `record`
    names what a paper's record holds of it, for which no sentence is needed.
    """

    name: str
    asks: str
    sure: re.Pattern[str] = NOTHING
    strong: re.Pattern[str] = NOTHING
    weak: re.Pattern[str] = NOTHING
    against: re.Pattern[str] = NOTHING
    sections: re.Pattern[str] = NOTHING
    bias: float = 0.0
    own: float = 0.0
    earlier: float = 0.0
    late: float = 0.0
    number: float = 0.0
    record: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the reader named it, and the usual one that is meant, if it is one."""

    name: str
    usual: Usual | None = None

    @property
    def asks(self) -> str:
        """What a language model is told to look for, beside the name; empty for words of the reader."""
        return self.usual.asks if self.usual else ""


def read_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a table, each once. Raises QuestionError for none, too many, or an unusable one."""
    told = [" ".join(name.split()) for name in names]
    kept = list({name.casefold(): name for name in reversed(told)}.values())[::-1]
    if not kept:
        msg = "No column is named. Name one or more: task, data, method, result, limitation, or a question."
        raise QuestionError(msg)
    if len(kept) > MOST_COLUMNS:
        msg = f"{len(kept)} columns are named, at most {MOST_COLUMNS} fit: leave some out."
        raise QuestionError(msg)
    return tuple(map(_column, kept))


def usual_columns() -> tuple[str, ...]:
    """Return the names of the usual columns, in the order in which they are told."""
    return tuple(_told()["columns"])


def section_of(sentence: str) -> str:
    """Return the label with which a sentence opens a part of a structured abstract (`RESULTS`); empty without one."""
    label = LABEL.match(sentence)
    written = (label["loud"] or label["named"]) if label else ""
    return written if written and any(one.sections.search(written) for one in set(_usual().values())) else ""


def _column(name: str) -> Column:
    check_question(name)
    return Column(name, _meant(frozenset(stems(name))))


def _meant(asked: frozenset[str]) -> Usual | None:
    """Return the usual column that has words as a name, or whose names together have them all; None for any other."""
    known, filling = _usual(), frozenset(stems(_told()["filling"]))
    told = asked - filling
    if found := known.get(asked) or known.get(told):
        return found
    having = [usual for usual, held in _words_of_names().items() if told and told <= held]
    return having[0] if len(having) == 1 else None


@cache
def _words_of_names() -> Mapping[Usual, frozenset[str]]:
    """Return the stems of all names of each usual column."""
    held: dict[Usual, frozenset[str]] = {}
    for name, usual in _usual().items():
        held[usual] = held.get(usual, frozenset()) | name
    return held


@cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def _usual() -> Mapping[frozenset[str], Usual]:
    """Return the usual columns by the stems of each of their names."""
    known: dict[frozenset[str], Usual] = {}
    for name, one in _told()["columns"].items():
        names = [name.replace("_", " "), *one["names"]]
        signs: dict[str, Any] = {
            part: _words(value) if isinstance(value, list) else value for part, value in one.items() if part != "names"
        }
        usual = Usual(name, **signs)
        for written in names:
            known.setdefault(frozenset(stems(written)), usual)
    return known


def _words(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
