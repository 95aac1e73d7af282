"""What the parts of a library's folder look like, and how much room they take.

The index is opened by another process, for a damaged Chroma can take one down.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from rag.errors import LibraryDamagedError, LibraryError, RagError, StorageError
from rag.records import Finding
from rag.storage.base import Sizes
from rag.storage.catalog.catalog import Catalog
from rag.storage.index.probe import probe
from rag.storage.index.token_embeddings import Form, forms_of
from rag.storage.index.token_store import TokenStore
from rag.storage.layout import catalog_size, index_folder, index_size, rebuild_command, rescue_advice
from rag.storage.manifest import Manifest, read_manifest


def findings(folder: Path, catalog: Catalog) -> Iterator[Finding]:
    """Yield what the parts of a library look like: its catalog, its full text, what waits, its vectors."""
    try:
        yield from _opened(folder, catalog)
    except LibraryDamagedError as error:
        yield Finding("catalog", False, str(error))


def sizes_of(folder: Path, manifest: Manifest | None) -> Sizes:
    """Return how much room the library in a folder takes."""
    if manifest is None:
        return Sizes(catalog_size(folder), 0)
    return Sizes(catalog_size(folder), index_size(folder, manifest.vectors), _is_large(folder, manifest))


def _opened(folder: Path, catalog: Catalog) -> Iterator[Finding]:
    damage = catalog.database.damage()
    if damage:
        yield Finding("catalog", False, f"{catalog.database.place} is damaged: {damage[0]}. {rescue_advice(folder)}")
        return
    pending = catalog.count(indexed=False)
    yield Finding("catalog", True, f"{catalog.count()} papers from {len(catalog.sources())} sources")
    for told in catalog.full_text.damage():
        yield Finding("full text", False, f"{told}. {_mend(folder)}")
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


def _is_large(folder: Path, manifest: Manifest) -> bool:
    """Tell whether token states are in a larger form than they would be made in now."""
    if forms_of(manifest.embedding)[0] is Form.SIGNED:
        return False
    index = index_folder(folder, manifest.vectors)
    with suppress(LibraryError, StorageError), closing(TokenStore(index.tokens, index.advice, create=False)) as tokens:
        return tokens.begins_signed()
    return False  # damage is told by doctor
