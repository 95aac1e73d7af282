"""A question asked of the command line in a process of its own, beside the bare import and load of what it uses.

Bare: onnxruntime, tokenizers, numpy and sqlite3 imported, the bundled model and its tokenizer loaded, the library's
catalog and kept vectors read; the same with Chroma opened beside, as the limit was set for, is the second floor. All in
turn, so that whatever else the machine does meets each.
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
import numpy, onnxruntime
from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer
model, vocabulary, vectors, chroma, catalog = sys.argv[1:]
onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
BertWordPieceTokenizer(vocabulary, lowercase=True)
sqlite3.connect(catalog).execute("SELECT count(*) FROM papers").fetchone()
table = sqlite3.connect(vectors)
[name] = table.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name LIMIT 1").fetchone()
table.execute(f"SELECT * FROM {name}").fetchall()
"""
WITH_CHROMA = (
    BARE
    + """
import chromadb
from chromadb.config import Settings
client = chromadb.PersistentClient(chroma, settings=Settings(anonymized_telemetry=False))
client.get_collection("papers", embedding_function=None).count()
"""
)


def measure(work: Path) -> str:
    """Return a Markdown table: seconds of both, their ratio, and its limit."""
    folder = work / "cold.library"
    with Library.open(folder, Settings(llm="extractive")) as library:
        library.ingest([PATH])
    ask = ["-m", "ui.cli", "ask", QUESTIONS[0], "--library", str(folder), "--llm", "extractive"]
    index = index_folder(folder, FIRST_INDEX)
    used = (model_path(), VOCABULARY, index.vectors, index.chroma, catalog_path(folder))
    commands = {
        "ask": ask,
        "bare": ["-c", BARE, *map(str, used)],
        "bare, Chroma too": ["-c", WITH_CHROMA, *map(str, used)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(_seconds(command))
    asked, *floors = (statistics.median(one[1:]) for one in times.values())
    rows = (
        f"| cold `askpapers ask`, median s | {asked:.2f} | {name} {floor:.2f} | {asked / floor:.2f} | {LIMIT} |"
        for name, floor in zip([*commands][1:], floors, strict=True)
    )
    return "\n".join(["| what | measured | floor | ratio | limit |", "|---|---|---|---|---|", *rows])


def _seconds(arguments: list[str]) -> float:
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)  # noqa: S603  (our own commands)
    return perf_counter() - started
