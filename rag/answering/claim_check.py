"""A claim checked by a language model against the text that it cites: the prompt `check`, sent and read in one place.

For answers (ASKPAPERS_CHECK) and for the evaluation's judge.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.models.cancellation import Cancellation
from rag.models.llms.base import ChatModel, Message, Usage
from rag.models.llms.prompts import as_data, load_prompt
from rag.models.llms.replies import complete
from rag.settings import Settings

VERDICT_TOKENS = 200  # one word is asked for; some models think first


class Verdict(NamedTuple):
    """What a model said of a claim: `supported`, `partly` or `not`, None when it gave no verdict; its reply."""

    word: str | None
    reply: str
    usage: Usage


class ClaimChecker:
    """Has a model say how well text carries a claim."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        """Load the prompt. Raises PromptError."""
        self._model = model
        self._prompt = load_prompt("check", settings.prompts)

    @property
    def prompt_id(self) -> str:
        """The identity of the prompt."""
        return self._prompt.prompt_id

    def verdict(self, claim: str, slices: Sequence[str], stop: Cancellation | None = None) -> Verdict:
        """Return the model's verdict on a claim by the slices that it cites. Raises ModelError."""
        filled = self._prompt.render(slices=as_data("\n".join(slices)), claim=as_data(claim))
        messages = [Message(role, text) for role, text in filled]
        reply, finish = complete(self._model, messages, max_tokens=VERDICT_TOKENS, stop=stop or Cancellation())
        return Verdict(verdict_of(reply), reply, finish.usage)


def verdict_of(reply: str) -> str | None:
    """Return the verdict in a model's reply; None when it gives none.

    >>> verdict_of("**Supported**."), verdict_of("not supported"), verdict_of("Well")
    ('supported', 'not', None)
    """
    found = re.search(r"\b(not|unsupported|partly|partially|supported)\b", reply.casefold())
    known = {"unsupported": "not", "partially": "partly"}
    return known.get(found[1], found[1]) if found else None
