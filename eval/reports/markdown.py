"""Runs and comparisons as Markdown tables."""

from eval.metrics.answers import GROUPS
from eval.metrics.intervals import Mean
from eval.runs.comparison import Comparison, verdict
from eval.runs.run_file import Run
from rag.export.markdown import line

SHOWN = 5  # wins and losses


def to_markdown(run: Run) -> str:
    """Return a run's set-up, its means with n and interval, and its means by kind of question."""
    about, counts = run.about, run.counts()
    settings = ", ".join(f"{name} {value}" for name, value in about.settings.items())
    asked = f"{len(run.rows)} questions ({line(about.questions)})"
    over = f"{about.papers:,} papers ({line(about.library)}, version {about.version})"
    ended = f"{counts['scored']} answered, {counts['refused']} refused, {counts['error']} failed"
    by = f"Answers by {line(about.answerer)}; judge: {line(about.judge)}; prompts: {', '.join(about.prompts) or 'none'}"
    head = [f"{asked} over {over}: {ended}.", f"{by}; settings: {settings}; askpapers {about.release} {about.commit}."]
    means = run.means()
    lines = [*head, "", "| score | mean | 95 % interval | n | p50 | p95 |", "|---|---|---|---|---|---|"]
    lines += [_row(name, means[name]) for name in ordered(run)]
    balanced = run.balanced_accuracy()
    if balanced is not None:
        lines.append(f"| balanced_accuracy | {balanced:.3f} | | | | |")
    kinds = sorted({row.kind for row in run.rows})
    if len(kinds) > 1:
        shown = [
            name for name in ("recall@5", "nugget_recall", "cited_right", "support", "false_refusal") if name in means
        ]
        lines += ["", f"| kind | n | {' | '.join(shown)} |", "|---|---|" + "---|" * len(shown)]
        for kind in kinds:
            own = run.means(kind)
            cells = [f"{own[name].value:.3f}" if name in own else "" for name in shown]
            lines.append(f"| {line(kind)} | {sum(row.kind == kind for row in run.rows)} | {' | '.join(cells)} |")
    failed = [row for row in run.rows if row.status == "error"]
    lines += [f"- {line(row.id)} failed: {line(row.reason)}" for row in failed]
    return "\n".join(lines) + "\n"


def ordered(run: Run) -> list[str]:
    """Return the names of a run's scores, group by group."""
    known = [name for _, names in GROUPS for name in names]
    there = run.names
    return [name for name in known if name in there] + [name for name in there if name not in known]


def _row(name: str, mean: Mean) -> str:
    cells = (
        f"{mean.value:.3f}",
        f"{mean.low:.3f} to {mean.high:.3f}",
        str(mean.n),
        f"{mean.p50:.3f}",
        f"{mean.p95:.3f}",
    )
    return f"| {name} | {' | '.join(cells)} |"


def comparison_markdown(found: Comparison) -> str:
    """Return how B differs from A as a table, and the largest wins and losses with both answers."""
    lines = ["| score | B - A | 95 % interval | p | n | |", "|---|---|---|---|---|---|"]
    for name, one in found.differences.items():
        spread = f"{one.low:+.3f} to {one.high:+.3f}"
        lines.append(f"| {name} | {one.value:+.3f} | {spread} | {one.p:.3f} | {one.n} | {verdict(name, one)} |")
    for head, changes in (("Won", found.wins), ("Lost", found.losses)):
        lines += ["", f"{head}: {len(changes)}"]
        for change in changes[:SHOWN]:
            lines += [
                f"- {line(change.id)} {change.name} {change.first:.2f} -> {change.second:.2f}: {line(change.question)}",
                f"  - A: {line(change.answers[0])}",
                f"  - B: {line(change.answers[1])}",
            ]
    if found.left_out:
        lines += ["", f"Only one of the runs has {found.left_out} more questions."]
    return "\n".join(lines) + "\n"
