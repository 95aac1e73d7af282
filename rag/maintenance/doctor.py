"""Check a library: open every part of it, the index by another process, for a damaged Chroma can take one down."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import LibraryDamagedError, LibraryError, RagError
from rag.ingestion.chunking import CHUNKER
from rag.models.embedders import load_embedder
from rag.models.embedders.loading import embedder_name, pinned_settings
from rag.settings import Settings
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.index.probe import probe
from rag.storage.index.token_embeddings import Form, forms_of
from rag.storage.layout import index_folder, rebuild_command, require_library, rescue_advice
from rag.storage.manifest import IndexSpec, fitting_manifest, read_manifest
from rag.storage.readonly import copied, is_read_only


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what, whether it is sound, and what to know or do."""

    what: str
    sound: bool
    detail: str


def check(folder: Path, settings: Settings) -> list[Finding]:
    """Return what a library's parts look like. Raises LibraryMissingError when there is none."""
    require_library(folder)
    if not is_read_only(folder):
        return _checked(folder, settings)
    place = copied(folder)
    try:
        found = _checked(place, settings)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return [replace(finding, detail=finding.detail.replace(str(place), str(folder))) for finding in found]


def _checked(folder: Path, settings: Settings) -> list[Finding]:
    return [
        _finding("embedding model", lambda: load_embedder(pinned_settings(settings, _stored(folder))).name),
        _finding("manifest", lambda: _manifest(folder, settings)),
        *_catalog_and_vectors(folder),
    ]


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except RagError as error:
        return Finding(what, False, str(error))


def _manifest(folder: Path, settings: Settings) -> str:
    pinned = pinned_settings(settings, _stored(folder))
    spec = IndexSpec(lambda stored: embedder_name(pinned, stored), CHUNKER, lambda: 0)  # nothing is made
    manifest = fitting_manifest(folder, folder, spec)
    if manifest is None:
        return "none yet: the first ingest writes it"
    return f"format {manifest.format}, {manifest.embedding}, {manifest.dimension} dimensions"


def _stored(folder: Path) -> str | None:
    """Return the name of the model that a library was made with; None when nothing tells it."""
    with suppress(LibraryError):  # told of the manifest by itself
        manifest = read_manifest(folder)
        return manifest.embedding if manifest else None
    return None


def _catalog_and_vectors(folder: Path) -> Iterator[Finding]:
    try:
        catalog = open_catalog(folder)
    except RagError as error:
        yield Finding("catalog", False, str(error))
        return
    with closing(catalog):
        try:
            yield from _opened(folder, catalog)
        except LibraryDamagedError as error:
            yield Finding("catalog", False, str(error))


def _opened(folder: Path, catalog: Catalog) -> Iterator[Finding]:
    damage = catalog.damage()
    if damage:
        told = f"{catalog.database.place} is damaged: {damage[0]}. {rescue_advice(folder)}"
        yield Finding("catalog", False, told)
        return
    pending = catalog.count(indexed=False)
    yield Finding("catalog", True, f"{catalog.count()} papers from {len(catalog.sources())} sources")
    if pending:
        yield Finding("unfinished ingest", False, f"{pending} papers can't be found yet. {_mend(folder)}")
    yield _vectors(folder, catalog.indexed_ids(), catalog.ids())


def _vectors(folder: Path, indexed: set[int], known: set[int]) -> Finding:
    try:
        manifest = read_manifest(folder)
        if not indexed:
            return Finding("vectors", True, "none yet")
        if manifest is None:
            return Finding("vectors", False, f"none. {_mend(folder)}")
        found = probe(index_folder(folder, manifest.vectors))
    except RagError as error:
        return Finding("vectors", False, str(error))
    if found.damage:
        return Finding("vectors", False, f"{found.damage[0]}. {_mend(folder)}")
    kept = found.vectors if found.kept is None else found.kept
    missing = len(indexed - kept) + len((indexed & kept) - found.vectors)
    stray = len((kept | found.vectors) - known)  # those of papers that wait to be marked are overwritten, not stray
    without_tokens = len(indexed - found.tokens) if found.tokens else 0
    if missing or stray or without_tokens:
        told = [(missing, "papers without vectors"), (stray, "stray vectors"), (without_tokens, "without token states")]
        counted = ", ".join(f"{n} {what}" for n, what in told if n)
        return Finding("vectors", False, f"{counted}. {_mend(folder)}")
    older = "; kept in Chroma alone until the next ingest or rebuild" if found.kept is None else ""
    large = found.signed if forms_of(manifest.embedding)[0] is not Form.SIGNED else 0
    smaller = f"; {large} papers' token states would be smaller made anew: {rebuild_command(folder)}" if large else ""
    return Finding("vectors", True, f"of {len(kept)} papers in {manifest.vectors}{older}{smaller}")


def _mend(folder: Path) -> str:
    return f"Run: {rebuild_command(folder)}"
