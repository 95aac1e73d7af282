"""`askpapers fetch`, `refresh`, `enrich`: papers straight from open indexes, and what these know of papers.

Nothing is sent anywhere but by these commands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import FAILED, JsonOption, LibraryOption, console, print_json, read_settings

if TYPE_CHECKING:
    from rag.library import Library
    from rag.records import IngestReport

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="show what would come, and store nothing")]


def fetch(
    words: Annotated[list[str], typer.Argument(metavar="WANTED...", help="an index and words or ids, or ids alone")],
    library: LibraryOption = None,
    author: Annotated[str, typer.Option("--author", metavar="NAME", help="by this author")] = "",
    year_from: Annotated[int | None, typer.Option("--from", metavar="YEAR", help="of this year or later")] = None,
    year_to: Annotated[int | None, typer.Option("--to", metavar="YEAR", help="of this year or earlier")] = None,
    day: Annotated[str, typer.Option("--day", metavar="DATE", help="Hugging Face Papers of this day")] = "",
    collection: Annotated[str, typer.Option("--collection", metavar="NAME", help="a collection of Zotero")] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="papers at most")] = 100,
    newest: Annotated[bool, typer.Option("--newest", help="the newest first instead of the best")] = False,
    dry_run: DryRunOption = False,
    watch: Annotated[bool, typer.Option("--watch", help="keep the query, for askpapers refresh")] = False,
    as_json: JsonOption = False,
) -> None:
    """bring in papers from an open index, by words or by ids

    The indexes: arxiv, openalex, pubmed, europepmc, crossref, semantic_scholar, dblp,
    huggingface, zotero. Ids alone choose theirs: arxiv:2004.12832 doi:10.1000/182
    pmid:12345678. Cut short, the same command goes on where it was. What is rejected is
    listed, and the exit code is then 1.
    """
    bounds = {"author": author, "year_from": year_from, "year_to": year_to, "day": day, "collection": collection,
              "limit": limit, "newest": newest}  # fmt: skip
    said = {name: value for name, value in bounds.items() if value}
    if dry_run:
        _show_what_would_come(words, said, as_json=as_json)
    else:
        _bring(words, said, library, watch=watch, as_json=as_json)


def _show_what_would_come(words: list[str], said: dict[str, Any], *, as_json: bool) -> None:
    """Print how many papers a fetch would bring, and the first."""
    from rag.gathering.previewing import preview
    from ui.cli.showing.fetched import show_previews

    with _watching() as told:
        previews = preview(read_settings(), words[0], " ".join(words[1:]), telling=told["telling"], **said)
    if as_json:
        print_json([asdict(one) for one in previews])
    else:
        show_previews(console(), previews)


def _bring(words: list[str], said: dict[str, Any], library: str | None, *, watch: bool, as_json: bool) -> None:
    """Fetch, and print what became of each record."""
    from rag.gathering.asking import wanted_of
    from rag.library import Library

    wanted_of(words[0], " ".join(words[1:]), **said)  # what is typed wrongly must not leave an empty library behind
    with Library.open(library, read_settings()) as opened:
        with _watching() as told:
            report = opened.fetch(words[0], " ".join(words[1:]), keep=watch, **told, **said)
        _show_report(opened, report, as_json=as_json)
        if watch and not as_json:
            console().print("The query is kept: askpapers refresh brings what is new.")
    if report.rejected:
        raise typer.Exit(FAILED)


def refresh(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="QUERY...", help="numbers of kept queries")] = None,
    library: LibraryOption = None,
    listed: Annotated[bool, typer.Option("--list", help="list the kept queries instead")] = False,
    forget: Annotated[int | None, typer.Option("--forget", metavar="QUERY", help="keep this one no longer")] = None,
    as_json: JsonOption = False,
) -> None:
    """bring in what is new for the queries that fetch --watch kept

    All of them, or those that are named by their number. Papers that are there stay, also
    when a query is forgotten.
    """
    from rag.library import Library
    from ui.cli.showing.fetched import show_queries, show_query

    out = console()
    with Library.open(library, read_settings(), create=False) as opened:
        if forget is not None:
            query = opened.forget_query(forget)
            out.print(f"{query.source}: not kept any longer; its papers stay.", markup=False, soft_wrap=True)
            return
        queries = opened.queries()
        if listed or not queries:
            if as_json:
                print_json([{**asdict(one), "source": one.source} for one in queries])
            else:
                show_queries(out, queries)
            return
        with _watching() as told:
            done = opened.refresh(numbers or None, **told)
        if as_json:
            print_json([{"query": query.query_id, "source": query.source, **one.to_dict()} for query, one in done])
        else:
            for query, report in done:
                show_query(out, query)
                _show_report(opened, report, as_json=False)
    if any(report.rejected for _, report in done):
        raise typer.Exit(FAILED)


def enrich(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="files whose records lack only their abstract")
    ] = None,
    library: LibraryOption = None,
    dry_run: DryRunOption = False,
    undo: Annotated[bool, typer.Option("--undo", help="take back all that was filled in")] = False,
    as_json: JsonOption = False,
) -> None:
    """fill in years, authors, ids, retractions that papers lack

    From open indexes. Papers are looked up by their ids. What is there is never changed; each change is
    listed. Records of the files named that lack only their abstract are looked up too.
    """
    from rag.library import Library
    from ui.cli.showing.fetched import show_enriched

    with Library.open(library, read_settings(), create=False) as opened:
        if undo:
            report = opened.unenrich()
        else:
            with _watching() as told:
                report = opened.enrich(paths or (), dry_run=dry_run, **told)
        if as_json:
            print_json(report.to_dict())
        else:
            show_enriched(console(), console(stderr=True), report, undone=undo, dry_run=dry_run)
            if report.brought is not None:
                _show_report(opened, report.brought, as_json=False, stored=not dry_run)
    if report.brought is not None and report.brought.rejected:
        raise typer.Exit(FAILED)


@contextmanager
def _watching() -> Iterator[dict[str, Any]]:
    """Give what shows on stderr how far a fetch is, and for what it waits."""
    from ui.cli.showing.progress import watching

    errors = console(stderr=True)
    with watching(errors) as watch:
        yield {"watch": watch, "telling": lambda said: errors.print(said, markup=False, soft_wrap=True)}


def _show_report(opened: "Library", report: "IngestReport", *, as_json: bool, stored: bool = True) -> None:
    """Print what became of each record, as `ingest` does; where nothing was `stored`, what can't be read alone."""
    from ui.cli.showing.rendering import show_rejections, show_remarks, show_report

    errors = console(stderr=True)
    if as_json:
        print_json(report.to_dict())
        return
    show_remarks(errors, report.remarks)
    show_rejections(errors, report.rejected)
    if stored:
        show_report(console(), report, opened.place)
