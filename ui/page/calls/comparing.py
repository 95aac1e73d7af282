"""Papers compared in a table, its rows as they are done."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from rag.comparison.columns import MOST_COLUMNS, usual_columns
from rag.comparison.comparer import notes_on
from rag.comparison.tables import comparison_csv, comparison_markdown
from rag.errors import QuestionError
from rag.records import ComparedPaper, Comparison
from ui.page.calls.asking import Id
from ui.page.calls.base import Nothing, Sent, Told
from ui.page.desk import Desk
from ui.page.jobs.known_cells import Known, known_cells
from ui.page.users.visitor import own
from ui.page.views.comparison import row

FORMS = {"markdown": (comparison_markdown, "md"), "csv": (comparison_csv, "csv")}


class Compared(Sent):
    """A table to be filled: rows are papers, columns what is asked of each; `known` is one with some of the columns."""

    table: Id
    papers: tuple[int, ...] = Field(min_length=1, max_length=1_000)
    columns: tuple[Annotated[str, Field(max_length=400)], ...] = Field(min_length=1, max_length=MOST_COLUMNS)
    check: bool = False
    known: dict[str, Any] | None = None


class Followed(Sent):
    """A table that is followed; `seen` of its rows are known."""

    table: Id
    seen: int = Field(0, ge=0)


class OneTable(Sent):
    """A table."""

    table: Id


class Written(Sent):
    """A whole table, and the form in which it is wanted."""

    form: Literal["markdown", "csv"]
    comparison: dict[str, Any]


async def columns(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return the names of the usual columns."""
    return {"columns": usual_columns(), "most": MOST_COLUMNS}


async def compare(desk: Desk, sent: Compared) -> Told:
    """Begin to fill a table, what is not known of it; `compared` tells its rows."""
    known = await asyncio.to_thread(_known, desk, sent)
    desk.comparing.begin(desk.library, own(sent.table), sent.papers, sent.columns, check=sent.check, known=known)
    return {}


async def compared(desk: Desk, sent: Followed) -> Told:
    """Tell the rows that are new, and at the end what is said beside them; `lost` when nobody knows the table."""
    filling = await desk.comparing.follow(own(sent.table), sent.seen)
    if filling is None:
        return {"lost": True}
    rows = [row(one) | _kept(filling.columns, one) for one in filling.rows[sent.seen :]]
    return {"rows": rows, "ended": filling.ended, "over": filling.over, "whole": _around(filling.whole)}


async def stop_comparing(desk: Desk, sent: OneTable) -> Told:
    """Fill no more rows."""
    desk.comparing.stop(own(sent.table))
    return {}


async def compared_as(desk: Desk, sent: Written) -> Told:  # noqa: ARG001
    """Return the name and the text of a file with a table."""
    try:
        comparison = Comparison.from_dict(sent.comparison)
        comparison = replace(comparison, notes=comparison.notes or tuple(notes_on(comparison.rows)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = "This table can't be read any more. Compare the papers again."
        raise QuestionError(msg) from error
    write, suffix = FORMS[sent.form]
    return {"name": f"comparison.{suffix}", "text": write(comparison)}


def _known(desk: Desk, sent: Compared) -> Known | None:
    """Return what can stay of the table that the browser has; nothing of one that can't be read."""
    if sent.known is None:
        return None
    try:
        table = Comparison.from_dict(sent.known)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return known_cells(desk.library, table, sent.papers, sent.columns, desk.state.engine().answerer)


def _kept(columns: tuple[str, ...], one: ComparedPaper) -> Told:
    """Return what the browser keeps of a row, from which it makes the comparison that it sends to be written."""
    kept = Comparison(columns, (one,)).to_dict()
    return {"kept": {"row": kept["rows"][0], "paper": kept["papers"][0]}}


def _around(whole: Comparison | None) -> Told | None:
    """Return what a comparison says beside its rows, which the browser has."""
    return None if whole is None else replace(whole, rows=()).to_dict()
