"""Verdicts in what a model replied, however it put them: lines, bullets, bold, a table, JSON, with thinking in front.

A verdict is read only where one was asked for: behind the number of a claim, or line by line when there are as many
as claims. What can't be read is no verdict. It never raises.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rag.models.checkers.base import Word
from rag.models.llms.json_values import json_values
from rag.models.llms.thinking.stream import without_thinking

LONGEST = 40_000  # characters of a reply that are read
LONGEST_LINE = 1_000  # characters of a line: the patterns may look at each of them many times

FULLY = r"(?:fully|completely|entirely|wholly|quite|totally)"
CARRIED = r"(?:supported|stated|found|mentioned|said|entailed|carried|backed|given|enough|in\b)"
WORDS: tuple[tuple[Word, str], ...] = (
    ("partly", rf"not\s+{FULLY}\s+{CARRIED}|only\s+partly|partly|partially|partial|mostly|in\s+part"),
    ("not", rf"not[\W_]*{CARRIED}|not(?=[^\w\s]|\s*$|\s+[\W\d])|unsupported|contradict\w*|refut\w*|no(?=[^\w\s]|\s*$)"),
    ("not", r"false|incorrect"),
    ("supported", rf"(?:{FULLY}\s+)?(?:supported|supports?|entailed|entails?)|yes|true|correct"),
)
VERDICT = "|".join(f"(?P<{word}{place}>(?:{pattern}))" for place, (word, pattern) in enumerate(WORDS))
SAID = re.compile(
    rf"[\W_]*(?:(?:final\s+)?(?:verdict|label|status|judge?ment|answer|result|rating)\b[\W_]*(?:is\b)?"
    rf"|(?:this|the|it)?\s*(?:claim|statement|sentence)?\s*(?:is|are)\b)?[\W_]*(?:{VERDICT})(?!\w)",
    re.IGNORECASE,
)
EITHER = re.compile(
    r"[\s*_`\"']*(?:/|\||,|\bor\b)[\s*_`\"']*(?:supported|partly|partially|not|unsupported)\b", re.IGNORECASE
)
HEAD = re.compile(
    r"[\W_]*?(?:claim|statement|sentence|number|no)?[\s.#*_(\[]*(?P<number>\d{1,4})(?![\d.]*\d)(?:\s*\(cites?\b[^()]*\))?",
    re.IGNORECASE,
)
ARROW = re.compile(r"[-=]>|\N{RIGHTWARDS ARROW}|\bverdict\s*[:=]", re.IGNORECASE)
TOKEN = re.compile(r"\d+\.\d+(?:\s*[-\N{EN DASH}]\s*(?:\d+\.)?\d+(?![.\d]))?|\d+|[^\W\d_]+")
FILLING = frozenset(
    "sentence sentences line lines source sources evidence based rests resting on by from in of and see per".split()
)


class Said(NamedTuple):
    """A verdict on a claim, and the sentences that it names: (source, sentence), each from 1, as they were shown."""

    word: Word
    places: tuple[tuple[int, int], ...]


def verdicts_in(reply: str, asked: int) -> dict[int, Said]:
    r"""Return the verdicts of a reply by the number of their claim, 1 to `asked`; claims without one are left out.

    >>> verdicts_in("1: supported 2.1, 2.4\n- **Claim 2** - Not supported (1.3)", 2)
    {1: Said(word='supported', places=((2, 1), (2, 4))), 2: Said(word='not', places=((1, 3),))}
    """
    text = without_thinking(reply[:LONGEST])
    found = _in_json(text, asked) or _in_lines(text, asked)
    return {number: said for number, said in found.items() if 1 <= number <= asked}


def _in_lines(text: str, asked: int) -> dict[int, Said]:
    numbered: dict[int, Said] = {}
    plain: list[Said] = []
    current = 0  # the claim whose number stood alone on a line, or before other words
    for line in map(_bare, filter(str.strip, text.splitlines())):
        head = HEAD.match(line)
        if head:
            current = int(head["number"])
            if said := _said(line[head.end() :]):
                numbered[current] = said
        elif said := _said(line):
            if current:
                numbered.setdefault(current, said)
            plain.append(said)
        elif current in numbered and not numbered[current].places:
            numbered[current] = numbered[current]._replace(places=_places(line))
    if numbered or len(plain) != asked:
        return numbered
    return dict(enumerate(plain, start=1))


def _said(text: str) -> Said | None:
    """Return the verdict with which a text begins, and the sentences named right behind it; None for none or two."""
    text = _bare(text)
    match = SAID.match(text)
    if match is None and (arrows := list(ARROW.finditer(text))):  # the claim itself stands before the verdict
        match = SAID.match(text, arrows[-1].end())
    if match is None or EITHER.match(text, match.end()):
        return None
    word = next(WORDS[int(name[-1])][0] for name, value in match.groupdict().items() if value)
    return Said(word, _places(text[match.end() :]))


def _bare(line: str) -> str:
    return " ".join(line.split())[:LONGEST_LINE]


def _places(text: str) -> tuple[tuple[int, int], ...]:
    """Return the sentences that a text begins with: `(2.1, 2.3-2.5)`; numbers in a sentence of words are none."""
    found: list[tuple[int, int]] = []
    for token in TOKEN.findall(text):
        if token.casefold() in FILLING:
            continue
        source, dot, sentence = token.partition(".")
        if not dot:
            break
        first, _, last = re.sub(r"\s*[-\N{EN DASH}]\s*(\d+\.)?", " ", sentence).partition(" ")
        found += [(int(source[:6]), number) for number in _range(first[:6], last[:6])]
    return tuple(dict.fromkeys(found))


def _range(first: str, last: str) -> range:
    start = int(first)
    return range(start, min(int(last or first), start + 20) + 1)


def _in_json(text: str, asked: int) -> dict[int, Said]:
    """Return the verdicts of the JSON in a reply: objects with number and verdict, or a list in the claims' order."""
    found: dict[int, Said] = {}
    for value in json_values(text, fraction=str):  # `1.10` is a tenth sentence
        rows = list(_rows(value))
        counted = len(rows) == asked and all(number is None for number, _ in rows)
        for place, (number, row) in enumerate(rows, start=1):
            said = _said_by(row)
            if said and (number is not None or counted):
                found[place if number is None else number] = said
    return found


def _rows(value: Any, depth: int = 0) -> Iterator[tuple[int | None, Any]]:
    """Yield (number of the claim if it is told, what is said of it) of a JSON value."""
    if isinstance(value, list):
        for one in value:
            yield _number(one), one
    elif isinstance(value, dict):
        if _verdict_of(value) is not None:
            yield _number(value), value
            return
        for name, one in value.items():
            if number := re.fullmatch(r"\D{0,12}(\d{1,4})", name):
                yield int(number[1]), one
            elif isinstance(one, list | dict) and depth < 2:
                yield from _rows(one, depth + 1)


def _number(row: Any) -> int | None:
    """Return the number of the claim that a JSON object names."""
    if not isinstance(row, dict):
        return None
    for name in ("claim", "number", "id", "n", "claim_number", "claim_id", "index"):
        if number := re.fullmatch(r"\D{0,12}(\d{1,4})", _plain(row.get(name))):
            return int(number[1])
    return None


def _verdict_of(row: Mapping[str, Any]) -> str | None:
    return next(
        (_plain(row[name]) for name in ("verdict", "label", "judgement", "judgment", "result") if name in row), None
    )


def _said_by(row: Any) -> Said | None:
    if isinstance(row, list):
        return _said(" ".join(map(_plain, row)))
    if not isinstance(row, dict):
        return _said(_plain(row))
    said = _said(_verdict_of(row) or "")
    named = next((row[name] for name in ("sentences", "evidence", "lines", "sentence") if name in row), None)
    if said is None or named is None or said.places:
        return said
    listed = named if isinstance(named, list) else [named]
    return said._replace(places=_places(", ".join(map(_plain, listed))))


def _plain(value: Any) -> str:
    """Return a JSON value as text; nothing for what holds others."""
    return str(value) if isinstance(value, str | int) else ""
