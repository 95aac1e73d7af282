r"""arXiv's own metadata, as Kaggle hands them out: one object a paper, authors taken apart, every version dated.

Accents are those of TeX there (`Erd\H{o}s`) and become letters; formulas stay.
"""

import re
from collections.abc import Mapping
from typing import Any

from rag.readers.cleaning.latex import with_letters
from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import dated, listed, text, text_of, within
from rag.readers.record_builder import build_record
from rag.records import Record

NEXT = re.compile(r",\s*(?:and\s+)?|\s+and\s+|\s*;\s*")
AFFILIATION = re.compile(r"\s*\([^()]{0,1000}\)")
NESTED = 3  # parentheses in parentheses


def fits(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has this shape."""
    return "authors_parsed" in values or ("categories" in values and "update_date" in values)


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what an object says, or why it is no paper. The year is that of the first version."""
    first = next(iter(listed(values.get("versions"))), None)
    return build_record(
        line,
        with_letters(text(values, "title")),
        with_letters(text(values, "abstract")),
        key=text(values, "id"),
        authors=_authors(values),
        year=dated(within(first, "created"), values.get("update_date")),
        doi=text(values, "doi"),
        arxiv_id=text(values, "id"),
    )


def _authors(values: Mapping[str, Any]) -> list[str]:
    """Return the authors, from `[family, given, suffix, affiliation ...]` or else from the line that they wrote."""
    parsed = [[text_of(part) for part in name[:3]] for name in listed(values.get("authors_parsed")) if listed(name)]
    if parsed:
        return [with_letters(" ".join(filter(None, (*name[1:2], *name[:1], *name[2:])))) for name in parsed]
    return authors_on_a_line(text(values, "authors"))


def authors_on_a_line(authors: str) -> list[str]:
    r"""Return the authors of a line as they write it to arXiv: names in order, with accents of TeX and affiliations.

    >>> authors_on_a_line(r"C. Bal\'azs (1), E. L. Berger and Yuan ((1) Argonne, IL)")
    ['C. Balázs', 'E. L. Berger', 'Yuan']
    """
    for _ in range(NESTED):
        authors = AFFILIATION.sub("", authors)
    return [found for name in NEXT.split(with_letters(authors)) if (found := name.strip())]
