"""Cells of a table that a language model filled already: a column more is asked for alone, and the others stay."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from rag.library import Library
from rag.records import Cell, ComparedPaper, Comparison
from rag.records.answers import EXTRACTIVE

Event = ComparedPaper | Comparison


@dataclass(frozen=True, slots=True)
class Known:
    """A table with some of its columns filled: `columns` are all that are wanted, `table` has those that are known."""

    columns: tuple[str, ...]
    table: Comparison

    @property
    def lacking(self) -> tuple[str, ...]:
        """The columns to fill."""
        return tuple(name for name in self.columns if name not in self.table.columns)

    async def whole(self, events: AsyncIterator[Event]) -> AsyncIterator[Event]:
        """Yield what fills the lacking columns as rows of the whole table, and the whole at the end."""
        rows: list[ComparedPaper] = []
        async for event in events:
            if isinstance(event, Comparison):
                yield self._around(event, rows)
            else:
                rows.append(self._row(self.table.rows[len(rows)], event))
                yield rows[-1]

    def without_asking(self) -> list[Event]:
        """Return the rows and the whole of a table that lacks no column."""
        rows = [self._row(row, None) for row in self.table.rows]
        return [*rows, replace(self.table, columns=self.columns, rows=tuple(rows))]

    def _row(self, known: ComparedPaper, added: ComparedPaper | None) -> ComparedPaper:
        cells: dict[str, Cell] = dict(zip(self.table.columns, known.cells, strict=True))
        if added is not None:
            cells |= dict(zip(self.lacking, added.cells, strict=True))
        return replace(added or known, cells=tuple(cells[name] for name in self.columns))

    def _around(self, added: Comparison, rows: Sequence[ComparedPaper]) -> Comparison:
        """Return the whole table: what it took is what both took."""
        before = self.table
        names = dict.fromkeys((*before.usage, *added.usage))
        costs = [cost for cost in (before.cost, added.cost) if cost is not None]
        return replace(
            added,
            columns=self.columns,
            rows=tuple(rows),
            usage={name: before.usage.get(name, 0) + added.usage.get(name, 0) for name in names},
            cost=sum(costs) if costs else None,
            prompts=tuple(dict.fromkeys((*before.prompts, *added.prompts))),
        )


def known_cells(
    library: Library, table: Comparison, papers: Sequence[int], columns: Sequence[str], answerer: str
) -> Known | None:
    """Return what of a table can stay when other columns are wanted of the same papers; None when nothing can.

    Quotes cost nothing and come out the same: only what the same language model told stays, of rows without a note,
    as long as the abstracts are those that it read.
    """
    wanted = tuple(" ".join(name.split()) for name in columns)
    if answerer == EXTRACTIVE or not set(wanted) & set(table.columns):
        return None
    if [row.paper.paper_id for row in table.rows] != list(papers):
        return None
    if any(row.note or row.answerer != answerer for row in table.rows):
        return None
    if any(_abstract(library, row.paper.paper_id) != row.paper.abstract for row in table.rows):
        return None
    return Known(wanted, table)


def _abstract(library: Library, paper: int) -> str | None:
    found = library.paper(paper)
    return None if found is None else found.abstract
