"""What a piece of a reply holds, in whatever spelling: text, why it ended, tokens, a refusal; pure.

A piece is a chunk of a stream or a whole completion: both have choices, the one with a `delta`, the other with a
`message`.
"""

import re
from typing import Any, NamedTuple

from rag.models.llms.base import Ending, Usage
from rag.models.llms.thinking.endpoints import thinking_counted, thinking_in, told_apart

# By what its word holds, since each server has words of its own: MAX_TOKENS, max_output_tokens, model_length, ...
# The first that fits counts; what fits none is an answer that came to its end.
ENDED = (
    (re.compile(r"length|max_?tok|max_output|max_new|(?<!rate_)limit|context|window"), Ending.LENGTH, ""),
    (
        re.compile(
            r"filter|safe|refus|prohibit|block|recit|guard|spii|sensitiv|toxic|moderat|policy|violat|harm|unsafe|denied"
        ),
        Ending.CUT,
        "a content filter stepped in",
    ),
    (
        re.compile(
            r"error|abort|cancel|time_?out|fail|insufficient|interrupt|^other$|malformed|disconnect|unavailable|overload"
        ),
        Ending.CUT,
        "the server broke it off",
    ),
)
NOT_ENDED = {"", "null", "none", "unspecified", "finish_reason_unspecified", "in_progress", "incomplete_stream"}
CALLED = ("tool_calls", "function_call")  # what asks for a tool in place of an answer
MOST = 1e15  # tokens; a greater number, or none that is finite, was not counted
TEXTS = {"", "text", "output_text", "text_delta"}  # types of parts that are the answer; thinking and references aren't


class Piece(NamedTuple):
    """What one piece brings.

    `reason` says why a reply was cut, `refusal` what the model says in place of an answer, `thought` what it thinks,
    where a server tells that apart. `called`: it asks for a tool. `place` is that of the answer, where there are
    several.

    `whole` is a text that repeats all that came before, where a piece has one: it counts when nothing did.
    """

    text: str = ""
    whole: str = ""
    ending: Ending | None = None
    reason: str = ""
    usage: Usage | None = None
    refusal: str = ""
    thought: str = ""
    called: bool = False
    place: int = 0


def piece_of(payload: Any) -> Piece:
    """Return what a piece of a reply holds. Raises ValueError when it has no form of one.

    >>> piece_of({"choices": [{"delta": {"content": "late "}, "finish_reason": None}]}).text
    'late '
    """
    if not isinstance(payload, dict):
        msg = "a piece of a reply is no object"
        raise ValueError(msg)  # noqa: TRY004  (what came is wrong, not the call)
    choices = payload.get("choices") or ()
    if not isinstance(choices, list | tuple) or not all(isinstance(choice, dict) for choice in choices):
        msg = "choices are no list of objects"
        raise ValueError(msg)
    usage = _usage(payload.get("usage"))
    if not choices:
        return Piece(usage=usage)
    choice = min(choices, key=_place)  # of several answers the first, in whatever order they come
    said, whole = (told_apart(_object(choice.get(name))) for name in ("delta", "message"))
    ending, reason = _ending(choice.get("finish_reason"))
    return Piece(
        _text(said.get("content")),
        _text(whole.get("content")) or _text(choice.get("text")),
        ending,
        reason,
        usage or _usage(choice.get("usage")),
        _text(said.get("refusal")) or _text(whole.get("refusal")),
        thinking_in(said) or thinking_in(whole),
        any(said.get(name) or whole.get(name) or choice.get("finish_reason") == name for name in CALLED),
        _place(choice),
    )


def _place(choice: dict[str, Any]) -> int:
    """Return which of several answers a choice belongs to; 0 where it doesn't tell."""
    told = choice.get("index")
    return int(told) if isinstance(told, int | float) and 0 < told < MOST else 0


def _object(told: Any) -> dict[str, Any]:
    if told is not None and not isinstance(told, dict):
        msg = "what was said is no object"
        raise ValueError(msg)
    return told or {}


def _text(content: Any) -> str:
    """Return the text of a content: a string, nothing, or a list of parts, of which some are thinking."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(map(_text, content))
    if isinstance(content, dict):
        text = content.get("text")
        text = text.get("value") if isinstance(text, dict) else text
        return text if isinstance(text, str) and str(content.get("type") or "") in TEXTS else ""
    msg = "a content is no text"
    raise ValueError(msg)


def _ending(told: Any) -> tuple[Ending | None, str]:
    """Return how a reply ended by its `finish_reason`, and why it was cut; None where it goes on."""
    if isinstance(told, dict):
        told = told.get("type")
    word = str(told or "").strip().lower().removeprefix("finish_reason_")
    if word in NOT_ENDED:
        return None, ""
    return next(((ending, reason) for known, ending, reason in ENDED if known.search(word)), (Ending.COMPLETE, ""))


def _usage(told: Any) -> Usage | None:
    """Return the tokens that a server counted; some count nothing, and say so with null or not at all."""
    if not isinstance(told, dict):
        return None
    counts = [
        told.get("prompt_tokens", told.get("input_tokens")),
        told.get("completion_tokens", told.get("output_tokens")),
    ]
    numbers = [int(count) if isinstance(count, int | float) and 0 < count < MOST else 0 for count in counts]
    return Usage(numbers[0], numbers[1], thinking_counted(told)) if any(numbers) else None
