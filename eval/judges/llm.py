"""An LLM as judge: claim against cited text, and fact against answer, by the prompts `check` and `nugget`.

Deterministic (temperature 0, a seed), each question to it asked once. Its word becomes a score on the scale of the
offline scorer, so that both can stand in one place: supported 1, partly between the thresholds, not 0.
"""

import re
from collections.abc import Sequence

from rag.citations.support import PARTLY, SUPPORTED
from rag.errors import ModelError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import ClaimToCheck, Source, Verdict
from rag.models.checkers.llm import LlmChecker
from rag.models.llms.base import ChatModel, Message, Usage
from rag.models.llms.prompts import as_data, load_prompt
from rag.models.llms.replies import Room, complete
from rag.models.spending import price_of
from rag.settings import Settings

SCORES = {"supported": 1.0, "partly": (PARTLY + SUPPORTED) / 2, "not": 0.0}
TOKENS = 40  # of a verdict on a fact, besides thinking
CALL_TOKENS = 320  # read for a call, about; for the estimate of a cost
CALLS = 5  # a question, about: its claims and facts


class ModelJudge:
    """Judges by a language model. Raises ModelError when the model fails or gives no verdict."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        self._model = model
        self._checker, self._fact = LlmChecker(model, settings), load_prompt("nugget", settings.prompts)
        self._room = Room.of(settings)
        self._verdicts: dict[tuple[str, ...], Verdict] = {}
        self._known: dict[tuple[str, str], str] = {}

    @property
    def name(self) -> str:
        """The model and the prompts that judge."""
        return f"{self._model.name} ({self._checker.prompt_id}, {self._fact.prompt_id})"

    def __call__(self, claim: str, texts: Sequence[str]) -> float:
        """Return how well texts carry a claim, on the scale of the offline scorer."""
        if not texts:
            return 0.0
        key = (claim, *texts)
        if key not in self._verdicts:
            cited = ClaimToCheck(claim, (Source("", tuple(texts)),))
            self._verdicts[key] = self._checker.check([cited], Cancellation()).verdicts[0]
        verdict = self._verdicts[key]
        if verdict.word is None:
            raise self._unclear(verdict.reply)
        return SCORES[verdict.word]

    def gives(self, answer: str, fact: str) -> bool:
        """Tell whether an answer gives a fact."""
        key = (answer, fact)
        if key not in self._known:
            filled = self._fact.render(answer=as_data(answer), fact=as_data(fact))
            messages = [Message(role, text) for role, text in filled]
            stop = Cancellation()
            self._known[key], _ = complete(self._model, messages, max_tokens=TOKENS, stop=stop, room=self._room)
        reply = self._known[key]
        found = re.search(r"\b(given|missing|yes|no|not)\b", reply.casefold())
        if found is None:
            raise self._unclear(reply)
        return found[1] in {"given", "yes"}

    def _unclear(self, reply: str) -> ModelError:
        return ModelError(
            f"The judge {self._model.name} gave no verdict but {reply.strip()[:40]!r}. Use a larger model."
        )


def estimate(questions: int, settings: Settings) -> str:
    """Return what judging so many questions may take, in calls, tokens and, where prices are set, money."""
    calls = questions * CALLS
    read, wrote = calls * CALL_TOKENS, calls * 2
    price = price_of(settings.llm, settings)
    cost = price.of(Usage(read, wrote)) if price else 0
    told = f", about {cost:.2f} at the prices set" if cost else ""
    return f"about {calls:,} calls and {read:,} tokens{told}"
