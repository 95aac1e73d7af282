"""The runs of a library's evaluation as HTML: a table of them, and one opened as its report."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from eval.reports import to_html
from eval.runs.run_file import RUNS, Run, read_run
from rag.errors import SourceError
from ui.page.views.library import alert

SHOWN = ("recall@5", "nugget_recall", "cited_right", "support", "false_refusal", "false_answer")
NONE = (
    '<p class="ap-empty">No run yet. Make one with <code>askpapers eval run --questions FILE</code>, '
    "or without a file from the answers you rated as good.</p>"
)


def runs(folder: Path) -> str:
    """Return the runs kept in a library's folder as a table, the latest first."""
    found = [(path, _read(path)) for path in (folder / RUNS).glob("*.jsonl")]
    known = sorted(((path, run) for path, run in found if run), key=lambda one: one[1].about.date, reverse=True)
    if not known:
        return NONE
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Run", "Questions", "Answers by", *SHOWN))
    rows = "".join(_row(path, run) for path, run in known)
    return (
        '<div class="ap-shelf"><div class="ap-scroll" tabindex="0" role="region" aria-label="Runs"><table><thead><tr>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def report(folder: Path, name: str) -> str:
    """Return the report of one of the runs, in a frame of its own that can reach nothing."""
    path = next((one for one in (folder / RUNS).glob("*.jsonl") if one.name == name), None)
    try:
        run = read_run(path) if path else None
    except SourceError as error:
        return alert(str(error))
    if run is None or not run.rows:
        return alert("This run is not there any more.")
    page = escape(to_html(run))
    return f'<iframe class="ap-run" title="Report of the run" sandbox="allow-scripts" srcdoc="{page}"></iframe>'


def _read(path: Path) -> Run | None:
    try:
        run = read_run(path)
    except SourceError:
        return None
    return run if run.rows else None


def _row(path: Path, run: Run) -> str:
    means = run.means()
    cells: Sequence[str] = [f"{means[name].value:.3f}" if name in means else "" for name in SHOWN]
    when = escape(run.about.date.replace("T", " ").split("+")[0])
    open_it = (
        f'<button type="button" class="ap-paper" data-do="open" data-run="{escape(path.name)}" '
        f'aria-label="Open the run of {when}">{when}</button>'
    )
    asked = f"{len(run.rows)} of {escape(run.about.questions)}"
    told = [open_it, asked, escape(run.about.answerer), *cells]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in told) + "</tr>"
