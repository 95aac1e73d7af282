"""`askpapers demo`, `ingest`, `work`: papers in."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ui.cli import papers
from ui.cli.options import FAILED, JsonOption, LibraryOption, YesOption, console, counted, print_json, read_settings

DEMO = "demo.library"


def demo(
    library: Annotated[str, typer.Option("--library", metavar="DIR", help="folder of the demo library")] = DEMO,
) -> None:
    """answer three questions over 40 sample papers, say what is next

    Makes a small library in the folder of --library and leaves it there to play with.
    """
    from rag.library import Library
    from rag.samples import PATH, QUESTIONS, UNANSWERABLE
    from rag.storage.choosing import placed
    from ui.cli.showing.progress import watching
    from ui.cli.showing.rendering import show_answer

    out, errors, place = console(), console(stderr=True), placed(library)
    out.print(f"Making {place} from 40 landmark papers of machine learning and statistics …")
    with Library.open(place, read_settings(llm="extractive")) as opened:
        with watching(errors) as watch:
            opened.ingest([PATH], watch)
        for question in (*QUESTIONS, UNANSWERABLE):
            out.print()
            out.rule(f"[bold]{question}", align="left", style="dim")
            show_answer(out, opened.ask(question))
    out.print()
    out.rule("[bold]What to do next", align="left", style="dim")
    out.print(f"  askpapers ask 'What is late interaction?' --library {place}", markup=False, soft_wrap=True)
    out.print("  askpapers ingest my-papers/       then   askpapers ask 'my question'", soft_wrap=True)
    out.print("  askpapers --help", soft_wrap=True)


def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="files and folders of papers; - reads standard input")
    ],
    library: LibraryOption = None,
    sync: Annotated[bool, typer.Option("--sync", help="offer papers that are gone from these for removal")] = False,
    marks: Annotated[
        bool, typer.Option("--marks", help="also the collections, tags, notes and queries that rescue saved")
    ] = False,
    embed: Annotated[bool, typer.Option("--embed/--no-embed", help="or leave it to: askpapers work")] = True,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """read files and folders of papers into the library

    Running it again finishes what was cut short, or changes nothing. What is rejected is
    listed with its line and reason; the exit code is then 1, and the rest is stored.
    """
    from rag.ingestion.finding import find_files
    from rag.library import Library
    from ui.cli.showing.progress import watching
    from ui.cli.showing.rendering import show_rejections, show_remarks, show_report

    find_files(paths)  # a path typed wrongly must not leave an empty library behind
    settings, errors = read_settings(), console(stderr=True)
    with Library.open(library, settings) as opened:
        with watching(errors) as watch:
            report = opened.ingest(paths, watch, embed=embed)
        if as_json:
            print_json(report.to_dict())
        else:
            show_remarks(errors, report.remarks)
            show_rejections(errors, report.rejected)
            show_report(console(), report, opened.place)
        if marks:
            errors.print(f"{counted(sum(map(opened.bring_marks, paths)))} marked as before.")
        if sync:
            papers.sync(opened, paths, yes=yes)
    if report.rejected:
        raise typer.Exit(FAILED)


def work(
    library: LibraryOption = None,
    once: Annotated[bool, typer.Option("--once", help="end when nothing waits any more")] = False,
) -> None:
    """embed papers that wait for it, beside others who do

    Any number of machines may work for a library on a server: each paper is embedded by one.
    Without --once it waits for more. Ctrl+C or SIGTERM ends it; what it had begun is given back.
    """
    from rag.library import Library
    from ui.cli.showing.progress import watching

    settings, errors = read_settings(), console(stderr=True)
    with _ended_by_sigterm(), Library.open(library, settings, create=False) as opened:
        for one in opened.workers():
            errors.print(one.told(), markup=False, soft_wrap=True)
        with watching(errors) as watch:
            done = opened.work(
                once=once, watch=watch, tell=lambda text: errors.print(text, markup=False, soft_wrap=True)
            )
        console().print(f"{opened.place}: {counted(done)} embedded.", markup=False, soft_wrap=True)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end what is inside as Ctrl+C does, so that all that is open is closed in order."""

    def end(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
