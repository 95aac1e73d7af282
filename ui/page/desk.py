"""All that the calls of the page work with: the library that is served, and what is under way on it."""

from dataclasses import dataclass

from rag.library import Library
from ui.page.jobs.adding import Adding
from ui.page.jobs.answering import AnswersUnderWay
from ui.page.jobs.comparing import Comparing
from ui.page.jobs.looking import Looking
from ui.page.jobs.maps import Maps
from ui.page.jobs.taken import Taken
from ui.page.server_state import ServerState
from ui.page.views.header import identity


@dataclass(frozen=True, slots=True)
class Desk:
    """What one server has for all its readers."""

    state: ServerState
    answers: AnswersUnderWay
    maps: Maps
    adding: Adding
    taken: Taken
    comparing: Comparing
    looking: Looking

    @property
    def library(self) -> Library:
        """The library to read."""
        return self.state.library

    @property
    def stamp(self) -> str | None:
        """What changes whenever the papers that are served do; None while papers are on their way in."""
        if self.adding.is_working:
            return None
        return f"{identity(self.state)} {'samples' if self.state.is_samples else 'own'} {self.library.version}"


def desk_of(state: ServerState) -> Desk:
    """Return a desk over a library, with nothing under way."""
    return Desk(state, AnswersUnderWay(state), Maps(), Adding(state), Taken(), Comparing(), Looking())
