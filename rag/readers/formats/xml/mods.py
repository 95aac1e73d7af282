"""MODS, the Library of Congress' records: a collection or one, as Zotero, bibutils and repositories write them.

Of the works that a record is related to (its journal, its references) only the date counts, where it has none itself.
"""

from collections.abc import Iterator

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.xml_stream import Element, elements, text_at, text_in, texts_at
from rag.readers.record_builder import build_record, noted_arxiv_id
from rag.records import Record
from rag.text.author_names import displayed

NAME = "MODS"
NAMESPACE = "http://www.loc.gov/mods/"
TITLE_PARTS = ("{*}nonSort", "{*}title", "{*}partNumber", "{*}partName")
DATES = (
    *(
        "{*}originInfo/{*}dateIssued",
        "{*}originInfo/{*}copyrightDate",
        "{*}originInfo/{*}dateCreated",
        "{*}part/{*}date",
    ),
    *("{*}originInfo/{*}dateOther", "{*}relatedItem/{*}originInfo/{*}dateIssued", "{*}relatedItem/{*}part/{*}date"),
    "{*}relatedItem/{*}originInfo/{*}copyrightDate",
)
AUTHORS = frozenset(("author", "aut", "creator", "cre"))
NO_ABSTRACTS = frozenset(("content advice", "scope and content", "review", "copyright"))


def sniff(head: str) -> bool:
    """Tell whether a file begins with such records."""
    return head.lstrip().startswith("<") and NAMESPACE in head and "OAI-PMH" not in head


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each `mods` that has an abstract, a Problem for every other."""
    for found in elements(source, "{*}mods"):
        yield found if isinstance(found, Problem) else record(found.line, found.element)


def record(line: int, mods: Element, key: str = "") -> Record | Problem:
    """Return what a `mods` says, or why it is no paper. `key` is the id under which a repository keeps it."""
    ids = {(one.get("type") or "").lower(): text_in(one) for one in reversed(mods.findall("{*}identifier"))}
    return build_record(
        line,
        _title(mods),
        [text_in(one) for one in mods.iterfind("{*}abstract") if (one.get("type") or "").lower() not in NO_ABSTRACTS],
        key=ids.get("citekey") or mods.get("ID") or key or text_at(mods, "{*}recordInfo/{*}recordIdentifier"),
        authors=_authors(mods),
        year=" ".join(text for path in DATES for text in texts_at(mods, path)),
        doi=ids.get("doi", ""),
        arxiv_id=ids.get("arxiv") or ids.get("eprint") or noted_arxiv_id(" ".join(texts_at(mods, "{*}note"))),
        pubmed_id=next((ids[kind] for kind in ("pmid", "pubmed", "medline") if kind in ids), ""),
        url=text_at(mods, "{*}location/{*}url") or ids.get("uri") or ids.get("url", ""),
    )


def _title(mods: Element) -> str:
    """Return the title proper, else the first other one: an abbreviation, a translation."""
    infos = sorted(mods.iterfind("{*}titleInfo"), key=lambda info: info.get("type") is not None)
    if not infos:
        return ""
    title = " ".join(filter(None, (text_at(infos[0], path) for path in TITLE_PARTS)))
    return ": ".join(filter(None, (title, text_at(infos[0], "{*}subTitle"))))


def _authors(mods: Element) -> list[str]:
    """Return those who are called authors; all persons where nobody's part is said."""
    names = mods.findall("{*}name")
    roles = [{text.lower().strip(".") for text in texts_at(name, "{*}role/{*}roleTerm")} for name in names]
    authors = [name for name, role in zip(names, roles, strict=True) if role & AUTHORS]
    return [_name(name) for name in authors or [name for name, role in zip(names, roles, strict=True) if not role]]


def _name(name: Element) -> str:
    parts = name.findall("{*}namePart")
    given = [text_in(part) for part in parts if part.get("type") == "given"]
    family = [text_in(part) for part in parts if part.get("type") == "family"]
    suffix = [text_in(part) for part in parts if part.get("type") == "termsOfAddress" and given and family]
    if given or family:
        return " ".join([*given, *family, *suffix])
    whole = ", ".join(text_in(part) for part in parts if part.get("type") is None)
    return displayed(whole or text_at(name, "{*}displayForm"))
