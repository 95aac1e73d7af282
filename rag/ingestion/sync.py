"""Which papers are missing from their sources? Reads the sources again and compares; removes nothing by itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.ingestion.merging import known_as
from rag.ingestion.run import Incoming
from rag.readers import read_file
from rag.records import MissingFromSource, Record, Rejection
from rag.storage.catalog.catalog import Catalog
from rag.utils.batching import batched

BATCH = 500  # papers read from the catalog at once


def missing(catalog: Catalog, paths: Sequence[Path], files: Sequence[Path]) -> Iterator[MissingFromSource]:
    """Yield every paper that came from `paths` and is not there any more; `files` are what the paths hold now.

    Of a file that has gone, every paper; the same of a member that has gone from its archive. A file of which anything
    is rejected is left out: what can't be read now may still be there.
    """
    there = {path.resolve() for path in files}
    roots = [path.resolve() for path in paths]
    known: dict[Path, list[str]] = {}  # the sources of each file: itself, or the members of an archive
    for source in catalog.sources():
        places = [Path(source), *Path(source).parents]
        file = next((place for place in places if place in there), None)
        if file is not None:
            known.setdefault(file, []).append(source)
        elif any(root in places for root in roots):
            yield from _missing_from(catalog, source, set())
    for file, sources in known.items():
        found = _found_in(catalog, file)
        if found is not None:
            for source in sources:
                yield from _missing_from(catalog, source, found.get(source, set()))


def _found_in(catalog: Catalog, path: Path) -> dict[str, set[int]] | None:
    """Return the papers that a file holds now by source; None when not all of it can be read."""
    found: dict[str, set[int]] = {}
    for source, one in read_file(path):
        if isinstance(one, Rejection):
            return None
        if isinstance(one, Record):
            found.setdefault(source, set()).update(known_as(Incoming(one, source), catalog))
    return found


def _missing_from(catalog: Catalog, source: str, there: set[int]) -> Iterator[MissingFromSource]:
    for batch in batched((paper_id for paper_id in catalog.ids_from(source) if paper_id not in there), BATCH):
        yield from (MissingFromSource(paper, source) for paper in catalog.papers(list(batch)))
