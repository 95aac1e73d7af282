"""Any object with a title and an abstract, as people, programs and APIs write them.

    {"id": "k1", "title": "...", "abstract": "...", "authors": ["A. Author"], "year": 2020, "doi": "10.1/x"}

Which names say what is told by `names`: those of DOAJ, bioRxiv, Europe PMC, CORE, Papers with Code, Hugging Face,
Zotero and many others are among them, in several languages. Other fields are ignored.
"""

from collections.abc import Mapping
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import text_of, texts_of, year_of
from rag.readers.json_shapes.ids import ids_of
from rag.readers.json_shapes.names import Plan, plan, said
from rag.readers.json_shapes.people import names_in
from rag.readers.json_shapes.retractions import retracted
from rag.readers.record_builder import YEAR, build_record
from rag.records import Record

ABSTRACT = "Abstract"


def fits(values: Mapping[str, Any]) -> bool:
    """Tell that any object may have this shape."""
    return isinstance(values, Mapping)


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what an object says, or why it is no paper."""
    named = plan(values)
    ids = ids_of(values, named)
    return build_record(
        line,
        said(values, named.get("title", ())),
        abstracts(values, named),
        key=said(values, named.get("key", ())),
        authors=names_in(values, named),
        year=year(values, named),
        doi=ids.doi,
        arxiv_id=ids.arxiv_id,
        pubmed_id=ids.pubmed_id,
        url=said(values, named.get("url", ())),
        retracted=[retracted(values) if "retraction" in named else "", text_of(values.get("retracted"))],
    )


def abstracts(values: Mapping[str, Any], named: Plan) -> list[str]:
    """Return all that an object has as its abstract: one text, its parts, or one a language."""
    found: list[str] = []
    for name in named.get("abstract", ()):
        if found := texts_of(_told(values[name])):
            break
    for name in named.get("translated", ()):
        found += texts_of(values[name])
    return found


def _told(value: Any) -> Any:
    """Return what DataCite calls an abstract among its descriptions, anything else as it is."""
    if not isinstance(value, list):
        return value
    return [one for one in value if not isinstance(one, dict) or one.get("descriptionType", ABSTRACT) == ABSTRACT]


def year(values: Mapping[str, Any], named: Plan) -> str:
    """Return the first date that names a year."""
    for name in named.get("year", ()):
        if (found := year_of(values[name])) and YEAR.search(found):
            return found
    return ""
