"""`askpapers list`, `show`, `remove`, `info`, `merges`, `split`: what a library holds, and how to change that by hand.

Parses and shows; rag/ does the work. What takes papers away asks first.
"""

from dataclasses import asdict
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import QuestionError
from ui.cli.options import (
    NAMED,
    CollectionOption,
    JsonOption,
    LibraryOption,
    OriginOption,
    TagOption,
    TitleOption,
    WithoutRetractedOption,
    YearOption,
    YesOption,
    agree,
    console,
    counted,
    print_json,
    read_settings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.library import Library
    from rag.records import MissingFromSource

NamesArgument = Annotated[list[str], typer.Argument(metavar="PAPER...", help=NAMED)]


def list_papers(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD...]", help="only with these in title, authors or year")
    ] = None,
    library: LibraryOption = None,
    order: Annotated[str, typer.Option("--sort", metavar="BY", help="added, title, year or author")] = "added",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="papers to show")] = 50,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    collection: CollectionOption = None,
    tag: TagOption = None,
    without_retracted: WithoutRetractedOption = False,
    as_json: JsonOption = False,
) -> None:
    """list the papers of the library"""
    from rag.library import Library
    from ui.cli.showing.rendering import show_papers
    from ui.filters import read_filters

    filters = read_filters(year, origin, title, collection, tag, without_retracted=without_retracted)
    with Library.open(library, read_settings(), create=False) as opened:
        papers, total = opened.papers(" ".join(words or ()), filters=filters, order=order, limit=limit)
    if as_json:
        print_json([asdict(paper) for paper in papers])
    else:
        show_papers(console(), papers, total)


def show(names: NamesArgument, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """show papers whole: abstract, identifiers, sources, marks"""
    from rag.library import Library
    from ui.cli.showing.rendering import show_paper

    with Library.open(library, read_settings(), create=False) as opened:
        papers = [opened.named(name) for name in names]
        marks = opened.marks(paper.paper_id for paper in papers)
    if as_json:
        print_json([asdict(paper) | asdict(marks[paper.paper_id]) for paper in papers])
    else:
        for paper in papers:
            show_paper(console(), paper, marks[paper.paper_id])


def remove(
    names: Annotated[list[str] | None, typer.Argument(metavar="PAPER...", help=NAMED)] = None,
    library: LibraryOption = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="SOURCE", help="forget this file or query instead")
    ] = None,
    yes: YesOption = False,
) -> None:
    """take papers, or all that came from a source, out of the library

    A source that still holds a paper brings it back when it is ingested again. Of a
    source, papers that others hold too stay.
    """
    from rag.library import Library
    from ui.cli.showing.rendering import show_papers

    if bool(names) == (source is not None):
        msg = "Name papers, or a source with --source. See the sources with: askpapers info"
        raise QuestionError(msg)
    with Library.open(library, read_settings(), create=False) as opened:
        if source is not None:
            _remove_source(opened, source, yes=yes)
            return
        papers = list({paper.paper_id: paper for paper in map(opened.named, names or ())}.values())
        show_papers(console(stderr=True), papers, len(papers))
        agree(f"Remove {counted(len(papers))}?", yes=yes)
        removed = opened.remove([paper.paper_id for paper in papers])
    console().print(f"{counted(removed)} removed.")


def _remove_source(opened: "Library", name: str, *, yes: bool) -> None:
    """Forget that papers came from a source, named whole or by a file's name. Raises QuestionError."""
    from rag.records import Filters

    named = [one for one in opened.sources() if name in {one, PurePath(one).name, str(Path(name).resolve())}]
    if len(named) > 1:
        msg = f"{name!r} names {len(named)} sources. Name one whole: {'; '.join(named[:5])}"
        raise QuestionError(msg)
    source = next(iter(named), str(Path(name).resolve()) if Path(name).exists() else name)
    papers = opened.papers(filters=Filters(origin=source), limit=1)[1]
    agree(f"Forget that {counted(papers)} came from {source}?", yes=yes)
    removed = opened.remove_source(source)
    gone, stay = len(removed.gone), len(removed.papers) - len(removed.gone)
    console().print(f"{counted(gone)} removed{f', {stay:,} stay: other sources hold them' if stay else ''}.")
    for query in opened.queries():
        if query.source == source:
            again = f"askpapers refresh --forget {query.query_id}"
            console().print(f"Its query is still kept, and brings them back. Stop that with: {again}", soft_wrap=True)


def info(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """tell what the library holds, its size and what it was made with"""
    from rag.maintenance.info import describe
    from ui.cli.showing.rendering import show_info

    settings = read_settings()
    found = describe(library or settings.library, settings)
    if as_json:
        print_json(asdict(found))
    else:
        show_info(console(), found)


def merges(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """list the records that were joined with a paper, and why

    The number before each undoes it: askpapers split NUMBER
    """
    from dataclasses import asdict

    from rag.library import Library
    from ui.cli.showing.rendering import show_merges

    with Library.open(library, read_settings(), create=False) as opened:
        found = opened.merges()
    if as_json:
        print_json([asdict(merge) for merge in found])
    elif found:
        show_merges(console(), found)
    else:
        console().print("No record was joined with another.")


def split(
    merge_ids: Annotated[list[int], typer.Argument(metavar="ID...", help="numbers that `askpapers merges` lists")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """make records that were joined papers of their own again

    They stay so: no later ingest joins the same records again.
    """
    from dataclasses import asdict

    from rag.library import Library
    from ui.cli.showing.rendering import show_split

    with Library.open(library, read_settings(), create=False) as opened:
        papers = [opened.split(merge_id) for merge_id in merge_ids]
    if as_json:
        print_json([asdict(paper) for paper in papers])
    else:
        show_split(console(), papers)


def sync(opened: "Library", paths: "Sequence[Path]", *, yes: bool) -> None:
    """Offer for removal the papers that are gone from these sources."""
    from ui.cli.showing.rendering import show_gone

    found: list[MissingFromSource] = list(opened.gone(paths))
    errors = console(stderr=True)
    if not found:
        errors.print("Every paper is still in its source.")
        return
    show_gone(errors, found)
    last = sum(one.last for one in found)
    agree(f"Remove {counted(last)} that no other source holds?", yes=yes)
    errors.print(f"{counted(opened.forget(found))} removed.")
