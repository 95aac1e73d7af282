"""Ask a library every question of a set and score the answers: the very Answer objects that users see.

A question that fails is a row with its reason, and the others go on. A run cut short goes on where it stopped: rows of
the same set-up are taken as they are. Questions are asked side by side up to `workers`.
"""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from eval.datasets.questions import GoldQuestion
from eval.metrics.answers import Judge, score
from eval.metrics.nuggets import nuggets_missing
from eval.metrics.ranking import DEPTH
from eval.runs.run_file import About, Row, Run, add_row, begin_run, drop_torn_line, read_run
from rag.errors import CostLimitError, QuestionError, RagError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.library import Library
from rag.models.llms.prompts import load_prompt
from rag.models.spending import SETTING
from rag.records import Answer
from rag.utils.release import release

TELLING = (  # settings that an answer depends on
    "embedding", "papers", "sentences", "words", "llm", "window", "answer_tokens", "context", "excerpts",
    "style", "unsupported", "check", "thinking",
)  # fmt: skip
Watch = Callable[[int, int], object]  # (done, of)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is made: the name of its question set, who judges besides, and how many are asked side by side."""

    source: str = "questions"
    judge: Judge | None = None
    judge_name: str = "offline"
    workers: int = 1


def evaluate(
    library: Library,
    questions: Sequence[GoldQuestion],
    path: Path,
    plan: Plan = Plan(),
    watch: Watch = lambda done, total: None,
) -> Run:
    """Return the run of all questions, kept in `path` row by row; what is there of the same set-up is not asked again.

    Raises QuestionError for no questions and when `path` holds another set-up's run, SourceError, StorageError;
    CostLimitError where the limit of costs stops it, with all rows kept that were paid for.
    """
    if not questions:
        msg = "There is no question to ask."
        raise QuestionError(msg)
    about = about_run(library, questions, plan)
    done = _begun(path, about)
    left = [question for question in questions if question.id not in done]
    watch(len(done), len(questions))
    for number, row in enumerate(_asked(library, left, plan), start=len(done) + 1):
        add_row(path, row)
        watch(number, len(questions))
    run = read_run(path)
    order = {question.id: place for place, question in enumerate(questions)}
    return Run(run.about, tuple(sorted(run.rows, key=lambda row: order[row.id])))


def about_run(library: Library, questions: Sequence[GoldQuestion], plan: Plan = Plan()) -> About:
    """Return the set-up of a run."""
    answerer = library.as_query_engine().answerer
    settings = {name: getattr(library.settings, name) for name in TELLING}
    names = () if answerer == "extractive" else ("answer", "rewrite")
    asked = json.dumps([[one.id, one.question, [turn.question for turn in one.history]] for one in questions])
    return About(
        library=Path(library.place).name,
        papers=len(library),
        version=library.version,
        questions=plan.source,
        question_hash=hashlib.sha256(asked.encode()).hexdigest()[:12],
        settings=settings,
        answerer=answerer,
        judge=plan.judge_name,
        prompts=tuple(load_prompt(name, library.settings.prompts).prompt_id for name in names),
        release=release(),
        commit=_commit(),
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _begun(path: Path, about: About) -> set[str]:
    """Return the ids of the rows that are there already, errors aside; begin the file when it isn't there."""
    if not path.exists():
        begin_run(path, about)
        return set()
    before = read_run(path)
    if json.loads(json.dumps(before.about.same)) != json.loads(json.dumps(about.same)):
        msg = f"{path} is the run of another set-up (library, questions or settings). Choose another file with --out."
        raise QuestionError(msg)
    drop_torn_line(path)
    return {row.id for row in before.rows if row.status != "error"}


def _asked(library: Library, questions: Iterable[GoldQuestion], plan: Plan) -> Iterator[Row]:
    """Yield a row for each question, in their order; raise CostLimitError behind those that could be paid."""
    stopped: list[CostLimitError] = []

    def asked(question: GoldQuestion) -> Row | None:
        try:
            return None if stopped else row_of(library, question, plan.judge)
        except CostLimitError as error:
            stopped.append(error)
            return None

    with ThreadPoolExecutor(max_workers=plan.workers) as pool:
        yield from filter(None, pool.map(asked, questions))
    if stopped:
        raise stopped[0]


def row_of(library: Library, question: GoldQuestion, judge: Judge | None = None) -> Row:
    """Return what came of one question. Raises CostLimitError when a part of it can't be paid, its check too."""
    row = Row(question.id, question.kind, question.question, "error", gold=tuple(sorted(question.gold_titles)))
    try:
        answer = library.as_query_engine().answer(QuestionBundle(question.question, history=question.history))
        found = [hit.paper for hit in library.search(answer.searched.query, limit=DEPTH)]
        scores = score(question, answer, found, judge)
        _check_paid(answer)
    except CostLimitError:
        raise
    except RagError as error:
        return replace(row, reason=str(error))
    return replace(
        row,
        status="scored" if answer.answered else "refused",
        scores=scores,
        answer=answer,
        found=tuple(paper.title for paper in found),
        missing=nuggets_missing(answer.text if answer.answered else "", question.nuggets),
    )


def _check_paid(answer: Answer) -> None:
    """Raise CostLimitError when a part of an answer was left out because it couldn't be paid."""
    if unpaid := next((note for note in answer.notes if SETTING in note), None):
        raise CostLimitError(unpaid)


def _commit() -> str:
    """Return the commit of the code, when it runs from a checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "rev-parse", "--short", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip()
