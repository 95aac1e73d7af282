"""Records read a second, format by format, beside the bare parse of a well-kept library in the same run.

A format is one entry in FORMATS: how a made-up record is written, and the bare parse of such a file.
"""

import csv
import io
import json
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import process_time
from typing import NamedTuple
from xml.sax.saxutils import escape

from rag.datatypes import Paper, Record
from rag.export import Form, export
from rag.readers import read_file

RECORDS = 4_000
ROUNDS = 5  # of which the quickest counts: what disturbs a run only makes it slower
ENDINGS = ("tion", "ing", "er", "ness", "ity", "al", "ive", "or", "ance", "ment")
SIGNS = ("$O(n^2)$", "50%", "naïve", "p < 0.05", "R&D", "“so”", "Gödel's", "state-of-the-art", "x_i", "(2017)")
SIGNED = 0.2  # share of the texts that hold any of them
GIVEN = ("Ada", "Noam", "José", "Li", "Grace", "Łukasz", "Anna-Maria", "J. R.")
FAMILY = ("{}", "van der {}", "{}-Müller", "O'{}", "{}ård", "Smith {}")


class Format(NamedTuple):
    """A format that is measured: its files as text, and what reads them without making records of papers."""

    name: str
    written: Callable[[list[Paper]], str]
    peer: str
    parsed: Callable[[Path], object]


def measure(work: Path) -> str:
    """Return a Markdown table: records a second of each reader and of the bare parse, and the ratio of their times."""
    papers = list(made_up(RECORDS))
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


def made_up(count: int, seed: int = 7) -> Iterator[Paper]:
    """Yield papers with words that are none, as long and as varied as real ones."""
    chance = random.Random(seed)  # noqa: S311  (nothing secret)
    words = ["".join(chance.choices("abdegiklmnoprstu", k=chance.randint(1, 8))) for _ in range(3_000)]
    words += [word + ending for word in words[:700] for ending in ENDINGS]

    def text(length: int, sentences: int = 1) -> str:
        chosen = chance.choices(words, k=length * sentences)
        if chance.random() < SIGNED:
            chosen[:: length // 2] = chance.choices(SIGNS, k=len(chosen[:: length // 2]))
        parts = (chosen[start : start + length] for start in range(0, len(chosen), length))
        return " ".join(f"{' '.join(part).capitalize()}." for part in parts)

    for number in range(1, count + 1):
        in_arxiv = chance.random() < 0.5
        yield Paper(
            number,
            text(chance.randint(4, 14)).rstrip("."),
            text(chance.randint(12, 30), chance.randint(5, 10)),
            f"key{number}",
            tuple(
                f"{chance.choice(GIVEN)} {chance.choice(FAMILY).format(chance.choice(words).capitalize())}"
                for _ in range(chance.randint(1, 6))
            ),
            chance.randint(1990, 2026),
            f"10.1000/{number}.{chance.randint(1, 99)}",
            f"{chance.randint(1001, 2512)}.{number:05}" if in_arxiv else None,
            f"https://a.org/{number}",
            pubmed_id=None if in_arxiv else str(30_000_000 + number),
        )


def _row(form: Format, papers: list[Paper], path: Path) -> str:
    path.write_text(form.written(papers), "utf-8")
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


# How each format is written


def _table(delimiter: str, papers: Iterable[Paper]) -> str:
    names = {"key": "Key", "year": "Publication Year", "title": "Title", "doi": "DOI", "url": "Url"}
    names |= {"abstract": "Abstract Note", "arxiv_id": "arXiv id", "pubmed_id": "PMID"}
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL if delimiter == "," else csv.QUOTE_MINIMAL)
    writer.writerow(["Author", *names.values()])
    writer.writerows([_authors(paper, "; "), *(getattr(paper, name) for name in names)] for paper in papers)
    return file.getvalue()


def _web_of_science(papers: Iterable[Paper]) -> str:
    records = (
        f"PT J\nAF {_authors(paper, f'{chr(10)}   ')}\nTI {_folded(paper.title, 3)}\nAB {_folded(paper.abstract, 3)}\n"
        f"PY {paper.year}\nDI {paper.doi}\nUT WOS:{paper.paper_id}\nER\n\n"
        for paper in papers
    )
    return f"FN Clarivate Analytics Web of Science\nVR 1.0\n{''.join(records)}EF\n"


def _pubmed(papers: Iterable[Paper]) -> str:
    articles = (
        f"<PubmedArticle><MedlineCitation><PMID>{40_000_000 + paper.paper_id}</PMID><Article>\n"
        f"<Journal><JournalIssue><PubDate><Year>{paper.year}</Year></PubDate></JournalIssue></Journal>\n"
        f"<ArticleTitle>{escape(paper.title)}</ArticleTitle>\n"
        f"<Abstract><AbstractText>{escape(paper.abstract)}</AbstractText></Abstract>\n<AuthorList>\n"
        f"{''.join(_author(name) for name in paper.authors)}</AuthorList></Article></MedlineCitation>\n<PubmedData>"
        f'<ArticleIdList><ArticleId IdType="doi">{paper.doi}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>\n'
        for paper in papers
    )
    return f'<?xml version="1.0" ?>\n<PubmedArticleSet>\n{"".join(articles)}</PubmedArticleSet>\n'


def _author(name: str) -> str:
    given, family = name.split(" ", 1)
    return f"<Author><LastName>{escape(family)}</LastName><ForeName>{given}</ForeName></Author>\n"


def _atom(papers: Iterable[Paper]) -> str:
    entries = (
        f"<entry><id>http://arxiv.org/abs/{paper.arxiv_id or f'math/{paper.paper_id:07}'}v1</id>\n"
        f"<published>{paper.year}-06-12T00:00:00Z</published>\n"
        f"<title>{escape(paper.title)}</title>\n<summary>{escape(paper.abstract)}</summary>\n"
        f"{''.join(f'<author><name>{escape(name)}</name></author>{chr(10)}' for name in paper.authors)}</entry>\n"
        for paper in papers
    )
    head = '<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id>\n'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{"".join(entries)}</feed>\n'


def _kaggle(papers: Iterable[Paper]) -> str:
    return "".join(
        json.dumps(
            {
                "id": f"{paper.paper_id // 10_000:04}.{paper.paper_id % 10_000:05}",
                "title": paper.title,
                "abstract": paper.abstract,
                "authors_parsed": [[*reversed(name.split(" ", 1)), ""] for name in paper.authors],
                "doi": paper.doi,
                "versions": [{"version": "v1", "created": f"Mon, 2 Apr {paper.year} 19:18:42 GMT"}],
            }
        )
        + "\n"
        for paper in papers
    )


def _openalex(papers: Iterable[Paper]) -> str:
    return json.dumps(
        {
            "results": [
                {
                    "id": f"https://openalex.org/W{paper.paper_id}",
                    "display_name": paper.title,
                    "abstract_inverted_index": _inverted(paper.abstract),
                    "publication_year": paper.year,
                    "authorships": [{"author": {"display_name": name}} for name in paper.authors],
                    "doi": f"https://doi.org/{paper.doi}",
                }
                for paper in papers
            ]
        }
    )


def _inverted(text: str) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        index.setdefault(word, []).append(place)
    return index


def _medline(papers: Iterable[Paper]) -> str:
    return "\n".join(
        f"PMID- {40_000_000 + paper.paper_id}\nOWN - NLM\nSTAT- MEDLINE\nDP  - {paper.year} May\n"
        f"TI  - {_folded(paper.title)}\nLID - {paper.doi} [doi]\nAB  - {_folded(paper.abstract)}\n"
        f"{''.join(f'FAU - {name}' + chr(10) for name in _authors(paper, '|').split('|'))}LA  - eng\n"
        for paper in papers
    )


def _folded(text: str, indented: int = 6) -> str:
    """Return a text in lines as PubMed folds them."""
    import textwrap

    return f"\n{' ' * indented}".join(textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False))


def _authors(paper: Paper, between: str) -> str:
    return between.join(", ".join(reversed(name.split(" ", 1))) for name in paper.authors)


# What reads each format without us


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
    Format("JSON Lines of arXiv", _kaggle, "json.loads", _json_lines),
    Format("OpenAlex JSON", _openalex, "json.loads", _json),
    Format("CSL-JSON", lambda papers: export(papers, Form.CSL_JSON), "json.loads", _json),
    Format("PubMed XML", _pubmed, "lxml.iterparse", _iterparse),
    Format("arXiv Atom", _atom, "lxml.iterparse", _iterparse),
    Format("BibTeX", lambda papers: export(papers, Form.BIBTEX), "bibtexparser.parse_file", _bibtexparser),
    Format("RIS", lambda papers: export(papers, Form.RIS), "rispy.load", _rispy),
    Format("MEDLINE", _medline, "a loop over lines", _line_loop),
    Format("Web of Science", _web_of_science, "a loop over lines", _line_loop),
    Format("CSV", lambda papers: _table(",", papers), "csv.DictReader", _dict_reader),
    Format("TSV", lambda papers: _table("\t", papers), "csv.DictReader", lambda path: _dict_reader(path, "\t")),
)
