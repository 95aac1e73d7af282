"""The command line: `askpapers COMMAND`. Parses, calls the library, shows; every expected error is one line.

Heavy imports happen inside the commands, so that `--help` is instant. Machine output (--json) goes to stdout alone;
progress, rejections and errors go to stderr.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.cli import backups, evaluation, papers
from ui.cli.options import (
    JsonOption,
    LibraryOption,
    LlmOption,
    OriginOption,
    TitleOption,
    YearOption,
    YesOption,
    console,
    print_json,
    read_settings,
)

NOT_ANSWERED = 3  # exit code when the abstracts don't say
FAILED = 1
DEMO = Path("demo.library")

app = typer.Typer(
    name="askpapers",
    help="Ask your own shelf of paper abstracts and get answers in which every sentence cites its papers.",
    epilog="First run:  askpapers demo      Then:  askpapers ingest PATH  and  askpapers ask 'QUESTION'",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(evaluation.app)


@app.command()
def demo(
    library: Annotated[Path, typer.Option("--library", metavar="DIR", help="folder of the demo library")] = DEMO,
) -> None:
    """answer three questions over 40 sample papers, say what to do next

    Makes a small library in the folder of --library and leaves it there to play with.
    """
    from rag.library import Library
    from rag.samples import PATH, QUESTIONS, UNANSWERABLE
    from ui.cli.progress import watching
    from ui.cli.rendering import show_answer

    out, errors = console(), console(stderr=True)
    out.print(f"Making {library} from 40 landmark papers of machine learning and statistics …")
    with Library.open(library, read_settings(llm="extractive")) as opened:
        with watching(errors) as watch:
            opened.ingest([PATH], watch)
        for question in (*QUESTIONS, UNANSWERABLE):
            out.print()
            out.rule(f"[bold]{question}", align="left", style="dim")
            show_answer(out, opened.ask(question))
    out.print()
    out.rule("[bold]What to do next", align="left", style="dim")
    out.print(f"  askpapers ask 'What is late interaction?' --library {library}", markup=False, soft_wrap=True)
    out.print("  askpapers ingest my-papers/       then   askpapers ask 'my question'", soft_wrap=True)
    out.print("  askpapers --help", soft_wrap=True)


@app.command()
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="files and folders of papers; - reads standard input")
    ],
    library: LibraryOption = None,
    sync: Annotated[bool, typer.Option("--sync", help="offer papers that are gone from these for removal")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """read files and folders of papers into the library

    Running it again finishes what was cut short, or changes nothing. What is rejected is
    listed with its line and reason; the exit code is then 1, and the rest is stored.
    """
    from rag.ingestion.finding import find_files
    from rag.library import Library
    from ui.cli.progress import watching
    from ui.cli.rendering import show_rejections, show_remarks, show_report

    find_files(paths)  # a path typed wrongly must not leave an empty library behind
    settings, errors = read_settings(), console(stderr=True)
    with Library.open(library, settings) as opened:
        with watching(errors) as watch:
            report = opened.ingest(paths, watch)
        if as_json:
            print_json(report.to_dict())
        else:
            show_remarks(errors, report.remarks)
            show_rejections(errors, report.rejected)
            show_report(console(), report, str(opened.folder))
        if sync:
            papers.sync(opened, paths, yes=yes)
    if report.rejected:
        raise typer.Exit(FAILED)


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="what to look for")],
    library: LibraryOption = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=100, help="papers to show")] = 10,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    as_json: JsonOption = False,
) -> None:
    """find papers, best first, each with its best passage"""
    from dataclasses import asdict

    from rag.library import Library
    from ui.cli.rendering import show_hits
    from ui.filters import read_filters

    settings = read_settings()
    with Library.open(library, settings, create=False) as opened:
        hits = opened.search(query, limit=limit, filters=read_filters(year, origin, title))
    if as_json:
        print_json([asdict(hit) for hit in hits])
    else:
        show_hits(console(), hits)


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="what to ask; without: a conversation")
    ] = None,
    library: LibraryOption = None,
    llm: LlmOption = None,
    history: Annotated[
        Path | None, typer.Option("--history", metavar="FILE", help="conversation to go on with; the answer is added")
    ] = None,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    as_json: JsonOption = False,
) -> None:
    """answer a question, each sentence with its citation

    Without QUESTION it reads one question a line, each of which may follow up the last; an
    empty line ends it. Exit code 0: answered, 3: the abstracts don't say, 1: error (of
    piped questions: any error).
    """
    from rag.conversation.history import check_writable, read_history
    from rag.library import Library
    from ui.cli.conversation import Conversation
    from ui.filters import read_filters

    settings, filters = read_settings(llm=llm), read_filters(year, origin, title)
    turns = read_history(history) if history else []
    if history:
        check_writable(history)
    with Library.open(library, settings, create=False) as opened:
        conversation = Conversation(opened, turns, history, filters, as_json)
        if question is None:
            failed = conversation.go_on()
            raise typer.Exit(FAILED if failed and not sys.stdin.isatty() else 0)
        answer = conversation.ask(question)
    if not answer.answered:
        raise typer.Exit(NOT_ANSWERED)


@app.command()
def chat(
    library: LibraryOption = None,
    llm: LlmOption = None,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65_535, help="port to listen on")] = 7860,
    auth: Annotated[
        str | None, typer.Option("--auth", metavar="USER:PASSWORD", help="ask for it; or a file that holds it")
    ] = None,
    mcp: Annotated[bool, typer.Option("--mcp", help="serve agents too, as an MCP server")] = False,
) -> None:
    """open the library as a page in the browser

    Without papers yet, the samples are shown. Ctrl+C ends it.
    """
    from ui.page.server import Serving, read_auth, serve
    from ui.page.server_state import Desk

    settings, errors = read_settings(llm=llm, auth=auth), console(stderr=True)
    serving = Serving(host, port, read_auth(settings.auth), mcp=mcp)
    if serving.exposed:
        errors.print(f"Anybody who reaches {host}:{port} can read and change this library. Ask for a password: --auth",
                     style="yellow", soft_wrap=True)  # fmt: skip
    desk = Desk(settings, library or settings.library)
    try:
        desk.warm()
        serve(desk, serving, lambda address: errors.print(f"Askpapers is at {address}  (Ctrl+C ends it)"))
    finally:
        desk.close()


@app.command()
def export(
    library: LibraryOption = None,
    form: Annotated[
        str | None,
        typer.Option("--form", metavar="FORM", help="bibtex (the default), ris, csl-json, jsonl or markdown"),
    ] = None,
    history: Annotated[
        Path | None, typer.Option("--history", metavar="FILE", help="only what this conversation cites")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="file to write; its ending can tell the form")
    ] = None,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
) -> None:
    """write papers, or a conversation, in a form that others read

    Without --history all papers that pass the filters. With it the papers that are cited
    there; as markdown, the conversation itself with its references.
    """
    from rag.export import export as export_papers
    from rag.library import Library
    from ui.cli.exporting import chosen_form, exported_conversation, write_out
    from ui.filters import read_filters

    chosen = chosen_form(form, out)
    if history is not None:
        text = exported_conversation(history, chosen)
    else:
        with Library.open(library, read_settings(), create=False) as opened:
            text = export_papers(opened.selected(read_filters(year, origin, title)), chosen)
    write_out(text, out)


app.command(name="list")(papers.list_papers)
app.command()(papers.show)
app.command()(papers.remove)
app.command()(papers.info)
app.command()(papers.merges)
app.command()(papers.split)


@app.command()
def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """open and check every part of the library, say what mends it"""
    from dataclasses import asdict

    from rag.maintenance.doctor import check
    from ui.cli.rendering import show_findings

    settings = read_settings()
    findings = check(library or settings.library, settings)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        show_findings(console(), findings)
    if not all(finding.sound for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """make all vectors anew from the stored papers

    Uses the embedding model of the settings; the old vectors stay until the new are whole.
    """
    from rag.maintenance.doctor import rebuild as rebuild_vectors
    from ui.cli.progress import watching

    settings = read_settings()
    folder = library or settings.library
    with watching(console(stderr=True)) as watch:
        done = rebuild_vectors(folder, settings, watch)
    if as_json:
        print_json({"rebuilt": done})
    else:
        console().print(f"{folder}: vectors of {done:,} papers made anew.")


app.command()(backups.backup)
app.command()(backups.restore)
app.command()(backups.rescue)


def main() -> None:
    """Run the command line; the console script `askpapers`."""
    from rag.errors import RagError

    try:
        app()
    except RagError as error:
        sys.stderr.write(f"Error: {' '.join(str(error).split())}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was stored stays; run the same command again.\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing is left to say
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
