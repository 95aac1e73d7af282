"""What an endpoint for embeddings says when it refuses: its own words on one line, and whether a text was too long."""

import json
import re
from collections.abc import Iterator
from typing import Any

TOLD = 300  # characters of a server's own words that are passed on
LONG_KEY = 8  # letters from which a key is struck out wherever it stands; a shorter one may be a part of a word
WORDS = ("error", "errors", "message", "msg", "detail", "details", "description", "reason")
KEYS = re.compile(r"\b(sk|pk|gsk|key|hf)[-_][\w*.-]{4,}|\bBearer\s+\S+", re.IGNORECASE)
OVERFLOW = re.compile(
    r"context[_ ]?(length|size|window)|maximum context|max(imum)?[_ ](input|sequence|tokens|model)"
    r"|too (long|large|many tokens)|(less|fewer|more|longer|larger) than [\d,]+ (tokens|characters)"
    r"|token (limit|count)|exceed\w*[^.]{0,60}(tokens|length|context|limit)"
    r"|tokens?[^.]{0,40}(exceed|maximum|limit|allowed)|larger than the max|input length|sequence length|physical batch",
    re.IGNORECASE,
)
SIZE = re.compile(
    r"batch[_ ]?size|(number|amount|count|list|array) of (the )?(inputs?|texts?|items|strings)"
    r"|too many (inputs|texts|items)|(inputs?|texts?|contents|items|documents)[^.]{0,30}"
    r"(at most|not (be )?(larger|more|exceed)|no more|fewer|maximum)[^.]{0,20}\d+",
    re.IGNORECASE,
)
SMALLEST_WINDOW = 64  # tokens; a smaller number in a message is a place or a count


def words_of(body: Any) -> str:
    """Return what a body says to people, on one line; an empty string when it says nothing.

    >>> words_of({"object": "error", "message": {"detail": [{"loc": ["body", "input"], "msg": "Not permitted"}]}})
    'Not permitted'
    >>> words_of([{"error": {"message": "Too long"}}])
    'Too long'
    """
    return " ".join("; ".join(dict.fromkeys(_words(body))).split())


def told(body: Any, key: str) -> str:
    """Return the start of what a body says, on one line, without the key."""
    line = words_of(body)
    if len(key) >= LONG_KEY:
        line = line.replace(key, "…")
    line = KEYS.sub("…", line)
    return line if len(line) <= TOLD else line[: TOLD - 1] + "…"


def parsed(text: str) -> Any:
    """Return what a body holds: its JSON, or the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _words(body: Any, depth: int = 0) -> Iterator[str]:
    if depth > 8:
        return
    if isinstance(body, str):
        page = body.lstrip()[:1] == "<"
        yield re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", body).strip() if page else body
    elif isinstance(body, list):
        for one in body:
            yield from _words(one, depth + 1)
    elif isinstance(body, dict):
        for name in WORDS:
            if name in body:
                yield from _words(body[name], depth + 1)


def is_overflow(status: int, words: str) -> bool:
    """Tell whether a refusal says that a text is longer than the model takes.

    >>> is_overflow(500, "input is too large to process. increase the physical batch size (current batch size: 512)")
    True
    >>> is_overflow(400, "batch size is invalid, it should not be larger than 10")
    False
    """
    return not is_size(words) and (status == 413 or bool(OVERFLOW.search(words)))


def is_size(words: str) -> bool:
    """Tell whether a refusal says that there were too many texts in a request.

    >>> is_size("batch size 64 > maximum allowed batch size 32"), is_size("`inputs` must have less than 512 tokens")
    (True, False)
    """
    return bool(SIZE.search(words)) and "token" not in words and "physical" not in words


def window_told(words: str) -> int | None:
    """Return the longest input in tokens that a refusal tells; None when it tells none.

    >>> window_told("maximum context length is 8192 tokens, however you requested 9000 tokens (9000 in your prompt)")
    8192
    >>> window_told("`inputs` must have less than 512 tokens. Given: 600")
    512
    """
    numbers = [int(one.replace(",", "")) for one in re.findall(r"(?<![\w.\[])\d[\d,]*(?![\w.]\d)", words)]
    usable = [one for one in numbers if SMALLEST_WINDOW <= one <= 1_000_000]
    return min(usable) if usable and "token" in words.casefold() else None


def shortened(text: str, window: int | None, characters_per_token: int) -> str:
    """Return the beginning of a text: what fits into a window of tokens by an estimate, at most half of it.

    It ends between words where there are any.
    """
    half = len(text) // 2
    room = window * characters_per_token * 9 // 10 if window else half
    cut = text[: room if room < len(text) else half]
    head, blank, _ = cut.rpartition(" ")
    return head if blank and len(head) > len(cut) // 2 else cut
