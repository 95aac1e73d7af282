"""HTML as a browser would see it, and papers and answers to make it of, for the tests of what is shown."""

import re
from html.parser import HTMLParser
from typing import Any

from rag.citations.reading import read_answer
from rag.citations.rendering import render
from rag.records import Answer, Citation, Outcome, Paper, Searched
from ui.page.views.markup import ATTRIBUTES
from ui.page.views.markup import MATH as MATHML

QUESTION = "How does LoRA fine-tune a large model without changing its weights?"
HOSTILE = (
    "<script>hacked=1</script><img src=x onerror='hacked=1'>\"'></textarea>${hacked=1}{{hacked}} ![i](http://e.vil/i)"
)
ALLOWED = {"a", "em", "strong", "code", "math", "mrow", "mi", "mo", "mn", "msup", "msub", "mfrac", "mtext", "msqrt"}


class Seen(HTMLParser):
    """The tags, attributes and text of some HTML as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


class Nested(HTMLParser):
    """Asserts that the tags of some HTML nest; keeps for each text within which elements it stands, outermost first."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.within: list[str] = []
        self.found: list[tuple[tuple[str, ...], str]] = []
        self.feed(html)
        self.close()
        assert self.within == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "hr":
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.within, f"</{tag}> ends nothing"
        assert self.within.pop() == tag

    def handle_data(self, data: str) -> None:
        self.found.append((tuple(self.within), data))

    def around(self, text: str) -> tuple[str, ...]:
        """Return the elements around a text."""
        return next(within for within, data in self.found if text in data)

    def said_in(self, element: str) -> list[str]:
        """Return the texts that stand in an element, at any depth, but for white space."""
        return [data.strip() for within, data in self.found if element in within and data.strip()]


def assert_harmless(html: str) -> None:
    """Assert that tags nest, that none but ours fetches or runs, and that nothing is left of what kept places."""
    Nested(html)
    seen = Seen(html)
    blocks = {"p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "pre", "hr"}
    assert set(seen.tags) <= {*ALLOWED, *MATHML, *blocks} | {"h4", "h5", "h6", "span", "button"}
    assert {name for name, _ in seen.attributes} <= {
        *("href", "target", "rel", "display", "stretchy", "start", "class", "type", "aria-label", "aria-hidden"),
        *("data-do", "data-number", "data-claim", "data-style", "data-said", "data-tip"),
        *(name for tag in MATHML for name in ATTRIBUTES.get(tag, ())),
    }
    assert all((value or "").startswith("http") for name, value in seen.attributes if name == "href")
    assert not re.search("[\U0001d800-\U0001d9ff]", html)


def paper(paper_id: int = 1, **fields: Any) -> Paper:
    return Paper(**{"paper_id": paper_id, "title": "A title", "abstract": "One is 1. Two is 2. Three is 3.", **fields})


def cited(number: int, one: Paper, start: int, end: int) -> Citation:
    return Citation(number, one, one.abstract[start:end], start, end)


LORA = Paper(
    1, "LoRA", "LoRA freezes the weights and trains low-rank matrices. It trains 10,000 times fewer parameters."
)
ADAPTERS = Paper(2, "Adapters", "Adapters add small layers to each block. They train 3.6% of the parameters.")


def written(text: str, **fields: Any) -> Answer:
    """Return the answer of a model that wrote this of LoRA and adapters."""
    read = read_answer(text, "How are large models tuned?", {1: LORA, 2: ADAPTERS})
    shown = render(read.parts)
    return Answer(
        "How are large models tuned?", Outcome.ANSWERED, shown.text, shown.claims, shown.citations, (),
        Searched(2, "q"), "openai:tiny", left_open=read.left_open, **fields,
    )  # fmt: skip
