"""Whether questions can be answered: the library is there and searched, its model loaded. Asked for all too often."""

import asyncio
import logging
from time import monotonic

from rag.errors import RagError
from ui.page.server_state import CLOSING, ServerState

QUESTION = "What do the papers say?"
KEPT_FOR = 2.0  # seconds that what was found holds: who asks again and again costs no more searches
PATIENCE = 10.0  # seconds that a search may take
FAILED = "the search failed; the log says why"


class Readiness:
    """Tells whether a server is ready, and else why not."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._turn = asyncio.Lock()
        self._told: tuple[float, str] = (-KEPT_FOR, "")
        self._looking: asyncio.Future[str] | None = None

    async def lacking(self) -> str:
        """Return why no question can be answered, in one line; nothing when all is well."""
        if self._state.closing:
            return CLOSING
        async with self._turn:
            if monotonic() - self._told[0] < KEPT_FOR:
                return self._told[1]
            if self._looking is None:  # one that hangs is not begun again and again
                self._looking = asyncio.ensure_future(asyncio.to_thread(self._look))
            await asyncio.wait([self._looking], timeout=PATIENCE)
            if self._looking.done():
                why, self._looking = self._looking.result(), None
            else:
                why = f"a search takes longer than {PATIENCE:.0f} s"
            self._told = (monotonic(), why)
            return why

    def _look(self) -> str:
        try:
            self._state.engine()
            self._state.library.outlook(QUESTION)
        except RagError as error:
            return " ".join(str(error).split())
        except Exception:
            logging.getLogger(__name__).exception("the search of /ready failed")
            return FAILED
        return ""
