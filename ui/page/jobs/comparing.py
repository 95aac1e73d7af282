"""Tables of papers that are being filled, each by an id that the browser made up: whoever knows it follows it.

As with answers, a table goes on whoever watches; what is done of it can be had until the server ends.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from rag.errors import QuestionError, RagError
from rag.library import Library
from rag.records import ComparedPaper, Comparison
from ui.page.jobs.followed import FAILED, PATIENCE, Followed
from ui.page.jobs.known_cells import Event, Known

KEPT = 30  # tables that are done
STOPPED = "Stopped: the rows that were done are here."


@dataclass
class Filling(Followed):
    """One table: its rows so far, and once it is done the whole of it, or why it ended."""

    columns: tuple[str, ...]
    rows: list[ComparedPaper] = field(default_factory=list)
    whole: Comparison | None = None
    ended: str = ""

    @property
    def over(self) -> bool:
        """True when no more rows come."""
        return self.whole is not None or bool(self.ended)


class Comparing:
    """Fills tables, one after the other."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Filling] = OrderedDict()
        self._turn = asyncio.Lock()

    def begin(  # noqa: PLR0913  (a table is told by many things)
        self,
        library: Library,
        table: str,
        papers: Sequence[int],
        columns: Sequence[str],
        *,
        check: bool,
        known: Known | None = None,
    ) -> None:
        """Begin to fill a table, what is not `known` of it; the same one again changes nothing."""
        if table in self._known:
            return
        for name in [name for name, one in self._known.items() if one.over][: max(0, len(self._known) - KEPT)]:
            del self._known[name]
        filling = self._known[table] = Filling(tuple(columns))
        events = _events(library, tuple(papers), filling.columns, check=check, known=known)
        filling.task = asyncio.create_task(self._fill(filling, events))

    async def follow(self, table: str, seen: int) -> Filling | None:
        """Return a table once it has more than `seen` rows or is over, or after a while; None if nobody knows it."""
        filling = self._known.get(table)
        if filling is not None and not filling.over and len(filling.rows) <= seen:
            await filling.news(PATIENCE)
        return filling

    def stop(self, table: str) -> None:
        """Fill no more rows of a table; those that are there stay. Raises QuestionError when nobody knows it."""
        filling = self._known.get(table)
        if filling is None or filling.task is None:
            msg = "This table isn't known any more: the server was restarted. Compare the papers again."
            raise QuestionError(msg)
        if not filling.over:
            filling.ended = STOPPED  # told here: a task that is cancelled before it began tells nothing
            filling.task.cancel()
            filling.tell()

    async def _fill(self, filling: Filling, events: AsyncGenerator[Event, None]) -> None:
        try:
            async with self._turn, aclosing(events):
                async for event in events:
                    if isinstance(event, Comparison):
                        filling.whole = event
                    else:
                        filling.rows.append(event)
                    filling.tell()
        except RagError as error:
            filling.ended = str(error)
        except asyncio.CancelledError:
            filling.ended = filling.ended or STOPPED
        except Exception:
            logging.getLogger(__name__).exception("a table failed")
            filling.ended = FAILED
        finally:
            filling.tell()


async def _events(
    library: Library, papers: tuple[int, ...], columns: tuple[str, ...], *, check: bool, known: Known | None
) -> AsyncGenerator[Event, None]:
    """Yield the rows of a table as they are done, then the whole of it. Raises RagError."""
    if known is not None and not known.lacking:
        for event in known.without_asking():
            yield event
        return
    wanted = columns if known is None else known.lacking
    async with aclosing(library.astream_compare(papers, wanted, check=check)) as events:
        async for event in events if known is None else known.whole(events):
            yield event
