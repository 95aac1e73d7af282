"""A language model asked for a row: all columns at once, of one abstract in numbered sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.comparison.columns import Column
from rag.comparison.replies import cells_in
from rag.errors import ContextOverflowError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import NO_USAGE, ChatModel, Ending, Message, Usage
from rag.models.llms.prompts import as_data, as_data_line, load_prompt
from rag.models.llms.replies import SPARE, Room, complete
from rag.models.llms.tokens import count_tokens
from rag.records import Paper
from rag.settings import Settings
from rag.text.sentences import sentence_spans

CELL_TOKENS = 80  # of a cell: 25 words, in any language
FIRST_LINES = 200  # some models begin with words of their own
THINKING_TOKENS = 2_000  # that are kept free in the window: some models think first
FRAME_TOKENS = 40  # of the marks around an abstract, and its title
LINE_TOKENS = 6  # of a sentence beside its text: its number
TRIES = 3  # each with half the room of the one before, when the window is smaller than said


@dataclass(frozen=True, slots=True)
class Told:
    """What a model said of a paper: the words of its cells by the place of their column, what it took, a note."""

    cells: Mapping[int, str]
    usage: Usage = NO_USAGE
    note: str = ""


class Asker:
    """Asks one language model for the rows of tables."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        """Load the prompt. Raises PromptError."""
        self.model = model
        self._window = settings.window
        self._room = Room.of(settings)
        self._prompt = load_prompt("compare", settings.prompts)
        self._bare = self._prompt.render(source="", columns="")  # now, for a prompt of another form to be told at once

    @property
    def prompt_id(self) -> str:
        """The identity of the prompt."""
        return self._prompt.prompt_id

    def ask(self, paper: Paper, columns: Sequence[Column], stop: Cancellation) -> Told:
        """Return what the model says of a paper to columns; those that it left out are missing.

        None at all, and a note, when nothing that it said can be read as a cell. Raises ModelError when it fails.
        """
        limit = CELL_TOKENS * len(columns) + FIRST_LINES
        listed = "\n".join(_line(number, column) for number, column in enumerate(columns, start=1))
        taken = sum(count_tokens(text) for _, text in self._bare) + count_tokens(listed) + limit + FRAME_TOKENS
        room = self._window * SPARE - min(THINKING_TOKENS, self._window // 4) - taken
        for tried in range(TRIES):
            source, left_out = _source(paper, room / 2**tried)
            filled = self._prompt.render(source=source, columns=listed)
            messages = [Message(role, text) for role, text in filled]
            try:
                reply, finish = complete(self.model, messages, max_tokens=limit, stop=stop, room=self._room)
            except ContextOverflowError:
                if tried + 1 == TRIES:
                    raise
            else:
                break
        told = Told(cells_in(reply, [column.name for column in columns]), finish.usage)
        if not told.cells:
            return replace(told, note=_unread(self.model.name, reply, cut=finish.ending is not Ending.COMPLETE))
        return replace(told, note=_left_out(left_out)) if left_out else told


def _unread(name: str, reply: str, *, cut: bool) -> str:
    said = f"it said {' '.join(reply.split())[:80]!r}" if reply.strip() else "it said nothing"
    ended = ", and was cut off" if cut else ""
    return f"The language model {name} filled no cell ({said}{ended}). Name a model that keeps to the form."


def _left_out(sentences: int) -> str:
    return f"{sentences} sentence{'s' * (sentences != 1)} of the abstract found no room: see ASKPAPERS_WINDOW."


def _line(number: int, column: Column) -> str:
    asks = f" ({column.asks})" if column.asks else ""
    return f"{number}: {as_data(column.name)}{asks}"


def _source(paper: Paper, room: float) -> tuple[str, int]:
    """Return a paper as numbered sentences, the first that fit into `room` tokens, and how many found none."""
    texts = [as_data_line(paper.abstract[start:end]) for start, end in sentence_spans(paper.abstract)]
    lines: list[str] = []
    for number, text in enumerate(texts, start=1):
        room -= count_tokens(text) + LINE_TOKENS
        if room < 0 and lines:
            break
        lines.append(f"{number}: {text}")
    return "\n".join(["<source>", f"Title: {as_data_line(paper.title)}", *lines, "</source>"]), len(texts) - len(lines)
