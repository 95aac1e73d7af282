"""A chat model as reranker: all papers graded in one call, each with as much of its abstract as the window holds."""

from collections.abc import Sequence

from rag.errors import ContextOverflowError, CostLimitError, ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import ChatModel, Ending, Finish, Message
from rag.models.llms.loading import load_own, told_of_own
from rag.models.llms.prompts import as_data, as_data_line, load_prompt
from rag.models.llms.replies import SPARE, Room, complete
from rag.models.llms.tokens import count_tokens
from rag.models.rerankers.base import Reranked
from rag.models.rerankers.grades import grades_in
from rag.records import Paper
from rag.settings import Settings

LINE_TOKENS = 10  # of a grade
FIRST_LINES = 200  # some models begin with words of their own
THINKING_TOKENS = 2_000  # that are kept free in the window: some models think first
FRAME_TOKENS = 12  # of the marks around a paper
TRIES = 3  # each with half the room of the one before, when the window is smaller than said
SETTING, ADDRESS = "ASKPAPERS_RERANKER", "ASKPAPERS_RERANK_BASE_URL"
ENOUGH = 0.5  # share of the papers to be graded, for the others to count as the worst


class LlmReranker:
    """Has a chat model grade papers from 0 to 10."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        """Load the prompt; the model is the reranker's own, to close. Raises PromptError."""
        self.name = model.name
        self._model = model
        self._window = settings.window
        self._room = Room.of(settings)
        self._prompt = load_prompt("rerank", settings.prompts)
        self._bare = self._prompt.render(
            sources="", question=""
        )  # now, for a prompt of another form to be told at once

    def close(self) -> None:
        """Close the model."""
        self._model.close()

    def score(self, question: str, papers: Sequence[Paper]) -> list[float]:
        """Return a grade a paper. Raises ModelError."""
        return list(self.rerank(question, papers).scores)

    def rerank(self, question: str, papers: Sequence[Paper]) -> Reranked:
        """Return a grade a paper and what they took; those left out have the lowest. Raises ModelError."""
        thinking = min(THINKING_TOKENS, self._window // 4)
        limit = LINE_TOKENS * len(papers) + FIRST_LINES
        room = (
            self._window * SPARE
            - thinking
            - limit
            - sum(count_tokens(text) for _, text in self._bare)
            - count_tokens(question)
        )
        for tried in range(TRIES):
            messages = self._messages(question, papers, room / 2**tried)
            try:
                reply, finish = complete(self._model, messages, max_tokens=limit, stop=Cancellation(), room=self._room)
            except ContextOverflowError as error:
                if tried + 1 == TRIES:
                    raise told_of_own(error, SETTING, ADDRESS) from error
            except (CostLimitError, UsedUpError):
                raise
            except ModelError as error:
                raise told_of_own(error, SETTING, ADDRESS) from error
            else:
                break
        scores = self._scores(reply, finish, len(papers))
        return Reranked(scores, finish.usage, 1, self._model.name, (self._prompt.prompt_id,))

    def _messages(self, question: str, papers: Sequence[Paper], room: float) -> list[Message]:
        texts = shortened([f"{paper.title}\n{' '.join(paper.abstract.split())}" for paper in papers], room)
        sources = "\n\n".join(
            f'<source number="{number}">\n{as_data(text)}\n</source>' for number, text in enumerate(texts, start=1)
        )
        filled = self._prompt.render(sources=sources, question=as_data_line(question))
        return [Message(role, text) for role, text in filled]

    def _scores(self, reply: str, finish: Finish, asked: int) -> tuple[float, ...]:
        grades = grades_in(reply, asked)
        if len(grades) < asked * ENOUGH:
            said = f"it said {' '.join(reply.split())[:80]!r}" if reply.strip() else "it said nothing"
            if finish.ending is Ending.LENGTH:
                said = "it used up its tokens"
            msg = (
                f"The reranker {self.name} graded {len(grades)} of {asked} papers ({said}). "
                f"Name a model that keeps to the form with {SETTING}."
            )
            raise ModelError(msg)
        return tuple(grades.get(number, min(grades.values())) for number in range(1, asked + 1))


def shortened(texts: Sequence[str], room: float) -> list[str]:
    """Return texts of which the longest are cut, so that all together have about `room` tokens."""
    counts = [count_tokens(text) + FRAME_TOKENS for text in texts]
    left, most = room, 0.0
    for place, count in enumerate(sorted(counts)):
        most = left / (len(counts) - place)
        if count > most:
            break
        left -= count
    else:
        return list(texts)
    return [
        text if count <= most else text[: max(1, int(len(text) * (most - FRAME_TOKENS) / count))]
        for text, count in zip(texts, counts, strict=True)
    ]


def load_llm(name: str, settings: Settings) -> LlmReranker:
    """Return the chat model `name` as reranker. Raises ModelError when it has no endpoint, PromptError."""
    address = ADDRESS, settings.rerank_base_url, settings.rerank_api_key
    return LlmReranker(load_own(name, settings, SETTING, address), settings)
