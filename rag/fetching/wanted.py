"""What is wanted of an index: a search, or papers by their ids; and how people write these ids."""

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import FetchError
from rag.records.identity import arxiv_id_of_doi, normal_doi

LONGEST_NAME = 120  # characters of a source's name
SHOWN_IDS = 5
YEARS = range(1500, 2101)
ID = re.compile(
    r"""(?ix)
    (?: doi:\s* | https?://(?:dx\.)?doi\.org/ )? (?<![\w.]) (?P<doi> 10\.\d{3,9}/[^\s"?\x00-\x1f\x7f-\x9f]+ ) (?:\?\S*)?
  | (?: arxiv:\s* | https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/ | https?://huggingface\.co/papers/
      | (?<![\w./-]) ) (?P<arxiv> \d{4}\.\d{4,5} | [a-z-]{1,20}(?:\.[a-z]{2})?/\d{7} ) (?:v\d+)? (?:\.pdf)? (?![\w/])
  | (?: pmid:?\s* | https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/ )
    (?P<pmid> [1-9]\d{0,8} ) /? (?![\w/])
  | (?<![\w./:-]) (?P<number> [1-9]\d{0,8} ) (?![\w./-])
    """
)
BETWEEN = re.compile(r"(?:[\s,;|]|\band\b)+")  # what stands between ids where there is nothing but ids
AROUND = ",;.'\"]}>)"  # what stands behind an id in a text, and is none of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of an index, by its name there (`arxiv`): by words, author and years, or by ids.

    `text` is a query in the index's own words. `ids` are written as `arxiv:2004.12832`, `doi:10.1/x`, `pmid:123`, bare
    or as addresses. `day` (YYYY-MM-DD) is one of Hugging Face's Daily Papers, `collection` the name or key of one of
    Zotero's. `limit`: how many papers at most. `newest`: the newest first, where an index can; else the best first.
    """

    index: str
    text: str = ""
    ids: tuple[str, ...] = ()
    author: str = ""
    year_from: int | None = None
    year_to: int | None = None
    day: str = ""
    collection: str = ""
    limit: int = 100
    newest: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return what is wanted as plain JSON-ready values; what isn't said is left out."""
        said = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "index"}
        kept = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
        return {"index": self.index, **{name: value for name, value in kept.items() if value not in ("", [], None)}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Wanted":
        """Return what `to_dict` wrote; fields of a newer version are left out."""
        known = {field.name for field in dataclasses.fields(cls)}
        said: dict[str, Any] = {name: value for name, value in values.items() if name in known}
        said["ids"] = tuple(said.get("ids", ()))
        return cls(**said)


def ids_of(text: str) -> list[tuple[str, str]]:
    """Return the ids in a text as (kind, id), in their order, each once; kinds are `arxiv`, `doi` and `pmid`.

    A number is one of PubMed's where there is nothing but ids in the text.

    >>> ids_of("arxiv:2004.12832v2, https://doi.org/10.1000/X.1 and 123")
    [('arxiv', '2004.12832'), ('doi', '10.1000/x.1'), ('pmid', '123')]
    >>> ids_of("river otters 2019")
    []
    """
    only_ids = not BETWEEN.sub("", ID.sub(" ", text))
    found = (_id(match) for match in ID.finditer(text) if only_ids or not match["number"])
    return list(dict.fromkeys(one for one in found if one[1]))


def _id(match: re.Match[str]) -> tuple[str, str]:
    """Return the kind of an id and the id in its normal form, an empty one where it has none."""
    if written := match["doi"]:
        while written[-1] in AROUND and not (written[-1] == ")" and written.count("(") == written.count(")")):
            written = written[:-1]
        doi = normal_doi(written) or ""
        arxiv_id = arxiv_id_of_doi(doi)
        return ("arxiv", arxiv_id) if arxiv_id else ("doi", doi)
    return ("arxiv", match["arxiv"]) if match["arxiv"] else ("pmid", match["pmid"] or match["number"])


def wanted_ids(wanted: Wanted) -> list[tuple[str, str]]:
    """Return the ids that are wanted. Raises FetchError for one that is none."""
    found: list[tuple[str, str]] = []
    for written in wanted.ids:
        ids = ids_of(written)
        if not ids:
            example = "Write it like arxiv:2004.12832, doi:10.1000/182 or pmid:12345678"
            raise FetchError(wanted.index, f"{written[:80]!r} is no id of a paper", f"{example}.")
        found += ids
    return list(dict.fromkeys(found))


def source_name(wanted: Wanted) -> str:
    """Return the name of the source that the papers are said to come from: `arxiv: river otters, 2019 to 2021`.

    The limit and the order are no part of it, so that the same search is the same source.
    """
    ids = ", ".join(wanted.ids[:SHOWN_IDS]) + (
        f" and {len(wanted.ids) - SHOWN_IDS} more" * (len(wanted.ids) > SHOWN_IDS)
    )
    author = wanted.author and f"by {wanted.author}"
    collection = wanted.collection and f"collection {wanted.collection}"
    parts = (wanted.text, ids, author, collection, wanted.day, _years(wanted.year_from, wanted.year_to))
    shown = "".join(letter if letter.isprintable() else " " for letter in ", ".join(filter(None, parts)))
    said = " ".join(shown.split()) or "everything"  # what steers a terminal is part of no name
    if len(said) > LONGEST_NAME or len(wanted.ids) > SHOWN_IDS:  # others may begin alike
        mark = hashlib.blake2b(repr(dataclasses.replace(wanted, limit=0, newest=False)).encode(), digest_size=4)
        said = f"{said[:LONGEST_NAME].rstrip()}… ({mark.hexdigest()})"
    return f"{wanted.index}: {said}"


def _years(first: int | None, last: int | None) -> str:
    if first == last:
        return str(first or "")
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"to {last}"
