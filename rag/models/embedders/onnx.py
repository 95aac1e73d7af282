"""A sentence-transformers model on onnxruntime: word pieces in, mean-pooled vectors and token states out.

Every call runs one text at a time: on two cores that was the fastest batch size measured (eval/RESULTS.md), it needs
no padding, and memory stays that of one text.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbeddingError
from rag.models.embedders.base import Embedded
from rag.models.onnx_session import load_session, model_file
from rag.utils.arrays import Matrix

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WINDOW = 512  # word pieces with [CLS] and [SEP]: what BERT-like models were trained to see


class OnnxEmbedder:
    """Mean pooling over the token states of an ONNX model, L2-normalised (Reimers & Gurevych 2019, section 3)."""

    def __init__(self, name: str, session: "InferenceSession", tokenizer: "Tokenizer") -> None:
        # A tokenizer.json often ships truncation and padding at 128: both are decided here instead.
        tokenizer.no_padding()
        tokenizer.enable_truncation(WINDOW)
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = [given.name for given in session.get_inputs()]
        self.name = name
        self.window = WINDOW
        self.dimension = int(session.get_outputs()[0].shape[-1])

    def length(self, text: str) -> int:
        """Return the number of word pieces of `text`, special tokens included, at most `window`."""
        return len(self._tokenizer.encode(text).ids)

    def embed(self, texts: Sequence[str]) -> Iterator[Embedded]:
        """Yield each text embedded, in order; text beyond the window of word pieces is not seen."""
        for text in texts:
            encoding = self._tokenizer.encode(text)
            states = self._states(encoding.ids)
            mean = states.mean(axis=0)
            # The special tokens belong to the pooled vector (the model was trained so) but stand for no text.
            real = np.flatnonzero(np.asarray(encoding.special_tokens_mask) == 0)
            offsets = np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)
            yield Embedded(mean / max(float(np.linalg.norm(mean)), 1e-12), states[real], offsets[real])

    def _states(self, ids: Sequence[int]) -> Matrix:
        row: NDArray[np.int64] = np.asarray([ids], dtype=np.int64)
        given = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        states: Matrix = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        return states


def open_session(path: Path, threads: int) -> "InferenceSession":
    """Return an onnxruntime session of a model file, on `threads` threads (0: every core). Raises EmbeddingError."""
    try:
        return load_session(path, threads)
    except ValueError as error:
        msg = f"The embedding model {path} can't be loaded ({error}). Install it again, or name another one."
        raise EmbeddingError(msg) from error


def load_folder(folder: str, threads: int) -> OnnxEmbedder:
    """Load `tokenizer.json` and the first of model.onnx, onnx/model.onnx in a folder. Raises EmbeddingError."""
    from tokenizers import Tokenizer

    root = Path(folder).expanduser()
    model, tokenizer = model_file(root), root / "tokenizer.json"
    if model is None or not tokenizer.is_file():
        msg = f"{root} holds no embedding model: it needs model.onnx (or onnx/model.onnx) and tokenizer.json."
        raise EmbeddingError(msg)
    return OnnxEmbedder(f"onnx:{folder}", open_session(model, threads), Tokenizer.from_file(str(tokenizer)))
