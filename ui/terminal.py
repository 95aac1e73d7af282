"""What the command line shows: answers, hits, reports and findings as text for a person. No logic, no input.

Text of papers is data: it is put on the screen as plain text, control characters dropped, never as markup.
"""

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.live import Live
from rich.text import Text

from rag.answering.abstaining import NO_PAPER, NOT_SAID
from rag.datatypes import Answer, Claim, Hit, IngestReport, Outcome, Paper, Rejection
from rag.errors import StoppedError
from rag.maintenance import Finding
from rag.verification import standing
from ui.wording import lacking, printable, summary

WIDTH = 100
MARKS = {"supported": ("●", "green"), "partly": ("◐", "yellow"), "not found": ("○", "red")}
SHOWN_REJECTIONS = 20
REFRESHES = 8  # a second, of an answer that is being written


def mark(claim: Claim) -> Text:
    """Return a claim's support as a shape, coloured: supported, partly, not found."""
    return Text(*MARKS[standing(claim)])


def stream_answer(console: Console, events: Iterable[str | Answer]) -> Answer:
    """Show an answer as it is written, then as it stands; return it. Raises StoppedError when none came."""
    text = ""
    with Live(console=console, transient=True, refresh_per_second=REFRESHES) as live:
        for event in events:
            if isinstance(event, Answer):
                answer = event
                break
            text += event
            lines = Text("\n".join(map(printable, text.split("\n")))).wrap(console, console.width)
            live.update(Text("\n").join(lines[-max(1, console.height - 2) :]))  # what scrolled away can't be erased
        else:
            raise StoppedError
    show_answer(console, answer)
    return answer


def show_answer(console: Console, answer: Answer) -> None:
    """Print an answer: each claim with its markers and support, the references, one line on how it came about."""
    if answer.claims:
        for paragraph in paragraphs(answer.claims):
            _print(console, paragraph)
            console.print()
        for citation in answer.citations:
            _print(console, _reference(f"[{citation.number}]", citation.paper), indent=4)
        for claim in answer.claims:
            if lacks := lacking(claim):
                _print(console, mark(claim).append(f" {lacks}", "dim"), indent=2)
    elif answer.outcome is Outcome.NO_RELEVANT_PAPERS:
        _print(console, Text(NO_PAPER, "yellow"))
    else:
        _print(console, Text(NOT_SAID, "yellow"))
        for paper in answer.nearest:
            _print(console, _reference("  -", paper), indent=4)
    console.print()
    for note in answer.notes:
        _print(console, Text(printable(note), "yellow"))
    _print(console, Text(summary(answer), "dim"))


def paragraphs(claims: Iterable[Claim]) -> list[Text]:
    """Return the claims as they stand in the answer's text, each with its markers and its mark."""
    shown: list[Text] = []
    for claim in claims:
        if not shown or claim.lead.startswith("\n"):
            shown.append(Text(claim.lead.strip() + " " if claim.lead.strip() else ""))
        elif shown[-1]:
            shown[-1].append(" ")
        markers = "".join(f"[{number}]" for number in dict.fromkeys(c.number for c in claim.citations))
        shown[-1].append(f"{printable(claim.text)} ").append(markers, "cyan")
        shown[-1].append(" " * bool(markers)).append_text(mark(claim))
    return shown


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
        (report.unchanged, "unchanged"), (report.rejections, "rejected"),
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
