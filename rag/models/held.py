"""The models of one library beside its embedding model: each loaded when it is first needed, all closed together."""

import threading
from collections.abc import Callable
from typing import TypeVar

from rag.models.checkers import load_checker
from rag.models.checkers.base import Checker
from rag.models.llms import load_model
from rag.models.llms.base import ChatModel
from rag.models.rerankers import load_reranker
from rag.models.rerankers.base import Reranker
from rag.settings import Settings

Made = TypeVar("Made")


class HeldModels:
    """The language model, the claim checker and the reranker that the settings name. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        """Load nothing yet."""
        self._settings = settings
        self._lock = threading.RLock()
        self._model: list[ChatModel | None] = []  # empty until it is needed
        self._checker: list[Checker | None] = []
        self._reranker: list[Reranker | None] = []

    def language_model(self) -> ChatModel | None:
        """Return who writes, None for quotes. Raises ModelError when it can't be had."""
        return self._once(self._model, lambda: load_model(self._settings))

    def checker(self) -> Checker | None:
        """Return who checks claims, None for nobody. Raises ModelError when it can't be had, PromptError."""
        return self._once(self._checker, lambda: load_checker(self._settings, self.language_model()))

    def reranker(self) -> Reranker | None:
        """Return who ranks papers anew, None for nobody. Raises ModelError when it can't be had, PromptError."""
        return self._once(self._reranker, lambda: load_reranker(self._settings))

    def close(self) -> None:
        """Stop what a language model still writes, and let go of all of them."""
        with self._lock:
            for opened in (*self._model, *self._checker, *self._reranker):
                if opened is not None:
                    opened.close()
            self._model, self._checker, self._reranker = [], [], []

    def _once(self, made: list[Made], make: Callable[[], Made]) -> Made:
        with self._lock:
            made[:] = made or [make()]
            return made[0]
