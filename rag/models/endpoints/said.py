"""A server's own words, in whatever form they came: an error object, a list of them, a web page, plain text.

Every server has a form of its own, so none is known by name here: words stand under the keys that words stand under,
at any depth, also in JSON within a string.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from rag.models.endpoints.secrets import struck_out

TOLD = 300  # characters of a server's words that are passed on
# Where words stand, the telling ones first; `raw` is what a server behind another one said.
WORDS = (
    "error errors message msg detail details errormessage errormsg errordescription description reason statusmsg "
    "baseresp metadata raw cause title response"
).split()
LABELS = "type code status".split()  # told only where there are no other words
ECHO = {"input", "ctx", "url", "request", "headers", "prompt", "messages"}  # a request said back
PAGE = re.compile(r"\s*(?:<!doctype|<html|<head|<body|<\?xml|<h\d|<title|<center)", re.IGNORECASE)
DEEPEST = 12


def parsed(text: str) -> Any:
    """Return what a body holds: its JSON, or the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def is_page(body: Any) -> bool:
    """Tell whether a body is a web page."""
    return isinstance(body, str) and bool(PAGE.match(body))


def told(body: Any, key: str) -> str:
    """Return the start of what a body says, on one line, without the key; an empty string when it says nothing."""
    line = struck_out(words_of(body), key)
    return line if len(line) <= TOLD else line[: TOLD - 1].rstrip() + "…"


def words_of(body: Any) -> str:
    """Return what a body says to people, on one line.

    >>> words_of({"object": "error", "message": {"detail": [{"loc": ["body", "seed"], "msg": "Not permitted"}]}})
    'seed: Not permitted'
    >>> words_of("<html><head><title>502 Bad Gateway</title></head></html>")
    '502 Bad Gateway'
    """
    said = list(dict.fromkeys(_words(body, 0)))  # a server behind another one is often told twice
    return _line("; ".join(one for one in said if not any(one != other and one in other for other in said)))


def everything_in(body: Any) -> str:
    """Return all strings of a body on one line, keys and places too, but not what it says back of a request."""
    return _line(" ; ".join(_strings(body, 0)))


def named_in(body: Any) -> frozenset[str]:
    """Return the parts of a request that a body points at by name, as `param` and `loc` do.

    >>> sorted(named_in([{"error": {"param": "stream"}}, {"loc": ["body", "messages", 0, "role"]}]))
    ['messages', 'role', 'stream']
    """
    return frozenset(_named(body, 0)) - {"body"}


def error_in(payload: Any) -> Any | None:
    """Return what is an error in a piece of JSON that came where an answer was due; None when it is none.

    A piece without choices that has words in it is one: servers put errors into replies with status 200 too. Whether
    it may be news of a wait instead, `is_sure` tells.
    """
    found: Any = None
    if isinstance(payload, list):
        found = payload if payload and all(error_in(one) is not None for one in payload) else None
    elif isinstance(payload, dict):
        choices = payload.get("choices")
        held = [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []
        if payload.get("error") or any(choice.get("error") for choice in held):
            found = payload if payload.get("error") else [choice["error"] for choice in held if choice.get("error")]
        elif not held and not payload.get("usage") and payload.get("type") != "ping" and _blames(payload):
            found = payload
    return found


def is_sure(payload: Any) -> bool:
    """Tell whether what `error_in` found is an error for sure, not news of a queue or of a model that is being loaded.

    >>> is_sure({"error": "out of memory"}), is_sure({"status": "queued", "message": "waiting"})
    (True, False)
    """
    if not isinstance(payload, dict):
        return isinstance(payload, list) and any(map(is_sure, payload))
    named = {_bare(name) for name, value in payload.items() if value}
    labels = (payload.get("object"), payload.get("type"), payload.get("status"))
    blamed = named & {"error", "errors", "errormsg", "errormessage", "errorcode"} or "error" in labels
    choices = payload.get("choices")
    return bool(blamed or status_in(payload) or choices)


def status_in(body: Any) -> int | None:
    """Return the status of HTTP that an error itself tells; None when it tells none.

    >>> status_in({"error": {"message": "slow down", "code": 429}})
    429
    """
    held = body[0] if isinstance(body, list) and body else body
    inner = held.get("error") if isinstance(held, dict) else None
    held = inner if isinstance(inner, dict) else held
    if isinstance(held, dict):
        for name in ("status", "status_code", "code", "http_code"):
            told = held.get(name)
            if isinstance(told, int | str) and re.fullmatch(r"[45]\d\d", str(told)):
                return int(told)
    return None


def _blames(payload: dict[str, Any]) -> bool:
    """Tell whether an object without choices says what went wrong."""
    wrong = {"message", "msg", "detail", "errors", "errormsg", "errormessage", "errorcode", "statusmsg", "baseresp"}
    named = {_bare(name) for name, value in payload.items() if value}
    return bool(wrong & named) or "error" in (payload.get("object"), payload.get("type"), payload.get("status"))


def _words(body: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(body, str):
        yield from _words_of_text(body, depth)
    elif isinstance(body, list):
        for one in body:
            yield from _words(one, depth + 1)
    elif isinstance(body, dict):
        place = ".".join(str(part) for part in _list(body.get("loc")) if part != "body")
        known = {_bare(name): value for name, value in body.items()}
        words = [*WORDS, "text"] if "errorcode" in known else WORDS
        found = [word for name in words for word in _words_under(name, known.get(name), depth + 1)]
        if not found and depth:
            found = [str(known[name]) for name in LABELS if isinstance(known.get(name), str | int)]
        yield from (f"{place}: {word}" for word in found) if place else found


def _words_under(name: str, value: Any, depth: int) -> Iterator[str]:
    """Yield the words under a key; under `errors` they may stand under the names of what they are about."""
    words = list(_words(value, depth))
    if not words and name in {"errors", "error", "detail"} and isinstance(value, dict):
        for field, held in value.items():
            spoken = _words(held, depth + 1)
            words.extend(word if field.lower() in word.lower() else f"{field}: {word}" for word in spoken)
    yield from words


def _bare(name: str) -> str:
    """Return a key as it is looked up: `error_message`, `errorMessage` and `Error-Message` are one."""
    return re.sub(r"[^a-z]", "", name.lower())


def _words_of_text(text: str, depth: int) -> Iterator[str]:
    if is_page(text):
        yield _of_page(text)
        return
    held = parsed(text.strip()) if text.lstrip()[:1] in {"{", "["} else text
    inner = [] if isinstance(held, str) else list(_words(held, depth + 1))
    if inner:
        yield from inner
    elif line := _line(text):
        yield line


def _of_page(page: str) -> str:
    """Return the title of a web page and its first headings, or the start of its text."""
    heads = [_plain(head) for head in re.findall(r"(?is)<(?:title|h1|pre)\b[^>]*>(.*?)</(?:title|h1|pre)", page)]
    heads = list(dict.fromkeys(filter(None, heads)))[:3]
    return ": ".join(heads) or _plain(re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", page))


def _plain(markup: str) -> str:
    return _line(unescape(re.sub(r"<[^>]*>", " ", markup)))


def _line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _strings(body: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(body, str):
        yield body
    elif isinstance(body, list):
        for one in body:
            yield from _strings(one, depth + 1)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name not in ECHO:
                yield name
                yield from _strings(value, depth + 1)


def _named(body: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(body, list):
        for one in body:
            yield from _named(one, depth + 1)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name in {"param", "loc", "field", "parameter", "path"}:
                for part in value if isinstance(value, list) else [value]:
                    yield from re.findall(r"[A-Za-z_]\w*", part) if isinstance(part, str) else ()
            elif name not in ECHO:
                yield from _named(value, depth + 1)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
