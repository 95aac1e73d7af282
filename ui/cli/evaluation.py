"""`askpapers eval`: run a question set over a library, compare runs, write reports.

Parses and shows; eval/ does the work.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import FAILED, JsonOption, LibraryOption, LlmOption, console, print_json

if TYPE_CHECKING:
    from eval.datasets.questions import GoldQuestion
    from eval.judges.llm import ModelJudge
    from eval.runs.run_file import Run
    from eval.runs.thresholds import Demand
    from rag.library import Library


app = typer.Typer(
    name="eval", help="score answers over a library, with no key", no_args_is_help=True, rich_markup_mode=None
)

QuestionsOption = Annotated[
    Path | None,
    typer.Option("--questions", metavar="PATH", help="JSON Lines, or a BEIR folder; without: your good ratings"),
]
MinOption = Annotated[
    list[str] | None, typer.Option("--min", metavar="SCORE=N", help="exit with 1 below it, as recall@5=.95; repeatable")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="file to write")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="file of a run")]


@app.command()
def run(
    library: LibraryOption = None,
    questions: QuestionsOption = None,
    out: OutOption = None,
    llm: LlmOption = None,
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="questions at once")] = 1,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="LLM", help="an LLM that judges too: openai:MODEL or gguf:PATH")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="let the judge spend without asking")] = False,
    minimum: MinOption = None,
    as_json: JsonOption = False,
) -> None:
    """ask every question of a set, score the answers

    A run that was cut short goes on where it stopped; the same set-up again is read from
    its file. Kept under runs/ in the library unless --out names a file.
    """
    from eval.runs.run_file import RUNS, file_name
    from eval.runs.runner import Plan, about_run, evaluate
    from eval.runs.thresholds import read_demand
    from rag.library import Library
    from rag.settings import load_settings
    from ui.cli.showing.progress import counting

    demands = [read_demand(text) for text in minimum or ()]
    settings = load_settings(Path(".env"), **({"llm": llm} if llm else {}))
    with Library.open(library, settings, create=False) as opened:
        asked = _questions(questions, opened)
        told = _judge(judge, len(asked), yes=yes) if judge else None
        plan = Plan(questions.name if questions else "ratings", told, told.name if told else "offline", workers)
        path = out or opened.folder / RUNS / file_name(about_run(opened, asked, plan).same)
        with counting("questions") as watch:
            found = evaluate(opened, asked, path, plan, watch)
    _show(found, path, as_json=as_json)
    _demand(found, demands)


@app.command()
def compare(
    first: RunArgument,
    second: RunArgument,
    by: Annotated[
        str, typer.Option("--by", metavar="SCORE", help="score that tells wins from losses")
    ] = "nugget_recall",
    minimum: MinOption = None,
    as_json: JsonOption = False,
) -> None:
    """tell how the second run differs from the first, question by question

    Differences with their intervals, and p by a randomisation test. --min is asked of the
    second run.
    """
    from dataclasses import asdict

    from eval.reports import comparison_markdown
    from eval.runs.comparison import compare as compare_runs
    from eval.runs.run_file import read_run
    from eval.runs.thresholds import read_demand

    demands = [read_demand(text) for text in minimum or ()]
    before, after = read_run(first), read_run(second)
    found = compare_runs(before, after, by)
    if as_json:
        sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(comparison_markdown(found))
    _demand(after, demands)


@app.command()
def report(path: RunArgument, out: OutOption = None) -> None:
    """write a run as a report: Markdown, or with --out FILE.html one page to look at"""
    from eval.reports import to_html, to_markdown
    from eval.runs.run_file import read_run
    from ui.cli.exporting import write_out

    found = read_run(path)
    write_out(to_html(found) if out is not None and out.suffix in {".html", ".htm"} else to_markdown(found), out)


@app.command()
def generate(
    library: LibraryOption = None,
    out: OutOption = None,
    number: Annotated[int, typer.Option("--number", metavar="N", min=1, max=10_000, help="questions to draft")] = 20,
    llm: Annotated[
        str | None,
        typer.Option("--llm", metavar="LLM", help="who writes them; without: titles"),
    ] = None,
) -> None:
    """draft questions from the library's papers, for you to edit

    With an LLM, questions with facts that stand in the abstracts. Without, known-item
    questions made of titles: they tell whether papers are found, and nothing else.
    """
    from eval.datasets.drafting import drafted, known_items
    from rag.errors import EmptyLibraryError
    from rag.library import Library
    from rag.models.llms import load_model
    from rag.settings import load_settings
    from ui.cli.exporting import write_out
    from ui.cli.showing.progress import counting

    settings = load_settings(Path(".env"), **({"llm": llm} if llm else {}))
    with Library.open(library, settings, create=False) as opened:
        papers = list(opened.selected())
    if not papers:
        msg = "There are no papers to ask about yet. Add some with: askpapers ingest PATH"
        raise EmptyLibraryError(msg)
    model = load_model(settings) if llm else None
    if model is None:
        rows = known_items(papers, number)
    else:
        with counting("questions") as watch:
            rows = drafted(papers, number, model, settings, watch)
    write_out("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), out)
    sys.stderr.write(f"{len(rows)} drafts: read them, mend them, then askpapers eval run --questions FILE\n")


@app.command(name="judge-check")
def judge_check(
    labelled: Annotated[Path, typer.Argument(metavar="FILE", help="labelled claims: JSON Lines, may be gzipped")],
) -> None:
    """measure the support scorer on claims that people labelled"""
    from eval.judges.calibration import check_judge

    sys.stdout.write(check_judge(labelled))


@app.command()
def speed(
    papers: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="papers to measure with; without: the samples")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", metavar="N", help="with a library of N made-up papers instead")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="with --size: make it in this folder, and leave it")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """measure ingest, search, answers and cold starts beside their bare costs

    In a library of its own, thrown away afterwards. Ratios count: seconds vary with the
    machine. With --size: what a library of so many papers costs here, without its embedding.
    """
    import tempfile

    from eval.speed.bare_costs import measure
    from rag.errors import QuestionError
    from rag.ingestion.finding import find_files

    if size is not None and papers is None:
        _at_size(size, keep, as_json=as_json)
        return
    if size is not None or keep is not None or as_json:
        msg = "--keep and --json go with --size, which makes papers up: leave out PATH."
        raise QuestionError(msg)
    if papers is not None:
        find_files([papers])
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(measure(Path(folder), papers) + "\n")


def _at_size(papers: int, keep: Path | None, *, as_json: bool) -> None:
    """Measure a library of made-up papers, in a folder that is kept or in one that is thrown away."""
    import tempfile
    from contextlib import nullcontext

    from eval.speed.at_size.table import measure
    from ui.cli.showing.progress import watching

    place = nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory()
    with place as folder, watching(console(stderr=True)) as watch:
        found = measure(papers, Path(folder), lambda line: console(stderr=True).print(line, soft_wrap=True), watch)
    if as_json:
        print_json(found.to_dict())
    else:
        sys.stdout.write(found.to_markdown() + "\n")


def _questions(path: Path | None, library: "Library") -> "list[GoldQuestion]":
    """Return the questions of a file or folder, without one the answers that readers rated as good.

    Raises QuestionError when there are none, SourceError.
    """
    from eval.datasets.beir import load_beir
    from eval.datasets.questions import load_questions, rated_questions
    from rag.errors import QuestionError

    if path is not None:
        return load_beir(path) if path.is_dir() else load_questions(path)
    rated = rated_questions(library.ratings())
    if not rated:
        msg = "No answer is rated as good yet. Rate some in askpapers chat, or name a question set with --questions."
        raise QuestionError(msg)
    return rated


def _judge(llm: str, questions: int, *, yes: bool) -> "ModelJudge":
    """Return the judge that is named, once somebody has agreed to what it may take.

    Raises ModelError for one that is none, QuestionError when nobody can be asked.
    """
    from eval.judges.llm import ModelJudge, estimate
    from rag.errors import ModelError, QuestionError
    from rag.models.llms import load_model
    from rag.settings import load_settings

    settings = load_settings(Path(".env"), llm=llm)
    model = load_model(settings)
    if model is None:
        msg = f"{llm!r} is no judge: name an LLM with --judge openai:MODEL or gguf:PATH"
        raise ModelError(msg)
    takes = f"Judging {questions} questions by {llm} takes {estimate(questions, settings)}."
    if not yes and not sys.stdin.isatty():
        msg = f"{takes} Say --yes to go on."
        raise QuestionError(msg)
    if not yes and not typer.confirm(f"{takes} Go on?", err=True):
        raise typer.Exit(FAILED)
    return ModelJudge(model, settings)


def _show(found: "Run", path: Path, *, as_json: bool) -> None:
    """Print a run, and on stderr what was spent for it and its judge."""
    from eval.reports import to_markdown
    from rag.models.spending import PURSE

    if as_json:
        sys.stdout.write(json.dumps(_as_json(found, path), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(f"{to_markdown(found)}\nKept in {path}\n")
    if PURSE.spent:
        sys.stderr.write(f"Spent, with what was judged: {PURSE.spent:.4f}\n")


def _as_json(found: "Run", path: Path) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "run": str(path),
        "about": asdict(found.about),
        "counts": found.counts(),
        "balanced_accuracy": found.balanced_accuracy(),
        "means": {name: asdict(mean) for name, mean in found.means().items()},
        "failed": {row.id: row.reason for row in found.rows if row.status == "error"},
    }


def _demand(found: "Run", demands: "list[Demand]") -> None:
    """Say what the run lacks, and exit with 1, when it does."""
    from eval.runs.thresholds import check

    short = [one for one in check(found, demands) if not one.met]
    for one in short:
        sys.stderr.write(f"{one.demand.name} is {one.value:.3f}, wanted {one.demand.limit:g}\n")
    if short:
        raise typer.Exit(FAILED)
