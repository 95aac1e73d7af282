"""Answers by a language model, from the best sentences of the papers found, as checkable as quoted ones.

The model writes; everything else is code: which sentences it sees, what its markers mean, which slice each claim rests
on, whether it holds, and what becomes of what doesn't.
"""

import re
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

from rag.answering.abstaining import outlook_for_model
from rag.answering.base import Draft
from rag.answering.checking import checked, checker_for
from rag.answering.context import Shown, show
from rag.citations.model_text.marker_stream import Preview
from rag.citations.numbering import number_of, number_papers
from rag.citations.policy import apply_policy
from rag.citations.reading import read_answer
from rag.errors import ContextOverflowError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checker
from rag.models.llms.base import NO_USAGE, ChatModel, Ending, Finish, Message, Usage
from rag.models.llms.prompts import load_prompt
from rag.models.llms.replies import LONGEST, SPARE, THINKING_TOKENS, limit_of, spoken, thinking_of, used_up
from rag.models.llms.tokens import count_tokens
from rag.records import Anew, Outcome, Turn
from rag.retrieval.results import Retrieved
from rag.settings import Settings

OF_EACH = 2  # sentences a paper, in the mean, where a list was asked for
OVERFLOWS = 2  # how often the sources are halved when the model says that they don't fit
LOOP = re.compile(r"(.{20,300}?)\1{2,}\Z", re.DOTALL)  # the same words three times at the end of a text
SENTENCE_ENDS = ".!?\n\u3002\uff01\uff1f"  # a text is only cut behind one, unless it is far too long
READ = 0.6  # share of a prompt's tokens, counted here, that a server that read all of them counts at least
FEW = 1_000  # tokens; a server that counts fewer leaves out what it had read before
LOOP_TAIL = 1_000  # characters looked at for a loop
NO_ROOM = "The answer's {} tokens were used up, by thinking as it seems: the model was asked again, with more room."
A_FEW_WORDS = 30  # a longer text that was cut off and cites nothing may be thinking that nobody marked


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote of which sources: its text, how it ended, tokens and calls of all tries, notes on them."""

    text: str
    finish: Finish
    shown: Shown
    calls: int
    notes: tuple[str, ...]
    prepared: float  # when the last try began


class GenerativeAnswerer:
    """Has a language model write from the papers found."""

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

    def stream(  # noqa: PLR0913  (all that an answer is written from)
        self,
        question: str,
        retrieved: Retrieved,
        history: Sequence[Turn],
        stop: Cancellation,
        *,
        check: bool | None = None,
        shown: str = "",
    ) -> Generator[str | Draft, None, None]:
        """Yield the model's text as it comes, its markers put right; then the draft, read."""
        checker = checker_for(check, self._checker, self._model, self._settings)
        numbers = number_papers((), history)
        clock = perf_counter()
        made = yield from self._made(question, retrieved, numbers, stop, shown or question)
        written = perf_counter()
        draft = self._read(question, made)
        settled = perf_counter()
        timings = {"prompt": made.prepared - clock, "model": written - made.prepared, "verify": settled - written}
        if checker and draft.claims and not stop:
            draft = checked(draft, checker, stop)
            timings["check"] = perf_counter() - settled
        yield replace(self._with_policy(draft, made.shown), timings=timings)

    def _made(
        self, question: str, retrieved: Retrieved, numbers: dict[int, int], stop: Cancellation, told: str
    ) -> Generator[str, None, Written]:
        """Yield what can be shown of the model's text; return what it wrote at last.

        `told` is the question as the model gets it. It is asked again with fewer sources when these don't fit, and once
        with more room when its tokens went into thinking.
        """
        thinking = thinking_of(self._model, otherwise=0)
        room, calls, halvings, before = self._room(told, thinking), 0, 0, NO_USAGE
        notes: tuple[str, ...] = ()
        while True:
            shown, calls = self._shown(question, retrieved, room), calls + 1
            messages = self._messages(told, shown.text)
            limit = limit_of(messages, self._settings.answer_tokens, thinking, self._settings.window)
            prepared = perf_counter()
            try:
                text, finish = yield from self._written(messages, limit, shown, numbers, stop)
                silent = finish.ending is Ending.LENGTH and self._cites_nothing(question, text, shown)
                if silent and notes:
                    raise used_up(self._model.name, finish.usage + before)
                short = finish.ending is Ending.LENGTH and finish.usage.thinking_tokens > 0
                if notes or stop or not (silent or short):
                    notes += unread(finish.usage.input_tokens, sum(count_tokens(one.content) for one in messages))
                    finish = replace(finish, usage=finish.usage + before)
                    return Written(text, finish, shown, calls, notes, prepared)
                before = finish.usage
                yield Anew()
            except ContextOverflowError:
                if halvings == OVERFLOWS:
                    raise
                halvings, thinking, room = halvings + 1, 0, min(room, count_tokens(shown.text)) // 2
                continue
            except UsedUpError as error:
                if notes or stop:
                    raise
                before = Usage(*error.tokens)
            thinking, notes = thinking_of(self._model, otherwise=THINKING_TOKENS), (NO_ROOM.format(limit),)
            room = min(room, self._room(told, thinking))

    def _cites_nothing(self, question: str, text: str, shown: Shown) -> bool:
        """Tell whether a text of some length neither cites anything nor says what is left open."""
        if len(text.split()) < A_FEW_WORDS:
            return False
        read = read_answer(text, question, shown.papers)
        return not read.left_open and Draft(read.parts).abstains

    def _room(self, question: str, thinking: int) -> int:
        """Return how many tokens of sources the model's window has room for, besides an answer and thinking."""
        bare = self._messages(question, "")
        taken = sum(count_tokens(message.content) for message in bare) + self._settings.answer_tokens
        taken += min(thinking, self._settings.window // 4)
        return max(0, int(self._settings.window * SPARE) - taken)

    def _shown(self, question: str, retrieved: Retrieved, tokens: int) -> Shown:
        settings = self._settings
        if retrieved.matching is not None:  # many papers, a little of each
            papers = len(retrieved.hits)
            return show(question, retrieved, papers=papers, tokens=tokens, sentences=papers * OF_EACH)
        sentences = settings.excerpts if self._takes(settings.context, "sentences") else None
        return show(question, retrieved, papers=len(retrieved.hits), tokens=tokens, sentences=sentences)

    def _takes(self, setting: str, small: str) -> bool:
        """Tell whether a setting asks for what suits small models, or leaves that open for a model in process."""
        return setting == small or (setting == "auto" and self._model.name.startswith("gguf:"))

    def _messages(self, question: str, sources: str) -> list[Message]:
        rendered = self._prompt.render(sources=sources, question=question)
        return [Message(role, text) for role, text in rendered]

    def _written(
        self, messages: Sequence[Message], limit: int, shown: Shown, numbers: dict[int, int], stop: Cancellation
    ) -> Generator[str, None, tuple[str, Finish]]:
        """Yield what can be shown of the model's text; return all of it, and how it ended."""

        def preview_of() -> Preview:
            return Preview(shown.papers, lambda source: number_of(shown.papers[source], numbers))

        preview, text, finish = preview_of(), "", Finish(Ending.CUT, reason="it was stopped")
        said = spoken(self._model, messages, max_tokens=limit, stop=stop, cut=partial(self._cut, limit))
        with closing(said) as events:
            for event in events:
                if isinstance(event, Finish):
                    finish = event
                elif isinstance(event, Anew):
                    preview, text = preview_of(), ""
                    yield event
                else:
                    text += event
                    if seen := preview.feed(event):
                        yield seen
        if rest := preview.rest():
            yield rest
        return (said_once(text) if finish.ending is Ending.REPEATING else text), finish

    def _cut(self, limit: int, text: str, piece: str) -> Ending | None:
        """Return why a text is to end here, behind its last piece, if it is; the model was asked for `limit` tokens."""
        longest = self._settings.answer_tokens
        if len(text) > longest * LONGEST:
            return Ending.LENGTH
        if not any(mark in piece for mark in SENTENCE_ENDS):
            return None
        if limit > longest and thinking_of(self._model, otherwise=0) and count_tokens(text) > longest:
            return Ending.LENGTH
        return Ending.REPEATING if is_loop(text) else None

    def _read(self, question: str, made: Written) -> Draft:
        """Return the draft of a model's text."""
        read, finish = read_answer(made.text, question, made.shown.papers), made.finish
        notes = (*made.notes, made.shown.note, ending_note(finish))
        return Draft(
            parts=read.parts,
            left_open=read.left_open,
            usage=finish.usage,
            calls=made.calls,
            prompts=(self._prompt.prompt_id,),
            repairs=read.repairs,
            notes=tuple(note for note in notes if note),
            partial=finish.ending is not Ending.COMPLETE,
            cut=finish.ending is Ending.CUT,
        )

    def _with_policy(self, draft: Draft, shown: Shown) -> Draft:
        """Return the draft after what the user wants done with unsupported claims."""
        parts, repairs = apply_policy(draft.parts, self._settings.unsupported, shown.papers)
        return replace(draft, parts=parts, repairs=dict(Counter(draft.repairs) + repairs))


def unread(read: int, sent: int) -> tuple[str, ...]:
    """Return a note when a server read, by its own count, far fewer tokens than it was sent, and said nothing.

    Ollama does so with prompts beyond the window that it was started with.

    >>> unread(2051, 7000)[0].partition(":")[0]
    'The server read 2,051 of about 7,000 tokens'
    >>> unread(6000, 7000), unread(0, 7000)
    ((), ())
    """
    if read < FEW or read > sent * READ:
        return ()
    note = (
        f"The server read {read:,} of about {sent:,} tokens: its window is smaller than ASKPAPERS_WINDOW says. "
        "Raise it there (Ollama: OLLAMA_CONTEXT_LENGTH), or lower ASKPAPERS_WINDOW."
    )
    return (note,)


def is_loop(text: str) -> bool:
    """Tell whether a text ends in the same words three times over."""
    return LOOP.search(text[-LOOP_TAIL:]) is not None


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
