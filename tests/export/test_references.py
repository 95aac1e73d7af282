"""Formatted references: what APA and IEEE want of whatever a paper holds, and one reference for every paper."""

import socket
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.export import Form, export
from rag.export.references import Style, references
from rag.export.unmarked import unmarked, unmarked_line
from rag.records import Paper
from tests.export.papers import PAPERS, TEXTS

PAPER = Paper(1, "Attention Is All You Need", "x", authors=("Ashish Vaswani",), year=2017)


def one(style: Style, **changed: object) -> str:
    [text] = references([replace(PAPER, **changed)], style)  # type: ignore[arg-type]
    return text


@pytest.mark.parametrize(
    ("authors", "apa", "ieee"),
    [
        (("Ada Lovelace",), "Lovelace, A. (2017).", "A. Lovelace, “"),
        (
            ("Ada Lovelace", "Alan M. Turing"),
            "Lovelace, A., & Turing, A. M. (2017).",
            "A. Lovelace and A. M. Turing, “",
        ),
        (
            ("Guido van Rossum", "Ludwig van Beethoven", "Jean-Paul Sartre"),
            "van Rossum, G., van Beethoven, L., & Sartre, J.-P. (2017).",
            "G. van Rossum, L. van Beethoven, and J.-P. Sartre, “",
        ),
        (("King, Jr., Martin Luther",), "King, M. L., Jr. (2017).", "M. L. King Jr., “"),
        (("ATLAS Collaboration",), "ATLAS Collaboration. (2017).", "ATLAS Collaboration, “"),
        (("Acme Labs, Inc.",), "Acme Labs, Inc. (2017).", "Acme Labs, Inc., “"),
        (("Plato",), "Plato. (2017).", "Plato, “"),
        (("Δημήτρης Παπαδόπουλος", "王 小明"), "Παπαδόπουλος, Δ., & 王小明. (2017).", "Δ. Παπαδόπουλος and 王小明, “"),
        (("JA van der Berg", "Øystein Ås"), "van der Berg, J. A., & Ås, Ø. (2017).", "J. A. van der Berg and Ø. Ås, “"),
    ],
)
def test_authors_are_named_as_the_style_wants(authors: tuple[str, ...], apa: str, ieee: str) -> None:
    assert one(Style.APA, authors=authors) == f"{apa} Attention Is All You Need."
    assert one(Style.IEEE, authors=authors) == f"[1] {ieee}Attention Is All You Need,” 2017."


def test_of_many_authors_as_many_are_shown_as_the_style_wants() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = tuple(f"Ann {first.upper()}{second}" for second in letters for first in letters)
    shown = ", ".join(f"{letter.upper()}a, A." for letter in letters[:19])
    assert one(Style.APA, authors=names).startswith(f"{shown}, … Zz, A. (2017).")
    assert one(Style.APA, authors=names[:21]).startswith(f"{shown}, … Ua, A. (2017).")
    assert ", Sa, A., & Ta, A. (2017)." in one(Style.APA, authors=names[:20])
    assert one(Style.IEEE, authors=names).startswith("[1] A. Aa et al., “")
    assert one(Style.IEEE, authors=names[:6]).startswith("[1] A. Aa, A. Ba, A. Ca, A. Da, A. Ea, and A. Fa, “")


def test_a_title_stands_where_no_author_is_known_and_is_said_once() -> None:
    assert one(Style.APA, authors=()) == "Attention Is All You Need. (2017)."
    assert one(Style.APA, authors=(), arxiv_id="1706.03762") == (
        "Attention Is All You Need (arXiv:1706.03762). (2017). arXiv. https://arxiv.org/abs/1706.03762"
    )
    assert one(Style.IEEE, authors=()) == "[1] “Attention Is All You Need,” 2017."


def test_no_year_is_said_to_be_none() -> None:
    assert one(Style.APA, year=None, url="https://a.org/x") == (
        "Vaswani, A. (n.d.). Attention Is All You Need. https://a.org/x"
    )
    assert one(Style.IEEE, year=None) == "[1] A. Vaswani, “Attention Is All You Need.”"


def test_a_doi_comes_before_arxiv_and_arxiv_before_pubmed() -> None:
    ids = {"doi": "10.1000/x<1>_&", "arxiv_id": "1706.03762", "pubmed_id": "7", "url": "https://a.org"}
    assert one(Style.APA, **ids).endswith("Attention Is All You Need. https://doi.org/10.1000/x<1>_&")
    assert one(Style.IEEE, **ids).endswith("Need,” 2017. doi: 10.1000/x<1>_&.")
    assert one(Style.APA, arxiv_id="1706.03762").endswith(
        "Attention Is All You Need (arXiv:1706.03762). arXiv. https://arxiv.org/abs/1706.03762"
    )
    assert one(Style.IEEE, arxiv_id="1706.03762").endswith(
        "Need,” 2017, arXiv:1706.03762. [Online]. Available: https://arxiv.org/abs/1706.03762"
    )
    assert one(Style.APA, arxiv_id="1706.03762", doi="10.48550/arXiv.1706.03762").endswith(
        "(arXiv:1706.03762). arXiv. https://doi.org/10.48550/arXiv.1706.03762"
    )
    assert one(Style.APA, pubmed_id="7").endswith("https://pubmed.ncbi.nlm.nih.gov/7/")
    assert one(Style.APA, url="file:///home/x.pdf") == one(Style.APA)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (r"*Fast* **bounds** for $O(n^2)$ of \emph{trees}", "Fast bounds for O(n²) of trees"),
        (r"CO$_2$ and $\delta$-functions at $5/10^{-3}$", "CO₂ and δ-functions at 5/10⁻³"),
        ("From $5 to $10 & a_b_c <i>", "From $5 to $10 & a_b_c <i>"),
        ('<span class="nocase">x</span> "y" 1111 {z}', '<span class="nocase">x</span> "y" 1111 {z}'),
        ("\ue000\ue001 \u13a0", "\ue000\ue001 \u13a0"),
    ],
)
def test_a_title_reads_as_it_is_meant(title: str, shown: str) -> None:
    assert one(Style.APA, title=title) == f"Vaswani, A. (2017). {shown}."
    assert one(Style.IEEE, title=title) == f"[1] A. Vaswani, “{shown},” 2017."


def test_a_title_that_ends_a_sentence_gets_no_second_stop() -> None:
    assert one(Style.APA, title="Is it enough?") == "Vaswani, A. (2017). Is it enough?"
    assert one(Style.IEEE, title="Is it enough?") == "[1] A. Vaswani, “Is it enough?” 2017."
    assert one(Style.APA, title="Vol. 2.") == "Vaswani, A. (2017). Vol. 2."
    assert one(Style.APA, title=" ") == "Vaswani, A. (2017). [untitled]."


def test_apa_is_alphabetical_and_tells_one_year_s_works_apart() -> None:
    shelf = [
        replace(PAPER, paper_id=1, title="Zebras"),
        replace(PAPER, paper_id=2, title="Ants"),
        replace(PAPER, paper_id=3, title="Bees", year=2016),
        replace(PAPER, paper_id=4, title="Émile", authors=("Ève Ångström",)),
        replace(PAPER, paper_id=5, title="Later", year=None),
        replace(PAPER, paper_id=6, title="Again", year=None),
        replace(PAPER, paper_id=7, title="Moles", authors=()),
        replace(PAPER, paper_id=8, title="Moles", authors=()),
    ]
    assert export(shelf, Form.APA).splitlines() == [
        "Ångström, È. (2017). Émile.",
        "Moles. (2017).",
        "Moles. (2017).",
        "Vaswani, A. (n.d.-a). Again.",
        "Vaswani, A. (n.d.-b). Later.",
        "Vaswani, A. (2016). Bees.",
        "Vaswani, A. (2017a). Ants.",
        "Vaswani, A. (2017b). Zebras.",
    ]


def test_ieee_has_the_numbers_of_the_answer_and_comes_in_their_order() -> None:
    other = replace(PAPER, paper_id=9, title="Later")
    assert [line[:4] for line in export([PAPER, other], Form.IEEE).splitlines()] == ["[1] ", "[2] "]
    text = export([PAPER, other], Form.IEEE, numbers={1: 12, 9: 3})
    assert [line.split()[0] for line in text.splitlines()] == ["[3]", "[12]"]
    assert "Later" in text.splitlines()[0]


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.export import references as module

    module._style.cache_clear()
    module._layout.cache_clear()
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("a connection was opened"))
    assert one(Style.APA)


@settings(deadline=None, max_examples=150)
@given(papers=PAPERS, style=st.sampled_from(Style))
def test_every_paper_gets_one_reference_whatever_it_holds(papers: list[Paper], style: Style) -> None:
    found = references(papers, style)
    assert len(found) == len(papers)
    assert all(text.strip() == text and len(text.splitlines()) == 1 for text in found)
    text = "\n".join(found)
    for paper in papers:
        assert unmarked_line(paper.title).rstrip(".") in text
        assert not paper.doi or paper.doi in text


@settings(deadline=None, max_examples=200)
@given(text=TEXTS | st.lists(TEXTS, max_size=6).map("\n".join))
def test_plain_text_of_any_markdown_never_fails(text: str) -> None:
    assert "\n" not in unmarked_line(text)
    unmarked(text)


def test_plain_text_keeps_words_numbers_and_code() -> None:
    shown = unmarked("> *a* [1]\n\n3. b\n   - c `x*y*`\n4. d\n\n~~~py\n*z* = 1\n~~~\n\n---\nend **[2]**")
    assert shown == "a [1]\n\n3. b\n   - c x*y*\n4. d\n\n*z* = 1\n\nend [2]"
