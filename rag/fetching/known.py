"""The indexes that papers are fetched from, by the names that people give."""

from types import MappingProxyType

from rag.errors import FetchError
from rag.fetching.indexes import (
    arxiv,
    crossref,
    dblp,
    europepmc,
    huggingface,
    openalex,
    pubmed,
    semantic_scholar,
    zotero,
)
from rag.fetching.indexes.base import About, Index
from rag.fetching.wanted import Wanted, wanted_ids

_ALL: tuple[Index, ...] = (
    arxiv, openalex, pubmed, europepmc, crossref, semantic_scholar, dblp, huggingface, zotero,
)  # fmt: skip
INDEXES = MappingProxyType({index.ABOUT.name: index for index in _ALL})
# Names that may have another address: Zotero has two.
PLACES = (*INDEXES, zotero.ONLINE.name)
SAID = ("text", "author", "day", "collection")


def index_of(wanted: Wanted) -> Index:
    """Return the index that something is wanted of. Raises FetchError where it can't be asked for it."""
    index = INDEXES.get(wanted.index)
    if index is None:
        raise FetchError(wanted.index or "index", "there is no such index", f"There are: {', '.join(INDEXES)}.")
    about = index.ABOUT
    said = [name for name in SAID if getattr(wanted, name)]
    if wanted.ids:
        _check_ids(wanted, about, said)
    elif wrong := [name for name in said if name not in about.searches]:
        takes = _listed([name for name in SAID if name in about.searches])
        raise FetchError(about.title, f"it can't be searched by {wrong[0]}", f"It takes {takes}.")
    elif not said and "collection" not in about.searches and not ("years" in about.searches and _years(wanted)):
        takes = _listed([name for name in SAID if name in about.searches] + ["ids"] * bool(about.ids))
        raise FetchError(about.title, "nothing was asked for", f"It takes {takes}.")
    if not 1 <= wanted.limit <= about.most:
        raise FetchError(about.title, f"a limit of {wanted.limit:,}", f"It gives 1 to {about.most:,} papers at a time.")
    if wanted.year_from and wanted.year_to and wanted.year_from > wanted.year_to:
        happened = f"no year is from {wanted.year_from} on and up to {wanted.year_to}"
        raise FetchError(about.title, happened, "Give the earlier one first.")
    return index


def _check_ids(wanted: Wanted, about: About, said: list[str]) -> None:
    if said or _years(wanted):
        raise FetchError(about.title, "ids and a search at once", "Give either of them.")
    for kind, one in wanted_ids(wanted):
        if kind not in about.ids:
            others = _listed([name for name, other in INDEXES.items() if kind in other.ABOUT.ids])
            raise FetchError(about.title, f"it doesn't know papers by {kind}:{one}", f"Ask one of these: {others}.")


def _years(wanted: Wanted) -> bool:
    return bool(wanted.year_from or wanted.year_to)


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
