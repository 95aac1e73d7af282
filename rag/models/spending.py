"""What language models cost: prices by model, what was spent in this process, and a limit that isn't passed.

Every model that is loaded is metered: answers, rewritten questions, checks and judges count into one sum, in the
currency of the prices. A request whose greatest cost would pass what is left is not sent.
"""

import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.errors import CostLimitError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import ChatModel, Finish, Message, Usage
from rag.models.llms.tokens import count_tokens
from rag.settings import Settings
from rag.utils.named_values import price_table

MILLION = 1_000_000
MARGIN = 1.1  # another tokenizer counts otherwise, and a chat template adds to the messages
SETTING = "ASKPAPERS_MAX_COST"


class Price(NamedTuple):
    """What a million tokens cost that a model reads, and that it writes."""

    read: float
    wrote: float

    def of(self, usage: Usage) -> float:
        """Return what tokens cost."""
        return (usage.input_tokens * self.read + usage.output_tokens * self.wrote) / MILLION


FREE = Price(0, 0)


def price_of(name: str, settings: Settings) -> Price | None:
    """Return the price of a model by its name, as `openai:gpt-4.1-mini`; None when it isn't known.

    A model that ASKPAPERS_PRICES doesn't name has the price of ASKPAPERS_PRICE_IN and _OUT, if there is one.
    """
    kind, _, bare = name.partition(":")
    table = price_table(settings.prices)
    if found := table.get(name) or table.get(bare):
        return Price(*found)
    if settings.price_in or settings.price_out:
        return Price(settings.price_in, settings.price_out)
    if table and kind == "openai" and not bare:  # an endpoint's first model, whose name isn't known yet
        return Price(*map(max, zip(*table.values(), strict=True)))
    return FREE if table and kind == "gguf" else None


def has_prices(settings: Settings) -> bool:
    """Tell whether any price is set."""
    return bool(settings.prices or settings.price_in or settings.price_out)


def cost_of(taken: Mapping[str, Usage], settings: Settings) -> tuple[float | None, tuple[str, ...]]:
    """Return the cost of tokens by the name of the model that took them, and a note where a price isn't known.

    None, and no note, when no price is set at all.
    """
    if not has_prices(settings):
        return None, ()
    prices = {name: price_of(name, settings) for name in taken}
    if unknown := [name for name, price in prices.items() if price is None]:
        return None, (f"What it cost isn't known: ASKPAPERS_PRICES names no price of {', '.join(unknown)}.",)
    return sum(price.of(taken[name]) for name, price in prices.items() if price), ()


@dataclass
class Purse:
    """What was spent, and what requests under way may yet cost. Safe to share between threads."""

    spent: float = 0.0
    _reserved: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reserve(self, cost: float, limit: float | None) -> None:
        """Set aside what a request may cost. Raises CostLimitError when that would pass the limit."""
        with self._lock:
            taken = self.spent + self._reserved
            if limit is not None and taken + cost > limit:
                raise _over(taken, cost, limit)
            self._reserved += cost

    def settle(self, reserved: float, cost: float) -> None:
        """Take what a request did cost, in place of what was set aside for it."""
        with self._lock:
            self._reserved -= reserved
            self.spent += cost


PURSE = Purse()  # of this process


class MeteredModel:
    """A language model whose tokens are paid from a purse; otherwise it is the model that it is made of."""

    def __init__(self, model: ChatModel, settings: Settings, purse: Purse = PURSE) -> None:
        self.model = model
        self._settings = settings
        self._purse = purse

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def close(self) -> None:
        """Close the model."""
        self.model.close()

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Cancellation
    ) -> Generator[str | Finish, None, None]:
        """Yield the model's reply; see ChatModel. Raises CostLimitError when it isn't sent."""
        limit, price = self._settings.max_cost, price_of(self.name, self._settings)
        if price is None:
            if limit is not None and not self.name.startswith("gguf:"):
                raise _no_price(self.name, limit)
            price = FREE
        read = sum(count_tokens(message.content) for message in messages)
        reserved = price.of(Usage(int(read * MARGIN), max_tokens))
        self._purse.reserve(reserved, limit)
        used, pieces = Usage(), list[str]()
        try:
            with closing(self.model.stream(messages, max_tokens=max_tokens, stop=stop)) as events:
                for event in events:
                    if isinstance(event, Finish):
                        used = event.usage
                    else:
                        pieces.append(event)
                    yield event
        except UsedUpError as error:
            used = Usage(*error.tokens) if any(error.tokens) else Usage(read, max_tokens)
            raise
        finally:
            if not used.input_tokens and not used.output_tokens and pieces:  # nobody counted, or it was stopped
                used = Usage(read, count_tokens("".join(pieces)) + used.thinking_tokens)
            price = price_of(self.name, self._settings) or price  # an endpoint may have told its model's name
            self._purse.settle(reserved, price.of(used))


def unmetered(model: ChatModel) -> ChatModel:
    """Return the model whose tokens are metered, or the model itself when none are."""
    return model.model if isinstance(model, MeteredModel) else model


def _over(taken: float, cost: float, limit: float) -> CostLimitError:
    return CostLimitError(
        f"{SETTING}={limit:g} stops here: {taken:.4f} is spent, and this request could cost {cost:.4f}. "
        f"Raise {SETTING} and run it again."
    )


def _no_price(name: str, limit: float) -> CostLimitError:
    bare = name.partition(":")[2] or "MODEL"
    return CostLimitError(
        f"{SETTING}={limit:g} can't be kept: the price of {name} isn't known. "
        f"Set it per million tokens: ASKPAPERS_PRICES={bare}=IN/OUT"
    )
