"""How people say what they want of the indexes: an index and words, or ids alone, which choose the index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.errors import QuestionError
from rag.fetching import INDEXES, Wanted, ids_of
from rag.fetching.known import index_of
from rag.records import Record

BY_KIND = {"arxiv": "arxiv", "doi": "crossref", "pmid": "pubmed"}  # who surely has a paper with such an id
SHOWN = 10  # papers of a preview


@dataclass(frozen=True, slots=True)
class Preview:
    """What a fetch would bring: how many match (None where the index doesn't say), at most how many, and the first.

    A paper whose `abstract` is empty lacks it there; a fetch looks for it in other indexes.
    """

    total: int | None
    limit: int
    papers: tuple[Record, ...]
    source: str

    @property
    def coming(self) -> int | None:
        """How many papers a fetch looks at; None where nobody knows before."""
        return None if self.total is None else min(self.total, self.limit)


def wanted_of(wanted: Wanted | str, text: str = "", **bounds: Any) -> list[Wanted]:
    """Return what is wanted, one for each index.

    `wanted` is ready made, or the name of an index of which `text` (words or ids) is wanted, or ids alone.
    Raises QuestionError for anything else, FetchError for what its index can't be asked for.
    """
    if isinstance(wanted, Wanted):
        if text or bounds:
            msg = "Say what is wanted in Wanted(...), or in words: not both."
            raise QuestionError(msg)
        asked = [wanted]
    else:
        asked = said([wanted, text], bounds)
    for one in asked:
        index_of(one)
    return asked


def said(words: Sequence[str], bounds: dict[str, Any]) -> list[Wanted]:
    """Return what is wanted by words: an index and what is wanted of it, or ids alone. Raises QuestionError."""
    head, *rest = [word for word in (one.strip() for one in words) if word] or [""]
    name = head.lower().replace("-", "_").replace(" ", "_")
    name = name if name in INDEXES else name.replace("_", "")
    by_name = {known.replace("_", ""): known for known in INDEXES}
    if name.replace("_", "") in by_name:
        index, text = by_name[name.replace("_", "")], " ".join(rest)
        known = INDEXES[index].ABOUT
        ids = ids_of(text) if known.ids and only_ids(rest) else []
        if ids:
            return [Wanted(index, ids=written(ids), **_for_ids(bounds))]
        return [Wanted(index, text, **bounds)]
    if only_ids([head, *rest]):
        return by_ids(ids_of(" ".join([head, *rest])), bounds)
    forms = "arxiv:2004.12832, doi:10.1000/182, pmid:12345678"
    msg = f"{head!r} is no index and no id of a paper. The indexes: {', '.join(INDEXES)}. Ids: {forms}"
    raise QuestionError(msg)


def only_ids(words: Sequence[str]) -> bool:
    """Tell whether every word is an id of a paper."""
    parts = [part for word in words for part in word.split()]
    return bool(parts) and all(ids_of(part) for part in parts)


def by_ids(ids: Iterable[tuple[str, str]], bounds: dict[str, Any]) -> list[Wanted]:
    """Return what is wanted by (kind, id): one for each index that surely has papers of that kind."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for one in ids:
        kinds.setdefault(one[0], []).append(one)
    return [Wanted(BY_KIND[kind], ids=written(found), **_for_ids(bounds)) for kind, found in kinds.items()]


def written(ids: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return (kind, id) as people write them: `arxiv:2004.12832`."""
    return tuple(f"{kind}:{one}" for kind, one in ids)


def _for_ids(bounds: dict[str, Any]) -> dict[str, Any]:
    """Return what can be said beside ids; what is said and can't is left for the index to refuse."""
    return {name: value for name, value in bounds.items() if name != "limit"}


def newest_first(wanted: Wanted) -> Wanted:
    """Return what is wanted, the newest first where the index can."""
    return wanted if wanted.ids else replace(wanted, newest=True)
