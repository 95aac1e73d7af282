"""What works with the language model that is set: asked, not assumed. For `askpapers doctor --model`.

A handful of small requests, and one as long as the window that is set, go the way that answers go. What became of
them is told on one line each, and last what to write into the settings.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from time import perf_counter

from rag.citations.reading import read_answer
from rag.errors import ContextOverflowError, ModelError, RagError, UsedUpError
from rag.maintenance.doctor import Finding
from rag.models.cancellation import Cancellation
from rag.models.embedders import load_embedder
from rag.models.llms import load_model
from rag.models.llms.base import NO_USAGE, ChatModel, Ending, Finish, Message, Usage
from rag.models.llms.openai import EndpointModel
from rag.models.llms.prompts import load_prompt
from rag.models.llms.replies import SPARE, limit_of, spoken, thinking_of
from rag.models.llms.tokens import count_tokens
from rag.models.spending import unmetered
from rag.records import Anew, Paper
from rag.settings import Settings

WORDS = 50  # tokens of a reply of one word
THINKING = 2_000  # tokens of thinking before it, as far as the window has room
READ = 0.6  # share of a prompt's tokens, counted here, that a server has read when it has read them all
SLOW = 30.0  # seconds to the first word from which on people wonder whether anything happens
NAMED = 3  # models of a list that are told by name
TEXTS = 64  # embedded at once, as an ingest does
LEAST = 256  # tokens; a window smaller than this answers nothing
SMALLEST = 1_024  # tokens; no setting names a smaller window
UNLISTED = "none listed, and none is needed where one is named"

BLUE = (
    Message("system", "Whatever you are asked, reply with the single word BLUE."),
    Message("user", "Which colour does a ripe tomato have?"),
)
WORD = "KINGFISHER"
QUESTION = "How fast do otters read, and does sleep change that?"
SOURCES = (
    Paper(1, "Reading speed of otters", "We timed 40 otters. They read 12 pages an hour, twice as fast as badgers."),
    Paper(2, "Sleep of otters", "Otters that slept for nine hours read 15 pages an hour."),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the text without thinking, how it ended, seconds to its first piece and to its end, pieces."""

    text: str
    finish: Finish
    first: float
    seconds: float
    pieces: int


def check_model(settings: Settings) -> Iterator[Finding]:
    """Yield what works, line by line as it is found out; nothing more after what stops everything."""
    try:
        model = load_model(settings)
    except RagError as error:
        yield Finding("model", False, str(error))
        return
    if model is None:
        yield Finding("model", True, "none: answers are quotes. To have one, set OPENAI_API_KEY or OPENAI_BASE_URL")
        return
    with closing(model):
        yield from _Examination(model, settings).findings()


class _Examination:
    """One look at a model; every step asks something, and notes what to change."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        self._model = model
        self._endpoint = endpoint if isinstance(endpoint := unmetered(model), EndpointModel) else None
        self._settings = settings
        self._used = NO_USAGE
        self._changes: list[str] = []  # what to write into the settings, or to do at the server
        self._windows: Mapping[str, int | None] = {}
        self._pieces = 0  # in which an answer of a few sentences came
        self._failed = False

    def findings(self) -> Iterator[Finding]:
        """Yield what was found of everything that answers need."""
        listed = self._listed()
        try:
            reply = self._ask(BLUE, WORDS)
        except ModelError as error:
            yield from [listed] if listed and self._windows else []
            yield Finding("reply", False, str(error))
            return
        yield from [listed] if listed else []
        yield self._named()
        yield self._speed(reply)
        yield from self._form(reply)
        yield self._thinking(reply)
        steps = {
            "citing": self._citing,
            "streaming": self._streaming,
            "window": self._window,
            "embedding": self._embedding,
        }
        for what, step in steps.items():
            try:
                yield step()
            except RagError as error:
                self._failed = True
                yield Finding(what, False, str(error))
        yield Finding("taken", True, f"{self._used.input_tokens:,} tokens read, {self._used.output_tokens:,} written")
        otherwise = "what the problems above say" if self._failed else "nothing"
        yield Finding("to change", not self._changes and not self._failed, "; ".join(self._changes) or otherwise)

    def _ask(self, messages: Sequence[Message], max_tokens: int) -> Reply:
        """Have a reply of so many tokens, with room to think; once more with more room, or none, as answers do."""
        limit = limit_of(messages, max_tokens, THINKING, self._settings.window)
        try:
            return self._reply(messages, limit)
        except ContextOverflowError:
            if limit == max_tokens:
                raise
            return self._reply(messages, max_tokens)
        except UsedUpError:
            thinking = thinking_of(self._model, otherwise=THINKING)
            roomy = limit_of(messages, max_tokens, thinking, self._settings.window)
            if roomy <= limit:
                raise
            return self._reply(messages, roomy)

    def _reply(self, messages: Sequence[Message], max_tokens: int) -> Reply:
        started, first, pieces = perf_counter(), 0.0, list[str]()
        finish = Finish(Ending.CUT)
        try:
            with closing(spoken(self._model, messages, max_tokens=max_tokens, stop=Cancellation())) as events:
                for event in events:
                    if isinstance(event, Finish):
                        finish = event
                        break
                    if isinstance(event, Anew):  # what came before was thinking
                        first, pieces = 0.0, []
                        continue
                    first = first or perf_counter() - started
                    pieces.append(event)
        except UsedUpError as error:
            self._used += Usage(*error.tokens)
            raise
        self._used += finish.usage
        return Reply("".join(pieces), finish, first, perf_counter() - started, len(pieces))

    def _listed(self) -> Finding | None:
        """Tell what models the endpoint lists; None where none is asked."""
        if self._endpoint is None:
            return None
        try:
            self._windows = self._endpoint.windows()
        except ModelError:
            self._windows = {}
        if not self._windows:
            return Finding("models", True, UNLISTED)
        some = ", ".join(list(self._windows)[:NAMED]) + (", …" if len(self._windows) > NAMED else "")
        return Finding("models", True, f"{_counted(len(self._windows), 'model')} listed: {some}")

    def _named(self) -> Finding:
        """Tell which model answers, and what its endpoint says of it."""
        name = self._model.name.partition(":")[2]
        window, told = self._settings.window, self._windows.get(name)
        if told and told < window:
            self._changes.append(f"ASKPAPERS_WINDOW={told}")
        listed = f", {told:,} tokens of context by the list" if told else ""
        unlisted = " (not on the list)" if self._windows and name not in self._windows else ""
        return Finding("model", True, f"{name}{listed}{unlisted}")

    def _speed(self, reply: Reply) -> Finding:
        if reply.first > SLOW:
            self._changes.append(f"ASKPAPERS_TIMEOUT={max(600, round(reply.first * 10))} for long prompts")
        return Finding("reply", True, f"first word after {reply.first:.1f} s, whole after {reply.seconds:.1f} s")

    def _form(self, reply: Reply) -> Iterator[Finding]:
        """Tell how the server wants to be asked, as it was learned from the first reply."""
        obeyed = "blue" in reply.text.casefold()
        doubt = "" if obeyed else ", but the model didn't keep to it: choose one that follows instructions"
        if self._endpoint is None:
            yield Finding("instructions", obeyed, f"taken{doubt}")
            return
        form = self._endpoint.form
        role = "taken" if form.system else "refused as a system message, sent with the question"
        yield Finding("instructions", obeyed, f"{role}{doubt}")
        left_out = ", ".join(sorted(form.left_out))
        yield Finding("options", True, f"refused and left out: {left_out}" if left_out else "all taken")

    def _thinking(self, reply: Reply) -> Finding:
        thought = reply.finish.usage.thinking_tokens
        if not thought:
            return Finding("thinking", True, "none seen")
        return Finding("thinking", True, f"{thought:,} tokens before one word; it is taken off, and counted")

    def _citing(self) -> Finding:
        """Have a question answered from two small sources, as real ones are."""
        blocks = (
            f'<source number="{paper.paper_id}">\nTitle: {paper.title}\n{paper.abstract}\n</source>'
            for paper in SOURCES
        )
        filled = load_prompt("answer", self._settings.prompts).render(sources="\n\n".join(blocks), question=QUESTION)
        reply = self._ask([Message(*one) for one in filled], self._settings.answer_tokens)
        read = read_answer(reply.text, QUESTION, {paper.paper_id: paper for paper in SOURCES})
        self._pieces = reply.pieces
        claims = [part.claim for part in read.parts if part.claim]
        cited = sum(bool(claim.citations) for claim in claims)
        papers = {citation.paper.paper_id for claim in claims for citation in claim.citations}
        right = len(papers) == len(SOURCES) and cited == len(claims)
        told = f"{cited} of {_counted(len(claims), 'sentence')} cite, {len(papers)} of {len(SOURCES)} sources used"
        if right:
            return Finding("citing", True, told)
        if self._settings.style == "auto":
            self._changes.append("ASKPAPERS_STYLE=copy and ASKPAPERS_CONTEXT=sentences, which small models do better")
        return Finding("citing", False, f"{told}: {' '.join(reply.text.split())[:80]!r}")

    def _streaming(self) -> Finding:
        if self._endpoint is not None and not self._endpoint.form.stream:
            return Finding("streaming", True, "refused: answers come whole, not word by word")
        if not self._pieces:
            return Finding("streaming", True, "not seen: no answer came")
        if self._endpoint is not None and self._pieces == 1:
            return Finding("streaming", True, "in one piece: the server, or a proxy on the way, holds answers back")
        return Finding("streaming", True, f"an answer came in {_counted(self._pieces, 'piece')}")

    def _window(self) -> Finding:
        """Send as much as an answer may send, less while that is refused, and see whether all of it was read."""
        window, left = self._settings.window, self._settings.answer_tokens
        thinks = THINKING if thinking_of(self._model, otherwise=0) else 0
        asked, refused = max(int(window * SPARE) - max(left, thinks), window // 4), 0
        while True:
            messages = _filled(asked)
            sent = sum(count_tokens(message.content) for message in messages)
            try:
                reply = self._ask(messages, WORDS)
                break
            except ContextOverflowError:
                refused, asked = sent, asked // 2
                if asked < LEAST:
                    return Finding("window", False, f"{refused:,} tokens are refused as too many")
        read = reply.finish.usage.input_tokens
        read = 0 if read == sent else read  # our own count, for want of the server's
        if read < sent * READ and (read or WORD not in reply.text.upper()):
            of = f"{read:,} of {sent:,} tokens" if read else f"only the end of {sent:,} tokens"
            self._changes.append(f"the server's window to {window} (Ollama: OLLAMA_CONTEXT_LENGTH={window})")
            return Finding("window", False, f"it read {of} and said nothing: abstracts are cut off unseen")
        if refused:
            fits = int((sent + left) / SPARE)
            larger = f"the server's window, or the model: no window under {SMALLEST:,} tokens will do"
            self._changes.append(f"ASKPAPERS_WINDOW={fits}" if fits >= SMALLEST else larger)
            took = f"it read {sent:,} tokens in {reply.first:.1f} s"
            return Finding("window", False, f"{took}, and refused {refused:,}; ASKPAPERS_WINDOW is {window}")
        took = f"it read {read or sent:,} tokens in {reply.first:.1f} s"
        return Finding("window", True, f"{took}, as many as ASKPAPERS_WINDOW={window} lets answers send")

    def _embedding(self) -> Finding:
        """Have texts embedded where an endpoint does that."""
        embedder = load_embedder(self._settings)
        if not self._settings.embedding.startswith("openai:"):
            return Finding("embedding", True, f"{embedder.name}, in this process")
        started = perf_counter()
        texts = sum(1 for _ in embedder.embed([f"Text {number} of some." for number in range(TEXTS)]))
        took = f"{texts} texts in {perf_counter() - started:.1f} s"
        return Finding("embedding", True, f"{embedder.name}, {embedder.dimension} dimensions, {took}")


def _filled(tokens: int) -> list[Message]:
    """Return a prompt of about so many tokens that asks at its end for what stands at its beginning."""
    lines = [f"Remember the word {WORD}. What follows only fills the page."]
    room = tokens - count_tokens(lines[0]) - 40
    for number in count(1):
        line = f"Line {number} of a page that says nothing about anything."
        room -= count_tokens(line) + 1
        if room < 0:
            break
        lines.append(line)
    return [Message("user", "\n".join([*lines, "Which word were you to remember? Reply with that word alone."]))]


def _counted(number: int, thing: str) -> str:
    """Return a number with its noun.

    >>> _counted(1, "model"), _counted(2, "model")
    ('1 model', '2 models')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
