"""Token states as the bundled model gives them, of the shared papers and of SciFact: embedded once, kept as 16 bits."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus
from rag.ingestion import indexing
from rag.library import Library
from rag.settings import Settings
from rag.storage.index.token_embeddings import Form, TokenEmbeddings, compress
from rag.utils.arrays import Matrix

COLLECTIONS = ("dev", "scifact")


class Raw(NamedTuple):
    """The states of a paper's tokens, (n, 384) of any length; of each its sentence, and whether its word tells."""

    states: NDArray[np.float16]
    sentences: NDArray[np.uint16]
    words: NDArray[np.bool_]


def made_library(name: str, work: Path) -> Path:
    """Return the folder of a collection's library in `work`, made there with its states beside it when absent."""
    folder = work / f"{name}.states.library"  # one that another measure left has no states beside it
    if not (work / f"{name}.starts.json").is_file():
        source = shared_folder() / "papers"
        if name == "scifact":
            source = work / "scifact.jsonl"
            rows = load_corpus(shared_folder() / "bench" / "scifact")
            source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        _ingest(folder, source, work / name)
    return folder


def raw_states(name: str, work: Path) -> dict[int, Raw]:
    """Return the states of a collection by paper id, read from the disk when they are looked at."""
    made_library(name, work)
    sentences = np.fromfile(work / f"{name}.sentences", np.uint16)
    words = np.fromfile(work / f"{name}.words", np.bool_)
    states = np.memmap(work / f"{name}.states", np.float16, "r").reshape(len(sentences), -1)
    starts = json.loads((work / f"{name}.starts.json").read_text("utf-8"))
    return {paper_id: Raw(states[start:end], sentences[start:end], words[start:end]) for paper_id, start, end in starts}


def _ingest(folder: Path, source: Path, place: Path) -> None:
    """Make a library of a source, and keep what its states were before they were made small."""
    ends = [0]
    with ExitStack() as files:
        states, sentences, telling = (
            files.enter_context(place.with_suffix(f".{what}").open("wb")) for what in ("states", "sentences", "words")
        )

        def kept(tokens: Matrix, numbers: NDArray[np.uint16], _: Form, words: NDArray[np.bool_]) -> TokenEmbeddings:
            states.write(tokens.astype(np.float16).tobytes())
            sentences.write(numbers.tobytes())
            telling.write(words.tobytes())
            ends.append(ends[-1] + len(tokens))
            return compress(tokens, numbers)  # signed: the axes of the other form may be in the making

        with patch.object(indexing, "compress", kept), Library.open(folder, Settings()) as library:
            library.ingest([source])
            ids = [paper.paper_id for paper in library.selected()]  # in the order in which they were embedded
    assert len(ids) == len(ends) - 1
    starts = list(zip(ids, ends, ends[1:], strict=False))
    place.with_suffix(".starts.json").write_text(json.dumps(starts), "utf-8")
