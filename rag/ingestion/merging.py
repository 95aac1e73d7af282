"""One record into the catalog: which paper it is of, what it changes there, and how that is undone.

Everything here happens inside a transaction of the caller's. Papers whose text changed are left waiting for vectors
(rag.ingestion.indexing), and papers that became part of another are named in `Run.gone`, for the index to forget.
"""

from collections.abc import Iterable
from dataclasses import replace

from rag.errors import MergeError
from rag.ingestion.matching import Match, earlier_form, matches, may_be_one
from rag.ingestion.run import Incoming, Run
from rag.records import Record
from rag.records.canonical import compose, filled
from rag.records.identity import fingerprint, identifiers
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import (
    MergedRecord,
    add_record,
    copy_differences,
    mark_different,
    merges,
    move_record,
    read_records,
    records_of,
    remove_record,
)


def store(record: Record, source: str, catalog: Catalog, run: Run) -> str:
    """Put one record into the catalog and return what it was: added, updated, merged or unchanged."""
    new = Incoming(record, source)
    copies = _copies(new, catalog)
    if copies:
        return _again(copies, new, catalog, run)
    found = list(matches(new, catalog, run))
    earlier = earlier_form(new, catalog, run, found)
    return _edit(*earlier, new, catalog, run) if earlier else _place(new, catalog, run, found)


def known_as(new: Incoming, catalog: Catalog) -> set[int]:
    """Return the papers from a record's source that it is of, as it was stored before."""
    record, source = new
    found = catalog.with_key("print", fingerprint(record)) or [one.paper_id for one in matches(new, catalog, Run())]
    return {paper_id for paper_id in found if catalog.came_from(paper_id, source)}


def split(merge_id: int, catalog: Catalog) -> int:
    """Make a record that joined a paper one of its own again, never to be joined with it; return its id.

    Raises MergeError when there is no such merge.
    """
    found = merges(catalog, [merge_id])
    if not found:
        raise MergeError(merge_id)
    paper_id = found[0].paper_id
    kept = next(one for one in records_of(catalog, paper_id) if one.record_id == merge_id)
    left = remove_record(catalog, paper_id, kept)
    mark_different(catalog, kept.record, [one.record for one in left if not one.fills])
    recompose(paper_id, unfilled(paper_id, left, catalog), catalog)
    return _insert(Incoming(kept.record, kept.source), catalog)


def forget(paper_id: int, source: str, catalog: Catalog) -> bool:
    """Forget the records of a paper that came from a source; return whether it is gone with them."""
    if not (found := catalog.papers([paper_id])):
        return False  # gone with another source
    kept = records_of(catalog, paper_id)
    mine = [one for one in kept if one.known and not one.fills and one.source == source]
    if len(mine) == sum(not one.fills for one in kept) or set(found[0].origins) <= {source}:
        catalog.remove([paper_id])
        return True
    for one in mine:
        kept = remove_record(catalog, paper_id, one)
    catalog.forget_source(paper_id, source)  # also of a paper from an older catalog, whose records nobody knows
    recompose(paper_id, unfilled(paper_id, kept, catalog), catalog)
    return False


def unfilled(paper_id: int, kept: list[MergedRecord], catalog: Catalog) -> list[MergedRecord]:
    """Forget what was filled in by an id that none of a paper's records has any more; return what is left of all."""
    ids = {f"{kind} {value}" for one in kept if not one.fills for kind, value in identifiers(one.record).items()}
    for one in [one for one in kept if one.fills and one.record.key not in ids]:
        kept = remove_record(catalog, paper_id, one)
    return kept


def _copies(new: Incoming, catalog: Catalog) -> list[tuple[int, MergedRecord]]:
    """Return the records that a source is known to hold and that are this one letter for letter, with their papers."""
    print_ = fingerprint(new.record)
    return [
        (paper_id, kept)
        for paper_id in catalog.with_key("print", print_)
        for kept in records_of(catalog, paper_id)
        if kept.known and kept.source == new.source and fingerprint(kept.record) == print_
    ]


def _again(copies: list[tuple[int, MergedRecord]], new: Incoming, catalog: Catalog, run: Run) -> str:
    """Take a record that its source was known to hold: the same again, moved or renamed there, or a second copy.

    Whichever it is, the catalog then holds it on this line under this name, so that the next run finds it there.
    """
    place = _place_in_source(new.record)

    def distance(copy: tuple[int, MergedRecord]) -> tuple[bool, bool, bool, int]:
        line, name = there = _place_in_source(copy[1].record)
        return there != place and run.has_read(*copy), name != place[1], line != place[0], line

    paper_id, kept = min(copies, key=distance)
    there = _place_in_source(kept.record)
    if there != place and run.has_read(paper_id, kept):
        reason = next(iter(identifiers(new.record)), "title")
        return _place(new, catalog, run, [Match(paper_id, read_records(catalog, paper_id), reason)])
    run.mark(paper_id, kept.record_id)
    record = _still_marked(new.record, kept.record)
    marked = record.retracted != kept.record.retracted
    if there != place or marked:
        recompose(paper_id, move_record(catalog, paper_id, kept, record), catalog)
    return "updated" if there[1] != place[1] or marked else "unchanged"


def _still_marked(record: Record, before: Record) -> Record:
    """Return a record with what it said of a retraction before, where it says nothing of one any more."""
    return replace(record, retracted=record.retracted or before.retracted)


def _place_in_source(record: Record) -> tuple[int, tuple[str | None, str | None]]:
    """Return where a source holds a record: its line, and what the source calls it."""
    return record.line, (record.key, record.url)


def _place(new: Incoming, catalog: Catalog, run: Run, found: list[Match]) -> str:
    """Join a record with the papers that it is of, which become one; or make it a paper of its own."""
    if not found:
        run.mark(_insert(new, catalog))
        return "added"
    if _is_told(found[0], new, catalog):
        return "unchanged"
    joining = found[:1]
    for match in found[1:]:
        if all(may_be_one(other, match, catalog) for other in joining):
            joining.append(match)
    into = min(match.paper_id for match in joining)
    run.add_first_record(catalog, into)
    for match in joining:
        if match.paper_id != into:
            _absorb(into, match, catalog, run)
    joined = add_record(catalog, into, MergedRecord(None, new.source, new.record, found[0].reason))
    catalog.add_origin(into, new.source, new.record)
    run.mark(into, joined)
    run.join(joined)
    return "updated" if recompose(into, records_of(catalog, into), catalog) else "merged"


def _absorb(paper_id: int, other: Match, catalog: Catalog, run: Run) -> None:
    """Make another paper part of this one."""
    run.join(run.add_first_record(catalog, other.paper_id, other.reason))
    catalog.absorb(paper_id, other.paper_id)
    run.absorb(other.paper_id)


def _edit(paper_id: int, old: MergedRecord, new: Incoming, catalog: Catalog, run: Run) -> str:
    """Put a record in the place of its earlier form; it may now be of another paper."""
    copy_differences(catalog, old.record, new.record)
    new = new._replace(record=_still_marked(new.record, old.record))
    if len(read_records(catalog, paper_id)) > 1:
        recompose(paper_id, run.remove_record(catalog, paper_id, old), catalog)
        kind = _place(new, catalog, run, list(matches(new, catalog, run)))
        return "updated" if kind == "merged" else kind
    recompose(paper_id, move_record(catalog, paper_id, old, new.record), catalog)
    run.mark(paper_id, old.record_id)
    for match in list(matches(new, catalog, run)):
        mine = Match(paper_id, read_records(catalog, paper_id), match.reason)
        if match.paper_id != paper_id and may_be_one(mine, match, catalog):
            run.add_first_record(catalog, paper_id)
            _absorb(paper_id, match, catalog, run)
            recompose(paper_id, records_of(catalog, paper_id), catalog)
    return "updated"


def _is_told(match: Match, new: Incoming, catalog: Catalog) -> bool:
    """Tell whether a paper of an older catalog, whose records nobody knows, says all that its source does."""
    if match.kept[0].known or not catalog.came_from(match.paper_id, new.source):
        return False
    records = [one.record for one in match.kept]
    return compose(match.paper_id, [*records, new.record]) == compose(match.paper_id, records)


def _insert(new: Incoming, catalog: Catalog) -> int:
    paper_id = catalog.insert(new.record)
    catalog.add_origin(paper_id, new.source, new.record)
    return paper_id


def recompose(paper_id: int, kept: Iterable[MergedRecord], catalog: Catalog) -> bool:
    """Make a paper what its records say; return whether that changed it."""
    [paper] = catalog.papers([paper_id])
    records = list(kept)
    said = compose(paper_id, [one.record for one in records if not one.fills])
    composed = replace(filled(said, [one.record for one in records if one.fills]), origins=paper.origins)
    if composed == paper:
        return False
    catalog.update(composed, reindex=(composed.title, composed.abstract) != (paper.title, paper.abstract))
    return True
