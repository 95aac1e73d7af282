"""Made-up works as several files tell of them: many in several, none twice in one, each file writing its own way."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from eval.benchmarks.readers.synthetic_papers import made_up
from rag.records import Paper
from rag.storage.catalog.catalog import Catalog

SHARE = 0.5  # of the works are in a file


class Told(NamedTuple):
    """The files, and which of them tell of each work, by number; `works` by the title that all write."""

    files: list[Path]
    sources: dict[int, set[str]]
    lines: dict[str, list[int]]  # of a file, the works in order


def write(folder: Path, records: int, files: int) -> Told:
    """Write files that hold so many records together."""
    each = records // files
    works = list(made_up(int(each / SHARE)))
    chance = random.Random(19)
    told = Told([], {}, {})
    for number in range(files):
        path = folder / f"file{number}.jsonl"
        chosen = chance.sample(works, each)
        with path.open("w", encoding="utf-8") as file:
            for work in chosen:
                file.write(json.dumps(_as_told(work, number)) + "\n")
                told.sources.setdefault(work.paper_id, set()).add(str(path))
        told.files.append(path)
        told.lines[str(path)] = [work.paper_id for work in chosen]
    return told


def _as_told(work: Paper, number: int) -> dict[str, object]:
    """Return a work as a file tells it: by DOI, by arXiv id or by title alone, and with its number in the text."""
    title = work.title.upper() if number % 2 else work.title
    record: dict[str, object] = {
        "title": title,
        "abstract": f"{work.abstract} Work number{work.paper_id}.",
        "authors": list(work.authors),
        "year": work.year,
        "id": f"f{number}-{work.paper_id}",
    }
    if (work.paper_id + number) % 3:
        record["doi"] = work.doi
    return record


def works_of(catalog: Catalog) -> dict[int, list[tuple[int, set[str]]]]:
    """Return, by the number of a work, each paper of it and the sources that it came from."""
    found: dict[int, list[tuple[int, set[str]]]] = {}
    for paper in _papers(catalog):
        work = int(paper.abstract.rsplit("number", 1)[1].rstrip("."))
        found.setdefault(work, []).append((paper.paper_id, set(paper.origins)))
    return found


def _papers(catalog: Catalog) -> Iterator[Paper]:
    after = 0
    while page := catalog.all_papers(after=after, limit=2_000):
        yield from catalog.papers([paper.paper_id for paper in page])
        after = page[-1].paper_id


def wrong(catalog: Catalog, told: Told) -> tuple[int, int]:
    """Return how many works are more than one paper, and how many lack the record of a file that tells of them."""
    found = works_of(catalog)
    double = sum(len(papers) > 1 for papers in found.values())
    lost = sum(
        told.sources[work] != set().union(*(sources for _, sources in found.get(work, []))) for work in told.sources
    )
    return double, lost
