"""Answers by a language model, from the best sentences of the papers found, as checkable as quoted ones.

The model writes; everything else is code: which sentences it sees, what its markers mean, which slice each claim rests
on, whether it holds, and what becomes of what doesn't.
"""

import re
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from time import perf_counter

from rag.answering.abstaining import outlook_for_model
from rag.answering.base import Draft
from rag.answering.checking import checked, checker_for
from rag.answering.context import Shown, show
from rag.citations.model_text.marker_stream import Preview
from rag.citations.numbering import number_of, number_papers
from rag.citations.policy import apply_policy
from rag.citations.reading import read_answer
from rag.errors import ContextOverflowError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checker
from rag.models.llms.base import NO_USAGE, ChatModel, Ending, Finish, Message, Usage
from rag.models.llms.prompts import load_prompt
from rag.models.llms.replies import spoken
from rag.models.llms.tokens import count_tokens
from rag.records import Outcome, Turn
from rag.retrieval.results import Retrieved
from rag.settings import Settings

SPARE = 0.9  # share of the window that is planned with: another tokenizer counts otherwise
OVERFLOWS = 2  # how often the sources are halved when the model says that they don't fit
LONGEST = 12  # characters a token: no text is longer than its tokens allow, whatever the server sends
LOOP = re.compile(r"(.{20,300}?)\1{2,}\Z", re.DOTALL)  # the same words three times at the end of a text
LOOP_TAIL = 1_000  # characters looked at for a loop


class GenerativeAnswerer:
    """Has a language model write from sentences of at most `settings.papers` papers."""

    def __init__(self, model: ChatModel, settings: Settings, checker: Checker | None = None) -> None:
        """Load the prompts. Raises PromptError."""
        self._model = model
        self._settings = settings
        self._copying = self._takes(settings.style, "copy")
        self._prompt = load_prompt("answer-copy" if self._copying else "answer", settings.prompts)
        self._checker = checker

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def outlook(self, retrieved: Retrieved) -> Outcome:
        """Return ANSWERED unless it is hopeless: what the sources say, the model reads for itself."""
        return outlook_for_model(retrieved, copying=self._copying)

    def stream(
        self,
        question: str,
        retrieved: Retrieved,
        history: Sequence[Turn],
        stop: Cancellation,
        *,
        check: bool | None = None,
    ) -> Generator[str | Draft, None, None]:
        """Yield the model's text as it comes, its markers put right; then the draft, read."""
        checker = checker_for(check, self._checker, self._model, self._settings)
        numbers = number_papers((), history)
        clock = perf_counter()
        room = self._room(question)
        for tries in range(1, OVERFLOWS + 2):
            shown = self._shown(question, retrieved, room)
            prepared = perf_counter()
            try:
                text, finish = yield from self._written(question, shown, numbers, stop)
                break
            except ContextOverflowError:
                if tries > OVERFLOWS:
                    raise
                room = min(room, count_tokens(shown.text)) // 2
        written = perf_counter()
        draft = replace(self._read(question, text, finish, shown), calls=tries)
        settled = perf_counter()
        timings = {"prompt": prepared - clock, "model": written - prepared, "verify": settled - written}
        if checker and draft.claims and not stop:
            draft = checked(draft, checker, stop)
            timings["check"] = perf_counter() - settled
        yield replace(self._with_policy(draft, shown), timings=timings)

    def _room(self, question: str) -> int:
        """Return how many tokens of sources the model's window has room for."""
        bare = self._messages(question, "")
        taken = sum(count_tokens(message.content) for message in bare) + self._settings.answer_tokens
        return max(0, int(self._settings.window * SPARE) - taken)

    def _shown(self, question: str, retrieved: Retrieved, tokens: int) -> Shown:
        settings = self._settings
        sentences = settings.excerpts if self._takes(settings.context, "sentences") else None
        return show(question, retrieved, papers=settings.papers, tokens=tokens, sentences=sentences)

    def _takes(self, setting: str, small: str) -> bool:
        """Tell whether a setting asks for what suits small models, or leaves that open for a model in process."""
        return setting == small or (setting == "auto" and self._model.name.startswith("gguf:"))

    def _messages(self, question: str, sources: str) -> list[Message]:
        rendered = self._prompt.render(sources=sources, question=question)
        return [Message(role, text) for role, text in rendered]

    def _written(
        self, question: str, shown: Shown, numbers: dict[int, int], stop: Cancellation
    ) -> Generator[str, None, tuple[str, Finish]]:
        """Yield what can be shown of the model's text; return all of it, and how it ended."""
        preview = Preview(shown.papers, lambda source: number_of(shown.papers[source], numbers))
        limit = self._settings.answer_tokens
        messages = self._messages(question, shown.text)
        text, finish = "", Finish(Ending.CUT, reason="it was stopped")
        with closing(spoken(self._model.stream(messages, max_tokens=limit, stop=stop))) as events:
            for event in events:
                if isinstance(event, Finish):
                    finish = event
                    break
                text += event
                if seen := preview.feed(event):
                    yield seen
                if len(text) > limit * LONGEST:
                    finish = Finish(Ending.LENGTH)
                    break
                if is_loop(text, event):
                    text, finish = said_once(text), Finish(Ending.REPEATING)
                    break
        if rest := preview.rest():
            yield rest
        if finish.usage == NO_USAGE:
            read = sum(count_tokens(message.content) for message in messages)
            finish = replace(finish, usage=Usage(read, count_tokens(text)))
        return text, finish

    def _read(self, question: str, text: str, finish: Finish, shown: Shown) -> Draft:
        """Return the draft of a model's text."""
        read = read_answer(text, question, shown.papers)
        return Draft(
            parts=read.parts,
            left_open=read.left_open,
            usage=finish.usage,
            prompts=(self._prompt.prompt_id,),
            repairs=read.repairs,
            notes=tuple(note for note in (shown.note, ending_note(finish)) if note),
            partial=finish.ending is not Ending.COMPLETE,
            cut=finish.ending is Ending.CUT,
        )

    def _with_policy(self, draft: Draft, shown: Shown) -> Draft:
        """Return the draft after what the user wants done with unsupported claims."""
        parts, repairs = apply_policy(draft.parts, self._settings.unsupported, shown.papers)
        return replace(draft, parts=parts, repairs=dict(Counter(draft.repairs) + repairs))


def is_loop(text: str, piece: str) -> bool:
    """Tell whether a text, whose last piece is `piece`, ends in the same words three times over."""
    return any(mark in piece for mark in ".!?\n") and LOOP.search(text[-LOOP_TAIL:]) is not None


def said_once(text: str) -> str:
    """Return a text that ends in the same words over and over with these said once."""
    head, tail = text[:-LOOP_TAIL], text[-LOOP_TAIL:]
    loop = LOOP.search(tail)
    return head + tail[: loop.start()] + loop[1] if loop else text


def ending_note(finish: Finish) -> str | None:
    """Return what to tell the reader about how the model ended."""
    if finish.ending is Ending.LENGTH:
        return "The answer was cut at the greatest length (ASKPAPERS_ANSWER_TOKENS)."
    if finish.ending is Ending.REPEATING:
        return "The answer breaks off: the model repeated itself."
    return f"The answer breaks off: {finish.reason}." if finish.ending is Ending.CUT else None
