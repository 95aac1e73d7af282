"""What open indexes know of a library's papers, filled in where the papers say nothing; all of it can be taken back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rag.collection import Collection
from rag.errors import FetchError
from rag.fetching import INDEXES, Client, complete, lookup_in
from rag.fetching.completing import INFORMED, KINDS
from rag.ingestion.filling import changes, fill, filling, ids_by_paper, telling, unfill
from rag.ingestion.finding import find_files
from rag.ingestion.ingest import Found
from rag.readers import read_file
from rag.records import IngestReport, Paper, Record, Rejection, Remark
from rag.records.canonical import filled
from rag.records.enrichments import Change, EnrichReport
from rag.records.identity import identifiers
from rag.records.progress import Progress, Watch
from rag.storage.catalog.users.audit import log_change
from rag.utils.batching import batched

SOURCE = "enrich: "  # what the source of all that an enrichment brings begins with
BATCH = 100  # papers looked up together, in each index


@dataclass
class Enrichment:
    """One run over a library: what it changed so far, or would. An index that fails is left out from then on."""

    collection: Collection
    client: Client
    watch: Watch
    dry_run: bool
    changes: list[Change] = field(default_factory=list)
    told: set[int] = field(default_factory=set)  # papers that an index knew
    left_out: list[Remark] = field(default_factory=list)
    troubles: list[FetchError] = field(default_factory=list)
    answers: int = 0  # of indexes that were asked for something

    def papers(self) -> tuple[int, int]:
        """Look papers up by their ids and fill in what they lack; return how many, and how many have no id.

        Raises FetchError when every index failed.
        """
        known, without_id = ids_by_paper(self.collection.selected())
        asked = {one.paper_id: one for found in known.values() for one in found}
        done = 0
        for batch in batched(asked.values(), BATCH):
            now = {one.paper_id: one for one in batch}
            for index in INFORMED:
                if all(error.index != INDEXES[index].ABOUT.title for error in self.troubles):
                    self._ask(index, now)
            done += len(batch)
            self.watch(Progress("look up", done, len(asked)))
        if self.troubles and not self.answers:
            raise self.troubles[0]
        return len(asked), without_id

    def _ask(self, index: str, papers: dict[int, Paper]) -> None:
        """Fill in what one index knows of papers, in one transaction, and note it in `papers`."""
        source = f"{SOURCE}{INDEXES[index].ABOUT.title}"
        catalog = self.collection.storage.catalog
        known, _ = ids_by_paper(papers.values())
        fills: list[tuple[int, Record]] = []
        ids = _asked(papers.values(), INDEXES[index].ABOUT.ids)
        if not ids:
            return
        try:
            found = list(lookup_in(index, ids, self.client))
        except FetchError as error:
            self.troubles.append(error)
            return
        self.answers += 1
        for record in found:
            for paper_id, by in telling(record, known, self.left_out, source):
                self.told.add(paper_id)
                if told := filling(papers[paper_id], record, by, catalog):
                    self.changes += changes(papers[paper_id], told, source)
                    fills.append((paper_id, told))
                    papers[paper_id] = filled(papers[paper_id], [told])
        if fills and not self.dry_run:
            with self.collection.storage.writing(), catalog.transaction():
                there = catalog.ids()
                for paper_id, told in fills:
                    if paper_id in there:
                        fill(paper_id, told, source, catalog)
                log_change(catalog.database, "enrich", len(fills), source.removeprefix(SOURCE))

    def files(self, files: Iterable[Path]) -> IngestReport:
        """Bring in the records of files that lack only their abstract and that an index knows."""
        rejected = [
            (source, one, one.partial)
            for path in files
            for source, one in read_file(path)
            if isinstance(one, Rejection) and one.partial
        ]
        found = self._completed(rejected)
        if rejected and not self.dry_run:
            return self.collection.bring_in(found, self.watch)
        return IngestReport(rejected=tuple(one for _, one in found if isinstance(one, Rejection)))

    def _completed(self, rejected: list[tuple[str, Rejection, Record]]) -> Iterator[Found]:
        places = {id(partial): (source, one) for source, one, partial in rejected}
        partials = [partial for _, _, partial in rejected]
        for number, one in enumerate(complete(partials, self.client, troubles=self.troubles), start=1):
            source, rejection = places[id(one.partial)]
            self.watch(Progress("look up", number, len(partials)))
            if one.record is None:
                yield source, rejection
            else:
                who = f"{SOURCE}{one.index}"
                self.changes.append(Change(None, one.record.title, "abstract", "", one.record.abstract, who))
                yield f"{SOURCE}{source}", one.record


def enrich(
    collection: Collection, client: Client, paths: str | Path | Iterable[str | Path], watch: Watch, *, dry_run: bool
) -> EnrichReport:
    """Fill in what papers lack, and bring in the records of files that lack only their abstract; say what changed.

    With `dry_run` nothing is stored. An index that fails is told in a remark, and the others are asked; raises
    FetchError when all of them failed.
    """
    run = Enrichment(collection, client, watch, dry_run)
    files = find_files(Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths))
    brought = run.files(files) if files else None
    asked, without_id = run.papers()
    failed = [Remark(error.index, f"{error.happened}; it was left out. {error.advice}") for error in run.troubles]
    return EnrichReport(asked, len(run.told), without_id, tuple(run.changes), brought, (*run.left_out, *failed))


def unenrich(collection: Collection) -> EnrichReport:
    """Take back all that enrichments filled in and brought; say what that changed."""
    catalog = collection.storage.catalog
    with collection.storage.writing(), catalog.transaction():
        undone = unfill(catalog)
        if undone:
            log_change(catalog.database, "unenrich", len({one.paper_id for one in undone}))
    for source in [one for one in collection.sources() if one.startswith(SOURCE)]:
        removed = collection.remove_source(source)
        gone = (one.paper for one in removed.papers if one.paper.paper_id in removed.gone)
        undone += [Change(one.paper_id, one.title, "abstract", one.abstract, "", source) for one in gone]
    return EnrichReport(changes=tuple(undone))


def _asked(papers: Iterable[Paper], kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Return the surest id of each paper that is of one of these kinds, each once."""
    ids = ([(KINDS[name], value) for name, value in identifiers(paper).items()] for paper in papers)
    known = (next((one for one in found if one[0] in kinds), None) for found in ids)
    return list(dict.fromkeys(one for one in known if one))
