"""A library of made-up papers of the wanted size: foretold, made, asked, mended; told as a table or as JSON."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.speed.at_size.foretelling import foretell, library_size, span
from eval.speed.at_size.making import check_folder
from eval.speed.at_size.process import run_step
from eval.speed.at_size.quick_embedder import NAME
from eval.speed.at_size.rows import Row, as_markdown
from rag.errors import QuestionError, RagError
from rag.records.progress import Watch
from rag.storage.layout import CHROMA, catalog_size, index_folder
from rag.storage.manifest import read_manifest

FEWEST = 100  # papers: among fewer a filter may leave none
ASKINGS = {
    "search": "warm search",
    "by_year": "warm search of a quarter, by year",
    "by_source": "warm search of a twentieth, by source",
    "ask": "warm ask, quotes",
    "find": "find and count",
}


@dataclass(frozen=True, slots=True)
class AtSize:
    """What was measured of a library of so many papers, and what embedding them with the user's own model takes."""

    papers: int
    load: float
    rows: tuple[Row, ...]
    own: str

    def to_markdown(self) -> str:
        """Return it as text with a table."""
        return (
            f"{self.papers:,} made-up papers, embedded by {NAME}: vectors of hashed words that take microseconds and "
            "mean nothing, so that all but the embedding is measured.\n"
            f"{os.cpu_count()} cores, load {self.load:.1f} when it began: the clock counts whoever else is at work, "
            "the processor's time doesn't.\n\n"
            f"{as_markdown(self.rows, self.papers)}\n\n{self.own}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        rows = [row.to_dict(self.papers) for row in self.rows]
        about = {"papers": self.papers, "embedder": NAME, "cores": os.cpu_count(), "load": self.load}
        return {**about, "rows": rows, "own_model": self.own}


def measure(
    papers: int, folder: Path, tell: Callable[[str], None] = lambda line: None, watch: Watch = lambda progress: None
) -> AtSize:
    """Make a library of so many papers in a folder, or go on with one made so, and measure it.

    `tell` gets what it will take, before it is made. Raises QuestionError for fewer than FEWEST, SourceError
    for a folder that holds something else, StorageError when the disk won't hold it or a step fails.
    """
    if papers < FEWEST:
        msg = f"{papers:,} papers tell nothing of speed: give --size at least {FEWEST}."
        raise QuestionError(msg)
    check_folder(folder)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    tell(foretell(papers, folder).told(papers, folder))
    own = _own_model(papers, folder)
    tell(own)
    made = run_step("make", folder, papers, watch)
    sizes = _sizes(folder, papers)
    asked = run_step("ask", folder, papers)
    mended = run_step("mend", folder, papers)
    rows = (*_making(made), *sizes, *_asking(asked), *_mending(mended))
    return AtSize(papers, load, rows, own)


def _own_model(papers: int, folder: Path) -> str:
    """Return what embedding with the model of the settings takes, or why that can't be told."""
    try:
        own = run_step("own", folder, papers)
    except RagError as error:
        return f"What embedding takes with your own model can't be told: {error}"
    alone = own["processor"] / (os.cpu_count() or 1)
    quiet = f", {span(alone * papers)} with all its cores free" if alone < own["seconds"] / 2 else ""
    return (
        f"Your own model, {own['name']}, took {own['seconds'] * 1e3:,.0f} ms for each of 20 abstracts: to embed "
        f"{papers:,} papers takes about {span(own['seconds'] * papers)} on this machine as it is now{quiet}; it comes "
        f"beside what is measured here. Loading it takes {own['loading']:.1f} s and {own['memory']:,.0f} MB in every "
        "process that asks."
    )


def _making(made: dict[str, float]) -> list[Row]:
    rates = {"whole": "rate", "first tenth": "rate_first", "last tenth": "rate_last"}
    note = f"went on from {made['before']:,.0f}" if made["before"] else ""
    rows = [Row(f"ingest, {name}", made[key], "papers/s", note) for name, key in rates.items() if made[key]]
    rows.append(Row("ingest, of the processor", made["processor"], "ms a paper", "with making the papers up"))
    return [*rows, Row("memory of the ingest, peak", made["memory"], "MB")] if made["before"] < 1 else rows


def _sizes(folder: Path, papers: int) -> list[Row]:
    manifest = read_manifest(folder)
    if manifest is None:
        return []
    index = index_folder(folder, manifest.vectors)
    parts = {
        "catalog with full text": catalog_size(folder),
        "kept vectors": _size(index.path, index.vectors.name),
        "token states": _size(index.path, index.tokens.name),
        "index over the vectors": _size(index.path, CHROMA),
        "all": library_size(folder),
    }
    return [
        Row(f"on disk, {name}", size / 1e6, "MB", f"{size / papers:,.0f} bytes a paper") for name, size in parts.items()
    ]


def _size(folder: Path, begins: str) -> int:
    """Return the bytes of the files and folders in a folder whose names begin so."""
    found = (path for top in folder.glob(f"{begins}*") for path in (top, *top.rglob("*")))
    return sum(path.stat().st_size for path in found if path.is_file())


def _asking(asked: dict[str, Any]) -> list[Row]:
    note = f"{asked['first_processor']:.2f} s of the processor; your own model's loading comes beside"
    rows = [
        Row("opening", asked["opening"], "s"),
        Row("first search in a fresh process", asked["first"], "s", note),
    ]
    for name, what in ASKINGS.items():
        took = asked[name]
        rows.append(Row(f"{what}, p50", took["p50"], "ms", f"{took['processor']:.1f} ms of the processor"))
        rows.append(Row(f"{what}, p95", took["p95"], "ms"))
    if asked["memory"]:
        rows.append(Row("memory of the searching process", asked["memory"], "MB", "without a model"))
    return [*rows, Row("recall@10 of the index against all compared", asked["recall"], "")]


def _mending(mended: dict[str, float]) -> list[Row]:
    note = "Chroma, by the next writer"
    return [Row("index made anew, without embedding", mended["seconds"], "s", note)] if mended["seconds"] else []
