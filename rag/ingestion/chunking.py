"""Abstracts to chunks: what one vector covers.

A chunk is the title and as many whole sentences as the embedding model's window holds; nearly every abstract is one
chunk (measured against sentences, sentence windows and mixtures: eval/RESULTS.md). `CHUNKER` names these rules in the
manifest: change it whenever the spans change, for stored vectors refer to them.
"""

from collections.abc import Callable
from typing import NamedTuple

from rag.text.sentences import Span, sentence_spans

CHUNKER = "title+abstract/1"


class Chunk(NamedTuple):
    """A text to embed: `text[prefix:]` is `abstract[start:end]`, before it stands the title."""

    text: str
    prefix: int
    start: int
    end: int


def chunk(title: str, abstract: str, length: Callable[[str], int], window: int) -> list[Chunk]:
    """Return the chunks of one paper, in order, each at most `window` long as `length` measures it.

    A sentence that is too long by itself makes a chunk by itself; the model sees its beginning.
    """
    prefix = title if title.endswith((".", "?", "!")) else f"{title}."
    whole = f"{prefix} {abstract}"
    if length(whole) < window:  # equal may mean cut
        return [Chunk(whole, len(prefix) + 1, 0, len(abstract))]
    chunks: list[Span] = []
    for span in sentence_spans(abstract):
        if chunks and length(f"{prefix} {abstract[chunks[-1].start : span.end]}") < window:
            chunks[-1] = Span(chunks[-1].start, span.end)
        else:
            chunks.append(span)
    return [Chunk(f"{prefix} {abstract[start:end]}", len(prefix) + 1, start, end) for start, end in chunks]
