"""An embedding model on onnxruntime: word pieces in, pooled vectors and token states out.

Every call of the model runs one text: on two cores that was the fastest batch size measured (eval/RESULTS.md), and it
needs no padding. A question has all cores for itself. Of many passages a small model runs several side by side, each on
a core of its own, which is faster still: matrices so small don't gain from being divided.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import EmbeddingError
from rag.models.embedders.base import Embedded, Kind
from rag.models.embedders.exports.export import Export, folder_export
from rag.models.embedders.exports.feeding import Feeder, choose_outputs
from rag.models.embedders.exports.modules import Dense
from rag.models.embedders.exports.pooling import pool
from rag.models.onnx_session import first_line, load_session
from rag.settings import Settings
from rag.utils.arrays import Matrix, Vector
from rag.utils.threads import side_by_side

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

MANY = 8  # passages, from which on it pays to load the model a second time, for one core
SMALL = 200_000_000  # bytes of a model that may be in memory twice
PIECES = 4_096  # word pieces that the texts run side by side may have: what bounds memory


class OnnxEmbedder:
    """Vectors as sentence-transformers makes them (Reimers & Gurevych 2019), L2-normalised, and the token states.

    A vector that the model pools itself (`sentence_embedding`) is taken as it is.
    """

    def __init__(self, name: str, session: "InferenceSession", tokenizer: "Tokenizer", export: Export) -> None:
        """Raise ValueError for a model that wants what no text has, or gives no vectors."""
        self._session = session
        self._tokenizer = tokenizer
        self._export = export
        self._feeder = Feeder(session, export)
        self._outputs = choose_outputs(session)
        self._asked = [one for one in (self._outputs.pooled, self._outputs.states) if one]
        self.name = name
        self.note = export.note
        self.window = min(export.window, self._feeder.length or export.window)
        # A tokenizer.json often ships truncation and padding at 128: both are decided here instead.
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.window)
        threads = session.get_session_options().intra_op_num_threads
        self._files = _files_of(export.model)
        small = sum(size for size, _ in self._files.values()) <= SMALL
        self._workers = min(threads, PIECES // self.window) if small else 1

    @cached_property
    def dimension(self) -> int:
        """Length of a vector, as a first text shows it."""
        return len(next(self.embed(["dimension"])).vector)

    def length(self, text: str) -> int:
        """Return the number of word pieces of a passage, prompt and special tokens included, at most `window`."""
        return len(self._tokenizer.encode(self._export.prompts.passage + text).ids)

    def knows(self, word: str) -> bool:
        """Return whether a word is a whole entry of the model's vocabulary."""
        # Many vocabularies mark an entry that begins a word, by a sign of their own for the space before it.
        cut = (self._tokenizer.encode(text, add_special_tokens=False).tokens for text in (word, f" {word}"))
        return any(len(one) == 1 and one[0].lstrip("\u2581\u0120").lower() == word.lower() for one in cut)

    def embed(self, texts: Sequence[str], *, kind: Kind = "passage") -> Iterator[Embedded]:
        """Yield each text embedded, in order; text beyond the window of word pieces is not seen."""
        if len(texts) < MANY or self._workers < 2:
            yield from (self._embedded(self._session, kind, text) for text in texts)
        else:
            yield from side_by_side(partial(self._embedded, self._on_one_core, kind), texts, self._workers)

    @cached_property
    def _on_one_core(self) -> "InferenceSession":
        if _files_of(self._export.model) != self._files:  # another model was put there since: never two in one library
            return self._session
        return open_session(self._export.model, threads=1)

    def _embedded(self, session: "InferenceSession", kind: Kind, text: str) -> Embedded:
        prompt = self._export.prompts.of(kind)
        encoding = self._tokenizer.encode(prompt + text)
        offsets = np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        # The special tokens and the prompt belong to the pooled vector (the model was trained so) but stand for no
        # text of ours.
        real = np.asarray(encoding.special_tokens_mask) == 0
        behind = offsets[:, 1] > len(prompt) if prompt else real
        own = np.flatnonzero(real & behind)
        skipped = 0 if self._export.counts_prompt or not prompt or not len(own) else int(own[0])
        vector, states = self._run(session, encoding, kind, skipped)
        if not len(states):
            return Embedded(vector, states, np.empty((0, 2), np.int32))
        return Embedded(vector, states[own], np.maximum(offsets[own] - len(prompt), 0))

    def _run(
        self, session: "InferenceSession", encoding: "Encoding", kind: Kind, skipped: int
    ) -> tuple[Vector, Matrix]:
        """Return the vector, length 1, and the states of all word pieces (none when the model doesn't tell them)."""
        fed = self._feeder.inputs(encoding.ids, encoding.type_ids, kind)
        try:
            given = dict(zip(self._asked, session.run(self._asked, fed), strict=True))
        except Exception as error:  # onnxruntime's errors have no root of their own
            raise self._unusable(first_line(error)) from error
        states = self._given(given, self._outputs.states)
        pooled = self._given(given, self._outputs.pooled)
        if states is not None and states.ndim != 2:
            raise self._unusable(f"its output {self._outputs.states} has {states.ndim + 1} dimensions, not 3")
        if states is not None:
            states = states[: len(encoding.ids)]
        if pooled is None and states is not None:
            pooled = self._through(pool(states, self._export.pooling, skipped))
        elif pooled is not None:
            pooled = self._rest(pooled)
        length = float(np.linalg.norm(pooled)) if pooled is not None else np.nan
        if pooled is None or not np.isfinite(length):
            why = "a vector holds what is no number"
            raise self._unusable(why)
        return pooled / max(length, 1e-12), states if states is not None else np.empty((0, len(pooled)), np.float32)

    def _given(self, given: dict[str, Any], name: str | None) -> Matrix | None:
        if name is None:
            return None
        found: Matrix = given[name][0]
        return found if found.dtype == np.float32 else found.astype(np.float32)

    def _through(self, vector: Vector) -> Vector:
        for step in self._export.steps:
            try:
                vector = step(vector)
            except ValueError as error:  # of NumPy: a layer for vectors of another length
                raise self._unusable(f"its layers don't fit its vectors ({error})") from error
        return vector

    def _rest(self, pooled: Vector) -> Vector:
        """Return a vector that came pooled through the layers, when its length shows that it hasn't been there."""
        layers = [step for step in self._export.steps if isinstance(step, Dense)]
        if layers and len(pooled) == layers[0].weight.shape[1] != layers[-1].weight.shape[0]:
            return self._through(pooled)
        return pooled

    def _unusable(self, why: str) -> EmbeddingError:
        return EmbeddingError(
            f"The embedding model {self._export.source} can't be used: {why.rstrip('.')}. "
            "Export it again, or name another one with ASKPAPERS_EMBEDDING."
        )


def _files_of(model: Path) -> dict[str, tuple[int, int]]:
    """Return the size in bytes and the time of change of a model and of the files that hold its weights apart."""
    found = {one.name: one.stat() for one in model.parent.glob(f"{model.name}*") if one.is_file()}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in found.items()}


def open_session(
    path: Path, threads: int, remedy: str = "Install it again, or name another one."
) -> "InferenceSession":
    """Return an onnxruntime session of a model file, on `threads` threads (0: every core). Raises EmbeddingError."""
    try:
        return load_session(path, threads)
    except ValueError as error:
        msg = f"The embedding model {path} can't be loaded ({error}). {remedy}"
        raise EmbeddingError(msg) from error


def load_export(export: Export, threads: int, remedy: str = "Export it again, or name another one.") -> OnnxEmbedder:
    """Load the model of an export; `remedy` says what to do when its files are damaged. Raises EmbeddingError."""
    from tokenizers import Tokenizer, normalizers

    session = open_session(export.model, threads, remedy)
    try:
        tokenizer = Tokenizer.from_file(str(export.tokenizer))
    except Exception as error:  # tokenizers raises bare Exception
        msg = f"The tokenizer {export.tokenizer} can't be read ({first_line(error)}). {remedy}"
        raise EmbeddingError(msg) from error
    if export.lower_case:  # as a step of the tokenizer, so that offsets stay those of the text as it is
        steps = [normalizers.Lowercase(), *([tokenizer.normalizer] if tokenizer.normalizer else [])]
        tokenizer.normalizer = normalizers.Sequence(steps)
    try:
        return OnnxEmbedder(export.name, session, tokenizer, export)
    except ValueError as error:
        msg = f"The embedding model {export.source} can't be used: {error}. Name another one with ASKPAPERS_EMBEDDING."
        raise EmbeddingError(msg) from error


def load_folder(folder: str, settings: Settings) -> OnnxEmbedder:
    """Load the export of a folder: tokenizer.json and model.onnx or onnx/model.onnx. Raises EmbeddingError."""
    export = folder_export(folder, settings)
    if export is None:
        root = Path(folder).expanduser()
        msg = f"{root} holds no embedding model: it needs model.onnx (or onnx/model.onnx) and tokenizer.json."
        raise EmbeddingError(msg)
    return load_export(export, settings.threads)
