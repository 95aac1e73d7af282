"""The bundled embedding model loaded beside whatever else a process has to do before it asks.

onnxruntime lets go of Python's lock while it makes a session, so on a second core that costs no time: imports take as
long. Only for a process that will ask: the thread is waited for at its end.
"""

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from rag.errors import EmbeddingError
from rag.settings import Settings
from rag.utils.once import Once

if TYPE_CHECKING:
    from rag.models.embedders.onnx import OnnxEmbedder

_BEGUN: "dict[int, Once[OnnxEmbedder]]" = {}  # by threads


def load_ahead(settings: Settings) -> None:
    """Begin to load the embedding model of the settings, if it is the bundled one, for `load_embedder` to take."""
    if settings.embedding != "minilm" or settings.threads in _BEGUN:
        return
    threads = settings.threads

    def load() -> "OnnxEmbedder":
        from rag.models.embedders.minilm import load_minilm

        return load_minilm(threads=threads)

    _BEGUN[threads] = begun = Once(load)
    threading.Thread(target=_loaded, args=(begun,)).start()


def loaded_ahead(settings: Settings) -> "OnnxEmbedder | None":
    """Return the model that was begun for such settings, to the first who asks; else None. Raises EmbeddingError."""
    begun = _BEGUN.pop(settings.threads, None)
    return begun() if begun is not None else None


def _loaded(begun: "Once[OnnxEmbedder]") -> None:
    with suppress(EmbeddingError):  # told to who takes it
        begun()
