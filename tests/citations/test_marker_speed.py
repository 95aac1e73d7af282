"""No text of one kind takes long to read: no pattern and no loop grows with the square of a text."""

from time import process_time

import pytest

from rag.citations.model_text.markers import read_markers
from rag.citations.reading import read_answer
from tests.citations.hostile_texts import SOURCES

BRACKETS = (
    "[",
    "[1",
    "[1 ",
    "[1  ",
    "[1] ",
    "[1]\n",
    "[1](",
    "[1, ",
    "[[1]]",
    "[9 ]",
    "]",
    "1  ",
    "[1] and ",
    "in [1], ",
)
LONG = (*BRACKETS, "(", "(1 ", "(source 1 ", "source 1 ", "sources 1, ", "according to source 1, ", "(Aa ", "(Aa, Aa ")
NEW = (
    "<sup>1</sup>", "<sup>", "<cite id=1>", "</cite>", "\\cite{1}", "\\cite{", "\\[1\\]", "\\[", "\\(", "$", "$$",
    "$x[1]$ ", "^1 ", "^", "\u00b9 ", "\u00b9,",
    "(1) ", "(1", "{1}", "{", "\uff081\uff09", "\uff08", "[1](http://a.b/", "[1](http://a.b/c)", "[a](",
    "http://a.b/ ", "Source: 1\n", "Source: ", "- Source 1\n", " \u2014 ", "[1: Aa et al., 2020]",
    "Khattab et al. ", "Khattab et al. (2020) ", "(Khattab et al., 2020; ", "Aa, Aa and ", "`", "`x[1]` ", "```\n",
    "~~~\n", "x[1]", "x[1][2]", "in the interval [1, 2] ", "the ", "[1, 2", "1, ", "\u6765\u6e901\u3002", "\u3002",
    "Quelle 1 ", "<p>", "<b>a</b>", "<a href='#1'>1</a>", "&amp;", "| a ", "\\begin{a}", "\\left[1", "[cite_start]",
    "\u2460", "Fig. 1 ", "(Fig. 1) ", "( ", "[ ", "[^1]: a\n", "1. Late Interaction\n", "* ", "_",
)  # fmt: skip
OTHERS = ("A. ", "a. ", "** ", "**", " ", "\n", "- ", "†", "#", "a", "1")


@pytest.mark.parametrize("start", ["", "Words first. "])
@pytest.mark.parametrize(
    "bit",
    [*LONG, *OTHERS, *NEW],
)
def test_a_long_text_of_one_kind_takes_no_time(start: str, bit: str) -> None:
    text = (start + bit * 20_000)[:20_000]
    before = process_time()
    read_markers(text, SOURCES)
    assert process_time() - before < 5  # seconds of this process: a blow-up would take minutes


@pytest.mark.parametrize("inside", ["1  " * 19 + "x", "1 ; " * 14 + "x", "1, and " * 8 + "x", "source " * 8 + "x"])
@pytest.mark.parametrize("start", ["[", "(", "(source 1, ", "(see ", "[1] [1]  [1]  [1]  [1]  [1]  [1]  [1] ["])
def test_a_marker_that_fails_at_its_end_fails_at_once(start: str, inside: str) -> None:
    before = process_time()
    read_markers(f"{start}{inside}]".replace("]", "]" if start[0] == "[" else ")"), SOURCES)
    assert process_time() - before < 1


@pytest.mark.parametrize(
    "bit",
    [
        "Question: a\n", "Sure! ", '{"a": ', '{"answer": "', "[{", "```json\n", "<", "<a href=", "&#1;", "1.000.000,",
        "die Quellen ", "没有", "\n",
    ],
)  # fmt: skip
def test_a_long_reply_of_one_kind_takes_no_time(bit: str) -> None:
    before = process_time()
    read_answer((bit * 5_000)[:5_000], "What now?", SOURCES)
    assert process_time() - before < 5
