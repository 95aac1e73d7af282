"""Tables of papers without a language model: how many cells are right, wrongly filled, wrongly empty.

Beside the sentence most like the column, always. Usual columns on labelled abstracts; words of the reader on the
question set, each question a column over its own paper and three near ones that don't answer it, and on SciFact's
claims over the abstracts that they were judged by.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.benchmarks.comparison.cases import Wanted, claimed, claims_asked, labelled, labels, name_of, questions
from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus
from rag.library import Library
from rag.records import Cell, Paper
from rag.settings import Settings
from rag.text.sentences import sentence_spans
from rag.utils.arrays import Vector

VERDICTS = ("right", "another sentence", "wrongly filled", "wrongly empty")
Filled = tuple[Wanted, Cell, Cell]  # what is wanted, what the library fills in, the sentence most like the column


def measure(work: Path) -> str:
    """Return two Markdown tables: usual columns, and words of the reader."""
    usual: list[Filled] = []
    asked: list[Filled] = []
    settings = Settings(llm="extractive")
    rows = labels()
    with Library.open(work / "papers.library", settings) as library:
        library.ingest([shared_folder() / "papers"])
        usual += filled(library, labelled(library, [row for row in rows if row["source"] == "papers"]))
        asked += filled(library, questions(library))
    claims = claims_asked()
    wanted = {row["paper"] for row in rows}
    source = work / "comparison.jsonl"
    judged = {claim["doc_id"] for claim in claims}
    corpus = load_corpus(shared_folder() / "bench" / "scifact")
    chosen = [row for row in corpus if row["id"] in judged or name_of(row["title"]) in wanted]
    source.write_text("".join(json.dumps(row) + "\n" for row in chosen), "utf-8")
    with Library.open(work / "comparison.library", settings) as library:
        library.ingest([source])
        usual += filled(library, labelled(library, [row for row in rows if row["source"] == "scifact"]))
        asked += filled(library, claimed(library, claims))
    columns = list(dict.fromkeys(one.column for one, _, _ in usual))
    by_column = [(f"{name}, all abstracts", [one for one in usual if one[0].column == name]) for name in columns]
    return "\n\n".join(
        (
            table("usual columns: abstracts", [*by_kind(usual), *by_column]),
            table("words of the reader: cells", by_kind(asked)),
        )
    )


def filled(library: Library, wanted: Iterable[Wanted]) -> Iterator[Filled]:
    """Yield each cell wanted with what the library fills in, and the sentence most like the column."""
    embed = library.embedder().embed
    known: dict[int, list[Vector]] = {}  # of the sentences of each paper
    for one in wanted:
        (row,) = library.compare([one.paper.paper_id], [one.column]).rows
        texts = sentences(one.paper)
        if one.paper.paper_id not in known:
            known[one.paper.paper_id] = [found.vector for found in embed(texts)]
        asked = next(iter(embed([one.column], kind="query"))).vector
        alike = [float(vector @ asked) for vector in known[one.paper.paper_id]]
        yield one, row.cells[0], Cell(texts[alike.index(max(alike))])


def sentences(paper: Paper) -> list[str]:
    """Return the sentences of an abstract."""
    return [paper.abstract[start:end] for start, end in sentence_spans(paper.abstract)]


def verdict(wanted: Wanted, cell: Cell) -> str:
    """Return what became of a cell."""
    got = sentences(wanted.paper).index(cell.text) + 1 if cell.said else None
    if got in wanted.right | wanted.may or (got is None and not wanted.right):
        return "right"
    if got is None:
        return "wrongly empty"
    return "another sentence" if wanted.right else "wrongly filled"


def by_kind(cells: list[Filled]) -> list[tuple[str, list[Filled]]]:
    """Return cells by the kind of their case."""
    kinds = dict.fromkeys(one.kind for one, _, _ in cells)
    return [(kind, [one for one in cells if one[0].kind == kind]) for kind in kinds]


def table(head: str, groups: Iterable[tuple[str, list[Filled]]]) -> str:
    """Return a Markdown table of the shares of verdicts, each beside that of the sentence most like the column."""
    lines = [f"| {head} | cells | {' | '.join(VERDICTS)} | most alike, always: right |", f"|{'---|' * 7}"]
    for name, cells in groups:
        ours = Counter(verdict(wanted, cell) for wanted, cell, _ in cells)
        alike = Counter(verdict(wanted, cell) for wanted, _, cell in cells)
        shares = " | ".join(f"{ours[word] / len(cells):.0%}" for word in VERDICTS)
        lines.append(f"| {name} | {len(cells)} | {shares} | {alike['right'] / len(cells):.0%} |")
    return "\n".join(lines)
