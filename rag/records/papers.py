"""Papers: as a reader found them, as they are stored, as a search found them, and what became of them."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from rag.records.showing import boxed, link, listed, said, tagged
from rag.text.author_names import surname
from rag.text.labels import one_line

SHOWN_REJECTIONS = 20  # in a notebook


@dataclass(frozen=True, slots=True)
class Record:
    """One paper as a reader found it in a source, before it is identified with any other.

    `key` is the id that the source gave the record, `line` the 1-based line on which it starts. `retracted` is what the
    source says of a retraction (`Retracted Publication`, the DOI of its notice), None where it says nothing of one.
    """

    title: str
    abstract: str
    line: int
    key: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    pubmed_id: str | None = None
    retracted: str | None = None


# What a record and a paper both say of a paper, in the order of the catalog's columns.
BIBLIOGRAPHY = ("title", "abstract", "key", "authors", "year", "doi", "arxiv_id", "url", "pubmed_id", "retracted")


@dataclass(frozen=True, slots=True)
class Remark:
    """What to know of how a source was read."""

    source: str
    text: str

    def __str__(self) -> str:
        return f"{self.source}: {self.text}"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A source, or one record of it, that was not stored, and why. `line` is None for a whole source.

    `partial` is what is known of a record that lacks only its abstract: its title and ids, for whoever can find it.
    """

    source: str
    line: int | None
    reason: str
    partial: Record | None = dataclasses.field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source} line {self.line}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the library. `abstract` is the text that all offsets refer to.

    `retracted` is what a source says of its retraction or withdrawal, None where none says anything of one.
    """

    paper_id: int
    title: str
    abstract: str
    key: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    origins: tuple[str, ...] = ()
    pubmed_id: str | None = None
    retracted: str | None = None

    @property
    def byline(self) -> str:
        """Authors and year as a reference list gives them: `Vaswani et al., 2017`; empty when unknown."""
        surnames = [surname(author) for author in self.authors if author.strip()]
        names = f"{surnames[0]} et al." if len(surnames) > 2 else " and ".join(surnames)
        return ", ".join(part for part in (names, str(self.year or "")) if part)

    @property
    def retraction(self) -> str:
        """What to tell a reader of its retraction: `Retracted Publication`; empty where nothing is known of one."""
        told = self.retracted or ""
        return told if not told or re.search("retract|withdr|remov", told, re.IGNORECASE) else f"Retracted: {told}"

    @property
    def link(self) -> str | None:
        """The best link known: DOI, arXiv, PubMed, then the record's own url."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.arxiv_id:
            return f"https://arxiv.org/abs/{self.arxiv_id}"
        if self.pubmed_id:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pubmed_id}/"
        return self.url

    @property
    def reference(self) -> str:
        """The paper on a line of plain text: title, authors and year, retraction, link; as far as they are known."""
        parts = (self.title.rstrip("."), self.byline, self.retraction, self.link)
        return one_line(". ".join(part for part in parts if part))

    def __repr__(self) -> str:
        return f"<Paper {self.paper_id}: {self.reference}>"

    def __str__(self) -> str:
        return "\n".join(part for part in (self.reference, one_line(self.abstract)) if part)

    def _repr_html_(self) -> str:
        return boxed(tagged("p", reference_html(self)), tagged("p", said(self.abstract)))


def reference_html(paper: Paper, label: str = "") -> str:
    """Return a paper as a notebook's list of references has it."""
    parts = (
        said(label),
        tagged("b", said(paper.title.rstrip(".")) + "."),
        tagged("span", said(paper.byline), "quiet"),
        tagged("span", said(paper.retraction), "retracted"),
        link(paper.link),
    )
    return " ".join(part for part in parts if part)


def as_record(paper: Paper, line: int) -> Record:
    """Return a paper as the record that it would be if a source had it on a line."""
    return Record(line=line, **{name: getattr(paper, name) for name in BIBLIOGRAPHY})


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of one abstract, `paper.abstract[start:end]`, with its likeness to the query (cosine, -1..1)."""

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found, its score (0..1 within one search) and its sentences, best first."""

    paper: Paper
    score: float
    passages: tuple[Passage, ...]

    def __repr__(self) -> str:
        return f"<Hit {self.score:.2f}, paper {self.paper.paper_id}: {self.paper.reference}>"

    def __str__(self) -> str:
        return "\n".join([self.paper.reference, *(f"    {one_line(one.text)}" for one in self.passages[:1])])

    def _repr_html_(self) -> str:
        return boxed(hit_html(self))


def hit_html(hit: Hit) -> str:
    """Return a paper found as a notebook shows it: its reference, and its sentences as quotes, the best one marked."""
    score = tagged("span", f"{hit.score:.2f}", "quiet", "score within this search, 0 to 1")
    quotes = (
        tagged("blockquote", tagged("mark", said(one.text)) if place == 0 else said(one.text))
        for place, one in enumerate(hit.passages)
    )
    return f"{tagged('div', f'{reference_html(hit.paper)} {score}')}{''.join(quotes)}"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the papers about something, and how many there are in all.

    `hits`: of those that match, in the order of a search, each with a score that says how sure it is (0..1, .5 and
    more match) and its best sentences. `matching`: how many match, however many the page shows; at least so many
    where `more` is true, for a library may be too large to look at every paper. `searched`: how many took part.
    When none matches, the hits are the few that come nearest; `notes` say so, and what else a reader should know.
    """

    query: str
    hits: tuple[Hit, ...]
    matching: int
    searched: int
    notes: tuple[str, ...] = ()
    more: bool = False

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        hits = (f"{place}. {hit}" for place, hit in enumerate(self.hits, 1))
        return "\n".join([self._counted, *map(one_line, self.notes), *hits])

    def _repr_html_(self) -> str:
        count = tagged("p", said(self._counted), "quiet")
        notes = "".join(tagged("p", said(note)) for note in self.notes)
        return boxed(count, notes, listed(map(hit_html, self.hits), "ol"))

    @property
    def _counted(self) -> str:
        return (
            f"{'At least ' * self.more}{self.matching:,} of {self.searched:,} papers match{'es' * (self.matching == 1)}"
        )


@dataclass(frozen=True, slots=True)
class Merge:
    """A record that was joined with a paper, and why: `reason` is `doi`, `arxiv_id`, `pubmed_id` or `title`.

    `paper_title` is the title of the paper's first record, `title` that of the record that joined. `merge_id` undoes
    it with `Library.split`, `at` is its time (ISO, UTC).
    """

    merge_id: int
    paper_id: int
    paper_title: str
    title: str
    reason: str
    source: str
    line: int
    at: str


@dataclass(frozen=True, slots=True)
class MissingFromSource:
    """A paper that one of its sources doesn't hold any more."""

    paper: Paper
    source: str

    @property
    def last(self) -> bool:
        """True when no other source holds the paper: without this one it would be nowhere."""
        return set(self.paper.origins) <= {self.source}


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of each record that was read: every record counts in exactly one of the five.

    `merged` counts records of a paper that was there already from another place; `unchanged` those that brought
    nothing new; `embedded` the papers that got vectors in this run. `remarks` tell how sources were read. `merges`
    are the first thousand records that joined a paper in this run, also those that count as updates of it.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: tuple[Rejection, ...] = ()
    embedded: int = 0
    remarks: tuple[Remark, ...] = ()
    merges: tuple[Merge, ...] = ()
    unlisted: int = 0  # records rejected beyond those in `rejected`, which holds the first of very many

    @property
    def rejections(self) -> int:
        """How many records of this run were rejected."""
        return len(self.rejected) + self.unlisted

    @property
    def stored(self) -> int:
        """How many records of this run the library now holds."""
        return self.added + self.updated + self.unchanged + self.merged

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON-ready values."""
        return dataclasses.asdict(self)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        more = self.rejections - len(self.rejected[:SHOWN_REJECTIONS])
        rest = [f"and {more:,} more"] if more else []
        return "\n".join([self._counted, *(one_line(str(one)) for one in self.rejected[:SHOWN_REJECTIONS]), *rest])

    def _repr_html_(self) -> str:
        first, *others = str(self).split("\n")
        return boxed(tagged("p", said(first)), listed(map(said, others)))

    @property
    def _counted(self) -> str:
        counts = {name: getattr(self, name) for name in ("added", "updated", "unchanged", "merged")}
        told = [f"{count:,} {name}" for name, count in (counts | {"rejected": self.rejections}).items() if count]
        return ", ".join(told) or "nothing to read"
