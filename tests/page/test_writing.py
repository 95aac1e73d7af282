"""An answer while it is being written: whatever its bits, the browser comes to have the same blocks and every word."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.page.html import Nested
from ui.page.views.markup import document
from ui.page.views.writing import Piece, Writing, joined

BITS = [
    "\n",
    "\n\n",
    " ",
    "```\n",
    "~~~\n",
    "    ",
    "$$",
    "$x$ ",
    "- ",
    "| a | b |\n|---|---|\n",
    "word ",
    "**b** ",
    "😀",
    "\t",
]
texts = st.lists(st.sampled_from(BITS), max_size=30).map("".join) | st.text(max_size=60)


class Browser:
    """What static/js/desk.js makes of pieces."""

    def __init__(self) -> None:
        self.written, self.blocks, self.open = "", list[str](), 0

    def take(self, pieces: list[Piece]) -> "Browser":
        for kind, what, place in pieces:
            if kind == "anew":
                self.__init__()  # type: ignore[misc]
            elif kind == "block":
                self.blocks.append(what)
                self.open = place
            else:
                self.written += what
        return self

    def sight(self) -> tuple[str, list[str], str]:
        return self.written, self.blocks, self.written[self.open :]


def cut(text: str, places: list[int]) -> list[str]:
    """Return a text in bits that end at these places."""
    ends = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[begin:end] for begin, end in pairwise(ends)]


@given(texts, st.lists(st.integers(0, 200), max_size=12))
def test_a_text_in_whatever_bits_gives_the_same_blocks_and_every_word(text: str, places: list[int]) -> None:
    whole, bits, writing = Browser(), Browser(), Writing()
    whole.take(Writing().add(text))
    for bit in cut(text, places):
        bits.take(writing.add(bit))
        assert bits.written == writing.text
    assert bits.sight() == whole.sight()
    assert bits.written == text


@given(st.lists(texts, max_size=8), st.integers(0, 8), st.lists(st.integers(0, 30), max_size=6))
def test_joined_pieces_have_the_same_effect(bits: list[str], anew: int, places: list[int]) -> None:
    writing, pieces = Writing(), list[Piece]()
    for place, bit in enumerate(bits):
        pieces += writing.anew() if place == anew else writing.add(bit)
    one_by_one = Browser().take(pieces)
    told = Browser()
    ends = sorted({0, len(pieces), *(place % (len(pieces) + 1) for place in places)})
    for begin, end in pairwise(ends):
        told.take(joined(pieces[begin:end]))
    assert told.sight() == one_by_one.sight() == Browser().take(joined(pieces)).sight()


@given(st.text(st.characters(codec="utf-16", categories=None), max_size=20), st.integers(0, 40))
def test_an_emoji_in_two_halves_is_one(text: str, place: int) -> None:
    halves = text.encode("utf-16-le")
    at = place % (len(halves) // 2 + 1) * 2
    writing, browser = Writing(), Browser()
    for half in (halves[:at], halves[at:]):
        browser.take(writing.add(half.decode("utf-16-le", "surrogatepass")))
    assert browser.written == text


def test_half_an_emoji_alone_is_told_as_something_that_can_be_sent() -> None:
    writing = Writing()
    pieces = [*writing.add("a \ud83d"), *writing.add("b")]
    assert json.dumps(pieces, ensure_ascii=False).encode()
    assert writing.text == "a \ufffdb"


def test_a_paragraph_stands_once_the_next_one_begins() -> None:
    writing = Writing()
    assert writing.add("**Bold** and **ope") == [("text", "**Bold** and **ope", 0)]
    assert writing.add("n**\n\n") == [("text", "n**\n\n", 0)]
    text, block = writing.add("- a")
    assert text == ("text", "- a", 0)
    assert block == ("block", document("**Bold** and **open**"), 23)
    assert Nested(block[1]).said_in("strong") == ["Bold", "open"]


def test_code_and_a_formula_are_whole_only_at_their_end() -> None:
    for opened, closed in (("```\na\n\nb", "\n```"), ("$$\na\n\nb", "\n$$")):
        writing = Writing()
        assert [kind for kind, *_ in writing.add(f"{opened}\n\nc")] == ["text"]
        assert [kind for kind, *_ in writing.add(f"{closed}\n\nrest")] == ["text", "block"]
