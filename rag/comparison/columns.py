"""What a column asks for: a usual one by one of its names, told in rag/data/columns.toml, or words of the reader."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.errors import QuestionError
from rag.retrieval.query import check_question
from rag.text.words import stems

MOST_COLUMNS = 12
FILE = Path(__file__).resolve().parent.parent / "data" / "columns.toml"


@dataclass(frozen=True, slots=True)
class Usual:
    """A usual column: what a model is told of it, and by which signs a sentence that fills it is known.

    `strong` and `weak` are patterns of words, `sections` those of labels that open a part of a structured abstract.
    `late` says how much more likely the end of an abstract is than its beginning, as a log-odds, `own` what it
    counts that a sentence tells of the authors' own work, and `number` that it holds one. `record` names what a
    paper's record holds of it, which needs no sentence.
    """

    name: str
    asks: str
    strong: re.Pattern[str] | None = None
    weak: re.Pattern[str] | None = None
    sections: re.Pattern[str] | None = None
    late: float = 0.0
    own: float = 0.0
    number: float = 0.0
    record: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the reader named it, and the usual one that is meant, if it is one."""

    name: str
    usual: Usual | None = None

    @property
    def asks(self) -> str:
        """What a language model is told to look for."""
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
    return tuple(_column(name) for name in kept)


def _column(name: str) -> Column:
    check_question(name)
    by_name, filling = _usual()
    return Column(name, by_name.get(frozenset(stems(name)) - filling) or by_name.get(frozenset(stems(name))))


@cache
def _usual() -> tuple[Mapping[frozenset[str], Usual], frozenset[str]]:
    """Return the usual columns by the stems of each of their names, and stems that change nothing in a name."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    by_name = {}
    for name, one in told["columns"].items():
        usual = Usual(
            name,
            one["asks"],
            _words(one.get("strong", ())),
            _words(one.get("weak", ())),
            _words(one.get("sections", ())),
            **{part: one[part] for part in ("late", "own", "number", "record") if part in one},
        )
        for written in (name, *one["names"]):
            by_name[frozenset(stems(written))] = usual
    return by_name, frozenset(stems(told["filling"]))


def _words(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE) if patterns else None
