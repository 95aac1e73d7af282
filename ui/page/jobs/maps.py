"""The map of the papers, made in the background: nobody waits for it, and whoever looks is told how far it is."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Any

from rag.errors import RagError
from rag.library import Library
from rag.mapping.layout import DRAWN
from ui.page.views.map import figure

PATIENCE = 0.3  # seconds that one look waits: a map that is kept is there by then
# Seconds that a map takes: measured 2 for 700 papers and 20 for 5,000 on two cores, and no more beyond.
AT_LEAST, EACH = 1.0, 0.004


@dataclass
class _Making:
    """A map that is being made, or was, for one version of a library."""

    library: Library
    version: int
    begun: float
    papers: int
    task: "asyncio.Task[dict[str, Any]]"


class Maps:
    """Makes the map of the library that is served, once a version, in a thread of its own."""

    def __init__(self) -> None:
        self._making: _Making | None = None

    async def look(self, library: Library) -> dict[str, Any]:
        """Return the map as a figure, or how far it is: `papers`, `elapsed` and `expected` seconds; `error` if none."""
        making = self._making
        if (
            making is None
            or making.library is not library  # the samples' and the reader's own may be of one version
            or making.version != library.version
        ):
            making = self._making = _begin(library)
        await asyncio.wait([making.task], timeout=PATIENCE)
        if making.task.done():
            if making.task.exception() or "error" in making.task.result():
                self._making = None  # told now; who looks again has it tried again
            return making.task.result()
        expected = AT_LEAST + EACH * min(making.papers, DRAWN)
        return {"papers": making.papers, "elapsed": round(monotonic() - making.begun, 1), "expected": round(expected)}


def _begin(library: Library) -> _Making:
    return _Making(library, library.version, monotonic(), len(library), asyncio.create_task(_make(library)))


async def _make(library: Library) -> dict[str, Any]:
    try:
        return await asyncio.to_thread(figure, library)
    except RagError as error:
        return {"error": str(error)}
