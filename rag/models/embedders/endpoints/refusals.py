"""What an endpoint for embeddings says when it refuses: that a text was too long, or that there were too many."""

import re

from rag.models.endpoints.refusals import is_overflow

# Said of a text, beyond what is said of a prompt: nothing is written here, so any word of tokens or length counts.
TOO_LONG = re.compile(
    r"max(imum)?[_ ](context|input|sequence|tokens|model)"
    r"|too (long|large|many tokens)|(less|fewer|more|longer|larger) than [\d,]+ (tokens|characters)"
    r"|token (limit|count)|exceed\w*[^.]{0,60}(tokens|length|context|limit)"
    r"|tokens?[^.]{0,40}(exceed|maximum|limit|allowed)|larger than the max|input length|sequence length|physical batch"
    # Of torch, past a model's last place
    r"|size of (the )?tensor|position[_ ](ids?|embeddings?)|index out of range in self",
    re.IGNORECASE,
)
SIZE = re.compile(
    r"batch[_ ]?size|(number|amount|count|list|array) of (the )?(inputs?|texts?|items|strings)"
    r"|too many (inputs|texts|items)|(inputs?|texts?|contents|items|documents)[^.]{0,30}"
    r"(at most|not (be )?(larger|more|exceed)|no more|fewer|maximum)[^.]{0,20}\d+",
    re.IGNORECASE,
)
SMALLEST_WINDOW = 64  # tokens; a smaller number in a message is a place or a count


def is_too_long(status: int, words: str) -> bool:
    """Tell whether a refusal says that a text is longer than the model takes.

    >>> is_too_long(500, "input is too large to process. increase the physical batch size (current batch size: 512)")
    True
    >>> is_too_long(400, "batch size is invalid, it should not be larger than 10")
    False
    """
    return not is_size(words) and (status == 413 or is_overflow(words) or bool(TOO_LONG.search(words)))


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
