"""What a library is asked: the same question four ways, whole or as it is written, waiting or not."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing

from rag.answering.pipeline import AnswerPipeline, Question
from rag.errors import StoppedError
from rag.models.cancellation import Cancellation, in_thread
from rag.records import Answer, Filters, Turn


class Asks(ABC):
    """Answers questions; `rag.library.Library` does, and says by whom they are answered."""

    @abstractmethod
    def _pipeline(self, answerer: str | None = None) -> AnswerPipeline:
        """Return the way from a question to an answer by somebody. Raises ModelError, PromptError, QuestionError."""

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters(),
        check: bool | None = None, answerer: str | None = None, alone: bool = False, as_written: bool = False,
    ) -> Answer:  # fmt: skip
        """Answer a question from the papers, each sentence cited; or say that the abstracts don't tell.

        `history` holds the earlier turns, oldest first; with `alone` the question hangs on none of them, and they only
        give papers their numbers. Mistyped words are read as words of the papers, unless `as_written`; what was done
        stands in the answer's `searched`. `check`: whether a language model's claims are checked by meaning, by itself
        where the setting `check` names nobody; None as that says. `answerer`: the name of one of `answerers`, who is to
        write it; None for the first. Raises QuestionError (also for nobody's name), EmptyLibraryError; with a language
        model also ModelError and PromptError.
        """
        asked = Question(question, history, filters, Cancellation(), check, alone, as_written)
        return self._pipeline(answerer).answer(asked)

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters(),
        check: bool | None = None, answerer: str | None = None, alone: bool = False, as_written: bool = False,
    ) -> Generator[str | Answer, None, None]:  # fmt: skip
        """Yield the answer's text in pieces as it is written, then the Answer itself.

        What an LLM writes is shown as it comes, only its markers put right; the Answer is what counts. Closing the
        iterator early stops the LLM. Raises what `ask` raises.
        """
        asked = Question(question, history, filters, Cancellation(), check, alone, as_written)
        yield from self._pipeline(answerer).stream(asked)

    async def aask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters(),
        check: bool | None = None, answerer: str | None = None, alone: bool = False, as_written: bool = False,
    ) -> Answer:  # fmt: skip
        """Do what `ask` does, without blocking the event loop; cancelling stops the LLM at once."""
        asked = Question(question, history, filters, Cancellation(), check, alone, as_written)
        async with aclosing(self._astream(asked, answerer)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise StoppedError

    async def astream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters(),
        check: bool | None = None, answerer: str | None = None, alone: bool = False, as_written: bool = False,
    ) -> AsyncGenerator[str | Answer, None]:  # fmt: skip
        """Do what `stream` does, without blocking the event loop; cancelling stops the LLM at once."""
        asked = Question(question, history, filters, Cancellation(), check, alone, as_written)
        async with aclosing(self._astream(asked, answerer)) as events:
            async for event in events:
                yield event

    async def _astream(self, asked: Question, answerer: str | None) -> AsyncGenerator[str | Answer, None]:
        async with aclosing(in_thread(lambda: self._pipeline(answerer).stream(asked), asked.stop)) as events:
            async for event in events:
                yield event
