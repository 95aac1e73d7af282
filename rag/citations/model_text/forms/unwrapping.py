"""A model's reply as Markdown, when it was written as JSON or HTML: its statements, each with what it cites.

Pure functions over text; what isn't JSON or HTML comes back as it was.
"""

import ast
import html
import json
import re
from collections.abc import Iterator
from typing import Any

from rag.citations.model_text.forms.shielding import outside_code
from rag.text.sentences import sentence_spans

INTRODUCED = re.compile(  # what may stand in front of JSON: words on a line of their own, a fence
    r"(?P<words>[^\n{\[]{0,200})(?:(?<=\n)|\n{1,3}[ \t]{0,8})?"
    r"(?:(?:```|~~~)[ \t]{0,4}(?:json\w?)?[ \t]{0,4}\n\s{0,8})?(?=[{\[])",
    re.IGNORECASE,
)
FENCED = re.compile(r"\s{0,8}(?:```|~~~)\Z")
CITING = re.compile(
    r"(?:^|_|\b)(?:cit(?:e|es|ed|ations?)|citation_?ids?|sources?|source_?ids?|references?|refs?|evidence|"
    r"documents?|docs?|papers?|abstracts?|ids?|index|indices|number|quellen?|fuentes?|fontes?|来源|引用|出典|источники?|المصادر)"
    r"(?:_?(?:ids?|numbers?|used))?$",
    re.IGNORECASE,
)
SKIPPED = re.compile(
    r"(?:question|query|frage|thinking|thoughts?|reasoning|analysis|rationale|confidence|score|language|lang|type|model|role|"
    r"format|status|version|quotes?|snippets?|excerpts?|url|link|year|authors?|answerable|metadata)$",
    re.IGNORECASE,
)
OPEN = re.compile(
    r"(?:not_?said|unanswered|left_?open|missing(?:_info\w*)?|gaps?|limitations?|not_?covered)$", re.IGNORECASE
)
NUMBER_KEYS = ("id", "number", "index", "source", "source_id", "ref", "citation", "citation_id", "doc", "document", "n")
STRAY = re.compile(r"\\[^\\'\"nrtabfv\n]")
STRING = re.compile(
    r"\"(?:answer|text|response|statement|claim|content|summary|result|output|sentence|final_answer)\"\s*:\s*\"((?:[^\"\\]|\\.)*)"
)
CITED = re.compile(r"\[\^?\d|\u3010\d|\(\d\)|[\u00b9\u00b2\u00b3]|\((?:source|quelle)", re.IGNORECASE)

# An answer within a fence, words that lead to it, and a farewell.
WRAPPED = re.compile(
    r"(?P<words>(?:[^\n`~]{1,200}\n\s*)?)(?P<fence>```+|~~~+)[ \t]*(?P<kind>markdown|mdx?|te?xt|plain(?:text)?|answer|)"
    r"[ \t]*\n(?P<inside>.*?)(?:\n[ \t]*(?P=fence)[ \t]*(?P<rest>\n\s*[^\n`~]{0,200})?)?",
    re.IGNORECASE | re.DOTALL,
)
FENCE_LINE = re.compile(r"^[ \t]*(?:```+|~~~+)[ \t]*(.*)$", re.MULTILINE)
DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4}")
SAID = 4  # words that a sentence has at least
CODE_LINE = re.compile(
    r"[{}]\s*$|\)\s?;\s*$|^\s*(?:def|class|import|return|print|echo|sudo|pip|git|SELECT|#include|//|\$|>>>)\s+[\w({\"'*]"
    r"|^\s*(?:for|while|if|else|elif|try|with)\b.*:\s*$|[\w\])]\s?[-+*/]?=\s?[\w\[({\"'-]|=>|^\s*\w+(?:\.\w+)*\([^()]*\)\s*$"
)

BLOCKS = {
    "p": "\n\n", "div": "\n", "section": "\n\n", "article": "\n\n", "tr": "\n", "table": "\n\n", "ul": "\n", "ol": "\n",
}  # fmt: skip
OPENS_NOTHING = frozenset(("p", "div", "section", "article"))
# What else opens, and what closes.
MARKS = {
    "br": ("\n", "\n"), "hr": ("\n\n---\n\n", ""), "li": ("\n- ", ""), "td": (" ", " |"), "th": (" ", " |"),
    "blockquote": ("\n> ", ""),
}  # fmt: skip
INLINE = {"b": "**", "strong": "**", "i": "*", "em": "*"}
NESTED = 3  # marks of emphasis within each other
FRAMES = (  # that say nothing of how a text looks
    "span|font|u|mark|small|center|thead|tbody|tfoot|body|html|main|header|footer|claim|claims|statement|statements|sentence|"
    "s\\d{0,2}|answer|response|output|result|final_answer|summary|paragraph|text|co|nobr|abbr|details"
)
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>p|div|section|article|tr|table|ul|ol|li|br|hr|h[1-6]|blockquote|td|th)(?:\s[^<>\n]{0,200})?\s?/?>",
    re.IGNORECASE,
)
FRAME = re.compile(rf"(?:(?<!\w)<|</)(?:{FRAMES})(?:\s[^<>\n]{{0,200}})?\s?/?>", re.IGNORECASE)
EMPHASIS = re.compile(
    r"<(?P<name>b|strong|i|em)(?:\s[^<>\n]{0,200})?>(?P<inside>[^<>]{1,600})</(?P=name)\s?>", re.IGNORECASE
)  # a lone one is text
CODED = re.compile(r"<(code|tt)>([^<>`\n]{1,200})</\1>", re.IGNORECASE)
ANCHOR = re.compile(
    r"<a\s[^<>\n]{0,200}?href\s?=\s?[\"']?(?P<address>[^\"'<>\s]{0,300})[\"']?[^<>\n]{0,200}>(?P<words>[^<>\n]{0,200})</a>",
    re.IGNORECASE,
)
ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|ndash|mdash|hellip|times|#\d{1,6}|#x[0-9a-f]{1,6});", re.IGNORECASE)
COMMENT = re.compile(r"<!--[^<>]{0,300}-->")


def as_markdown(text: str) -> str:
    r"""Return a reply as Markdown: what JSON says in it, HTML in marks of Markdown.

    >>> as_markdown('{"answer": "It is fast.", "citations": [1]}'), as_markdown("<p>It is <b>fast</b>.</p>")
    ('It is fast. [1]', 'It is **fast**.')
    """
    return outside_code(CODED.sub(r"`\2`", _said_in_json(_unfenced(text))), _without_tags)


def may_be_json(start: str) -> bool:
    """Tell whether a reply that begins so may turn out to be JSON."""
    begun = re.sub(r"^\s*(?:```|~~~)(?:json\w?)?\s*", "", start, flags=re.IGNORECASE)
    fenced = (
        re.match(r"\s*(?:`{1,3}|~{1,3})?(?:j(?:s(?:on?)?)?)?\s*\Z|\s*(?:```|~~~)json", start, re.IGNORECASE) is not None
    )
    return bool(fenced and start.strip()) or re.match(r"\{\s*(?:[\"']|\Z)|\[\s*(?:\{|\Z)", begun) is not None


def _unfenced(text: str) -> str:
    """Return an answer out of the fence that holds all of it; a text with a fence of code in it as it is."""
    whole = WRAPPED.fullmatch(text.strip())
    if whole is None:
        return text
    inside, named = whole["inside"], whole["kind"].lower().startswith("m")
    if CITED.search(whole["words"]) or (whole["words"] and not (named or CITED.search(inside))):
        return text
    inner = FENCE_LINE.findall(inside)
    if inner and (len(inner) % 2 or not inner[0] or any(inner[1::2])):  # the fence ends, and another begins
        return text
    if not named and not _is_prose(inside):
        return text
    return f"{whole['words']}{inside}{whole['rest'] or ''}".strip("\n")


def _is_prose(text: str) -> bool:
    """Tell whether what stands in a fence without a language is written for people: sentences, and no line of code."""
    lines = [line for line in text.split("\n") if line.strip()]
    sentences = [line for line in lines if len(re.findall(r"[^\W\d_]{2,}", line)) >= SAID or DENSE.search(line)]
    return bool(sentences) and 2 * len(sentences) >= len(lines) and not any(map(CODE_LINE.search, lines))


def _said_in_json(text: str) -> str:
    whole = text.strip()
    begins = INTRODUCED.match(whole)
    if not begins or (begins["words"].strip("`~ \n") and "\n" not in begins[0]):
        return text
    written = FENCED.sub("", whole[begins.end() :])
    if not may_be_json(written[:200]):
        return text
    try:
        value = _parsed(written)
    except (ValueError, SyntaxError, MemoryError):
        return "\n".join(map(_unescaped, STRING.findall(written))) or text
    except RecursionError:
        return text
    said = "\n".join(_statements(value)).strip()
    return said or text


def _parsed(written: str) -> Any:
    """Return the value that JSON, or Python in its place, writes. Raises ValueError or SyntaxError."""
    try:
        return json.loads(written, strict=False)
    except ValueError:
        if STRAY.search(written):  # which Python would warn of
            raise
        return ast.literal_eval(written)


def _unescaped(string: str) -> str:
    try:
        return str(json.loads(f'"{string.rstrip(chr(92))}"', strict=False))
    except ValueError:
        return string


def _statements(value: Any) -> Iterator[str]:
    """Yield the statements of a JSON value, each with markers of what it cites."""
    if isinstance(value, dict):
        yield from _of_object(value)
    elif isinstance(value, list):
        for one in value:
            said = list(_statements(one))
            listed = len(value) > 1 and isinstance(one, dict | str)
            yield from ([f"- {said[0]}", *said[1:]] if said and listed else said)
    elif isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _of_object(value: dict[str, Any]) -> Iterator[str]:
    said: list[str] = []
    cited: list[str] = []
    for key, one in value.items():
        if OPEN.match(key):
            said += [f"NOT SAID: {left}" for left in _statements(one)]
        elif CITING.search(key) and not _is_statements(one):
            cited += _numbers(one)
        elif not SKIPPED.match(key) and not (key.lower() == "title" and len(value) > 1):
            said += _statements(one)
    places = [place for place, one in enumerate(said) if not one.startswith("NOT SAID:")]
    if cited and places and not any(CITED.search(said[place]) for place in places):
        for place in places if len(set(cited)) == 1 else places[-1:]:
            said[place] = _citing(said[place], list(dict.fromkeys(cited)))
    yield from said


def _is_statements(value: Any) -> bool:
    """Tell whether a value says something: objects with a text of their own."""
    told = {"text", "statement", "claim", "sentence", "answer"}
    return isinstance(value, list) and any(
        isinstance(one, dict) and told & {key.lower() for key in one} for one in value
    )


def _numbers(value: Any) -> Iterator[str]:
    """Yield what a value cites, as it would stand in a marker."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        yield str(value)
    elif isinstance(value, str) and value.strip():
        yield value.strip().strip("[]() ")
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, dict):
        key = next(
            (key for key in NUMBER_KEYS if key in value), next((key for key in value if CITING.search(key)), "title")
        )
        yield from _numbers(value.get(key))


def _citing(said: str, cited: list[str]) -> str:
    """Return a statement with a marker: behind its end, and when it cites one source behind each of its sentences."""
    markers = "".join(f"[{one}]" for one in cited)
    if len(cited) > 1:
        return f"{said} {markers}"
    return "\n".join(
        " ".join(f"{line[start:end]} {markers}" for start, end in sentence_spans(line)) for line in said.split("\n")
    )


def _without_tags(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    text = COMMENT.sub("", text)
    text = ANCHOR.sub(lambda one: f"[{one['words']}]({one['address']})", text)
    changed = text
    for _ in range(NESTED):
        changed = EMPHASIS.sub(lambda one: f"{(mark := INLINE[one['name'].lower()])}{one['inside']}{mark}", changed)
    changed = FRAME.sub("", TAG.sub(_tag, changed))
    changed = ENTITY.sub(lambda one: html.unescape(one[0]).replace("\xa0", " "), changed)
    return re.sub(r"\n{3,}", "\n\n", changed).strip("\n") if changed != text else text


def _tag(found: re.Match[str]) -> str:
    """Return what stands for a tag in Markdown."""
    name, end = found["name"].lower(), bool(found["end"])
    if name in BLOCKS:
        return BLOCKS[name] if end or name not in OPENS_NOTHING else ""
    if name[:1] == "h" and name[1:].isdigit():
        return "\n" if end else f"\n{'#' * int(name[1])} "
    return MARKS.get(name, ("", ""))[end]
