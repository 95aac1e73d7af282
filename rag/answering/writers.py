"""Who writes the answers of a library: the language models that are set, each loaded once, and who checks them."""

import threading
from collections import Counter
from functools import partial
from pathlib import Path

from rag.errors import ModelError, QuestionError
from rag.models.checkers import load_checker
from rag.models.checkers.base import Checker
from rag.models.llms import load_model
from rag.models.llms.base import ChatModel
from rag.records.answerers import QUOTING, Answerer
from rag.records.answers import EXTRACTIVE
from rag.settings import Settings
from rag.utils.once import Once

AUTO = "auto"
ITSELF = frozenset({"off", "llm"})  # settings of the check by which a model reads its own claims, when that is wanted


class Writers:
    """The language models among which a question may choose, and their checkers. Safe to share between threads.

    A model is loaded when it is first asked, and while it loads only those who wait for it wait.
    """

    def __init__(self, settings: Settings) -> None:
        """Load nothing yet. The first of those that the settings name writes where a question chooses nobody."""
        self._settings = settings
        self._lock = threading.Lock()
        self._words = words_of(settings)
        self._models = {word: Once(partial(_load, word, settings)) for word in self._words}
        self._checkers: dict[str, Once[Checker | None]] = {}

    def use(self, model: ChatModel) -> None:
        """Have a model of one's own write where a question chooses nobody; by its name it can be chosen, too."""
        once: Once[ChatModel | None] = Once(lambda: model)
        once()  # so that it is closed with the others
        self._models = {model.name: once, **self._models}
        self._words = tuple(self._models)

    def answerers(self) -> list[Answerer]:
        """Return who may be chosen, the one first that writes where nobody is; no model is loaded for it."""
        return [self._told(word) for word in self._words]

    def model(self, name: str | None = None) -> ChatModel | None:
        """Return the model of that name, or of the setting `llm`; None for quotes.

        Raises QuestionError for a name of none, ModelError when it can't be had.
        """
        return self._models[self._word_of(name)]()

    def checker(self, name: str | None = None) -> Checker | None:
        """Return who checks, unasked, what the model of that name writes; None when nobody does.

        Raises what `model` raises, PromptError.
        """
        word = self._word_of(name)
        model = self._models[word]()
        if model is None:
            return None
        shared = word if self._settings.check in ITSELF else ""  # a checker of its own serves them all
        with self._lock:
            once = self._checkers.setdefault(shared, Once(lambda: load_checker(self._settings, model)))
        return once()

    def close(self) -> None:
        """Stop what they write, and let go of them."""
        with self._lock:
            checkers, self._checkers = self._checkers, {}
        models = [model for one in self._models.values() for model in one.taken()]
        for opened in (*models, *(checker for one in checkers.values() for checker in one.taken())):
            if opened is not None:
                opened.close()

    def _word_of(self, name: str | None) -> str:
        """Return the words of the settings that a name stands for."""
        if name is None:
            return self._words[0]
        names = {told: word for word in self._words for told in (word, self._name(word))}
        if name not in names:
            known = ", ".join(self._name(word) for word in self._words)
            msg = f"There is no answerer {name!r} here. Choose one of: {known}."
            raise QuestionError(msg)
        return names[name]

    def _name(self, word: str) -> str:
        """Return the name of a model for who chooses: a file's without its folder, unless two are called so."""
        alike = Counter(map(_short, self._words))
        return word if alike[_short(word)] > 1 else _short(word)

    def _told(self, word: str) -> Answerer:
        if word == EXTRACTIVE:
            return QUOTING
        name, check = self._name(word), self._settings.check
        model = self._models[word]() if word == AUTO else None  # whose name the settings don't tell
        label = model.name if model else name
        return Answerer(name, label, checks=True, checker=label if check in ITSELF else _short(check))


def words_of(settings: Settings) -> tuple[str, ...]:
    """Return who may write, in the words of the settings, each once; quotes always may.

    >>> words_of(Settings(llm="openai:one", llms=("gguf:two.gguf", "openai:one")))
    ('openai:one', 'gguf:two.gguf', 'extractive')
    """
    endpoint = settings.openai_api_key is not None or settings.openai_base_url is not None
    words = (settings.llm, *settings.llms, EXTRACTIVE)
    return tuple(dict.fromkeys(EXTRACTIVE if word == AUTO and not endpoint else word for word in words))


def _load(word: str, settings: Settings) -> ChatModel | None:
    """Return the model that a word of the settings names. Raises ModelError, which tells which setting that was."""
    try:
        return load_model(settings.model_copy(update={"llm": word}))
    except ModelError as error:
        told = str(error) if word == settings.llm else str(error).replace("ASKPAPERS_LLM=", "ASKPAPERS_LLMS=")
        raise ModelError(told) from error


def _short(word: str) -> str:
    """Return a word of the settings without the folders of a file.

    >>> _short("gguf:/models/tiny.gguf"), _short("openai:org/tiny")
    ('gguf:tiny.gguf', 'openai:org/tiny')
    """
    kind, _, value = word.partition(":")
    return f"{kind}:{Path(value).name}" if kind in {"gguf", "onnx"} else word
