r"""BibTeX and BibLaTeX: one paper an entry, what LaTeX prints outside formulas.

    @article{vaswani2017, title = {Attention {I}s ...}, author = {Vaswani, Ashish and ...}, abstract = {...}}

By `crossref` only year and authors are inherited: an abstract is never that of another paper.
"""

import re
from collections.abc import Iterator, Mapping

from rag.readers.authors.author_lists import authors_in
from rag.readers.cleaning.latex import decoded
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.bibtex_entries import Entry, entries, outside_braces
from rag.readers.parsing.bibtex_heads import SNIFFED
from rag.readers.parsing.noted_ids import noted_arxiv_id, noted_doi, noted_pubmed_id
from rag.readers.record_builder import build_record
from rag.readers.retractions import tagged_so
from rag.records import Record
from rag.text.name_parts import is_suffix, without_homonym_number

NAME = "BibTeX file"
AND = re.compile(r"\s+and\s+", re.IGNORECASE)
COMMA = re.compile(r"\s*,\s*")
PART = re.compile(r"\s*(family|given|prefix|suffix|id|useprefix|\w+-i)\s?=\s?", re.IGNORECASE)  # of BibLaTeX' names
ESCAPED = re.compile(
    r"\{?\\text(?P<named>less|greater|underscore|asciitilde|bar)(?:\{\}|(?![a-z])\s?)\}?"
    r"|\$(?P<formula>[<>])\$|\\(?P<sign>[_%&#~$<>])|[{}]|\\url\b|\\ensuremath\b"
)
NAMED = {"less": "<", "greater": ">", "underscore": "_", "asciitilde": "~", "bar": "|"}
SAYING = ("note", "annote", "annotation", "type", "document_type", "retracted")  # which may tell of a retraction
NEW_ARXIV_ID = re.compile(r"\d{4}\.\d{4,5}(v\d+)?")

NOTES = ("url", "howpublished", "note")  # where programs put ids that they have no field for
INHERITED = ("year", "date", "author")
PARENTS = frozenset(
    "book collection conference mvbook mvcollection mvproceedings mvreference periodical proceedings reference".split()
)
MOST_PARENTS = 10_000  # entries to inherit from
MOST_WAITING = 20_000_000  # characters of the entries that wait for theirs


def sniff(head: str) -> bool:
    """Tell whether a file begins with entries, perhaps after comments."""
    return SNIFFED.search(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each entry with title and abstract, a Problem for any other and for what is broken."""
    for entry in _inheriting(entries(source.lines(windows=True))):
        yield entry if isinstance(entry, Problem) else _record(entry)
    yield from source.remarks


def _inheriting(found: Iterator[Entry | Problem]) -> Iterator[Entry | Problem]:
    """Yield every entry with what it inherits; one whose parent comes later waits for it."""
    parents: dict[str, Mapping[str, str]] = {}
    waiting: dict[str, list[Entry]] = {}
    size = 0
    for entry in found:
        if isinstance(entry, Problem):
            yield entry
            continue
        key, fields = entry.key.lower(), entry.fields
        if key in waiting or (entry.kind in PARENTS and len(parents) < MOST_PARENTS):
            parents[key] = {name: fields[name] for name in INHERITED if name in fields}
            for child in waiting.pop(key, ()):
                size -= _size(child)
                yield child._replace(fields={**parents[key], **child.fields})
        parent = fields.get("crossref", "").strip().lower()
        if parent in parents:
            yield entry._replace(fields={**parents[parent], **fields})
        elif parent and size < MOST_WAITING:
            waiting.setdefault(parent, []).append(entry)
            size += _size(entry)
        else:
            yield entry
    for children in waiting.values():
        yield from children


def _size(entry: Entry) -> int:
    return sum(map(len, entry.fields.values()))


def _record(entry: Entry) -> Record | Problem:
    fields = entry.fields
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "").strip().lower()
    eprint = _verbatim(fields.get("eprint", "")).strip()
    notes = [_verbatim(fields[name]) for name in NOTES if name in fields]
    in_arxiv = archive == "arxiv" or (not archive and NEW_ARXIV_ID.fullmatch(eprint))
    return build_record(
        entry.line,
        _title(fields),
        decoded(fields.get("abstract", "")),
        key=entry.key,
        authors=_authors(fields.get("author", "")),
        year=f"{fields.get('year', '')} {fields.get('date', '')}",
        doi=_verbatim(fields.get("doi", "")) or noted_doi(*notes, entry.key),
        arxiv_id=eprint if in_arxiv else noted_arxiv_id(fields.get("journal", ""), *notes),
        pubmed_id=_verbatim(fields.get("pmid") or (eprint if archive == "pubmed" else "")) or noted_pubmed_id(*notes),
        url=_verbatim(fields.get("url", "")),
        retracted=[
            *(decoded(fields[name]) for name in SAYING if name in fields),
            *tagged_so(decoded(fields.get("keywords", ""))),
        ],
    )


def _title(fields: Mapping[str, str]) -> str:
    """Return the title, with BibLaTeX' subtitle behind it unless it is part of it."""
    title, subtitle = decoded(fields.get("title", "")).strip(), decoded(fields.get("subtitle", "")).strip()
    return f"{title}: {subtitle}" if title and subtitle and subtitle.lower() not in title.lower() else title


def _verbatim(text: str) -> str:
    r"""Return an address or id as it is meant: `10.1/a\_b` is `10.1/a_b`, `{X}` is `X`, `4{\textless}3` is `4<3`."""
    if "\\" not in text and "{" not in text and "$" not in text:
        return text
    return ESCAPED.sub(
        lambda found: NAMED[found["named"]] if found["named"] else found["formula"] or found["sign"] or "", text
    )


def _authors(names: str) -> Iterator[str]:
    people = outside_braces(AND, names.strip())
    if len(people) == 1 and ";" in names and "{" not in names:
        yield from authors_in(decoded(names))
        return
    for person in people:
        name = without_homonym_number(person.rstrip(", \n"))
        match [decoded(part) for part in outside_braces(COMMA, name)] if "," in name else [decoded(name)]:
            case [*parts] if all(map(PART.match, parts)):
                yield _by_parts(parts)
            case [name] if name.strip().lower() == "others":
                pass
            case [family, given]:
                yield f"{given} {family}"
            case [family, suffix, given] if is_suffix(suffix):
                yield f"{given} {family} {suffix}"
            case [_, _, _, *_] as parts:  # names between commas, as Cochrane writes them
                yield from authors_in(", ".join(parts))
            case parts:
                yield ", ".join(parts)


def _by_parts(parts: list[str]) -> str:
    """Return a name whose parts BibLaTeX calls by what they are: `family=Doe, given=Jane`."""
    named = {found[1].lower(): part[found.end() :].strip(' "') for part in parts if (found := PART.match(part))}
    return " ".join(filter(None, (named.get(one) for one in ("given", "prefix", "family", "suffix"))))
