"""A chat model as reranker: all papers graded in one call, each with as much of its abstract as the window holds."""

from collections.abc import Sequence

from rag.errors import ContextOverflowError, ModelError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import NO_USAGE, ChatModel, Ending, Finish, Message, Usage
from rag.models.llms.loading import load_own, told_of_own
from rag.models.llms.prompts import as_data, load_prompt
from rag.models.llms.replies import complete
from rag.models.llms.tokens import count_tokens
from rag.models.rerankers.base import Reranked
from rag.models.rerankers.grades import grades_in
from rag.records import Paper
from rag.settings import Settings

SPARE = 0.9  # share of the window that is planned with: another tokenizer counts otherwise
LINE_TOKENS = 10  # of a grade
THINKING_TOKENS = 1_000  # some models think first
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
        limit = thinking + LINE_TOKENS * len(papers)
        room = self._window * SPARE - limit - sum(count_tokens(text) for _, text in self._bare) - count_tokens(question)
        for tried in range(TRIES):
            messages = self._messages(question, papers, room / 2**tried)
            try:
                reply, finish = complete(self._model, messages, max_tokens=limit, stop=Cancellation())
            except ContextOverflowError as error:
                if tried + 1 == TRIES:
                    raise told_of_own(error, SETTING, ADDRESS) from error
            except ModelError as error:
                raise told_of_own(error, SETTING, ADDRESS) from error
            else:
                break
        usage = finish.usage
        if usage == NO_USAGE:
            usage = Usage(sum(count_tokens(message.content) for message in messages), count_tokens(reply))
        return Reranked(self._scores(reply, finish, len(papers)), usage, 1, (self._prompt.prompt_id,))

    def _messages(self, question: str, papers: Sequence[Paper], room: float) -> list[Message]:
        texts = shortened([f"{paper.title}\n{' '.join(paper.abstract.split())}" for paper in papers], room)
        sources = "\n\n".join(
            f'<source number="{number}">\n{as_data(text)}\n</source>' for number, text in enumerate(texts, start=1)
        )
        filled = self._prompt.render(sources=sources, question=as_data(" ".join(question.split())))
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
