"""What readers do with papers: collect them, tag them, note something, take them out and put them back; who did it."""

from dataclasses import dataclass

from rag.records.papers import Paper, Record


@dataclass(frozen=True, slots=True)
class NamedCollection:
    """A collection of a library: its name, how many papers are in it, and when it was made (ISO, UTC)."""

    name: str
    papers: int
    at: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, and how many papers have it: at least one."""

    name: str
    papers: int


@dataclass(frozen=True, slots=True)
class PaperMarks:
    """How a reader marked a paper: the collections that it is in, its tags, each by name, and a note on it."""

    collections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""

    def __bool__(self) -> bool:
        return bool(self.collections or self.tags or self.note)


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record of a paper as the catalog kept it.

    `record_id` is None where the paper had no other; `reason` and `at` say why and when it joined the paper.
    """

    record_id: int | None
    source: str
    reason: str | None
    at: str
    record: Record


@dataclass(frozen=True, slots=True)
class RemovedPaper:
    """A paper as it stood before it was taken out, or before it lost a source: all that is needed to have it again.

    `origins` are (source, line), `keys` (scope, value) of everything that it was looked up by.
    """

    paper: Paper
    origins: tuple[tuple[str, int], ...]
    keys: tuple[tuple[str, str], ...]
    records: tuple[KeptRecord, ...]
    marks: PaperMarks


@dataclass(frozen=True, slots=True)
class Removed:
    """What `Library.take_out` or `Library.remove_source` took, for `Library.put_back`.

    `papers` are those that were changed, by id; `gone` the ids of those of them that are not in the library any more.
    The others lost a source, and stay. `newest` is the highest id of a paper at that time: what has a higher one came
    since.
    """

    papers: tuple[RemovedPaper, ...]
    gone: tuple[int, ...]
    newest: int


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """Who changed what: `what` is a verb, `about` says of which papers or sources, in short.

    `at` is when, or when it began (ISO, UTC); `papers` how many papers it was about, None while it goes on, and for
    good where it broke off.
    """

    at: str
    who: str
    what: str
    papers: int | None
    about: str
