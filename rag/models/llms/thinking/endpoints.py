"""Thinking in what endpoints speak of besides the text: how much of it was counted, pieces of it, and asking for none.

Servers that tell thinking apart themselves send it in fields of their own; it is never part of a reply.
"""

from collections.abc import Mapping
from typing import Any

FIELDS = ("reasoning_content", "reasoning", "thinking", "thoughts", "reasoning_text")
DETAILS = ("completion_tokens_details", "output_tokens_details")
COUNTS = ("reasoning_tokens", "thinking_tokens")
# Options of a request for no thinking; each is understood by some servers, others refuse it by name or pass over it.
NO_THINKING: dict[str, Any] = {"reasoning_effort": "none", "chat_template_kwargs": {"enable_thinking": False}}


def thinking_counted(usage: Mapping[str, Any]) -> int:
    """Return how many of the tokens that a server counted went into thinking; 0 when it doesn't tell.

    >>> thinking_counted({"completion_tokens": 90, "completion_tokens_details": {"reasoning_tokens": 70}})
    70
    """
    places = [usage, *(usage.get(name) for name in DETAILS)]
    found = [place.get(name) for place in places if isinstance(place, Mapping) for name in COUNTS]
    counted = (int(count) for count in found if isinstance(count, int | float) and 0 < count < 1e15)  # infinity is none
    return next(counted, 0)


def thinking_in(said: Mapping[str, Any]) -> str:
    """Return the thinking that a piece of a reply, its `delta` or `message`, holds beside the text.

    >>> thinking_in({"content": None, "reasoning_content": "Is it 4?"})
    'Is it 4?'
    """
    found = next((said[name] for name in FIELDS if isinstance(said.get(name), str)), "")
    content = said.get("content")
    parts = content if isinstance(content, list) else []
    return found + "".join(
        _text(part) for part in parts if isinstance(part, Mapping) and part.get("type") == "thinking"
    )


def told_apart(said: dict[str, Any]) -> dict[str, Any]:
    """Return a piece of a reply with its text among the thinking where the server says that it is some (Gemini's does).

    >>> told_apart({"content": "Is it 4?", "extra_content": {"google": {"thought": True}}})["reasoning_content"]
    'Is it 4?'
    """
    extra = said.get("extra_content")
    vendors = extra.values() if isinstance(extra, Mapping) else ()
    if not any(isinstance(vendor, Mapping) and vendor.get("thought") is True for vendor in vendors):
        return said
    return {**said, "content": None, "reasoning_content": _text(said.get("content"))}


def _text(part: Any) -> str:
    if isinstance(part, list):
        return "".join(map(_text, part))
    if isinstance(part, Mapping):
        return _text(part.get("thinking") or part.get("text"))
    return part if isinstance(part, str) else ""
