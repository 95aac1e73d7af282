"""By which names an object of JSON calls what is known of a paper: `Article Title`, `dc:title`, `rel_abs`, `título`.

The names are those of tables (rag.readers.parsing.table_columns) and, before them, what only JSON has. Case, spaces
and signs don't count.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from rag.readers.json_shapes.fields import text_of
from rag.readers.parsing.column_names import SPELLINGS, plain_name

MOST_NAMES = 200  # of an object whose names are remembered; one with more is a table of its own kind
PREFIX = re.compile(r"^(?:dc|dcterms|prism|bibo|schema|citation|datacite)[:_.]", re.IGNORECASE)
NO_DATES = frozenset(("data", "versions"))  # what tables in other languages call a date, and JSON its papers
# By field: what JSON calls it, the better name first.
OWN: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "reltitle", "preprinttitle", "titledisplay", "articletitle", "maintitle", "headline"),
    "abstract": (
        *("abstract", "abstracttext", "abstractnote", "relabs", "preprintabstract", "abstracten"),
        *("descriptionabstract", "summary", "shortabstract", "descriptions"),
    ),
    "authors": (
        *("authors", "author", "creators", "relauthors", "preprintauthors", "authorlist", "authorstring"),
        *("authordisplay", "authfullnames"),
    ),
    "year": (
        *("year", "pubyear", "publicationyear", "yearpublished", "relyear", "publishedyear", "issued"),
        *("publicationdate", "publisheddate", "datepublished", "publishtime", "reldate", "preprintdate", "date"),
        *("firstpublicationdate", "publishedat", "published", "publishedonline", "publishedprint", "coverdate"),
        *("publicationdateyear", "publicationdateyi", "produceddateyi", "earliestdate", "created", "submitted"),
    ),
    "doi": ("doi", "reldoi", "preprintdoi", "doiurl", "dois", "doiids"),
    "arxiv_id": ("arxivid", "arxiv", "arxiveprints", "arxivids", "eprint"),
    "pubmed_id": ("pubmedid", "pmid", "pubmedids"),
    "url": ("url", "link", "rellink", "puburl", "uris"),
    "key": ("citationkey", "citekey", "id", "entryid", "halids"),
    "notes": ("extra",),
    "ids": ("identifiers", "identifier", "ids", "externalids", "articleids", "extids", "pids", "relatedids"),
}
# The languages that programs and people name fields in.
FOREIGN: Mapping[str, tuple[str, ...]] = {
    "title": ("titel", "titre", "titulo", "titolo", "标题", "题名", "篇名", "題名", "タイトル", "название"),
    "translated": (
        *("zusammenfassung", "kurzfassung", "resume", "resumen", "resumo", "riassunto", "sommario"),
        *("samenvatting", "摘要", "中文摘要", "抄録", "要約", "аннотация"),
    ),
    "authors": ("autoren", "autor", "verfasser", "auteurs", "auteur", "autores", "autori", "autore", "作者", "著者"),
    "year": (
        "jahr",
        "erscheinungsjahr",
        "annee",
        "ano",
        "anno",
        "jaar",
        "年份",
        "年",
        "出版年",
        "发表时间",
        "datum",
        "fecha",
    ),
}
TEXTS = ("summary", "description", "descriptions", "text")  # that are the abstract where nothing else is
# What an object may have besides: a paper wrapped in it, what tells its kind in a list, what says of a retraction.
ASIDE: Mapping[str, tuple[str, ...]] = {
    "wrapper": (
        *("paper", "citedpaper", "citingpaper", "row", "source", "data", "bibjson", "bib", "content", "attributes"),
        *("metadata", "info", "node", "fields", "message", "result", "response", "article", "document", "publication"),
        *("record", "work", "item", "entry", "doc"),
    ),
    "kind": ("itemtype", "data", "forum"),
    "retraction": (
        *("isretracted", "retracted", "updatedby", "updateto", "pubtypelist", "publicationtypes", "publicationtype"),
        *("pubtype", "commentcorrectionlist"),
    ),
}
OF_A_PAPER = ("authors", "year", "doi", "arxiv_id", "pubmed_id")
FIELDS = (*OWN, "translated")  # "translated": an abstract in another language than the one called so
Plan = Mapping[str, tuple[str, ...]]


def normal(name: str) -> str:
    """Return a name as it is compared: as that of a column, without the vocabulary that it is from.

    >>> normal("Article Title"), normal("dc:title"), normal("_id"), normal("Título")
    ('articletitle', 'title', 'id', 'titulo')
    """
    return plain_name(PREFIX.sub("", name))


def plan(values: Mapping[str, Any]) -> Plan:
    """Return, by field, which of an object's own names say it, the better first; fields that none says are left out.

    "shelf" is among them where the names are those of a collection with a title: nothing else of a paper is said.
    Plans are remembered, for the objects of a file have the same names.
    """
    names = tuple(values)
    return _plan(names) if len(names) <= MOST_NAMES else _made(names)


def has(values: Mapping[str, Any], field: str) -> bool:
    """Tell whether an object has a name for a field, be it empty."""
    return field in plan(values)


def say(values: Mapping[str, Any], field: str) -> str:
    """Return the first text that an object has for a field."""
    return said(values, plan(values).get(field, ()))


def said(values: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return the first text that an object has under these names."""
    for name in names:
        if found := text_of(values[name]):
            return found
    return ""


def _made(names: tuple[str, ...]) -> Plan:
    by_spelling: dict[str, str] = {}
    for name in names:
        by_spelling.setdefault(normal(name), name)
    found = {
        field: own
        for field, spellings in _spellings().items()
        if (own := tuple(by_spelling[spelling] for spelling in spellings if spelling in by_spelling))
    }
    if "translated" in found and "abstract" not in found:
        found["abstract"] = found.pop("translated")
    described = set(found.get("abstract", ())) <= set(found.get("text", ()))
    if described and not any(field in found for field in OF_A_PAPER):
        found["shelf"] = ()
    return found


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    """Return by field all that may say it, as it is compared, the better first."""
    told = {field: (*OWN.get(field, ()), *SPELLINGS.get(field, ()), *FOREIGN.get(field, ())) for field in FIELDS}
    told |= ASIDE
    told["text"] = TEXTS
    told["abstract"] += (*SPELLINGS.get("text", ()), *TEXTS)
    return {
        field: tuple(dict.fromkeys(name for one in names if (name := normal(one)) not in NO_DATES or field in ASIDE))
        for field, names in told.items()
    }


_plan = lru_cache(maxsize=500)(_made)
