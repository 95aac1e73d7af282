"""Looks at what indexes would give, each by an id that the browser made up: who follows one hears what it waits for.

An index that is busy keeps a look waiting for half a minute at most; nobody can end one before.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import FetchError, QuestionError, RagError
from rag.fetching import INDEXES, Wanted
from rag.gathering.asking import Preview
from rag.gathering.previewing import preview
from rag.settings import Settings
from ui.page.jobs.followed import FAILED, Followed
from ui.page.jobs.followed import PATIENCE as FOLLOWED_FOR

KEPT = 20  # the latest
PATIENCE = 30.0  # seconds that one index may take


@dataclass
class Look(Followed):
    """One look: `said` is what it waits for, `found` what it came to, `ended` why it came to nothing."""

    said: str = ""
    found: tuple[Preview, ...] = ()
    ended: str = ""
    over: bool = False

    def hear(self, said: str) -> None:
        """Pass on what is waited for."""
        self.said = said
        self.tell()


class Looking:
    """The looks of one server, side by side."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Look] = OrderedDict()

    def begin(self, name: str, settings: Settings, wanted: Sequence[Wanted]) -> None:
        """Begin to look; the same look again changes nothing."""
        if name in self._known:
            return
        look = self._known[name] = Look()
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        look.task = asyncio.create_task(_look(look, settings, wanted))

    async def follow(self, name: str, heard: str) -> Look:
        """Return a look once it is over or waits for something else than was `heard`, or after a while.

        Raises QuestionError when nobody knows it.
        """
        look = self._known.get(name)
        if look is None:
            msg = "This look isn't known any more: the server was restarted. Look again."
            raise QuestionError(msg)
        if not look.over and look.said == heard:
            await look.news(FOLLOWED_FOR)
        return look


async def _look(look: Look, settings: Settings, wanted: Sequence[Wanted]) -> None:
    try:
        for one in wanted:
            look.found += tuple(await _previews(look, settings, one))
    except RagError as error:
        look.ended = str(error)
    except Exception:
        logging.getLogger(__name__).exception("a look at an index failed")
        look.ended = FAILED
    finally:
        look.over = True
        look.tell()


async def _previews(look: Look, settings: Settings, wanted: Wanted) -> list[Preview]:
    loop = asyncio.get_running_loop()
    look.said = ""

    def telling(said: str) -> None:
        loop.call_soon_threadsafe(look.hear, said)

    try:
        return await asyncio.wait_for(asyncio.to_thread(preview, settings, wanted, telling=telling), PATIENCE)
    except TimeoutError:
        title = INDEXES[wanted.index].ABOUT.title
        happened = look.said.removeprefix(f"{title}: ").rstrip(".") or "it hasn't answered yet"
        advice = f"A look waits no longer than {PATIENCE:.0f} s: look again later, or bring them in, which does wait."
        raise FetchError(title, happened, advice) from None
