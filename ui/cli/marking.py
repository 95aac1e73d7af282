"""`askpapers collections`, `collect`, `tag`, `note`: how a reader marks papers."""

from dataclasses import asdict
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
    from rag.library import Library
    from rag.records import Filters

PapersArgument = Annotated[list[str] | None, typer.Argument(metavar="PAPER...", help=NAMED)]
RemoveOption = Annotated[bool, typer.Option("--remove", help="take them out instead")]


def collections(
    rename: Annotated[
        tuple[str, str] | None, typer.Option("--rename", metavar="OLD NEW", help="give a collection another name")
    ] = None,
    delete: Annotated[
        str | None, typer.Option("--delete", metavar="NAME", help="forget a collection; its papers stay")
    ] = None,
    library: LibraryOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """list the collections and tags, and how many papers each has"""
    from rag.library import Library
    from ui.cli.showing.rendering import show_labels

    with Library.open(library, read_settings(), create=False) as opened:
        if rename is not None:
            opened.rename_collection(*rename)
        if delete is not None:
            agree(f"Forget the collection {delete!r}?", yes=yes)
            opened.delete_collection(delete)
        found, tags = opened.collections(), opened.tags()
    if as_json:
        print_json({"collections": [asdict(one) for one in found], "tags": [asdict(one) for one in tags]})
    elif found or tags:
        show_labels(console(), found, tags)
    else:
        console().print("Nothing is collected or tagged yet. Begin with: askpapers collect NAME PAPER...")


def collect(
    name: Annotated[str, typer.Argument(metavar="NAME", help="the collection")],
    names: PapersArgument = None,
    remove: RemoveOption = False,
    library: LibraryOption = None,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    collection: CollectionOption = None,
    tag: TagOption = None,
    without_retracted: WithoutRetractedOption = False,
) -> None:
    """put papers into a collection, made when it is new

    The papers that are named, or all that pass the filters; with neither an empty
    collection is made.
    """
    from rag.library import Library
    from ui.filters import read_filters

    filters = read_filters(year, origin, title, collection, tag, without_retracted=without_retracted)
    with Library.open(library, read_settings(), create=False) as opened:
        chosen = _chosen(opened, names or [], filters)
        if remove:
            _need(chosen)
            console().print(f"{counted(opened.uncollect(name, chosen))} taken out.")
        else:
            console().print(f"{counted(opened.collect(name, chosen))} collected.")


def tag(
    name: Annotated[str, typer.Argument(metavar="TAG", help="the tag")],
    names: PapersArgument = None,
    remove: RemoveOption = False,
    library: LibraryOption = None,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    collection: CollectionOption = None,
    tagged: TagOption = None,
    without_retracted: WithoutRetractedOption = False,
) -> None:
    """tag papers: those that are named, or all that pass the filters"""
    from rag.library import Library
    from ui.filters import read_filters

    filters = read_filters(year, origin, title, collection, tagged, without_retracted=without_retracted)
    with Library.open(library, read_settings(), create=False) as opened:
        chosen = _chosen(opened, names or [], filters)
        _need(chosen)
        if remove:
            console().print(f"{counted(opened.untag(chosen, name))} untagged.")
        else:
            console().print(f"{counted(opened.tag(chosen, name))} tagged.")


def note(
    name: Annotated[str, typer.Argument(metavar="PAPER", help=NAMED)],
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="what to note, in place of what stands there")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="remove the note")] = False,
    library: LibraryOption = None,
) -> None:
    """note something on a paper; without TEXT show what is noted"""
    from rag.library import Library
    from ui.cli.showing.rendering import show_note

    with Library.open(library, read_settings(), create=False) as opened:
        paper_id = opened.named(name).paper_id
        if text is not None or remove:
            opened.note(paper_id, "" if remove else text or "")
        noted = opened.marks([paper_id])[paper_id].note
    show_note(console(), noted)


def _chosen(opened: "Library", names: list[str], filters: "Filters") -> list[int]:
    """Return the ids of the papers that are named, or that pass the filters; none without either."""
    if names and filters:
        msg = "Name papers, or say which by filters: not both."
        raise QuestionError(msg)
    found = [paper.paper_id for paper in (opened.selected(filters) if filters else map(opened.named, names))]
    if filters and not found:
        msg = f"No paper passes the filters: {', '.join(filters.told())}. See what there is with: askpapers list"
        raise QuestionError(msg)
    return found


def _need(chosen: list[int]) -> None:
    """Raise QuestionError unless there are papers."""
    if not chosen:
        msg = "No paper is named. See their numbers with: askpapers list"
        raise QuestionError(msg)
