"""What a paper is, made from its records. Pure; whatever their order, but for what each source calls its own.

The fullest abstract brings its title, of several that are nearly as full one without publishers' texts, and one that
only tells of a retraction is no full one; a publisher's DOI stands before a preprint's; the year is that in which the
paper first came out. Key and url are those of the first record that has them. One record that tells of a retraction is
enough: most databases learn of it late, many never.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.records import Paper, Record
from rag.records.identity import arxiv_id_of, is_preprint, worth

NEARLY = 0.9  # of the longest abstract, so that a clean one may be preferred
# What can be filled in of a paper that lacks it.
FILLED = ("authors", "year", "doi", "arxiv_id", "pubmed_id", "retracted")


def compose(paper_id: int, records: Sequence[Record]) -> Paper:
    """Return the paper that these records, at least one, are records of; the first to be read comes first."""
    longest = max(len(worth(record.abstract)) for record in records)
    fullest = max((one for one in records if len(worth(one.abstract)) >= NEARLY * longest), key=_fullness)
    return Paper(
        paper_id=paper_id,
        title=fullest.title,
        abstract=fullest.abstract,
        key=next((record.key for record in records if record.key), None),
        authors=max((record.authors for record in records), key=_detail),
        year=min((record.year for record in records if record.year), default=None),
        doi=_least(records, lambda record: record.doi, lambda doi: (is_preprint(doi), doi)),
        arxiv_id=_least(records, arxiv_id_of, lambda arxiv_id: (arxiv_id,)),
        url=next((record.url for record in records if record.url), None),
        pubmed_id=_least(records, lambda record: record.pubmed_id, lambda pubmed_id: (len(pubmed_id), pubmed_id)),
        retracted=max((record.retracted for record in records if record.retracted), key=_said, default=None),
    )


def filled(paper: Paper, fills: Sequence[Record]) -> Paper:
    """Return a paper with what it lacks, of each the first that one of these records tells; what it says stays."""
    told = {
        name: value
        for name in FILLED
        if not getattr(paper, name) and (value := next(filter(None, (getattr(one, name) for one in fills)), None))
    }
    return replace(paper, **told) if told else paper


def _fullness(record: Record) -> tuple[object, ...]:
    title, own = record.title, worth(record.abstract)
    # Of two with the same abstract the one whose title is written with more care.
    return (
        own == record.abstract,
        len(own),
        record.abstract,
        not title.isupper(),
        not {*"{}\\<"} & {*title},
        len(title),
        title,
    )


def _detail(authors: tuple[str, ...]) -> tuple[object, ...]:
    return len(authors), sum(map(len, authors)), authors


def _said(retracted: str) -> tuple[object, ...]:
    return len(retracted), retracted


def _least(
    records: Sequence[Record], value: Callable[[Record], str | None], rank: Callable[[str], tuple[object, ...]]
) -> str | None:
    return min((found for record in records if (found := value(record))), key=rank, default=None)
