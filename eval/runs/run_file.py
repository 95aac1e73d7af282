"""A run: what was asked of which set-up, and every answer with its scores. One JSON Lines file, first line the set-up.

A row is added as soon as it is known, so that a run cut short is a shorter run, and goes on where it stopped.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from eval.metrics.intervals import Mean, mean_of
from rag.errors import SourceError, StorageError
from rag.records import Answer

FORMAT = 1
RUNS = "runs"  # the folder of a library that keeps its runs
Status = Literal["scored", "refused", "error"]


@dataclass(frozen=True, slots=True)
class About:
    """The set-up of a run: all that could make another run differ. `same` is what must agree for rows to be reused."""

    library: str  # name of the folder
    papers: int
    version: int  # of the library
    questions: str  # name of the file
    question_hash: str
    settings: Mapping[str, Any]  # those that answers depend on
    answerer: str
    judge: str
    prompts: tuple[str, ...]
    release: str
    commit: str
    date: str

    @property
    def same(self) -> dict[str, Any]:
        """What must be the same for a run to go on."""
        return {name: value for name, value in asdict(self).items() if name not in {"date", "commit", "release"}}


@dataclass(frozen=True, slots=True)
class Row:
    """One question's part of a run: `scored` with scores, `refused` (scored, without an answer), or `error`."""

    id: str
    kind: str
    question: str
    status: Status
    scores: Mapping[str, float] = field(default_factory=dict)
    answer: Answer | None = None
    found: tuple[str, ...] = ()  # titles of the search, best first
    gold: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # facts that the answer doesn't give
    reason: str = ""  # of an error

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-ready values."""
        value = {name: getattr(self, name) for name in ("id", "kind", "question", "status", "reason")}
        lists = {name: list(getattr(self, name)) for name in ("found", "gold", "missing")}
        answer = None if self.answer is None else self.answer.to_dict()
        return {**value, **lists, "scores": dict(self.scores), "answer": answer}


@dataclass(frozen=True, slots=True)
class Run:
    """A set-up and its rows."""

    about: About
    rows: tuple[Row, ...]

    def of(self, name: str) -> dict[str, float]:
        """Return a score by question id, where it has a meaning."""
        return {row.id: row.scores[name] for row in self.rows if name in row.scores}

    @property
    def names(self) -> list[str]:
        """The names of all scores that any row has, in the order in which they come."""
        return list(dict.fromkeys(name for row in self.rows for name in row.scores))

    def counts(self, rows: Sequence[Row] | None = None) -> dict[str, int]:
        """Return how many rows there are by status."""
        chosen = self.rows if rows is None else rows
        return {status: sum(row.status == status for row in chosen) for status in ("scored", "refused", "error")}

    def means(self, kind: str | None = None) -> dict[str, Mean]:
        """Return the mean of every score, of one kind of question or of all."""
        rows = [row for row in self.rows if kind is None or row.kind == kind]
        found: dict[str, list[float]] = {}
        for row in rows:
            for name, value in row.scores.items():
                found.setdefault(name, []).append(value)
        return {name: mean_of(values) for name, values in found.items()}

    def balanced_accuracy(self) -> float | None:
        """Return the mean of the shares rightly answered and rightly refused; None when the set has only one kind."""
        false = [list(self.of(name).values()) for name in ("false_answer", "false_refusal")]
        if not all(false):
            return None
        return sum(1 - sum(values) / len(values) for values in false) / 2


def read_run(path: Path) -> Run:
    """Return a run from its file; a last line cut short by a crash is left out. Raises SourceError."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The run {path} can't be read ({error})."
        raise SourceError(msg) from error
    try:
        return Run(_about(json.loads(lines[0])), tuple(_rows(lines[1:])))
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} is no run of this askpapers ({error!r}). Make one with: askpapers eval run"
        raise SourceError(msg) from error


def _about(head: Any) -> About:
    if head["format"] != FORMAT:
        msg = f"format {head['format']}"
        raise ValueError(msg)
    return About(**{**head["about"], "prompts": tuple(head["about"]["prompts"])})


def _rows(lines: Sequence[str]) -> Iterator[Row]:
    latest: dict[str, Row] = {}  # a row asked again after an error stands in the place of the first
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            row = _row(json.loads(line))
        except ValueError:
            if number < len(lines) - 1:
                raise
            break
        latest[row.id] = row
    yield from latest.values()


def _row(value: Any) -> Row:
    return Row(
        id=value["id"],
        kind=value["kind"],
        question=value["question"],
        status=value["status"],
        scores=value["scores"],
        answer=None if value["answer"] is None else Answer.from_dict(value["answer"]),
        found=tuple(value["found"]),
        gold=tuple(value["gold"]),
        missing=tuple(value["missing"]),
        reason=value["reason"],
    )


def begin_run(path: Path, about: About) -> None:
    """Write the head of a run's file, which must not be there yet. Raises StorageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps({"format": FORMAT, "about": asdict(about)}) + "\n")
    except OSError as error:
        msg = f"The run {path} can't be written ({error.strerror}). Choose another file with --out."
        raise StorageError(msg) from error


def drop_torn_line(path: Path) -> None:
    """Cut off a last line that a crash left unfinished, so that the next row stands on its own. Raises StorageError."""
    try:
        with path.open("rb+") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
    except OSError as error:
        msg = f"The run {path} can't be written ({error.strerror}). Choose another file with --out."
        raise StorageError(msg) from error


def add_row(path: Path, row: Row) -> None:
    """Add a row to a run's file. Raises StorageError."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row.to_dict()) + "\n")
    except OSError as error:
        msg = f"The run {path} can't be written ({error.strerror}). Make room; the same command goes on."
        raise StorageError(msg) from error


def file_name(same: object) -> str:
    """Return the name of the file of a run: the same set-up has the same."""
    told = json.loads(json.dumps(same))
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:10]
    name = re.sub(r"[^\w.]+", "-", f"{Path(told['questions']).stem}-{told['answerer']}").strip("-")
    return f"{name}-{digest}.jsonl"
