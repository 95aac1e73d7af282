"""JATS, in which publishers and PubMed Central keep articles: what stands in front of the article's text is read.

Of several abstracts those count that are one: no teaser, no picture, no key points. Those in other languages follow.
"""

import re
from collections.abc import Iterator

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.xml_stream import Element, elements, markup_in, text_at, text_in
from rag.readers.record_builder import build_record
from rag.records import Record

NAME = "JATS articles"
ROOT = re.compile(r"<(?:\w+:)?article[\s>]")
OTHER_ABSTRACTS = re.compile("graphical|teaser|key-?points|highlights|toc|precis|executive|video|short", re.IGNORECASE)
LABEL = re.compile(r"<label>[^<]{0,100}</label>")
NAMED = ("{*}string-name", "{*}name-alternatives/{*}name", "{*}name", "{*}collab", "{*}collab-name", "{*}anonymous")


def sniff(head: str) -> bool:
    """Tell whether a file begins with such an article."""
    begun = ROOT.search(head) is not None and ("article-meta" in head or "<front" in head)
    return head.lstrip().startswith("<") and begun and "OAI-PMH" not in head


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each article that has an abstract, a Problem for every other."""
    for found in elements(source, "{*}article"):
        yield found if isinstance(found, Problem) else record(found.line, found.element)


def record(line: int, article: Element, key: str = "") -> Record | Problem:
    """Return what stands in front of an article, or why it is no paper. `key` is the id that a repository gives it."""
    meta = article.find("{*}front/{*}article-meta")
    if meta is None:
        meta = article.find("{*}front-stub")
    if meta is None:
        return Problem(line, "an article without front matter")
    ids = {(one.get("pub-id-type") or "").lower(): text_in(one) for one in meta.iterfind("{*}article-id")}
    pmc = ids.get("pmcid") or ids.get("pmc", "")
    return build_record(
        line,
        text_at(meta, "{*}title-group/{*}article-title"),
        [*_abstracts(meta, "{*}abstract"), *_abstracts(meta, "{*}trans-abstract")],
        key=pmc or key or ids.get("publisher-id", ""),
        authors=_authors(meta),
        year=_year(meta),
        doi=ids.get("doi", ""),
        arxiv_id=ids.get("arxiv", ""),
        pubmed_id=ids.get("pmid", ""),
        retracted="retraction" if article.get("article-type") == "retracted-article" else "",
    )


def _abstracts(meta: Element, path: str) -> list[str]:
    """Return the abstracts with their markup, of which the headings of their sections are read."""
    found = [one for one in meta.iterfind(path) if not OTHER_ABSTRACTS.search(one.get("abstract-type") or "")]
    return [LABEL.sub("", markup_in(one)) for one in found]


def _authors(meta: Element) -> list[str]:
    people = list(meta.iterfind("{*}contrib-group/{*}contrib"))
    authors = [one for one in people if (one.get("contrib-type") or "author") == "author"]
    return [name for one in authors for name in _name(one)]


def _name(person: Element) -> list[str]:
    named = next((found for path in NAMED if (found := person.find(path)) is not None), None)
    if named is None:
        return []
    family, given = text_at(named, "{*}surname"), text_at(named, "{*}given-names")
    if family or given:
        return [" ".join(filter(None, (given, family, text_at(named, "{*}suffix"))))]
    return authors_of([text_in(named)])


def _year(meta: Element) -> str:
    """Return the first year of publication: of an article that was online before it was in print, the earlier one."""
    dates = [*meta.iterfind("{*}pub-date"), *meta.iterfind("{*}pub-date-group/{*}pub-date")]
    years = [year for date in dates if (year := text_at(date, "{*}year"))]
    return min(years, default="") or text_at(meta, "{*}history/{*}date/{*}year")
