"""What a library gives shows itself in a notebook and in a plain session: readable, whatever papers say harmless."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.library import Library
from rag.records import Found, IngestReport, Outcome, Paper, Rejection
from rag.settings import Settings

QUESTION = "How far do dunes wander in a year?"
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> "\' & \x1b[31m'
PAPER = Paper(1, HOSTILE, HOSTILE, None, (HOSTILE,), 2020, url="javascript:alert(3)", retracted=HOSTILE)


class Shown(HTMLParser):
    """The elements of a piece of HTML, its links and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.open, self.links, self.text = list[str](), list[str](), list[str | None](), ""
        self.attributes = set[str]()
        self.feed(html)
        self.close()
        assert not self.open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if self.open[-1] != "style" else ""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "a.library", Settings()) as opened:
        opened.ingest(
            [
                {"title": "How dunes wander", "year": 2019, "doi": "10.1000/dunes", "authors": ["Cy Cole"],
                 "abstract": "Dunes were filmed for nine years. They wander 12 metres a year, small ones faster."},
                {"title": "RETRACTED: Dunes sing", "abstract": "Dunes sing in the evening, at 90 hertz, and wander."},
            ],
            name="dunes",
        )  # fmt: skip
        yield opened


def shown(thing: Any) -> Shown:
    found = Shown(thing._repr_html_())
    assert set(found.tags) <= {
        *("style", "div", "p", "b", "span", "a", "mark", "blockquote", "ul", "ol", "li"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert found.attributes <= {"class", "title", "href", "target", "rel"}
    assert all(link and link.startswith(("https://", "http://")) for link in found.links)
    return found


def test_an_answer_shows_its_text_its_papers_and_their_words(library: Library) -> None:
    answer = library.ask(QUESTION)
    html = answer._repr_html_()
    found = shown(answer)
    assert QUESTION in found.text
    assert all(claim.text[:30] in found.text for claim in answer.claims)
    assert all(f"<mark>{one.quote}</mark>" in html for claim in answer.claims for one in claim.citations)
    assert "https://doi.org/10.1000/dunes" in found.links
    assert repr(answer) == str(answer)
    assert str(answer).startswith(answer.text)
    assert "[1] How dunes wander. Cole, 2019. https://doi.org/10.1000/dunes" in str(answer)


def test_a_claim_to_look_at_has_its_sign_in_a_notebook(library: Library) -> None:
    answer = library.ask(QUESTION)
    assert 'class="look"' not in answer._repr_html_()
    claim = replace(answer.claims[0], support=0.0, missing_words=("metres",), citations=())
    assert 'class="look"' in replace(answer, claims=(claim,))._repr_html_()


def test_a_question_without_an_answer_shows_the_nearest_papers(library: Library) -> None:
    answer = replace(library.ask(QUESTION), outcome=Outcome.NOT_IN_ABSTRACTS, text="They don't say.", claims=(),
                     citations=(), nearest=(library.named("Dunes sing"),))  # fmt: skip
    assert "Dunes sing" in shown(answer).text
    assert "Retracted" in shown(answer).text


def test_hits_and_what_was_found_show_papers_with_their_sentences(library: Library) -> None:
    hits, found = library.search(QUESTION), library.find(QUESTION)
    assert f"<mark>{hits[0].passages[0].text}</mark>" in hits[0]._repr_html_()
    assert str(hits[0]).split("\n") == [hits[0].paper.reference, f"    {hits[0].passages[0].text}"]
    assert re.fullmatch(r"<Hit [01]\.\d\d, paper 1: How dunes wander\. Cole, 2019\. https://\S+>", repr(hits[0]))
    assert f"of {found.searched} papers match" in shown(found).text
    assert "1. How dunes wander" in str(found) == repr(found)


def test_a_paper_a_comparison_and_a_report_show_themselves(library: Library) -> None:
    paper = library.named("Dunes sing")
    assert repr(paper) == "<Paper 2: Dunes sing. Retracted>"
    assert str(paper).split("\n") == ["Dunes sing. Retracted", paper.abstract]
    assert 'class="retracted">Retracted<' in paper._repr_html_()
    table = library.compare([1, 2], ["data", "year"])
    assert "How dunes wander" in shown(table).text
    assert "    year: 2019" in str(table) == repr(table)
    report = IngestReport(added=2, rejected=(Rejection("a.bib", 3, "no title"),), unlisted=4)
    assert str(report) == repr(report) == "2 added, 5 rejected\na.bib line 3: no title\nand 4 more"
    assert "a.bib line 3: no title" in shown(report).text
    assert str(IngestReport()) == "nothing to read"


@pytest.mark.parametrize("hostile", [HOSTILE, "</style></div><script>", "&lt;b&gt;", "a\ud800b"])
def test_whatever_papers_say_is_shown_as_text(library: Library, hostile: str) -> None:
    answer, table = library.ask(QUESTION), library.compare([1], ["data"])
    paper = replace(PAPER, title=hostile, abstract=hostile, authors=(hostile,), retracted=hostile)
    hit = replace(library.search(QUESTION)[0], paper=paper)
    cited = tuple(replace(one, paper=paper, quote=hostile) for one in answer.citations)
    for thing in (
        paper, hit, Found(hostile, (hit,), 1, 1, (hostile,)),
        replace(answer, question=hostile, text=hostile, claims=(), citations=cited, notes=(hostile,)),
        replace(table, columns=(hostile,), rows=tuple(replace(row, paper=paper) for row in table.rows)),
        IngestReport(rejected=(Rejection(hostile, 1, hostile),)),
    ):  # fmt: skip
        found = shown(thing)
        assert "".join(c for c in hostile if c.isprintable())[:8] in found.text
        assert found.links == []
        found.text.encode()
        assert "\x1b" not in str(thing) + repr(thing)
