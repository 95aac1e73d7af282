"""A note on a paper in Markdown, as Obsidian, Zotero's plugins and Logseq keep one a file.

    ---
    title: River otters return
    authors: [Jane Doe, Richard Roe]
    ---
    ## Abstract
    We test whether river otters return.

Title, authors, year and ids are taken from the top, from fields in the text (`**DOI**:: 10.1/x`) where it hasn't any,
and the title from the first heading. The abstract stands in the top, under a heading, in a callout or behind a label.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rag.readers.inputs.source import Line, Problem, Source
from rag.readers.parsing.column_names import fields_of
from rag.readers.parsing.front_matter import parted
from rag.readers.parsing.table_columns import columns_of, record_of_row
from rag.records import Record

NAME = "note in Markdown"
LONGEST_NOTE = 5_000_000  # characters
TOP = re.compile(r"(?:---|\+\+\+)[ \t]*\r?\n")
TELLING = frozenset(("title", "abstract", "translated", "authors", "doi", "arxiv_id", "pubmed_id"))
ABSTRACTS = ("abstract", "translated", "text")  # fields; a text that isn't called an abstract may be anything
WORDS = r"(?:abstract|summary|zusammenfassung|r[ée]sum[ée]|resumen|resumo|riassunto|samenvatting|摘要|аннотация)"
HEADING = re.compile(
    r"(?P<indent>\s*)(?:[-*+]\s+)?(?P<marks>#{1,6}\s+|\*\*|__)?"
    rf"\[{{0,2}}{WORDS}\]{{0,2}}\s?:{{0,2}}(?:\*\*|__)?\s?:{{0,2}}\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
CALLOUT = re.compile(r"\s*>\s*\[!(?:abstract|summary|tldr)\][+-]?\s*(?P<rest>.*)$", re.IGNORECASE)
FIRST_HEADING = re.compile(r"#\s+(?P<title>\S.*?)\s*#*\s*$", re.MULTILINE)
EMPHASIS = re.compile(r"(\*\*|__|==)(?=\S)(.+?)(?<=\S)\1")
FIELD = re.compile(
    r"[\s>]*(?:[-*+]\s+)?(?:(?:\*\*|__)(?P<bold>\w[\w ]{0,40}?)\s?:{0,2}(?:\*\*|__)\s?:{0,2}"
    r"|(?P<plain>\w[\w ]{0,40}?)::)\s*(?P<value>\S.*)$"
)
ENDS = re.compile(
    r"\s*(?:#{1,6}\s|-{3,}\s*$|\*{3,}\s*$|>\s*\[!|!\[|"
    r"(?:[-*+]\s+)?(?:\*\*|__)[\w ]{1,40}(?::{1,2}\s?(?:\*\*|__)|(?:\*\*|__)\s?:))"
)
WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]+)\)")


def sniff(head: str) -> bool:
    """Tell whether a file begins as a note: with a top that is one of a paper, or with headings that are."""
    text = head.replace("\r\n", "\n")
    if not TOP.match(text) and not re.match(r"\s*(?:#\s|[-*]?\s*\w[\w -]*::)", text):
        return False
    note = parted(text)
    if not TELLING.isdisjoint(fields_of(note.values)):
        return True
    return bool(TOP.match(text) or FIRST_HEADING.match(text.lstrip())) and _abstract_in(note.body) != ""


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield the one record that a note is, or why it is none; and a Problem for each line that is no text."""
    lines, size = list[str](), 0
    for line in source.lines(windows=True):
        if isinstance(line, Problem):
            yield line
        elif (size := size + len(line.text)) > LONGEST_NOTE:
            yield Problem(line.number, f"a note of more than {LONGEST_NOTE:,} characters")
            return
        lines.append(line.text if isinstance(line, Line) else "")
    yield _record("\n".join(lines))


def _record(text: str) -> Record | Problem:
    note = parted(text)
    values = {name: _plain(value, name) for name, value in note.values.items()}
    known = fields_of(values)
    for name, value in _fields_in(note.body).items():
        field = next(iter(fields_of([name])), "")
        if field and field not in known and field not in ABSTRACTS:
            values[name] = value
    if "title" not in fields_of(values) and (title := _first_heading(note.body)):
        values["title"] = title
    if known.keys().isdisjoint(ABSTRACTS[:2]) and (abstract := _abstract_in(note.body)):
        values["abstract"] = abstract
    return record_of_row(values, 1, columns_of(values))


def _abstract_in(body: str) -> str:
    """Return the text under a heading, in a callout or behind a label that says it is the abstract."""
    lines = body.split("\n")
    for number, line in enumerate(lines):
        if callout := CALLOUT.match(line):
            inside = [callout["rest"]]
            for following in lines[number + 1 :]:
                if not following.lstrip().startswith(">") or re.match(r"\s*>\s*\[!", following):
                    break
                inside.append(following.lstrip().lstrip(">"))
            titled = len(inside) > 1 and re.fullmatch(rf"\s*{WORDS}?\s*", inside[0], re.IGNORECASE)
            return _prose(inside[1:] if titled else inside)
        heading = HEADING.match(line)
        if heading and (heading["marks"] or not heading["rest"]):
            return _prose([heading["rest"], *_section(lines[number + 1 :], heading["indent"], line)])
    return ""


def _section(lines: list[str], indent: str, heading: str) -> Iterator[str]:
    """Yield the lines up to the next heading, rule or label; under a point of a list, those that stand further in."""
    is_point = heading.lstrip().startswith(("- ", "* ", "+ "))
    for line in lines:
        inner = len(line) - len(line.lstrip()) > len(indent)
        if line.strip() and (ENDS.match(line) or (is_point and not inner)):
            return
        yield line


def _prose(lines: Iterable[str]) -> str:
    """Return lines as one text, without the signs of lists and quotes that begin them."""
    bare = (re.sub(r"^\s*(?:>\s?)*(?:[-*+]\s+)?", "", line) for line in lines)
    return EMPHASIS.sub(r"\2", _unlinked(" ".join(" ".join(bare).split())))


def _first_heading(body: str) -> str:
    found = next(filter(None, map(FIRST_HEADING.match, body.split("\n"))), None)
    return _unlinked(found["title"]) if found else ""


def _fields_in(body: str) -> dict[str, str]:
    """Return what fields in the text say, by name; all that one says which is there several times."""
    found = dict[str, str]()
    for match in filter(None, map(FIELD.match, body.split("\n"))):
        name = (match["bold"] or match["plain"]).strip()
        name = "author" if name.casefold() in {"firstauthor", "first author", "author"} else name
        value = _plain(match["value"].strip(), name)
        found[name] = f"{found[name]}; {value}" if name in found else value
    return found


def _plain(value: Any, name: str) -> Any:
    """Return a value without the signs of Markdown: links to other notes as their words, addresses where ids are."""
    if isinstance(value, str):
        address = bool({"doi", "url", "arxiv_id", "pubmed_id"} & fields_of([name]).keys())
        return _unlinked(value, address=address).strip(" `")
    if isinstance(value, list):
        flat = [_plain(one, name) for one in value]
        return [one for inner in flat for one in (inner if isinstance(inner, list) else [inner])]
    return {key: _plain(one, str(key)) for key, one in value.items()} if isinstance(value, Mapping) else value


def _unlinked(text: str, *, address: bool = False) -> str:
    return LINK.sub(r"\2" if address else r"\1", WIKI_LINK.sub(r"\1", text))
