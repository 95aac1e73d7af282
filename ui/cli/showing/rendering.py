"""What the command line shows: answers, hits, reports and findings as text for a person. No logic, no input.

Text of papers is data: it is put on the screen as plain text, control characters dropped, never as markup.
"""

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.live import Live
from rich.text import Text

from rag.citations.rendering import MARKER, marked
from rag.conversation.markdown import with_left_open
from rag.errors import StoppedError
from rag.export.markdown import as_part
from rag.maintenance.doctor import Finding
from rag.maintenance.info import Info
from rag.records import (
    Anew,
    Answer,
    Claim,
    Hit,
    IngestReport,
    Merge,
    MissingFromSource,
    NamedCollection,
    Outcome,
    Paper,
    PaperMarks,
    Rejection,
    Remark,
    Standing,
    Tag,
)
from rag.records.answers import CLOSEST, LEFT_OPEN, NEAREST_PAPERS, REFUSALS
from rag.records.standings import SHOWN, needs_look, shown
from ui.cli.showing.lines import WIDTH, print_wrapped, reference
from ui.wording import because, lacking, merged_titles, place, printable, summary

COLOURS = {
    Standing.QUOTED: "green", Standing.SUPPORTED: "green", Standing.REWORDED: "cyan", Standing.PARTLY: "yellow",
    Standing.DIFFERS: "red", Standing.NOT_FOUND: "red", Standing.UNCITED: "dim",
}  # fmt: skip
SHOWN_REJECTIONS = 20
SHOWN_MERGES = 20
AS_WRITTEN = "--as-written to search as written"
REFRESHES = 8  # a second, of an answer that is being written


def mark(claim: Claim) -> Text:
    """Return the sign of how a claim stands, coloured."""
    return Text(shown(claim).sign, COLOURS[claim.standing])


def stream_answer(console: Console, events: Iterable[str | Answer], before: float = 0) -> Answer:
    """Show an answer as it is written, then as it stands; return it. Raises StoppedError when none came.

    `before` is what the conversation had cost until then.
    """
    text = ""
    with Live(console=console, transient=True, refresh_per_second=REFRESHES) as live:
        for event in events:
            if isinstance(event, Answer):
                answer = event
                break
            text = "" if isinstance(event, Anew) else text + event
            lines = Text(_printable_lines(text)).wrap(console, console.width)
            live.update(Text("\n").join(lines[-max(1, console.height - 2) :]))  # what scrolled away can't be erased
        else:
            raise StoppedError
    show_answer(console, answer, before)
    return answer


def show_answer(console: Console, answer: Answer, before: float = 0) -> None:
    """Print an answer: its text with a sign behind each claim to look at, references, a line on how it came about."""
    for line, otherwise in ((answer.joined, "--alone to ask it on its own"), (answer.read, AS_WRITTEN)):
        if line:
            print_wrapped(console, Text(f"{printable(line)} ({otherwise})", "dim"))
    if answer.answered:
        for text in answer_lines(console, answer):
            print_wrapped(console, text)
        console.print()
        for citation in answer.citations:
            print_wrapped(console, reference(f"[{citation.number}]", citation.paper), indent=4)
        for claim in answer.claims:
            if lacks := lacking(claim):
                print_wrapped(console, mark(claim).append(f" {lacks}", "dim"), indent=2)
    elif answer.outcome is Outcome.NO_RELEVANT_PAPERS:
        print_wrapped(console, Text(REFUSALS[answer.outcome], "yellow"))
    else:
        _show_refusal(console, answer)
    console.print()
    for note in answer.notes:
        print_wrapped(console, Text(printable(note), "yellow"))
    print_wrapped(console, Text(summary(answer, before), "dim"))


def _show_refusal(console: Console, answer: Answer) -> None:
    if answer.left_open:
        print_wrapped(console, Text(f"{LEFT_OPEN} {printable(answer.left_open)}"))
    print_wrapped(console, Text(f"{REFUSALS[Outcome.NOT_IN_ABSTRACTS]} {NEAREST_PAPERS}", "yellow"))
    for paper, closest in answer.nearest_with_closest:
        print_wrapped(console, reference("  -", paper), indent=4)
        if closest:
            print_wrapped(console, Text(f"{CLOSEST} {printable(closest.text)}", "dim"), indent=4, first=4)


def answer_lines(console: Console, answer: Answer) -> list[Text]:
    """Return the lines of an answer's text, a sign behind each claim to look at; on a terminal Markdown is set."""
    text = marked(answer.text, answer.claims, lambda claim, _: f" {shown(claim).sign}" * needs_look(claim))
    text = _printable_lines(text)
    if answer.is_markdown and console.is_terminal:
        from rich.markdown import Markdown  # with what it needs a tenth of a question's imports

        options = console.options.update(width=min(console.width, WIDTH))
        lines = console.render_lines(Markdown(as_part(with_left_open(text))), options, pad=False)
        found = [Text.assemble(*((part.text, part.style or "") for part in line)) for line in lines]
    else:
        found = [Text(line) for line in text.split("\n")]
    for line in found:
        line.highlight_regex(MARKER, "cyan")
        for standing, colour in COLOURS.items():
            line.highlight_regex(rf"(?<= ){SHOWN[standing].sign}", colour)
    return found


def _printable_lines(text: str) -> str:
    """Return lines without anything that a terminal would obey; how far each is indented stays."""
    return "\n".join(f"{' ' * (len(line) - len(line.lstrip(' ')))}{printable(line)}" for line in text.split("\n"))


def show_hits(console: Console, hits: Sequence[Hit], after: int = 0) -> None:
    """Print the papers found, each with its best passage, numbered behind the first `after`."""
    for number, hit in enumerate(hits, start=after + 1):
        print_wrapped(console, reference(f"{number:>2}.", hit.paper), indent=4)
        for passage in hit.passages[:1]:
            print_wrapped(console, Text(textwrap.shorten(printable(passage.text), 300), "dim"), indent=4, first=4)


def show_papers(console: Console, papers: Sequence[Paper], total: int) -> None:
    """Print papers one a line, each with its number, and how many more there are."""
    for paper in papers:
        print_wrapped(console, reference(f"{paper.paper_id:>5}", paper), indent=6)
    if total > len(papers):
        console.print(f"… and {total - len(papers):,} more; name words to look for, or --limit {total}")


def show_paper(console: Console, paper: Paper, marks: PaperMarks) -> None:
    """Print one paper whole, with how a reader marked it."""
    print_wrapped(console, Text(printable(paper.title), "bold"))
    names = [("doi", paper.doi), ("arXiv", paper.arxiv_id), ("PubMed", paper.pubmed_id), ("key", paper.key)]
    known = ", ".join(f"{what} {value}" for what, value in names if value)
    for text in (", ".join(paper.authors), str(paper.year or ""), known, paper.link or ""):
        if text:
            print_wrapped(console, Text(printable(text), "dim"))
    if paper.retraction:
        print_wrapped(console, Text(printable(paper.retraction), "bold red"))
    console.print()
    print_wrapped(console, Text(printable(paper.abstract)))
    console.print()
    for source in paper.origins:
        print_wrapped(console, Text(f"from {printable(source)}", "dim"), indent=2)
    for what, labels in (("in the collection", marks.collections), ("tagged", marks.tags)):
        if labels:
            print_wrapped(console, Text(f"{what} {', '.join(map(printable, labels))}", "dim"), indent=2)
    print_wrapped(console, Text(f"number {paper.paper_id} in this library", "dim"))
    console.print()
    if marks.note:
        show_note(console, marks.note)
        console.print()


def show_note(console: Console, note: str) -> None:
    """Print a note, its lines as they are."""
    for line in note.split("\n"):
        print_wrapped(console, Text(printable(line), "yellow"))


def show_labels(console: Console, collections: Iterable[NamedCollection], tags: Iterable[Tag]) -> None:
    """Print collections and tags, one a line, each with how many papers it has."""
    for what, found in (("collection", collections), ("tag", tags)):
        for one in found:
            print_wrapped(
                console, Text(f"{one.papers:>6,} ", "cyan").append(f"{what} {printable(one.name)}", "default")
            )


def show_gone(console: Console, found: Sequence[MissingFromSource]) -> None:
    """Print the papers that are gone from their sources, source by source."""
    for source in dict.fromkeys(one.source for one in found):
        here = [one for one in found if one.source == source]
        print_wrapped(console, Text(f"Gone from {printable(source)}: {len(here):,}", "yellow"), indent=2)
        for one in here[:SHOWN_REJECTIONS]:
            stays = "" if one.last else "  (stays: other sources hold it)"
            print_wrapped(console, reference(f"{one.paper.paper_id:>5}", one.paper).append(stays, "dim"), indent=6)
        if len(here) > SHOWN_REJECTIONS:
            console.print(f"      … and {len(here) - SHOWN_REJECTIONS:,} more")


def show_info(console: Console, info: Info) -> None:
    """Print a library in numbers."""
    waiting = f", {info.waiting:,} of them waiting to be embedded: askpapers work" * bool(info.waiting)
    years = f" of {info.years[0]} to {info.years[1]}" if info.years else ""
    made = f"{info.embedding}, {info.dimension} dimensions, chunker {info.chunker}" if info.embedding else "none yet"
    size = f"catalog {_megabytes(info.catalog_bytes)}, vectors {_megabytes(info.vectors_bytes)}"
    size += "; these would be smaller made anew, with askpapers rebuild" * info.smaller_anew
    rows = (
        ("papers", f"{info.papers:,}{years}{waiting}; {info.merged:,} stand in several sources"),
        ("sources", f"{len(info.sources):,}"),
        ("ratings", f"{info.ratings:,}"),
        ("size", size),
        ("vectors", made),
        ("versions", f"askpapers {info.release}, catalog {info.schema}, library format {info.format or 'none yet'}"),
    )
    print_wrapped(console, Text(info.folder, "bold"))
    for name, value in rows:
        print_wrapped(console, Text(f"{name:<9}", "dim").append(value, "default"), indent=9)
    for worker in info.workers:
        print_wrapped(console, Text(f"{'worker':<9}", "dim").append(printable(worker), "default"), indent=9)
    for source, papers in info.sources[:SHOWN_REJECTIONS]:
        print_wrapped(console, Text(f"{papers:>9,} from {printable(source)}"), indent=9)
    if len(info.sources) > SHOWN_REJECTIONS:
        console.print(
            f"          … and {len(info.sources) - SHOWN_REJECTIONS:,} more sources; see them all with --json"
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def show_report(console: Console, report: IngestReport, folder: str) -> None:
    """Print what became of each record."""
    told = [
        (report.added, "added"), (report.updated, "updated"), (report.merged, "merged into a paper already there"),
        (report.unchanged, "unchanged"), (report.rejections, "rejected"),
    ]  # fmt: skip
    counts = ", ".join(f"{n:,} {what}" for n, what in told if n) or "nothing to read"
    console.print(f"{folder}: {counts}.", markup=False, soft_wrap=True)
    show_merges(console, report.merges[:SHOWN_MERGES])
    if len(report.merges) > SHOWN_MERGES:
        more = f"… and more; see them all with: askpapers merges --library {folder}"
        console.print(more, markup=False, soft_wrap=True)


def show_merges(console: Console, merges: Iterable[Merge]) -> None:
    """Print records that joined a paper, one a line: the number that undoes it, why, and both titles."""
    for merge in merges:
        text = Text(f"{merge.merge_id:>4} ", "cyan").append(f"joined by {because(merge)}: ", "default")
        print_wrapped(console, text.append(f"{printable(merged_titles(merge))} ({place(merge)})"), indent=5)


def show_split(console: Console, papers: Iterable[Paper]) -> None:
    """Print the papers that were taken apart from others, one a line."""
    for paper in papers:
        print_wrapped(console, Text(f"paper {paper.paper_id} by itself: {printable(paper.title)}"), indent=4)


def show_remarks(console: Console, remarks: Iterable[Remark]) -> None:
    """Print how sources were read, where there is something to say, one a line."""
    for remark in remarks:
        print_wrapped(console, Text(printable(str(remark)), "dim"), indent=2)


def show_rejections(console: Console, rejected: Iterable[Rejection]) -> None:
    """Print the first rejections, one a line."""
    rejections = list(rejected)
    for rejection in rejections[:SHOWN_REJECTIONS]:
        print_wrapped(console, Text(f"rejected: {printable(str(rejection))}", "yellow"), indent=2)
    if len(rejections) > SHOWN_REJECTIONS:
        console.print(f"… and {len(rejections) - SHOWN_REJECTIONS:,} more; see them all with --json")


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print what a check found, one a line."""
    for finding in findings:
        sign, style = ("ok     ", "green") if finding.sound else ("PROBLEM", "red")
        print_wrapped(
            console, Text(sign, style).append(f" {finding.what}: {printable(finding.detail)}", "default"), indent=8
        )
