"""Two processes ask a library on servers while a third brings papers in: is every answer right?

A question is the title and the first words of a made-up paper that is there from the start. Right is an answer whose
first paper is that one, and whose papers are all, word for word, what they were made as; a paper that is there by half,
or of another moment than its text, would show.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from eval.benchmarks.servers.running import both
from eval.speed.at_size.made_up import paper
from eval.speed.at_size.quick_embedder import QuickEmbedder
from rag.collection import Collection
from rag.errors import RagError
from rag.library import Library
from rag.settings import Settings

THERE, COMING = 2_000, 4_000  # papers from the start, and brought in meanwhile
PROCESSES, QUESTIONS = 2, 2_500  # that ask, and what each of them asks
LIMIT = 5  # papers of an answer
AT_ONCE = 250  # papers of an ingest: as people bring in files


def measure(work: Path) -> str:
    """Return the table. `work` isn't used: the servers' files go when it is done."""
    del work
    with both(durable=True) as servers:
        address, chroma = servers.postgres.new_library("asking"), servers.chroma.url
        with _opened(address, chroma) as library:
            _fill(library, range(1, THERE + 1))
        writing = _process("write", address, chroma, 0, THERE, COMING)
        asking = [_process("ask", address, chroma, number, THERE, QUESTIONS) for number in range(PROCESSES)]
        found = [json.loads(process.communicate()[0]) for process in asking]
        still = writing.poll() is None
        written = json.loads(writing.communicate()[0])
        with _opened(address, chroma) as library:
            total = len(library)
    told: Counter[str] = sum((Counter(one["told"]) for one in found), Counter())
    times = np.concatenate([one["ms"] for one in found])
    left = ", not all yet when the last was asked" if still else ""
    outcome = f"{len(times):,} | {told['right']:,} | {told['wrong']} | {told['error']}"
    lines = [
        "| questions | right | wrong | refused with an error | papers brought in meanwhile | search p50 / p95 ms |",
        "|---|---|---|---|---|---|",
        f"| {outcome} | {written['added']:,}{left} | {np.percentile(times, 50):.0f} / {np.percentile(times, 95):.0f} |",
        "",
        f"{total:,} papers at the end of {THERE + COMING:,}; {PROCESSES} processes asked, one wrote.",
    ]
    return "\n".join(lines)


@contextmanager
def _opened(address: str, chroma: str) -> Iterator[Library]:
    settings = Settings(llm="extractive", reranker="", check="off", chroma=chroma)
    with closing(Library(Collection.open(address, settings, embedder=QuickEmbedder()))) as library:
        yield library


def _fill(library: Library, numbers: range) -> None:
    """Bring in the made-up papers of some numbers, as an ingest does."""
    library.ingest([paper(number) for number in numbers], name="made-up")


def _process(what: str, address: str, chroma: str, *numbers: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "eval.benchmarks.servers.asking", what, address, chroma, *map(str, numbers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  (our own)


def _ask(library: Library, seed: int, there: int, many: int) -> dict[str, object]:
    """Ask about the papers 1 to `there`, drawn by chance, and return what became of it."""
    told, times = Counter[str](), list[float]()
    for number in np.random.default_rng(seed).integers(1, there + 1, many).tolist():
        wanted, begun = paper(number), time.perf_counter()
        try:
            # The beginning of the abstract with it: papers of one topic may have the words of a title in another order.
            hits = library.search(f"{wanted.title} {wanted.abstract[:300]}", limit=LIMIT, as_written=True)
        except RagError as error:
            sys.stderr.write(f"{error}\n")
            told["error"] += 1
            continue
        finally:
            times.append((time.perf_counter() - begun) * 1_000)
        whole = all(_is_whole(hit.paper.key or "", hit.paper.title, hit.paper.abstract) for hit in hits)
        told["right" if hits and hits[0].paper.title == wanted.title and whole else "wrong"] += 1
    return {"told": told, "ms": times}


def _is_whole(key: str, title: str, abstract: str) -> bool:
    made = paper(int(key.removeprefix("made-up-")))
    return (made.title, made.abstract) == (title, abstract)


def main(what: str, address: str, chroma: str, *numbers: str) -> None:
    """Be one of the processes: ask `many` questions about the papers `there`, or bring in as many more of them."""
    seed, there, many = map(int, numbers)
    with _opened(address, chroma) as library:
        if what == "ask":
            sys.stdout.write(json.dumps(_ask(library, seed, there, many)))
        else:
            for start in range(there + 1, there + many + 1, AT_ONCE):
                _fill(library, range(start, min(start + AT_ONCE, there + many + 1)))
            sys.stdout.write(json.dumps({"added": many}))


if __name__ == "__main__":
    main(*sys.argv[1:])
