"""`askpapers compare`: papers in a table, by columns that are named or asked."""

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.exporting import write_out
from ui.cli.options import (
    NAMED,
    CheckOption,
    CollectionOption,
    LibraryOption,
    LlmOption,
    OriginOption,
    TagOption,
    TitleOption,
    WithoutRetractedOption,
    YearOption,
    checking,
    console,
    read_settings,
)

if TYPE_CHECKING:
    from rag.library import Library
    from rag.records import Comparison, Filters

USUAL = "task,method,data,result"

PapersArgument = Annotated[list[str] | None, typer.Argument(metavar="[PAPER...]", help=NAMED)]
ColumnsOption = Annotated[
    str, typer.Option("--columns", metavar="NAMES", help="what to compare by, with commas between")
]
AskOption = Annotated[
    list[str] | None, typer.Option("--ask", metavar="QUESTION", help="a question as a further column; repeatable")
]
SearchOption = Annotated[
    str | None, typer.Option("--search", metavar="WORDS", help="compare the papers that this finds")
]
FormOption = Annotated[
    str | None, typer.Option("--form", metavar="FORM", help="table (the default), markdown, csv or json")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="file to write; its ending can tell the form")
]


class TableForm(StrEnum):
    """A form that a comparison can be written in."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """What the name of such a file ends with."""
        return {"table": ".txt", "markdown": ".md", "csv": ".csv", "json": ".json"}[self]


def compare(
    names: PapersArgument = None,
    library: LibraryOption = None,
    columns: ColumnsOption = USUAL,
    asked: AskOption = None,
    search: SearchOption = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=100, help="papers that it finds")] = 8,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    collection: CollectionOption = None,
    tag: TagOption = None,
    without_retracted: WithoutRetractedOption = False,
    llm: LlmOption = None,
    check: CheckOption = None,
    form: FormOption = None,
    out: OutOption = None,
) -> None:
    """compare papers in a table, each cell a quote, or not said

    Columns are task, method, data, result, limitation, baseline, metric, contribution, code,
    model size, cost, domain, year, authors, or any words of yours. Where an abstract doesn't
    say, a cell is `not said`.
    """
    from rag.library import Library
    from ui.filters import read_filters

    chosen = table_form(form, out)
    wanted = [*filter(None, map(str.strip, columns.split(","))), *(asked or ())]
    settings = checking(read_settings(llm=llm), check)
    filters = read_filters(year, origin, title, collection, tag, without_retracted=without_retracted)
    with Library.open(library, settings, create=False) as opened:
        papers = chosen_papers(opened, names or (), search, limit, filters)
        if chosen is TableForm.TABLE and out is None:
            _show(opened, papers, wanted)
        else:
            write_table(_compared(opened, papers, wanted), chosen, out)


def table_form(form: str | None, out: Path | None) -> TableForm:
    """Return the form that is named, or that a file's ending tells; a table without either. Raises QuestionError."""
    from rag.errors import QuestionError

    endings = {one.suffix: one for one in TableForm}
    try:
        return TableForm(form) if form else endings.get(out.suffix.lower() if out else "", TableForm.TABLE)
    except ValueError as error:
        msg = f"There is no form {form!r}. Choose one of: {', '.join(TableForm)}"
        raise QuestionError(msg) from error


def chosen_papers(
    library: "Library", names: Sequence[str], search: str | None, limit: int, filters: "Filters"
) -> list[int]:
    """Return the ids of the papers that are named, then of those found. Raises QuestionError, EmptyLibraryError."""
    from rag.errors import QuestionError
    from ui.wording import printable

    if filters and search is None:
        msg = "Filters bound what --search finds. Name what to search for, or leave the filters out."
        raise QuestionError(msg)
    papers = [library.named(name).paper_id for name in names]
    if search is not None:
        found = library.retrieve(search, limit=limit, filters=filters)
        papers += [hit.paper.paper_id for hit in found.hits]
        for note in found.notes:
            sys.stderr.write(f"{printable(note)}\n")
    if not papers and search is None:
        msg = "No paper is named to compare. Name some (askpapers list), or choose them: --search WORDS"
        raise QuestionError(msg)
    return papers


def write_table(comparison: "Comparison", form: TableForm, out: Path | None) -> None:
    """Write a comparison to a file, or to stdout. Raises StorageError."""
    from rag.comparison.tables import comparison_csv, comparison_markdown, comparison_text

    if form is TableForm.JSON:
        text = json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2) + "\n"
    elif form is TableForm.CSV:
        # In a file, spreadsheets know by this mark that it is UTF-8.
        text = "\ufeff" * (out is not None) + comparison_csv(comparison)
    else:
        text = comparison_markdown(comparison) if form is TableForm.MARKDOWN else comparison_text(comparison)
    write_out(text, out)


def _compared(library: "Library", papers: Sequence[int], columns: Sequence[str]) -> "Comparison":
    from ui.cli.showing.progress import counting

    with counting("comparing papers") as count:
        compared = library.compare(papers, columns, watch=lambda one: count(one.done, one.total or one.done))
    _tell(compared)
    return compared


def _show(library: "Library", papers: Sequence[int], columns: Sequence[str]) -> None:
    """Print each row as it is done."""
    from rag.comparison.columns import read_columns
    from rag.comparison.tables import row_text
    from rag.records import Comparison
    from ui.cli.showing.lines import WIDTH

    names = tuple(column.name for column in read_columns(columns))
    screen = console()
    with closing(library.stream_compare(papers, columns)) as events:
        for event in events:
            if isinstance(event, Comparison):
                _tell(event)
            else:
                text = row_text(names, event, width=min(screen.width, WIDTH))
                screen.print(f"{text}\n", markup=False, soft_wrap=True)


def _tell(comparison: "Comparison") -> None:
    """Write what there is to know of a comparison to stderr."""
    from ui.wording import compared, printable

    for line in (*comparison.notes, compared(comparison)):
        sys.stderr.write(f"{printable(line)}\n")
