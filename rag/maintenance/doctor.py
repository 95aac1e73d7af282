"""Check a library, and make its vectors anew.

`check` opens everything, the vectors in a subprocess, for a damaged Chroma can take a process down. `rebuild` makes
all vectors from the catalog in a new folder, then swaps: whatever happens before the swap, the old ones stay.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import LibraryDamagedError, LibraryMismatchError, LibraryMissingError, RagError
from rag.ingestion.chunking import CHUNKER
from rag.ingestion.ingest import EMBED_BATCH
from rag.models.embedders import load_embedder
from rag.models.embedders.loading import embedder_name
from rag.records import Paper
from rag.records.progress import Progress, Watch
from rag.settings import Settings
from rag.storage.catalog.catalog import FILE as CATALOG
from rag.storage.catalog.catalog import Catalog
from rag.storage.embedded import FIRST_VECTORS
from rag.storage.index.index import Index, embed_papers
from rag.storage.index.probe import probe
from rag.storage.locking import writing
from rag.storage.manifest import Manifest, check_manifest, read_manifest, write_manifest
from rag.storage.readonly import copied, is_read_only
from rag.utils.batching import batched


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what, whether it is sound, and what to know or do."""

    what: str
    sound: bool
    detail: str


def check(folder: Path, settings: Settings) -> list[Finding]:
    """Return what a library's parts look like. Raises LibraryMissingError when there is none."""
    if not (folder / CATALOG).is_file():
        msg = f"There is no library at {folder}. Make one with: askpapers ingest PATH --library {folder}"
        raise LibraryMissingError(msg)
    if not is_read_only(folder):
        return _checked(folder, settings)
    place = copied(folder)
    try:
        found = _checked(place, settings)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return [replace(finding, detail=finding.detail.replace(str(place), str(folder))) for finding in found]


def _checked(folder: Path, settings: Settings) -> list[Finding]:
    mend = f"Run: askpapers rebuild --library {folder}"
    return [
        _finding("embedding model", lambda: load_embedder(settings).name),
        _finding("manifest", lambda: _manifest(folder, settings)),
        *_catalog_and_vectors(folder, mend),
    ]


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except RagError as error:
        return Finding(what, False, str(error))


def _manifest(folder: Path, settings: Settings) -> str:
    manifest = read_manifest(folder)
    if manifest is None:
        return "none yet: the first ingest writes it"
    check_manifest(folder, manifest, embedding=embedder_name(settings), chunker=CHUNKER)
    return f"format {manifest.format}, {manifest.embedding}, {manifest.dimension} dimensions"


def _catalog_and_vectors(folder: Path, mend: str) -> Iterator[Finding]:
    try:
        catalog = Catalog(folder / CATALOG)
    except RagError as error:
        yield Finding("catalog", False, str(error))
        return
    try:
        damage = catalog.damage()
        if damage:
            rescue = f"askpapers rescue --library {folder} --out papers.jsonl"
            told = f"{catalog.path} is damaged: {damage[0]}. Restore a backup, or save what can be read with: {rescue}"
            yield Finding("catalog", False, told)
            return
        pending = catalog.count(indexed=False)
        yield Finding("catalog", True, f"{catalog.count()} papers from {len(catalog.sources())} sources")
        if pending:
            yield Finding("unfinished ingest", False, f"{pending} papers can't be found yet. {mend}")
        yield _vectors(folder, catalog.indexed_ids(), catalog.ids(), mend)
    except LibraryDamagedError as error:
        yield Finding("catalog", False, str(error))
    finally:
        catalog.close()


def _vectors(folder: Path, indexed: set[int], known: set[int], mend: str) -> Finding:
    try:
        manifest = read_manifest(folder)
        if not indexed:
            return Finding("vectors", True, "none yet")
        if manifest is None:
            return Finding("vectors", False, f"none. {mend}")
        found = probe(folder / manifest.vectors)
    except RagError as error:
        return Finding("vectors", False, str(error))
    if found.damage:
        return Finding("vectors", False, f"{found.damage[0]}. {mend}")
    missing = len(indexed - found.vectors)
    stray = len(found.vectors - known)  # those of papers that wait to be marked are overwritten, not stray
    without_states = len(indexed - found.states) if found.states else 0
    if missing or stray or without_states:
        told = [(missing, "papers without vectors"), (stray, "stray vectors"), (without_states, "without token states")]
        return Finding("vectors", False, f"{', '.join(f'{n} {what}' for n, what in told if n)}. {mend}")
    return Finding("vectors", True, f"of {len(found.vectors)} papers in {manifest.vectors}")


def rebuild(folder: Path, settings: Settings, watch: Watch = lambda progress: None) -> int:
    """Make all vectors of a library anew with the embedding model of the settings; return of how many papers.

    Raises LibraryMissingError, LibraryLockedError, LibraryDamagedError when the catalog can't be read, StorageError.
    """
    if not (folder / CATALOG).is_file():
        msg = f"There is no library at {folder}. Make one with: askpapers ingest PATH --library {folder}"
        raise LibraryMissingError(msg)
    try:
        read_manifest(folder)
    except LibraryMismatchError:
        raise
    except LibraryDamagedError:
        pass  # the catalog is the truth: a manifest can be made anew as well
    catalog = Catalog(folder / CATALOG)
    try:
        with writing(folder, catalog):
            embedder = load_embedder(settings)
            manifest = Manifest(embedder.name, embedder.dimension, CHUNKER, _unused(folder))
            index = Index(folder / manifest.vectors)
            total, done = catalog.count(), 0
            try:
                for papers in batched(_every_paper(catalog), EMBED_BATCH):
                    index.put(list(embed_papers(embedder, papers)))
                    done += len(papers)
                    watch(Progress("embed", done, total))
                index.seal()
            except BaseException:
                index.close()
                shutil.rmtree(folder / manifest.vectors, ignore_errors=True)
                raise
            index.close()
            write_manifest(folder, manifest)
            with catalog.transaction():
                catalog.mark_indexed(paper.paper_id for paper in _every_paper(catalog))
            for stale in folder.glob("vectors-*"):
                if stale.name != manifest.vectors:
                    shutil.rmtree(stale, ignore_errors=True)
        return done
    finally:
        catalog.close()


def _every_paper(catalog: Catalog) -> Iterator[Paper]:
    after = 0
    while papers := catalog.all_papers(after=after, limit=500):
        yield from papers
        after = papers[-1].paper_id


def _unused(folder: Path) -> str:
    """Return a name for a vectors folder that was never used here: Chroma can't reuse a deleted one."""
    used = [int(path.name.split("-")[1]) for path in folder.glob("vectors-*") if path.name.split("-")[1].isdigit()]
    first = int(FIRST_VECTORS.split("-")[1])
    return f"vectors-{max(used, default=first - 1) + 1}"
