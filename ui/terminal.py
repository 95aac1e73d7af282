"""What the command line shows: answers, hits, reports and findings as text for a person. No logic, no input.

Text of papers is data: it is put on the screen as plain text, control characters dropped, never as markup.
"""

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from rag.datatypes import Answer, Claim, Hit, IngestReport, Outcome, Paper, Rejection
from rag.maintenance import Finding

WIDTH = 100
SUPPORTED, PARTLY = 0.8, 0.5  # support from which a claim counts so
SHOWN_REJECTIONS = 20


def printable(text: str) -> str:
    """Return a text on one line without anything that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())


def mark(claim: Claim) -> Text:
    """Return a claim's support as a shape, coloured: supported, partly, not found."""
    if claim.support >= SUPPORTED:
        return Text("●", "green")
    return Text("◐", "yellow") if claim.support >= PARTLY else Text("○", "red")


def show_answer(console: Console, answer: Answer) -> None:
    """Print an answer: each claim with its markers and support, the references, one line on how it came about."""
    if answer.claims:
        previous = answer.claims[0].citations[:1]
        paragraph = Text()
        for claim in answer.claims:
            if paragraph and [c.number for c in claim.citations[:1]] != [c.number for c in previous]:
                _print(console, paragraph)
                console.print()
                paragraph = Text()
            previous = claim.citations[:1]
            markers = "".join(f"[{citation.number}]" for citation in claim.citations)
            paragraph.append(f"{' ' if paragraph else ''}{printable(claim.text)} ")
            paragraph.append(markers, "cyan").append(" ").append_text(mark(claim))
        _print(console, paragraph)
        console.print()
        for citation in answer.citations:
            _print(console, _reference(f"[{citation.number}]", citation.paper), indent=4)
    elif answer.outcome is Outcome.NO_RELEVANT_PAPERS:
        _print(console, Text("No paper in this library is about that.", "yellow"))
    else:
        _print(console, Text("The abstracts in this library don't say. The nearest papers:", "yellow"))
        for paper in answer.nearest:
            _print(console, _reference("  -", paper), indent=4)
    console.print()
    _print(console, Text(_summary(answer), "dim"))


def _summary(answer: Answer) -> str:
    parts = [str(answer.outcome).replace("_", " "), f"{answer.searched.papers:,} papers searched"]
    if answer.claims:
        legend = (
            "● supported"
            if min(claim.support for claim in answer.claims) >= SUPPORTED
            else "● ◐ ○ supported, partly, not"
        )
        parts += [f"{len(answer.citations)} cited", f"support {answer.support:.2f} ({legend})"]
    parts += [answer.answerer, f"{sum(answer.timings.values()) * 1000:.0f} ms"]
    if answer.searched.query != answer.question.strip():
        parts.append(f"searched for: {printable(answer.searched.query)}")
    return " · ".join(parts)


def _reference(label: str, paper: Paper) -> Text:
    text = Text(f"{label} ", "cyan").append(printable(paper.title), "bold")
    if paper.byline:
        text.append(f". {printable(paper.byline)}")
    if paper.link:
        text.append(f". {printable(paper.link)}", "blue")
    return text


def show_hits(console: Console, hits: Sequence[Hit]) -> None:
    """Print the papers found, each with its best passage."""
    for number, hit in enumerate(hits, start=1):
        _print(console, _reference(f"{number:>2}.", hit.paper).append(f"  {hit.score:.2f}", "dim"), indent=4)
        for passage in hit.passages[:1]:
            _print(console, Text(textwrap.shorten(printable(passage.text), 300), "dim"), indent=4, first=4)


def show_report(console: Console, report: IngestReport, folder: str) -> None:
    """Print what became of each record."""
    told = [
        (report.added, "added"), (report.updated, "updated"), (report.merged, "merged into a paper already there"),
        (report.unchanged, "unchanged"), (len(report.rejected), "rejected"),
    ]  # fmt: skip
    console.print(f"{folder}: {', '.join(f'{n:,} {what}' for n, what in told if n) or 'nothing to read'}.")


def show_rejections(console: Console, rejected: Iterable[Rejection]) -> None:
    """Print the first rejections, one a line."""
    rejections = list(rejected)
    for rejection in rejections[:SHOWN_REJECTIONS]:
        _print(console, Text(f"rejected: {printable(str(rejection))}", "yellow"), indent=2)
    if len(rejections) > SHOWN_REJECTIONS:
        console.print(f"… and {len(rejections) - SHOWN_REJECTIONS:,} more; see them all with --json")


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print what a check found, one a line."""
    for finding in findings:
        sign, style = ("ok     ", "green") if finding.sound else ("PROBLEM", "red")
        _print(console, Text(sign, style).append(f" {finding.what}: {printable(finding.detail)}", "default"), indent=8)


def _print(console: Console, text: Text, *, indent: int = 0, first: int = 0) -> None:
    """Print a text wrapped to the terminal, at most WIDTH wide, later lines indented."""
    if not console.is_terminal:
        # Into a pipe or a file a line is a line: tools want no wrapping.
        console.print(Text(" " * first) + text, soft_wrap=True)
        return
    for number, line in enumerate(text.wrap(console, min(console.width, WIDTH) - indent)):
        line.rstrip()
        console.print(Text(" " * (indent if number else first)) + line, soft_wrap=True)
