"""What all faults need: made-up papers, a quick embedder, processes that may die, and what must hold afterwards.

Each step runs in a process forked from this one, so that nothing is imported twice and a crash is seen as what it is.
Chroma and SQLite are real; only the embedding model is replaced, by one of hashed words.
"""

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

import rag.collection
import rag.ingestion.indexing
import rag.ingestion.ingest
import rag.maintenance.doctor
import rag.maintenance.rebuild
import rag.storage.index.probe
from rag.errors import RagError
from rag.library import Library
from rag.models.embedders.base import Embedded, Kind
from rag.models.embedders.minilm import NAME
from rag.settings import Settings
from rag.storage.index.chroma import chroma_errors
from rag.text.words import content_words

SECONDS = 60  # after which a process hangs
SETTINGS = Settings(llm="extractive")


@dataclass
class Tally:
    """One line of the table: a fault, how often it was tried, and what became of it."""

    fault: str
    tried: int = 0
    survived: int = 0
    lost: int = 0  # papers
    named: int = 0  # times that doctor said so
    notes: list[str] = field(default_factory=list)

    def count(self, problems: Sequence[str], *, named: bool = False, lost: int = 0) -> None:
        """Add one try with the problems that it met."""
        self.tried += 1
        self.survived += not problems
        self.named += named
        self.lost += lost
        self.notes += problems

    def __str__(self) -> str:
        return f"| {self.fault} | {self.tried} | {self.survived} | {self.named} | {self.lost} |"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: `value`, `line` (an expected error), `raw` (another one), `crash` or `killed`."""

    how: str
    value: Any = None
    told: tuple[Any, ...] = ()  # what it reported before

    @property
    def fine(self) -> bool:
        """True for a value and for an error of one line."""
        return self.how == "value" or (self.how == "line" and len(str(self.value).splitlines()) == 1)


class HashedWords:
    """An embedder of no understanding: a text is the sum of its words, each a random direction."""

    name, dimension, window = NAME, 384, 256

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def length(self, text: str) -> int:
        """Return the number of words."""
        return len(text.split())

    def embed(self, texts: Sequence[str], *, kind: Kind = "passage") -> Iterator[Embedded]:  # noqa: ARG002
        """Yield each text as the mean of its words."""
        for text in texts:
            words = content_words(text)
            tokens = np.array([self._direction(word.text) for word in words] or [self._direction("")], np.float32)
            spans = np.array([(word.start, word.end) for word in words] or [(0, 0)], np.int32)
            mean = tokens.mean(axis=0)
            yield Embedded((mean / np.linalg.norm(mean)).astype(np.float32), tokens, spans)

    def _direction(self, word: str) -> Any:
        if word not in self._known:
            found = np.random.default_rng(zlib.crc32(word.lower().encode())).standard_normal(self.dimension)
            self._known[word] = found / np.linalg.norm(found)
        return self._known[word]


EMBEDDER = HashedWords()


def put_in_place(*changes: tuple[Any, str, Any]) -> None:
    """Change what modules hold, (module, name, value) each, in a process that soon ends."""
    for module, name, value in changes:
        setattr(module, name, value)


def small_batches() -> None:
    """Let a command take many steps for few papers, so that there are more moments to kill it."""
    put_in_place(
        (rag.ingestion.ingest, "READ_BATCH", 8),
        (rag.ingestion.indexing, "EMBED_BATCH", 4),
        (rag.ingestion.indexing, "LARGEST_BATCH", 4),
        (rag.maintenance.rebuild, "EMBED_BATCH", 4),
    )


def paper(number: int, more: str = "") -> dict[str, Any]:
    """Make up a paper that shares few words with any other."""
    word = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")
    abstract = f"We study {word}x systems. The {word} method reaches {number} points on {word}z. {more}".strip()
    return {"id": f"k{number}", "title": f"On the {word} method number {number}", "abstract": abstract}


def write_papers(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write papers as JSON Lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def opened(folder: Path) -> Library:
    """Open a library whose embedder is the quick one."""
    put_in_place((rag.collection, "load_embedder", lambda settings: EMBEDDER))
    return Library.open(folder, SETTINGS, create=not folder.exists())


def ingest(folder: Path, file: Path) -> int:
    """Bring the papers of a file into a library; return how many the library says it stored."""
    with opened(folder) as library:
        return library.ingest(file).stored


def run(step: Callable[[Callable[[Any], None]], Any], kill: Callable[[int], None] | None = None) -> Ended:
    """Run a step in a process of its own, which gets a function to report with; `kill` may end it."""
    chroma_errors()  # loads Chroma, once for all that are forked
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        _child(step, writing)
    os.close(writing)
    if kill is not None:
        kill(process)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = [json.loads(line) for line in pipe.read().splitlines() if line.endswith("]")]
    _, status = os.waitpid(process, 0)
    told = tuple(value for how, value in said if how == "told")
    ends = [(how, value) for how, value in said if how != "told"]
    if ends:
        return Ended(*ends[-1], told)
    died = os.waitstatus_to_exitcode(status)
    return Ended("killed" if died == -signal.SIGKILL and kill is not None else "crash", died, told)


def _child(step: Callable[[Callable[[Any], None]], Any], pipe: int) -> None:
    os.setsid()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)

    def tell(how: str, value: Any) -> None:
        os.write(pipe, f"{json.dumps([how, value])}\n".encode())

    probes = SimpleNamespace(run=_forked_probe, TimeoutExpired=subprocess.TimeoutExpired)
    put_in_place(
        (rag.maintenance.doctor, "load_embedder", lambda settings: EMBEDDER),
        (rag.maintenance.rebuild, "load_embedder", lambda settings: EMBEDDER),
        (rag.storage.index.probe, "subprocess", probes),
    )
    try:
        tell("value", step(lambda value: tell("told", value)))
    except RagError as error:
        tell("line", str(error))
    except BaseException as error:  # noqa: BLE001  (that there is none is what is measured)
        tell("raw", repr(error)[:300])
    finally:
        os._exit(0)


def _forked_probe(command: Sequence[str], **_: Any) -> SimpleNamespace:
    """Do what the probe's own process does, without the second that Python takes to start."""

    def step(tell: Callable[[Any], None]) -> Any:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = rag.storage.index.probe.main(*command[-3:])
        return code, out.getvalue(), err.getvalue()

    ended = run(step)
    code, out, err = ended.value if ended.how == "value" else (-11, "", "")
    return SimpleNamespace(returncode=code, stdout=out, stderr=err)


def doctor(folder: Path) -> dict[str, str]:
    """Return what is unsound in a library, and what is said of it."""
    ended = run(
        lambda tell: {
            finding.what: finding.detail
            for finding in rag.maintenance.doctor.check(folder, SETTINGS)
            if not finding.sound and finding.what != "embedding model"
        }
    )
    return dict(ended.value) if ended.how == "value" else {"doctor": f"{ended.how}: {ended.value}"}


def found(folder: Path, query: str = "method points systems") -> Ended:
    """Return what a search finds: (title, abstract, score) of every paper."""

    def step(tell: Callable[[Any], None]) -> Any:
        with opened(folder) as library:
            hits = library.search(query, limit=5_000)
            return [[hit.paper.title, hit.paper.abstract, round(hit.score, 6)] for hit in hits]

    return run(step)


def copy(folder: Path, place: Path) -> Path:
    """Return a fresh copy of a library."""
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(folder, place))


def flip(path: Path, moments: random.Random) -> int:
    """Flip one bit of a file, and return where."""
    place = moments.randrange(path.stat().st_size)
    with path.open("r+b") as file:
        file.seek(place)
        [byte] = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1 << moments.randrange(8)]))
    return place


def progress(text: str) -> None:
    """Tell how far the measuring is."""
    sys.stderr.write(f"{text}\n")
