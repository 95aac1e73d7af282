"""What a rerank endpoint is sent and what it answers: the common form, and what servers make of it.

Cohere, Jina, vLLM, llama.cpp and most others take `documents` and `top_n`; Voyage refuses `top_n`, Text Embeddings
Inference wants `texts`, NVIDIA `passages`, Pinecone objects, DashScope everything one level deeper. What comes back is
a list of objects with `index` and a score, best first or not, alone or in an object.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from rag.models.endpoints.addresses import REQUESTS

Form = Callable[[str, str, Sequence[str]], dict[str, Any]]  # model, question, texts to the body of a request

FORMS: tuple[Form, ...] = (
    lambda model, question, texts: {"model": model, "query": question, "documents": [*texts], "top_n": len(texts)},
    lambda model, question, texts: {"model": model, "query": question, "documents": [*texts]},
    lambda _, question, texts: {"query": question, "texts": [*texts], "truncate": True},
    lambda model, question, texts: {"model": model, "query": question, "documents": [{"text": one} for one in texts]},
    lambda model, question, texts: {
        "model": model,
        "query": {"text": question},
        "passages": [{"text": one} for one in texts],
    },
    lambda model, question, texts: {"model": model, "input": {"query": question, "documents": [*texts]}},
)
OF_FORM = re.compile(r"\b(?:top_?[nk]|texts?|documents?|passages?|input|query|fields?)\b", re.IGNORECASE)
LISTS = ("results", "data", "rankings", "scores", "output", "rerank", "result")
SCORES = ("relevance_score", "relevanceScore", "score", "logit", "relevance", "similarity")
VERSION = re.compile(r"v\d+\w*")
RANKS = re.compile(r"rank", re.IGNORECASE)


def addresses_of(base: str) -> tuple[str, ...]:
    """Return where an endpoint may answer, by the address that its user gave, the likeliest first.

    >>> addresses_of("http://host:8080")
    ('http://host:8080/rerank', 'http://host:8080/v1/rerank', 'http://host:8080/v2/rerank')
    >>> addresses_of("http://host/v1/")
    ('http://host/v1/rerank', 'http://host/rerank')
    >>> addresses_of("https://host/v2/rerank?x=1")
    ('https://host/v2/rerank?x=1',)
    """
    scheme, host, path, query, _ = urlsplit(base.strip())
    path = REQUESTS.sub("", path).rstrip("/")
    last = path.rpartition("/")[2]
    if RANKS.search(last):
        paths = [path]
    elif VERSION.fullmatch(last):
        paths = [f"{path}/rerank", f"{path.removesuffix(f'/{last}')}/rerank"]
    else:
        paths = [f"{path}{version}/rerank" for version in ("", "/v1", "/v2")]
    return tuple(urlunsplit((scheme, host, one, query, "")) for one in paths)


def scores_in(reply: Any, asked: int) -> list[float]:
    """Return the score of each text that a reply gives, in the order in which they were sent.

    Raises ValueError that says in a few words what is wrong with it.

    >>> scores_in({"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]}, 2)
    [0.2, 0.9]
    >>> scores_in([{"index": 0, "score": -3.5}, {"index": 1, "score": 1}], 2)
    [-3.5, 1.0]
    """
    rows = _rows(reply)
    if rows is None:
        msg = "it answered what is no list of scores"
        raise ValueError(msg)
    if len(rows) != asked:
        msg = f"it gave {len(rows)} scores for {asked} papers"
        raise ValueError(msg)
    if all(_is_number(row) for row in rows):
        return [_number(row) for row in rows]
    found: dict[int, float] = {}
    for row in rows:
        place = row.get("index") if isinstance(row, Mapping) else None
        if isinstance(place, str) and place.isdigit():
            place = int(place)
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < asked or place in found:
            msg = f"a score doesn't say of which paper it is (index {place!r} of {asked})"
            raise ValueError(msg)
        found[place] = _number(next((row[name] for name in SCORES if name in row), None))
    return [found[place] for place in range(asked)]


def _rows(reply: Any) -> list[Any] | None:
    """Return the list of scores in a reply: the reply itself, or what stands under a known name, at most two deep."""
    for _ in range(3):
        if isinstance(reply, list):
            return reply
        if not isinstance(reply, Mapping):
            return None
        reply = next((reply[name] for name in LISTS if isinstance(reply.get(name), list | Mapping)), None)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> float:
    """Return a score, also one written as text. Raises ValueError for anything that is no finite number."""
    try:
        number = float(value) if isinstance(value, str) or _is_number(value) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        msg = f"a score is no number ({str(value)[:20]})"
        raise ValueError(msg)
    return number
