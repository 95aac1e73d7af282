"""What an index tells of a paper, filled in where its own records say nothing; and taken back.

What is there is never changed. What was filled is kept as a record that only fills
(rag.storage.catalog.merged_records), so a source that tells it itself later
comes first. `fill` and `unfill` work inside a transaction of the caller's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rag.ingestion.merging import recompose
from rag.readers.retractions import retraction_in
from rag.records import Paper, Record, Remark
from rag.records.canonical import FILLED, filled
from rag.records.enrichments import Change
from rag.records.identity import clearly_different, conflicting, identifiers
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import (
    FILL,
    MergedRecord,
    add_first_record,
    add_record,
    filled_papers,
    records_of,
    remove_record,
)


def ids_by_paper(papers: Iterable[Paper]) -> tuple[dict[tuple[str, str], list[Paper]], int]:
    """Return the papers that lack something, by each identifier as (kind, value), and how many of them have none."""
    found: dict[tuple[str, str], list[Paper]] = {}
    without_id = 0
    for paper in papers:
        if any(not getattr(paper, name) for name in FILLED):
            known = identifiers(paper)
            without_id += not known
            for one in known.items():
                found.setdefault(one, []).append(paper)
    return found, without_id


def telling(
    found: Record, known: Mapping[tuple[str, str], list[Paper]], left_out: list[Remark], source: str
) -> Iterator[tuple[int, str]]:
    """Yield the ids of the papers that a record of an index is of, each with the id (`doi 10.1000/1`) that says so.

    One that has another title, or another id of the same kind, is none of them; that is remarked in `left_out`.
    """
    seen: set[int] = set()
    for kind, value in identifiers(found).items():
        for paper in list(known.get((kind, value), ())):
            if paper.paper_id in seen:
                continue
            seen.add(paper.paper_id)
            if _of_another(paper, found):
                text = (
                    f"{kind.replace('_', ' ')} {value} is of {found.title[:80]!r} there, here of {paper.title[:80]!r}"
                )
                left_out.append(Remark(source, text))
            else:
                yield paper.paper_id, f"{kind} {value}"


def _of_another(paper: Paper, found: Record) -> bool:
    """Tell whether another identifier or title speaks against it; a mark of retraction is no part of a title."""
    own = replace(paper, title=retraction_in(paper.title).title)  # one of before readers took it off
    return conflicting(own, found, identifiers_only=True) or clearly_different(own, found)


def filling(paper: Paper, found: Record, by: str, catalog: Catalog) -> Record | None:
    """Return what a record tells that a paper lacks, as a record that holds nothing else; None when it is nothing.

    An identifier that another paper of the library has is left out. `by` is the id that it was found by.
    """
    told = {name: value for name in FILLED if not getattr(paper, name) and (value := getattr(found, name))}
    for name, value in identifiers(found).items():
        if name in told and any(paper_id != paper.paper_id for paper_id in catalog.with_key(name, value)):
            del told[name]
    return Record("", "", 1, key=by, **told) if told else None


def changes(paper: Paper, fill: Record, source: str) -> list[Change]:
    """Return what a record changes that fills in what a paper lacks."""
    now = filled(paper, [fill])
    return [
        Change(paper.paper_id, paper.title, name, shown(getattr(paper, name)), shown(getattr(now, name)), source)
        for name in FILLED
        if getattr(now, name) != getattr(paper, name)
    ]


def shown(value: object) -> str:
    """Return the value of a field as a text: names with commas between them, nothing for nothing."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")


def fill(paper_id: int, told: Record, source: str, catalog: Catalog) -> None:
    """Fill in what a paper lacks."""
    add_first_record(catalog, paper_id)
    add_record(catalog, paper_id, MergedRecord(None, source, told, FILL))
    catalog.add_keys(paper_id, source, told)
    recompose(paper_id, records_of(catalog, paper_id), catalog)


def unfill(catalog: Catalog) -> list[Change]:
    """Take back all that was filled in; return what that changed."""
    found: list[Change] = []
    for paper_id in filled_papers(catalog):
        [before] = catalog.papers([paper_id])
        sources: dict[str, str] = {}
        kept = records_of(catalog, paper_id)
        for one in [one for one in kept if one.fills]:
            sources |= {name: one.source for name in FILLED if getattr(one.record, name) and name not in sources}
            kept = remove_record(catalog, paper_id, one)
        recompose(paper_id, kept, catalog)
        [after] = catalog.papers([paper_id])
        found += [
            Change(paper_id, after.title, name, shown(getattr(before, name)), "", sources.get(name, ""))
            for name in FILLED
            if getattr(after, name) != getattr(before, name)
        ]
    return found
