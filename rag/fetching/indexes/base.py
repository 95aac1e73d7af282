"""What every index's module offers, and what it is made of."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from rag.fetching.cache import Answer
from rag.fetching.wanted import Wanted


class Key(NamedTuple):
    """Where a key goes: the setting that holds it, and the parameter or the header that carries it."""

    setting: str
    parameter: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """An index: its name and address, what it can be asked for, and how it asks to be treated.

    `searches`: of `text`, `author`, `years`, `day`, `collection` what it can search by. `ids`: kinds of ids it knows
    papers by, `at_once` how many fit into one request. `page`: records that come with one answer at most; `most`: that
    one search gives in all. `contact`: the parameter that takes a mail address. `quickest`: requests a second for
    whoever gives a key, or where none is taken a mail address. `kept`: whether its answers are kept for a day.
    """

    name: str
    title: str
    address: str
    per_second: float
    page: int
    searches: frozenset[str]
    ids: tuple[str, ...] = ()
    at_once: int = 50
    most: int = 1_000_000
    contact: str = ""
    key: Key | None = None
    quickest: float = 0.0
    kept: bool = True
    gives: str = ""  # what is in it, for people


class Page(NamedTuple):
    """A page of an index: a document that a reader reads, and how many records are in it.

    `total`: how many records match in all, None where the index doesn't say; `cursor`: where to go on after it, empty
    at the end.
    """

    content: bytes
    size: int
    total: int | None
    cursor: str


class Asking(Protocol):
    """What an index's module needs of a client."""

    def get(
        self,
        about: About,
        path: str,
        parameters: Mapping[str, str | int],
        check: Callable[[bytes], object],
        *,
        body: bytes | None = None,
        kind: str = "",
        headers: Mapping[str, str] | None = None,
        anew: bool = False,
    ) -> Answer:
        """Return what an index answers; with `anew`, what is kept doesn't count. Raises FetchError."""

    def setting(self, name: str) -> str:
        """Return what a setting says, a key too; an empty text where it says nothing."""


class Index(Protocol):
    """What an index's module offers."""

    ABOUT: About

    def page(self, wanted: Wanted, client: Asking, after: str) -> Page:
        """Return the page after a cursor, the first one for an empty cursor. Raises FetchError."""


def parsed(content: bytes, *path: str, kind: type = list) -> Any:
    """Return what stands at a path in an answer of JSON. Raises ValueError where no `kind` stands there."""
    try:
        value = json.loads(content, strict=False)  # some write line ends and tabs into texts as they are
    except (ValueError, RecursionError) as error:
        msg = "it is no whole JSON"
        raise ValueError(msg) from error
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, kind):
        msg = f"it has no {'.'.join(path) or 'list'} in it"
        raise ValueError(msg)  # noqa: TRY004  (it is the content that is wrong)
    return value


def checked(*path: str, kind: type = list) -> Callable[[bytes], object]:
    """Return what checks that an answer is JSON and has a `kind` of value at a path."""
    return lambda content: parsed(content, *path, kind=kind)


def number(value: object) -> int | None:
    """Return a count, however it is written; None where it is none."""
    try:
        return max(int(str(value)), 0)
    except ValueError:
        return None


def document(items: Iterable[Any]) -> bytes:
    """Return papers of an index as one JSON list, as our readers read it."""
    return json.dumps(list(items), ensure_ascii=False).encode("utf-8", "replace")


def offset(after: str) -> int:
    """Return the number of records before a page whose cursor is their number."""
    return number(after) or 0


def rest(start: int, size: int, total: int | None, limit: int) -> str:
    """Return the cursor after a page that began at `start`, empty where nothing is left to ask for."""
    end = start + size
    return str(end) if size and end < limit and (total is None or end < total) else ""


def quoted(text: str) -> str:
    """Return a text between quotation marks, without those that are in it."""
    return f'"{" ".join(text.replace(chr(34), " ").split())}"'
