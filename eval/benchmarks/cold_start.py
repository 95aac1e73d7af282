"""A question asked of the command line in a process of its own, beside the bare import and load of what it uses.

Bare: onnxruntime, tokenizers, sqlite3, chromadb imported, the bundled model and its tokenizer loaded, the library's
Chroma and catalog opened. Both in turn, so that whatever else the machine does meets both.
"""

import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from rag.library import Library
from rag.models.embedders.minilm import VOCABULARY, model_path
from rag.samples import PATH, QUESTIONS
from rag.settings import Settings
from rag.storage.layout import FIRST_INDEX, catalog_path, index_folder

ROUNDS = 15
LIMIT = 1.4
BARE = """
import sqlite3, sys
import chromadb, onnxruntime
from chromadb.config import Settings
from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer
model, vocabulary, chroma, catalog = sys.argv[1:]
onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
BertWordPieceTokenizer(vocabulary, lowercase=True)
client = chromadb.PersistentClient(chroma, settings=Settings(anonymized_telemetry=False))
client.get_collection("papers", embedding_function=None).count()
sqlite3.connect(catalog).execute("SELECT count(*) FROM papers").fetchone()
"""


def measure(work: Path) -> str:
    """Return a Markdown table: seconds of both, their ratio, and its limit."""
    folder = work / "cold.library"
    with Library.open(folder, Settings(llm="extractive")) as library:
        library.ingest([PATH])
    ask = ["-m", "ui.cli", "ask", QUESTIONS[0], "--library", str(folder), "--llm", "extractive"]
    used = (model_path(), VOCABULARY, index_folder(folder, FIRST_INDEX).chroma, catalog_path(folder))
    bare = ["-c", BARE, *map(str, used)]
    times: dict[str, list[float]] = {"ask": [], "bare": []}
    for _ in range(ROUNDS):
        times["bare"].append(_seconds(bare))
        times["ask"].append(_seconds(ask))
    asked, floor = statistics.median(times["ask"][1:]), statistics.median(times["bare"][1:])
    return "\n".join(
        [
            "| what | measured | bare | ratio | limit |",
            "|---|---|---|---|---|",
            f"| cold `askpapers ask`, median s | {asked:.2f} | {floor:.2f} | {asked / floor:.2f} | {LIMIT} |",
        ]
    )


def _seconds(arguments: list[str]) -> float:
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)  # noqa: S603  (our own commands)
    return perf_counter() - started
