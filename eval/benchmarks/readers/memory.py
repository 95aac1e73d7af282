"""A million papers through the readers and into a catalog: the peak of memory above the start, and papers a second.

The papers are made up from a seed, written to the working folder, and deleted. Each reading is a process of its own.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from string import ascii_uppercase
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import BinaryIO, NamedTuple

from rag.ingestion.ingest import store_records
from rag.readers import read_file
from rag.records import Record
from rag.records.progress import Progress
from rag.storage.catalog.sqlite import open_catalog

PAPERS = 1_000_000
TENTH = PAPERS // 10
WORDS = 40_000  # of which the abstracts are made, and the names
TEXT = 400_000  # words, of which each abstract is a part
LENGTH = 900  # characters of an abstract


def measure(work: Path) -> str:
    """Return a Markdown table: peak memory and speed of each form, read alone and stored."""
    columns = "what, MB, papers, rejected, s, a second, of the first tenth, of the last tenth, peak above start in MB"
    rows = [f"| {columns.replace(',', ' |')} |", "|---" * 9 + "|"]
    for name, write in FORMS.items():
        with TemporaryDirectory(dir=work) as folder:
            path = Path(folder) / "papers"
            with path.open("wb") as file:
                write(file)
            for what in ("read", "store") if name in STORED else ("read",):
                command = [sys.executable, "-m", "eval.benchmarks.readers.memory", what, str(path)]
                told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
                rows.append(f"| {what} {name} | {path.stat().st_size / 1e6:,.0f} | {told.stdout.strip()} |")
    return "\n".join(rows)


class Made(NamedTuple):
    """A made-up paper. Few family names are frequent, many are rare, as real ones are."""

    number: int
    title: str
    abstract: str
    author: str


def _papers() -> Iterator[Made]:
    numbers = Random(1)  # noqa: S311  (no secrets)
    letters = "etaoinshrdlu"
    vocabulary = ["".join(numbers.choices(letters, k=numbers.randint(2, 11))) for _ in range(WORDS)]
    weights = list(accumulate(1 / n for n in range(1, WORDS + 1)))
    text = " ".join(numbers.choices(vocabulary, cum_weights=weights, k=TEXT))
    for number in range(PAPERS):
        start, other = numbers.randrange(len(text) - LENGTH), numbers.randrange(len(text) - 60)
        [family] = numbers.choices(vocabulary, cum_weights=weights)
        yield Made(
            number,
            f"{text[other : other + 60].strip()} {number}",
            f"We study {text[start : start + LENGTH].strip()}.",
            f"{numbers.choice(ascii_uppercase)}. {family.capitalize()}",
        )


def _lines(file: BinaryIO, between: bytes = b"\n") -> None:
    for paper in _papers():
        row = {
            "id": f"k{paper.number}",
            "title": paper.title,
            "abstract": paper.abstract,
            "authors": [paper.author],
            "doi": f"10.1000/{paper.number}",
        }
        file.write((between if paper.number else b"") + json.dumps(row).encode())


def _list(file: BinaryIO) -> None:
    file.write(b"[")
    _lines(file, between=b", ")
    file.write(b"]")


def _xml(file: BinaryIO) -> None:
    file.write(b"<PubmedArticleSet>\n")
    for number, title, abstract, _ in _papers():
        article = f"<ArticleTitle>{title}</ArticleTitle>\n<Abstract><AbstractText>{abstract}</AbstractText></Abstract>"
        citation = f"<MedlineCitation><PMID>{number + 1}</PMID><Article>{article}</Article></MedlineCitation>"
        file.write(f"<PubmedArticle>{citation}</PubmedArticle>\n".encode())
    file.write(b"</PubmedArticleSet>\n")


def _broken(file: BinaryIO) -> None:
    rows = ({"id": f"k{number}", "title": f"Paper {number} without abstract"} for number in range(PAPERS))
    file.writelines(json.dumps(row).encode() + b"\n" for row in rows)


FORMS: dict[str, Callable[[BinaryIO], None]] = {
    "JSON Lines": _lines,
    "a JSON list on one line": _list,
    "PubMed XML": _xml,
    "JSON Lines without abstracts": _broken,
}

STORED = ("JSON Lines", "JSON Lines without abstracts")


def _read(path: Path) -> tuple[int, int, list[float]]:
    """Read a file and keep nothing; return papers, rejections, and the time of every tenth."""
    papers, times = 0, [perf_counter()]
    rejected = 0
    for _, found in read_file(path):
        papers += isinstance(found, Record)
        rejected += not isinstance(found, Record)
        if (papers + rejected) % TENTH == 0:
            times.append(perf_counter())
    return papers, rejected, times


def _store(path: Path) -> tuple[int, int, list[float]]:
    """Read a file into a catalog beside it."""
    times = [perf_counter()]

    def watch(progress: Progress) -> None:
        if progress.done % TENTH == 0:
            times.append(perf_counter())

    catalog = open_catalog(path.parent)
    kinds, _ = store_records(((name, one) for name, one in read_file(path)), catalog, watch)  # type: ignore[misc]
    catalog.close()
    return kinds.total() - kinds["rejected"], kinds["rejected"], times


def _told(what: str, path: Path) -> str:
    before = _memory("VmRSS")
    papers, rejected, times = (_read if what == "read" else _store)(path)
    peak = _memory("VmHWM") - before
    seconds = perf_counter() - times[0]
    speeds = ((papers + rejected) / seconds, TENTH / (times[1] - times[0]), TENTH / (times[-1] - times[-2]))
    told = (papers, rejected, seconds, *speeds, peak)
    return " | ".join(f"{one:,.0f}" for one in told)


def _memory(name: str) -> float:
    """Return what this process has in memory (VmRSS) or had at most (VmHWM), in MB; a parent's peak is none of it."""
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    sys.stdout.write(_told(sys.argv[1], Path(sys.argv[2])) + "\n")
