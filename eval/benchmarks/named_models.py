"""An embedding model by its name on a hub, from the cache, beside the same files named by their folder.

Each loads and answers a first question in a process of its own, in turn, so that whatever else the machine does meets
both. The files are those of the bundled model; the cache is laid out as huggingface_hub does it, and no hub is asked.
"""

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from rag.models.embedders.minilm import load_tokenizer, model_path
from rag.models.hub import DESCRIPTIONS

ROUNDS = 15
LIMIT = 1.2
NAME, COMMIT = "askpapers/minilm", "0" * 40
ASK = """
import sys
from rag.models.embedders import load_embedder
from rag.settings import Settings
embedder = load_embedder(Settings(embedding=sys.argv[1]))
assert len(next(iter(embedder.embed(["What is late interaction?"], kind="query"))).vector) == 384
"""


def measure(work: Path) -> str:
    """Return a Markdown table: seconds of both, their ratio, and its limit."""
    cache = work / "hub"
    folder = _cached(cache / f"models--{NAME.replace('/', '--')}")
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    times: dict[str, list[float]] = {f"hf:{NAME}": [], f"onnx:{folder}": []}
    for _ in range(ROUNDS):
        for setting, seconds in times.items():
            started = perf_counter()
            command = [sys.executable, "-c", ASK, setting]
            subprocess.run(command, capture_output=True, check=True, env=environment)  # noqa: S603  (our own command)
            seconds.append(perf_counter() - started)
    named, by_folder = (statistics.median(seconds[1:]) for seconds in times.values())
    return "\n".join(
        [
            "| what | by name | by folder | ratio | limit |",
            "|---|---|---|---|---|",
            f"| load and first answer, median s | {named:.2f} | {by_folder:.2f} | {named / by_folder:.2f} | {LIMIT} |",
        ]
    )


def _cached(repository: Path) -> Path:
    """Lay out a repository with the bundled model in the cache, as fetched; return the folder of its files."""
    snapshot, absent = repository / "snapshots" / COMMIT, repository / ".no_exist" / COMMIT
    (snapshot / "onnx").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model_path(), snapshot / "onnx" / "model.onnx")
    load_tokenizer().save(str(snapshot / "tokenizer.json"))
    for name in (*DESCRIPTIONS, "onnx/model.onnx_data"):
        note = absent / name
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch()
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(COMMIT, "utf-8")
    return snapshot
