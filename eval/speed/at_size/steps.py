"""The steps that run in a process of their own: `python -m eval.speed.at_size.steps NAME FOLDER PAPERS BEGUN`."""

import shutil
import sys
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from eval.speed.at_size.asking import ask
from eval.speed.at_size.making import collection, make
from eval.speed.at_size.process import main, memory_peak
from rag.models.embedders import load_embedder
from rag.readers import read_file
from rag.records import Record
from rag.records.progress import Watch
from rag.samples import PATH
from rag.settings import load_settings
from rag.storage.layout import index_folder
from rag.storage.manifest import read_manifest

TEXTS = 20  # abstracts of the samples that the user's own model embeds


def making(folder: Path, papers: int, begun: float, watch: Watch) -> dict[str, Any]:
    """Bring the papers in."""
    del begun
    return make(folder, papers, watch)


def asking(folder: Path, papers: int, begun: float, watch: Watch) -> dict[str, Any]:
    """Ask the library."""
    del watch
    return ask(folder, papers, begun)


def mending(folder: Path, papers: int, begun: float, watch: Watch) -> dict[str, Any]:
    """Take Chroma away, and return the seconds until a writer, who makes it anew, can begin: searches don't need it."""
    del papers, begun, watch
    manifest = read_manifest(folder)
    gone = list(index_folder(folder, manifest.vectors).chromas()) if manifest else []
    for chroma in gone:
        shutil.rmtree(chroma)
    started = perf_counter()
    with closing(collection(folder)) as held, held.storage.writing():
        pass
    return {"seconds": perf_counter() - started if gone else 0.0}


def own_model(folder: Path, papers: int, begun: float, watch: Watch) -> dict[str, Any]:
    """Return the seconds a text that the embedding model of the settings takes, those of loading it, its memory in MB.

    The processor's seconds are those of all its cores together.
    """
    del folder, papers, begun, watch
    settings, before = load_settings(Path(".env")), memory_peak()
    started = perf_counter()
    embedder = load_embedder(settings)
    found = [f"{one.title}. {one.abstract}" for _, one in read_file(PATH) if isinstance(one, Record)]
    next(iter(embedder.embed(found[TEXTS : TEXTS + 1])))
    loading, started, used = perf_counter() - started, perf_counter(), process_time()
    for _ in embedder.embed(found[:TEXTS]):
        pass
    took = {"seconds": (perf_counter() - started) / TEXTS, "processor": (process_time() - used) / TEXTS}
    return {"name": embedder.name, **took, "loading": loading, "memory": memory_peak() - before}


if __name__ == "__main__":
    sys.exit(main({"make": making, "ask": asking, "mend": mending, "own": own_model}, sys.argv[1:]))
