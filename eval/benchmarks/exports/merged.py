"""Are the records of one search in five databases joined to the works that they are of, and no others?

The files are read by the real readers and stored by the function that ingest uses, in several orders of the files.
Every pair of records counts: of one work or of two, joined or not.
"""

from collections import Counter
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from eval.benchmarks.exports.databases import Export, exports
from eval.benchmarks.exports.works import Work, works
from rag.ingestion.ingest import store_records
from rag.ingestion.merging import known_as
from rag.ingestion.run import Incoming
from rag.readers import read_file
from rag.records import Record, Rejection
from rag.storage.catalog.sqlite import open_catalog

MOST_SHOWN = 12


class Found(NamedTuple):
    """A record, its file, and the work that it is of."""

    record: Record
    source: str
    number: int


def measure(work: Path) -> str:
    """Return precision and recall over the pairs of each order, and the pairs that went wrong."""
    made = works()
    with TemporaryDirectory(dir=work) as folder:
        files = exports(made)
        read = {file.name: _read(file, Path(folder)) for file in files}
        held, with_abstract = sum(len(file.numbers) for file in files), sum(map(len, read.values()))
        lines = [
            f"{len(made)} works, {held} records in {len(files)} files, {with_abstract} of them with an abstract.",
            "",
            "| first file | papers | works | precision | recall |",
            "|---|---|---|---|---|",
        ]
        wrong: Counter[str] = Counter()
        for turn in range(len(files)):
            order = [*files[turn:], *files[:turn]]
            records = [one for file in order for one in read[file.name]]
            lines.append(_row(order[0].name, records, Path(folder) / str(turn), made, wrong))
    told = [f"{text} ({count} of {len(files)} orders)" for text, count in wrong.most_common(MOST_SHOWN)]
    return "\n".join([*lines, "", *(told or ["No pair went wrong."])])


def _read(file: Export, folder: Path) -> list[Found]:
    path = folder / file.name
    path.write_text(file.text, "utf-8")
    found = [one for _, one in read_file(path) if isinstance(one, Record | Rejection)]
    return [
        Found(one, str(path), number)
        for one, number in zip(found, file.numbers, strict=True)
        if isinstance(one, Record)
    ]


def _row(name: str, records: list[Found], folder: Path, made: list[Work], wrong: Counter[str]) -> str:
    folder.mkdir()
    catalog = open_catalog(folder)
    try:
        store_records(((one.source, one.record) for one in records), catalog)
        papers = [min(known_as(Incoming(one.record, one.source), catalog)) for one in records]
        count = catalog.count()
    finally:
        catalog.close()
    tally: Counter[tuple[bool, bool]] = Counter()
    for (one, left), (other, right) in combinations(zip(records, papers, strict=True), 2):
        same, joined = one.number == other.number, left == right
        tally[same, joined] += 1
        if same != joined:
            kinds = "/".join(sorted({made[one.number].kind, made[other.number].kind}))
            files = " + ".join(sorted(Path(found.source).name for found in (one, other)))
            wrong[f"{'missed' if same else 'joined'} {kinds}, {files}: {one.record.title[:70]!r}"] += 1
    right = tally[True, True]
    precision, recall = right / ((right + tally[False, True]) or 1), right / ((right + tally[True, False]) or 1)
    return f"| {name} | {count} | {len({one.number for one in records})} | {precision:.4f} | {recall:.4f} |"
