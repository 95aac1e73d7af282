"""Made-up papers, and files of them as each program writes them, for measuring the readers.

Formats that this project writes itself are written by `rag.export` instead.
"""

import csv
import io
import json
import random
import textwrap
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from rag.records import Paper

ENDINGS = ("tion", "ing", "er", "ness", "ity", "al", "ive", "or", "ance", "ment")
SIGNS = ("$O(n^2)$", "50%", "naïve", "p < 0.05", "R&D", "“so”", "Gödel's", "state-of-the-art", "x_i", "(2017)")
SIGNED = 0.2  # share of the texts that hold any of them
GIVEN = ("Ada", "Noam", "José", "Li", "Grace", "Łukasz", "Anna-Maria", "J. R.")
FAMILY = ("{}", "van der {}", "{}-Müller", "O'{}", "{}ård", "Smith {}")


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


def table(delimiter: str, papers: Iterable[Paper]) -> str:
    """Return a table with the columns of Zotero, its cells quoted as its delimiter needs."""
    names = {"key": "Key", "year": "Publication Year", "title": "Title", "doi": "DOI", "url": "Url"}
    names |= {"abstract": "Abstract Note", "arxiv_id": "arXiv id", "pubmed_id": "PMID"}
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL if delimiter == "," else csv.QUOTE_MINIMAL)
    writer.writerow(["Author", *names.values()])
    writer.writerows([_authors(paper, "; "), *(getattr(paper, name) for name in names)] for paper in papers)
    return file.getvalue()


def web_of_science(papers: Iterable[Paper]) -> str:
    """Return Web of Science's plain text."""
    records = (
        f"PT J\nAF {_authors(paper, f'{chr(10)}   ')}\nTI {_folded(paper.title, 3)}\nAB {_folded(paper.abstract, 3)}\n"
        f"PY {paper.year}\nDI {paper.doi}\nUT WOS:{paper.paper_id}\nER\n\n"
        for paper in papers
    )
    return f"FN Clarivate Analytics Web of Science\nVR 1.0\n{''.join(records)}EF\n"


def pubmed(papers: Iterable[Paper]) -> str:
    """Return PubMed's XML."""
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


def atom(papers: Iterable[Paper]) -> str:
    """Return the feed of arXiv's API."""
    entries = (
        f"<entry><id>http://arxiv.org/abs/{paper.arxiv_id or f'math/{paper.paper_id:07}'}v1</id>\n"
        f"<published>{paper.year}-06-12T00:00:00Z</published>\n"
        f"<title>{escape(paper.title)}</title>\n<summary>{escape(paper.abstract)}</summary>\n"
        f"{''.join(f'<author><name>{escape(name)}</name></author>{chr(10)}' for name in paper.authors)}"
        f'<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">{paper.doi}</arxiv:doi></entry>\n'
        for paper in papers
    )
    head = '<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id>\n'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{"".join(entries)}</feed>\n'


def kaggle(papers: Iterable[Paper]) -> str:
    """Return arXiv's metadata as JSON Lines, as Kaggle hands them out."""
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


def openalex(papers: Iterable[Paper]) -> str:
    """Return the answer of OpenAlex's API, abstracts as indexes of words."""
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


def medline(papers: Iterable[Paper]) -> str:
    """Return MEDLINE as PubMed saves it."""
    return "\n".join(
        f"PMID- {40_000_000 + paper.paper_id}\nOWN - NLM\nSTAT- MEDLINE\nDP  - {paper.year} May\n"
        f"TI  - {_folded(paper.title)}\nLID - {paper.doi} [doi]\nAB  - {_folded(paper.abstract)}\n"
        f"{''.join(f'FAU - {name}' + chr(10) for name in _authors(paper, '|').split('|'))}LA  - eng\n"
        for paper in papers
    )


def _folded(text: str, indented: int = 6) -> str:
    """Return a text in lines as PubMed folds them."""
    return f"\n{' ' * indented}".join(textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False))


def _authors(paper: Paper, between: str) -> str:
    return between.join(", ".join(reversed(name.split(" ", 1))) for name in paper.authors)
