"""Which records are joined and which are not, on labelled pairs: eval/data/merge_pairs.jsonl.

    {"id": "p001", "same": true, "kind": "...", "part": "tune", "one": {...}, "two": {...}}

Each pair goes through the very function that ingest uses, into a catalog of its own, in both orders. What is changed
for the sake of the pairs is changed by those of the part `tune` alone.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.ingestion.ingest import store_records
from rag.records import Record
from rag.storage.catalog.sqlite import open_catalog

PAIRS = Path(__file__).resolve().parents[1] / "data" / "merge_pairs.jsonl"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, whether they are of one paper, how they differ, and the part of the set."""

    id: str
    one: Record
    two: Record
    same: bool
    kind: str
    part: str


def load_pairs() -> list[Pair]:
    """Return the labelled pairs."""
    rows = map(json.loads, PAIRS.read_text("utf-8").splitlines())
    return [
        Pair(row["id"], _record(row["one"]), _record(row["two"]), row["same"], row["kind"], row["part"]) for row in rows
    ]


def joined(records: Iterable[Record], folder: Path) -> bool:
    """Tell whether records from as many sources become one paper of a new catalog in `folder`."""
    catalog = open_catalog(folder)
    try:
        store_records(((f"/{number}.jsonl", record) for number, record in enumerate(records)), catalog)
        return catalog.count() == 1
    finally:
        catalog.close()


def measure(work: Path) -> str:
    """Return precision and recall of each part, over both orders, and every pair that went wrong."""
    pairs = load_pairs()
    lines = ["| part | pairs | same | precision | recall |", "|---|---|---|---|---|"]
    wrong: list[str] = []
    for part in ("tune", "test"):
        chosen = [pair for pair in pairs if pair.part == part]
        right, found = 0, 0
        for pair in chosen:
            for order, records in enumerate([(pair.one, pair.two), (pair.two, pair.one)]):
                with TemporaryDirectory(dir=work) as folder:
                    together = joined(records, Path(folder))
                found += together
                right += together and pair.same
                if together != pair.same:
                    said = "joined" if together else "missed"
                    wrong.append(f"{part} {pair.id} {said} ({'21' if order else '12'}), {pair.kind}: "
                                 f"{pair.one.title!r} / {pair.two.title!r}")  # fmt: skip
        same = sum(pair.same for pair in chosen)
        lines.append(f"| {part} | {len(chosen)} | {same} | {right / (found or 1):.4f} | {right / (2 * same):.4f} |")
    return "\n".join([*lines, "", *(wrong or ["No pair went wrong."])])


def _record(values: dict[str, Any]) -> Record:
    return Record(**{**values, "line": 1, "authors": tuple(values.get("authors", ()))})
