"""A question asked of the command line in a process of its own, beside the bare import and load of what it uses.

Bare: onnxruntime, tokenizers, numpy and sqlite3 imported, the bundled model and its tokenizer loaded, the library's
catalog and kept vectors read; the same with Chroma opened beside, as the limit was set for, is the second floor. All in
turn, so that whatever else the machine does meets each. ASKPAPERS_COLD_PAPERS=707,100000 does it over so many
made-up papers too. Then `askpapers chat` until it answers (page/ready.py).
"""

import os
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from eval.benchmarks.page import ready
from eval.speed.at_size.made_up import questions
from eval.speed.at_size.making import make
from rag.library import Library
from rag.models.embedders.minilm import NAME, VOCABULARY, model_path
from rag.samples import PATH, QUESTIONS
from rag.settings import Settings
from rag.storage.layout import FIRST_INDEX, catalog_path, index_folder
from rag.storage.manifest import read_manifest, write_manifest

ROUNDS = 15
LIMIT = 1.4
NOT_ANSWERED = 3  # exit code
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
    """Return a Markdown table: seconds of both, their ratio, and its limit.

    A made-up library is made by the quick embedder (eval.speed.at_size), then named as if the bundled model had made
    it, for a question costs the same whatever the vectors mean.
    """
    lines = ["| what | measured | floor | ratio | limit |", "|---|---|---|---|---|"]
    folder = work / "cold.library"
    with Library.open(folder, Settings(llm="extractive")) as library:
        library.ingest([PATH])
        lines += _measured(folder, len(library), QUESTIONS[0], work)
        lines += ready.rows(folder, len(library), work)
    for made in map(int, filter(None, os.environ.get("ASKPAPERS_COLD_PAPERS", "").split(","))):
        folder = work / f"made-{made}.library"
        make(folder, made, lambda progress: None)
        if (manifest := read_manifest(folder)) is not None:
            write_manifest(folder, replace(manifest, embedding=NAME))
        lines += _measured(folder, made, questions(made, 1)[0], work)
        if manifest is not None:
            write_manifest(folder, manifest)  # so that it can be made larger
    return "\n".join(lines)


def _measured(folder: Path, papers: int, question: str, work: Path) -> list[str]:
    """Return a row for each floor, of one library."""
    manifest = read_manifest(folder)
    index = index_folder(folder, manifest.vectors if manifest else FIRST_INDEX)
    used = (model_path(), VOCABULARY, index.vectors, index.chroma, catalog_path(folder))
    commands = {
        "ask": ["-m", "ui.cli", "ask", question, "--library", str(folder), "--llm", "extractive"],
        "bare": ["-c", BARE, *map(str, used)],
        "bare, Chroma too": ["-c", WITH_CHROMA, *map(str, used)],
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(_seconds(command, work))
    asked, *floors = ([statistics.median(one) for one in zip(*kept[1:], strict=True)] for kept in times.values())
    clock, processor = asked
    return [
        f"| cold `askpapers ask`, {papers:,} papers, median s (of the processor) | {clock:.2f} ({processor:.2f}) "
        f"| {name} {floor:.2f} ({used_up:.2f}) | {clock / floor:.2f} | {LIMIT} |"
        for name, (floor, used_up) in zip([*commands][1:], floors, strict=True)
    ]


def _seconds(arguments: list[str], work: Path) -> tuple[float, float]:
    """Return the seconds of a command on the clock and of the processor; its bytecode is kept, as that of a package."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(work / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, started = os.times(), perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, env=environment)  # noqa: S603
    took, after = perf_counter() - started, os.times()
    assert done.returncode in {0, NOT_ANSWERED}, done.stderr
    return took, sum(after[2:4]) - sum(before[2:4])
