"""A conversation as a file that can be opened again: what the browser keeps, as JSON under a name and a version.

Whoever opens one may have it from anybody. So everything is checked: an answer is read as the record that it is, its
quotes have to be slices of their abstracts, what can be worked out is worked out anew, HTML is never taken, and what
isn't known here is left out. A history of the command line (JSON Lines) can be opened too.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from rag.conversation.history import read_turns, turn_line
from rag.errors import QuestionError, SourceError
from rag.export.text import SURROGATES
from rag.records import Turn
from ui.page.sharing.trusted_answer import trusted_answer

FORMAT, VERSION = "askpapers-conversation", 1
MOST_EXCHANGES = 500
MOST_BYTES = 20_000_000
LONGEST_TITLE = 200  # characters
MOST_FILTERS = 20
MOST_CHOSEN = 20_000  # papers that one filter names
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
WANTED = "Open a file that the page saved, or a history of: askpapers ask --history FILE"


class _WrongError(ValueError):
    """Something in a file isn't what it has to be; the message says what."""


def to_file(conversation: Mapping[str, Any]) -> str:
    """Return a conversation, as the browser keeps it, as the text of a file. Raises QuestionError when it is none."""
    try:
        kept = _conversation(_whole(conversation))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = f"This conversation can't be saved: {_reason(error)}. Save it as Markdown."
        raise QuestionError(msg) from error
    text = json.dumps({"format": FORMAT, "version": VERSION, "conversation": kept}, ensure_ascii=False, indent=1) + "\n"
    if len(text.encode()) > MOST_BYTES:
        msg = f"This conversation has over {MOST_BYTES // 1_000_000} MB, too much to open again. Save it as Markdown."
        raise QuestionError(msg)
    return text


def read_file(text: str) -> dict[str, Any]:
    """Return the conversation of a file as the browser keeps it.

    That is `id`, `title`, `started`, `filters`, `shown` (the last exchange of the line that was shown, or None) and
    `exchanges`, each of these with `id`, `parent`, `question`, `answer`
    (as of `Answer.to_dict`, or None), `text`, `ended`, `good`, `note`, `asked` and `filters`. Raises QuestionError.
    """
    try:
        if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
            msg = f"it has over {MOST_BYTES // 1_000_000} MB"
            raise _WrongError(msg)
        return _read(text.removeprefix("\ufeff"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, SourceError) as error:
        msg = f"This file can't be opened as a conversation: {_reason(error)}. {WANTED}"
        raise QuestionError(msg) from error


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, _WrongError) else "something in it is not as it has to be"


def _read(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError:
        return _history(text)
    if isinstance(value, dict) and "question" in value:
        return _history(json.dumps(value))
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        msg = f"it doesn't say that it is one ({FORMAT!r})"
        raise _WrongError(msg)
    if value.get("version") != VERSION:
        msg = f"it is of version {str(value.get('version'))[:20]!r}, this Askpapers knows version {VERSION}"
        raise _WrongError(msg)
    return _conversation(_whole(value["conversation"]))


def _no_number(written: str) -> None:
    msg = f"{written} is no number"
    raise _WrongError(msg)


def _whole(value: Any) -> Any:
    """Return JSON in which no character is cut in half; a half is replaced by one sign, so that slices stay slices."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return json.loads(SURROGATES.sub("\ufffd", text)) if SURROGATES.search(text) else value


def _history(text: str) -> dict[str, Any]:
    """Return the turns of a history as a conversation; the same turns get the same ids whenever they are opened."""
    try:
        turns = read_turns(text, "history")
    except SourceError as error:
        msg = "it is neither a saved conversation nor a history"
        raise _WrongError(msg) from error
    if not turns:
        msg = "it is empty"
        raise _WrongError(msg)
    lines = [turn_line(turn) for turn in turns]
    ids = [uuid5(NAMESPACE_URL, f"{place} {line}").hex for place, line in enumerate(lines)]
    exchanges = [
        _exchange_of(turn, json.loads(line)["answer"], ids[n])
        for n, (turn, line) in enumerate(zip(turns, lines, strict=True))
    ]
    whole = uuid5(NAMESPACE_URL, "".join(lines)).hex
    return _conversation(_whole({"id": whole, "title": turns[0].question, "exchanges": exchanges}))


def _exchange_of(turn: Turn, answer: Any, exchange_id: str) -> dict[str, Any]:
    said = {"text": answer} if isinstance(answer, str) else {"answer": answer}
    return {"id": exchange_id, "question": turn.question, **said}


def _conversation(value: Mapping[str, Any]) -> dict[str, Any]:
    exchanges = value["exchanges"]
    if not isinstance(exchanges, list) or not 0 < len(exchanges) <= MOST_EXCHANGES:
        msg = f"it needs 1 to {MOST_EXCHANGES} questions"
        raise _WrongError(msg)
    read = [_exchange(one, place) for place, one in enumerate(exchanges, start=1)]
    for one, before in zip(read, [None, *(exchange["id"] for exchange in read)], strict=False):
        one["parent"] = before if one["parent"] is ... else one["parent"]
    _check_tree(read)
    return {
        "id": _identifier(value.get("id", uuid4().hex)),
        "title": " ".join(_text(value, "title").split())[:LONGEST_TITLE] or read[0]["question"][:LONGEST_TITLE],
        "started": _time(value.get("started")) or datetime.now(UTC).isoformat(timespec="seconds"),
        "filters": _filters(value.get("filters")),
        "shown": next((one["id"] for one in read if one["id"] == value.get("shown")), None),
        "exchanges": read,
    }


def _check_tree(exchanges: Sequence[Mapping[str, Any]]) -> None:
    """Raise when two exchanges have one id, or when one goes on from what isn't there, or from itself."""
    parents = {one["id"]: one["parent"] for one in exchanges}
    if len(parents) < len(exchanges):
        msg = "two of its questions have the same id"
        raise _WrongError(msg)
    for one in parents:
        at, steps = one, 0
        while at is not None:
            if at not in parents or steps > len(parents):
                msg = "a question follows one that isn't there"
                raise _WrongError(msg)
            at, steps = parents[at], steps + 1


def _exchange(value: Mapping[str, Any], place: int) -> dict[str, Any]:
    try:
        answer, good, parent = value.get("answer"), value.get("good"), value.get("parent", ...)
        if not (good is None or isinstance(good, bool)):
            msg = f"{str(good)[:20]!r} is no rating"
            raise _WrongError(msg)
        return {
            "id": _identifier(value.get("id", uuid4().hex)),
            "parent": parent if parent in {None, ...} else _identifier(parent),
            "question": _text(value, "question", needed=True),
            "answer": None if answer is None else trusted_answer(answer).to_dict(),
            "text": _text(value, "text"),
            "ended": _text(value, "ended"),
            "good": good,
            "note": _text(value, "note"),
            "asked": _time(value.get("asked")),
            "filters": _filters(value.get("filters")),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f": {error}" if isinstance(error, _WrongError) else ""
        msg = f"question {place} can't be read{why}"
        raise _WrongError(msg) from error


def _text(value: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    text = value[name] if needed else value.get(name, "")
    if not isinstance(text, str):
        msg = f"{name!r} is no text"
        raise _WrongError(msg)
    return text


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        msg = f"{str(value)[:20]!r} is no id"
        raise _WrongError(msg)
    return value


def _time(value: object) -> str:
    """Return an ISO time as it is; nothing for anything else, for it is no more than shown."""
    try:
        return value if isinstance(value, str) and len(value) < 40 and datetime.fromisoformat(value) else ""
    except ValueError:
        return ""


def _filters(value: object) -> dict[str, Any]:
    """Return bounds on what was searched, as the page names them: texts, years, switches, lists of names."""
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MOST_FILTERS or not all(map(_is_bound, value.values())):
        msg = "its filters can't be read"
        raise _WrongError(msg)
    return {name: bound for name, bound in value.items() if name != "html"}


def _is_bound(bound: object) -> bool:
    if isinstance(bound, list):
        return len(bound) <= MOST_CHOSEN and all(isinstance(one, str | int) for one in bound)
    return bound is None or isinstance(bound, str | int)
