"""What an object of JSON says of a retraction: OpenAlex's mark, Crossref's updates, PubMed's and Europe PMC's kinds."""

from collections.abc import Iterator, Mapping
from typing import Any

from rag.readers.json_shapes.fields import listed, text, texts_of, within

MARKS = ("is_retracted", "isRetracted", "retracted")
TYPES = ("pubTypeList", "pub_type_list", "publicationTypes", "publication_types", "pubtype", "publicationType")
# Crossref: what happened to a work by a notice, and what a notice did to a work.
UPDATES = {"updated-by": "{kind}: {doi}", "update-to": "{kind} of {doi}"}
NOTES = "commentCorrectionList"
SAYING = frozenset((*MARKS, *UPDATES, *TYPES, NOTES))
WORDS = ("retract", "withdraw", "removal")


def retracted(values: Mapping[str, Any]) -> str:
    """Return what an object says of a retraction, empty where it says nothing of one."""
    return "" if SAYING.isdisjoint(values) else next(filter(None, _said(values)), "")


def _said(values: Mapping[str, Any]) -> Iterator[str]:
    for name in MARKS:
        value = values.get(name)
        if value is True or (isinstance(value, str) and value.strip().casefold() in {"true", "yes"}):
            yield name
    for name, form in UPDATES.items():
        for update in listed(values.get(name)):
            kind = text(update, "type", "label") if isinstance(update, dict) else ""
            if _is_retraction(kind):
                yield form.format(kind=kind, doi=text(update, "DOI", "doi")).removesuffix(": ").removesuffix(" of ")
    for name in TYPES:
        kinds = texts_of(within(values, name, "pubType") or values.get(name))
        yield next((kind for kind in kinds if kind.casefold() == "retracted publication"), "")
    for note in listed(within(values, NOTES, "commentCorrection")):
        kind = text(note, "type") if isinstance(note, dict) else ""
        yield kind if kind.casefold() == "retraction in" else ""


def _is_retraction(kind: str) -> bool:
    return any(word in kind.casefold() for word in WORDS)
