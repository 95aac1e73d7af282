"""The command line: `askpapers COMMAND`. Parses, calls the library, shows; every expected error is one line.

Heavy imports happen inside the commands, so that `--help` is instant. Machine output (--json) goes to stdout alone;
progress, rejections and errors go to stderr.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import evaluating

if TYPE_CHECKING:
    from rag.settings import Settings

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

app.add_typer(evaluating.app)

LibraryOption = Annotated[Path | None, typer.Option("--library", metavar="DIR", help="folder of the library")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON to stdout and nothing else there")]
YearOption = Annotated[str | None, typer.Option("--year", metavar="YEARS", help="2020, 2018..2021, 2020.. or ..2015")]
OriginOption = Annotated[
    str | None, typer.Option("--origin", metavar="SOURCE", help="only papers from this file (name, path or glob)")
]
TitleOption = Annotated[
    str | None, typer.Option("--title", metavar="WORDS", help="only papers with these words in the title")
]


@app.command()
def demo(
    library: Annotated[Path, typer.Option("--library", metavar="DIR", help="folder of the demo library")] = DEMO,
) -> None:
    """answer three questions over 40 sample papers, say what to do next

    Makes a small library in the folder of --library and leaves it there to play with.
    """
    from rag.library import Library
    from rag.samples import PATH, QUESTIONS, UNANSWERABLE
    from ui.progress import watching
    from ui.terminal import show_answer

    console, errors = _console(), _console(stderr=True)
    console.print(f"Making {library} from 40 landmark papers of machine learning and statistics …")
    with Library.open(library, _settings(llm="extractive")) as opened:
        with watching(errors) as watch:
            opened.ingest([PATH], watch)
        for question in (*QUESTIONS, UNANSWERABLE):
            console.print()
            console.rule(f"[bold]{question}", align="left", style="dim")
            show_answer(console, opened.ask(question))
    console.print()
    console.rule("[bold]What to do next", align="left", style="dim")
    console.print(f"  askpapers ask 'What is late interaction?' --library {library}", markup=False, soft_wrap=True)
    console.print("  askpapers ingest my-papers/       then   askpapers ask 'my question'", soft_wrap=True)
    console.print("  askpapers --help", soft_wrap=True)


@app.command()
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="files and folders of papers; - reads standard input")
    ],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """read files and folders of papers into the library

    Running it again finishes what was cut short, or changes nothing. What is rejected is
    listed with its line and reason; the exit code is then 1, and the rest is stored.
    """
    from rag.library import Library
    from rag.readers import find_files
    from ui.progress import watching
    from ui.terminal import show_rejections, show_report

    find_files(paths)  # a path typed wrongly must not leave an empty library behind
    settings, errors = _settings(), _console(stderr=True)
    with Library.open(library, settings) as opened:
        with watching(errors) as watch:
            report = opened.ingest(paths, watch)
        folder = str(opened.folder)
    if as_json:
        _print_json(report.to_dict())
    else:
        show_rejections(errors, report.rejected)
        show_report(_console(), report, folder)
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
    from ui.filtering import read_filters
    from ui.terminal import show_hits

    settings = _settings()
    with Library.open(library, settings, create=False) as opened:
        hits = opened.search(query, limit=limit, filters=read_filters(year, origin, title))
    if as_json:
        _print_json([asdict(hit) for hit in hits])
    else:
        show_hits(_console(), hits)


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="what to ask; without: a conversation")
    ] = None,
    library: LibraryOption = None,
    llm: Annotated[
        str | None, typer.Option("--llm", metavar="LLM", help="who answers: extractive, openai:MODEL or gguf:PATH")
    ] = None,
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
    from rag.history import check_writable, read_history
    from rag.library import Library
    from ui.asking import Conversation
    from ui.filtering import read_filters

    settings, filters = _settings(llm=llm), read_filters(year, origin, title)
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
    llm: Annotated[
        str | None, typer.Option("--llm", metavar="LLM", help="who answers: extractive, openai:MODEL or gguf:PATH")
    ] = None,
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
    from ui.page.desk import Desk
    from ui.page.serving import Serving, read_auth, serve

    settings, errors = _settings(llm=llm, auth=auth), _console(stderr=True)
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
    from ui.exporting import chosen_form, exported_conversation, write_out
    from ui.filtering import read_filters

    chosen = chosen_form(form, out)
    if history is not None:
        text = exported_conversation(history, chosen)
    else:
        with Library.open(library, _settings(), create=False) as opened:
            text = export_papers(opened.selected(read_filters(year, origin, title)), chosen)
    write_out(text, out)


@app.command()
def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """open and check every part of the library, say what mends it"""
    from dataclasses import asdict

    from rag.maintenance import check
    from ui.terminal import show_findings

    settings = _settings()
    findings = check(library or settings.library, settings)
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        show_findings(_console(), findings)
    if not all(finding.sound for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """make all vectors anew from the stored papers

    Uses the embedding model of the settings; the old vectors stay until the new are whole.
    """
    from rag.maintenance import rebuild as rebuild_vectors
    from ui.progress import watching

    settings = _settings()
    folder = library or settings.library
    with watching(_console(stderr=True)) as watch:
        done = rebuild_vectors(folder, settings, watch)
    if as_json:
        _print_json({"rebuilt": done})
    else:
        _console().print(f"{folder}: vectors of {done:,} papers made anew.")


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


def _settings(**changes: str | None) -> "Settings":
    from rag.settings import load_settings

    return load_settings(Path(".env"), **{name: value for name, value in changes.items() if value is not None})


def _console(*, stderr: bool = False) -> Any:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
