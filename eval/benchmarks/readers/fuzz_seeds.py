"""A small sound file of every format, to be damaged: three made-up papers each, by the name of its reader.

A new format needs its line here; a test holds that none is missing. Other forms of a format stand beside it, with the
reader's name, a colon and their own.
"""

import json

from eval.benchmarks.readers.fuzz_forms import forms_of
from rag.readers.formats import (
    arxiv_atom,
    bibtex,
    huggingface,
    json_document,
    jsonl,
    medline,
    pubmed_xml,
    ris,
    table,
    web_of_science,
)

TITLES = ("Quiet Lattices", "Prüning by <i>Gradients</i> & More", "What Do $x_i^2$ Labels Cost?")
ABSTRACTS = (
    "We study quiet lattices. Their zirconium phase melts at 41 degrees, which nobody had measured.",
    "BACKGROUND: Nets are large. RESULTS: Half of “their” weights can go (p < 0.05); 3 % more is lost at $10^{-3}$.",
    "Labels cost €0.07 each. We ask what they are worth, and find: less than a naïve reader would expect.",
)
AUTHORS = ("Ann Lee", "Ludwig van Beethoven", "Quiet Study Group")
PAPERS = [
    {
        "id": f"k{n}", "title": title, "abstract": abstract, "authors": list(AUTHORS[: n + 1]), "year": 2017 + n,
        "doi": f"10.1000/{n}", "arxiv_id": f"1706.0376{n}", "pubmed_id": f"3145210{n}", "url": f"https://a.org/{n}",
    }
    for n, (title, abstract) in enumerate(zip(TITLES, ABSTRACTS, strict=True))
]  # fmt: skip
SHAPES: list[dict[str, object]] = [
    {"paperId": "s1", "externalIds": {"DOI": "10.1000/s"}, "authors": [{"name": "Ann Lee"}], "year": 2017},
    {"id": "https://openalex.org/W1", "abstract_inverted_index": {"We": [0, 2], "rest.": [1, 3]}, "ids": {"pmid": 7}},
    {"type": "article", "author": [{"family": "Lee", "given": "Ann"}], "issued": {"date-parts": [[2017, 6]]}},
    {"id": "0704.0001", "authors_parsed": [["Lee", "Ann", ""]], "versions": [{"created": "Mon, 2 Apr 2007"}]},
]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _article(paper: dict[str, object]) -> str:
    return f"""<PubmedArticle><MedlineCitation><PMID Version="1">{paper["pubmed_id"]}</PMID><Article>
<Journal><JournalIssue><PubDate><Year>{paper["year"]}</Year></PubDate></JournalIssue></Journal>
<ArticleTitle>{_escaped(str(paper["title"]))}</ArticleTitle>
<Abstract><AbstractText Label="RESULTS">{_escaped(str(paper["abstract"]))} <sup>2</sup></AbstractText></Abstract>
<AuthorList><Author><LastName>Lee</LastName><ForeName>Ann</ForeName></Author></AuthorList></Article></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="doi">{paper["doi"]}</ArticleId></ArticleIdList></PubmedData>
</PubmedArticle>
"""


def _entry(paper: dict[str, object]) -> str:
    return f"""<entry><id>http://arxiv.org/abs/{paper["arxiv_id"]}v1</id><published>{paper["year"]}-06-12</published>
<title>{_escaped(str(paper["title"]))}</title><summary>{_escaped(str(paper["abstract"]))}</summary>
<author><name>Ann Lee</name></author></entry>
"""


def _bibtex(paper: dict[str, object]) -> str:
    return f"""@article{{{paper["id"]},
  title = {{{paper["title"]}}}, author = "Lee, Ann and {{Quiet Study Group}}", year = {paper["year"]},
  journal = quiet # " Letters", abstract = {{{paper["abstract"]}}},
  doi = {{{paper["doi"]}}}
}}
"""


def _ris(paper: dict[str, object]) -> str:
    return f"""TY  - JOUR
TI  - {paper["title"]}
AU  - Lee, Ann
AU  - Beethoven, Ludwig van
PY  - {paper["year"]}
AB  - {paper["abstract"]}
DO  - {paper["doi"]}
ER  -

"""


def _medline(paper: dict[str, object]) -> str:
    return f"""PMID- {paper["pubmed_id"]}
DP  - {paper["year"]} Jun
TI  - {paper["title"]}
AB  - {str(paper["abstract"])[:40]}
      {str(paper["abstract"])[40:]}
FAU - Lee, Ann
AID - {paper["doi"]} [doi]

"""


def _wos(paper: dict[str, object]) -> str:
    return f"""PT J
AU Lee, A
   van Beethoven, L
AF Lee, Ann
   van Beethoven, Ludwig
TI {paper["title"]}
AB {str(paper["abstract"])[:40]}
   {str(paper["abstract"])[40:]}
DI {paper["doi"]}
PY {paper["year"]}
UT WOS:00040{paper["pubmed_id"]}
PM {paper["pubmed_id"]}
ER

"""


def _row(paper: dict[str, object]) -> str:
    return (
        f'{paper["id"]},"{paper["title"]}","Lee, Ann; Roe, Bo",{paper["year"]},"{paper["abstract"]}",{paper["doi"]}\n'
    )


def _page() -> str:
    pairs = "\n".join(f"{title}\n{abstract * 3}" for title, abstract in zip(TITLES, ABSTRACTS, strict=True))
    return (
        "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
        + pairs
    )


def _joined(begin: str, each: list[str], end: str = "") -> bytes:
    return (begin + "".join(each) + end).encode()


SEEDS: dict[str, bytes] = {
    huggingface.NAME: _page().encode(),
    pubmed_xml.NAME: _joined(
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://dtd.nlm.nih.gov/x.dtd">\n'
        "<PubmedArticleSet>\n", list(map(_article, PAPERS)), "</PubmedArticleSet>\n",
    ),
    arxiv_atom.NAME: _joined(
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/x</id>\n', list(map(_entry, PAPERS)), "</feed>"
    ),
    json_document.NAME: json.dumps(
        {"meta": {"count": 3}, "results": [*PAPERS, *({**PAPERS[0], **shape} for shape in SHAPES)]},
        ensure_ascii=False, indent=1,
    ).encode(),
    jsonl.NAME: _joined("", [json.dumps(paper, ensure_ascii=False) + "\n" for paper in PAPERS]),
    bibtex.NAME: _joined("@string{quiet = {Quiet}}\n", list(map(_bibtex, PAPERS))),
    ris.NAME: _joined("", list(map(_ris, PAPERS))),
    medline.NAME: _joined("", list(map(_medline, PAPERS))),
    web_of_science.NAME: _joined("FN Clarivate Analytics Web of Science\nVR 1.0\n", list(map(_wos, PAPERS)), "EF\n"),
    table.NAME: _joined("Key,Title,Author,Publication Year,Abstract Note,DOI\n", list(map(_row, PAPERS))),
    **forms_of(PAPERS),
}  # fmt: skip
