"""What is exported comes back as it was through the project's own readers: nothing is lost between two libraries."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.export import Form, export
from rag.export.keys import citation_keys
from rag.library import Library
from rag.readers import read_file
from rag.readers.cleaning.text import clean
from rag.records import Paper, Record
from rag.records.identity import worth
from rag.text.author_names import displayed

PROPERTY = settings(deadline=None, max_examples=150)
FORMS = (Form.BIBTEX, Form.RIS, Form.CSL_JSON, Form.JSONL)
PIECES = st.sampled_from(
    [
        *"\\{}%&#_$~^<>|`'\"-,;:@=()[]!*+.?/ 😀é王",
        *(
            "$x_i$",
            "$\\{0\\}$",
            "$\\alpha^{2}_{K}$",
            "$a\\%b$",
            "``",
            "''",
            "--",
            "---",
            "\\emph{x}",
            "\\$",
            "\\\\",
            "{\\'e}",
        ),
        *(
            "TY  - ",
            "ER  - ",
            "@misc{",
            "},",
            " and ",
            "# ",
            "1. ",
            "GPT-4",
            "of",
            "\\alpha",
            "\\'",
            "\\c c",
            "?`",
            "~/",
        ),
        *("&lt;", "<k, v>", "$5", "\\(x\\)", "\\[", "PMID- 1", "AB - "),
    ]
)
# What a library holds: texts that a reader has cleaned, ids in their normal form, names as they are shown.
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=12).map(lambda pieces: clean(f"w{''.join(pieces)}"))
NAMES = [
    "Ada Lovelace",
    "Ludwig van Beethoven",
    "Martin Luther King Jr.",
    "ATLAS Collaboration",
    "王小明",
    "Zoë Ó Briain",
]
NAMES += ["The LIGO Team, Virgo", "Smith and Wesson", "R2-D2 Unit {x}"]
PAPERS = st.lists(
    st.builds(
        Paper,
        paper_id=st.integers(1, 5),
        title=TEXTS,
        abstract=TEXTS.filter(lambda text: worth(text) == text),
        key=st.none() | st.sampled_from(["vaswani2017", "DBLP:conf/nips/V17", "k1", "K1"]),
        authors=st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
        year=st.none() | st.integers(1500, 2099),
        doi=st.none() | st.text("0189abz_()<>;-", min_size=1).map("10.1000/a{}b".format),
        arxiv_id=st.none() | st.sampled_from(["1706.03762", "hep-th/9901001"]),
        url=st.none() | st.text("abz019/_%#&=;~.-", max_size=20).map(lambda path: clean(f"https://a.org/{path}")),
        pubmed_id=st.none() | st.sampled_from(["1", "31452104"]),
    ),
    max_size=4,
    unique_by=lambda paper: paper.paper_id,
)


def same(record: Record, paper: Paper, key: str | None) -> None:
    """Hold a record to all that is known of a paper."""
    known = dataclasses.asdict(paper) | {"key": key, "line": record.line}
    assert dataclasses.asdict(record) == {name: known[name] for name in dataclasses.asdict(record)}


def again(papers: list[Paper], form: Form, path: Path) -> list[Record]:
    """Return the records of papers that are exported and read again."""
    path.write_text(export(papers, form), "utf-8")
    found = [found for _, found in read_file(path)]
    records = [one for one in found if isinstance(one, Record)]
    assert len(records) == len(found) or not papers, [str(one) for one in found if not isinstance(one, Record)]
    return records


@pytest.mark.parametrize("form", FORMS)
@PROPERTY
@given(PAPERS)
@example([Paper(1, "w\\(x\\) \\[", "wTY - x", arxiv_id="1706.03762", pubmed_id="1")])
def test_every_paper_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, form: Form, papers: list[Paper]
) -> None:
    keys = {paper.paper_id: paper.key for paper in papers} if form is Form.JSONL else citation_keys(papers)
    records = again(papers, form, tmp_path_factory.getbasetemp() / "round-trip")
    for record, paper in zip(records, papers, strict=True):
        same(record, paper, keys[paper.paper_id])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is(name: str) -> None:
    assert displayed(name) == name


@pytest.mark.papers
@pytest.mark.parametrize("form", FORMS)
def test_the_real_papers_come_back_as_they_were(real: Library, tmp_path: Path, form: Form) -> None:
    papers = list(real.selected())
    keys = {paper.paper_id: paper.key for paper in papers} if form is Form.JSONL else citation_keys(papers)
    records = again(papers, form, tmp_path / "real")
    for record, paper in zip(records, papers, strict=True):
        same(record, dataclasses.replace(paper, title=clean(paper.title)), keys[paper.paper_id])
