"""Records read a second, format by format, beside the bare parse of a well-kept library in the same run.

A format is one entry in FORMATS: how made-up papers are written, and the bare parse of such a file.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import NamedTuple

from eval.benchmarks.readers import synthetic_papers
from rag.export import Form, export
from rag.readers import read_file
from rag.records import Paper, Record

RECORDS = 4_000
ROUNDS = 5  # of which the quickest counts: what disturbs a run only makes it slower


class Format(NamedTuple):
    """A format that is measured: its files as text, and what reads them without making records of papers."""

    name: str
    write: Callable[[list[Paper]], str]
    peer: str
    parsed: Callable[[Path], object]


def measure(work: Path) -> str:
    """Return a Markdown table: records a second of each reader and of the bare parse, and the ratio of their times."""
    papers = list(synthetic_papers.made_up(RECORDS))
    rows = [_row(form, papers, work / "reading") for form in FORMATS]
    return "\n".join(
        [
            f"{RECORDS:,} made-up records a file, the quickest of {ROUNDS} runs in turn, seconds of the processor.",
            "",
            "| format | records/s | bare parse | records/s | time ratio |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def _row(form: Format, papers: list[Paper], path: Path) -> str:
    path.write_text(form.write(papers), "utf-8")
    ours, bare = [], []
    for _ in range(ROUNDS):
        started = process_time()
        read = sum(isinstance(found, Record) for _, found in read_file(path))
        ours.append(process_time() - started)
        started = process_time()
        form.parsed(path)
        bare.append(process_time() - started)
        assert read == len(papers), f"{form.name}: {read} of {len(papers)} records"
    one, other = min(ours), min(bare)
    speeds = (f"{len(papers) / seconds:,.0f}" for seconds in (one, other))
    return f"| {form.name} | {next(speeds)} | {form.peer} | {next(speeds)} | {one / other:.2f} |"


def _dict_reader(path: Path, delimiter: str = ",") -> object:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file, delimiter=delimiter))


def _json_lines(path: Path) -> object:
    with path.open(encoding="utf-8") as file:
        return sum(1 for line in file if json.loads(line))


def _json(path: Path) -> object:
    return json.loads(path.read_bytes())


def _iterparse(path: Path) -> object:
    from lxml import etree

    read = 0
    for _, element in etree.iterparse(path):
        read += 1
        if element.tag.endswith(("PubmedArticle", "entry")):
            element.clear()
    return read


def _bibtexparser(path: Path) -> object:
    from bibtexparser.entrypoint import parse_file

    return parse_file(str(path))


def _rispy(path: Path) -> object:
    import rispy

    return rispy.load(path, encoding="utf-8")


def _line_loop(path: Path) -> object:
    """Return MEDLINE or Web of Science as lists of texts by tag; no library for them is kept."""
    records: list[dict[str, list[str]]] = [{}]
    texts: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith(("PMID", "PT ")):
                records.append({})
            if line[:1].isalpha():
                tag, _, text = line.partition(" ")
                texts = records[-1].setdefault(tag, [])
                texts.append(text.strip())
            elif line.strip():
                texts[-1] += f" {line.strip()}"
    return records


FORMATS = (
    Format("JSON Lines", lambda papers: export(papers, Form.JSONL), "json.loads", _json_lines),
    Format("JSON Lines of arXiv", synthetic_papers.kaggle, "json.loads", _json_lines),
    Format("OpenAlex JSON", synthetic_papers.openalex, "json.loads", _json),
    Format("CSL-JSON", lambda papers: export(papers, Form.CSL_JSON), "json.loads", _json),
    Format("PubMed XML", synthetic_papers.pubmed, "lxml.iterparse", _iterparse),
    Format("arXiv Atom", synthetic_papers.atom, "lxml.iterparse", _iterparse),
    Format("BibTeX", lambda papers: export(papers, Form.BIBTEX), "bibtexparser.parse_file", _bibtexparser),
    Format("RIS", lambda papers: export(papers, Form.RIS), "rispy.load", _rispy),
    Format("MEDLINE", synthetic_papers.medline, "a loop over lines", _line_loop),
    Format("Web of Science", synthetic_papers.web_of_science, "a loop over lines", _line_loop),
    Format("CSV", lambda papers: synthetic_papers.table(",", papers), "csv.DictReader", _dict_reader),
    Format(
        "TSV",
        lambda papers: synthetic_papers.table("\t", papers),
        "csv.DictReader",
        lambda path: _dict_reader(path, "\t"),
    ),
)
