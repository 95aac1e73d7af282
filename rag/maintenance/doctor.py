"""Check a library: open every part of it, and say what mends what isn't sound."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from rag.errors import LibraryError, LibraryMissingError, RagError
from rag.ingestion.chunking import CHUNKER
from rag.models.embedders import load_embedder
from rag.models.embedders.loading import embedder_name, pinned_settings
from rag.settings import Settings
from rag.storage.base import Finding
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.checking import findings
from rag.storage.choosing import AnyPlace, open_storage, placed
from rag.storage.folder.readonly import copied, is_read_only
from rag.storage.layout import require_library
from rag.storage.manifest import IndexSpec, Manifest, read_manifest, require_spec
from rag.utils.places import ServerAddress

__all__ = ["Finding", "check"]

Made = Callable[[], Manifest | None]


def check(given: AnyPlace, settings: Settings) -> list[Finding]:
    """Return what a library's parts look like. Raises LibraryMissingError when there is none."""
    place = placed(given)
    if isinstance(place, ServerAddress):
        return _shared(place, settings)
    require_library(place)
    if not is_read_only(place):
        return _checked(place, settings)
    files = copied(place)
    try:
        found = _checked(files, settings)
    finally:
        shutil.rmtree(files, ignore_errors=True)
    return [replace(finding, detail=finding.detail.replace(str(files), str(place))) for finding in found]


def _shared(place: ServerAddress, settings: Settings) -> list[Finding]:
    """Return what the parts of a library on servers look like; one that can't be reached has no others."""
    try:
        storage = open_storage(place, None, settings, create=False)
    except LibraryMissingError:
        raise
    except RagError as error:
        return [Finding("catalog", False, str(error))]
    with closing(storage):
        return [*_models(str(place), storage.made_with, settings), *storage.check()]


def _checked(folder: Path, settings: Settings) -> list[Finding]:
    """Return what a folder's parts look like; its catalog may be too damaged for a storage to be opened."""
    found = list(_models(str(folder), lambda: read_manifest(folder), settings))
    try:
        catalog = open_catalog(folder)
    except RagError as error:
        return [*found, Finding("catalog", False, str(error))]
    with closing(catalog):
        return [*found, *findings(folder, catalog)]


def _models(library: str, made: Made, settings: Settings) -> Iterator[Finding]:
    """Yield what the model is, and whether it is the one that the index was made with."""
    stored = None
    with suppress(LibraryError):  # told of the manifest by itself
        stored = manifest.embedding if (manifest := made()) else None
    pinned = pinned_settings(settings, stored)
    yield _finding("embedding model", lambda: load_embedder(pinned).name)
    yield _finding("manifest", lambda: _manifest(library, made, pinned))


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except RagError as error:
        return Finding(what, False, str(error))


def _manifest(library: str, made: Made, pinned: Settings) -> str:
    manifest = made()
    if manifest is None:
        return "none yet: the first ingest writes it"
    spec = IndexSpec(lambda stored: embedder_name(pinned, stored), CHUNKER, lambda: 0)  # nothing is made
    require_spec(library, manifest, spec)
    return f"format {manifest.format}, {manifest.embedding}, {manifest.dimension} dimensions"
