"""What bounds a search to some of the papers, and how that is said."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from rag.text.labels import one_line
from rag.text.source_names import short_name


@dataclass(frozen=True, slots=True)
class Filters:
    """Bounds on which papers are searched; a paper has to pass all that are given.

    Years are inclusive; `origin` is a source's path, name or glob; every word of `title` is part of the title, case
    and accents aside; `collection` and `tag` are names, case aside; `papers` are ids, of which only those there are
    count: with none of them there is nothing to search. `without_retracted` leaves out papers of which a source says
    that they were retracted.
    """

    year_from: int | None = None
    year_to: int | None = None
    origin: str | None = None
    title: str | None = None
    collection: str | None = None
    tag: str | None = None
    papers: tuple[int, ...] | None = None
    without_retracted: bool = False

    def __bool__(self) -> bool:
        return any(_bounds(getattr(self, field.name)) for field in fields(self))

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Self:
        """Return the filters that `dataclasses.asdict` and JSON made of some. Raises TypeError for anything else."""
        papers = value.get("papers")
        return cls(**{**value, "papers": None if papers is None else tuple(papers)})

    def alone(self) -> "tuple[Filters, ...]":
        """Return each bound by itself, both years as one."""
        years = Filters(self.year_from, self.year_to)
        others = (
            replace(Filters(), **{name: value})
            for name in ("origin", "title", "collection", "tag", "papers", "without_retracted")
            if _bounds(value := getattr(self, name))
        )
        return ((years,) if years else ()) + tuple(others)

    def told(self) -> tuple[str, ...]:
        """Return each bound in words, as they follow 'papers': `of 2018..2021`, `of the collection 'Thesis'`."""
        years = (
            str(self.year_from) if self.year_from == self.year_to else f"{self.year_from or ''}..{self.year_to or ''}"
        )
        chosen = len(set(self.papers or ()))
        bounds = (
            f"of {years}" if self.year_from or self.year_to else "",
            f"from {one_line(short_name(self.origin))}" if self.origin else "",
            f"with {one_line(self.title)!r} in the title" if self.title else "",
            f"of the collection {one_line(self.collection)!r}" if self.collection is not None else "",
            f"tagged {one_line(self.tag)!r}" if self.tag is not None else "",
            f"of {chosen:,} chosen paper{'s' * (chosen != 1)}" if self.papers is not None else "",
            "not retracted" if self.without_retracted else "",
        )
        return tuple(filter(None, bounds))


def _bounds(value: object) -> bool:
    return value is not None and value is not False  # the year 0 bounds


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list of papers: those with every word of `text` in title, authors or year that pass the filters.

    `order` is `added`, `title`, `year` or `author`; papers that lack a value come last.
    """

    text: str = ""
    filters: Filters = Filters()
    order: str = "added"
    descending: bool = False
    limit: int = 100
    offset: int = 0
