"""PubMed XML: the articles and books of a PubmedArticleSet, as PubMed's page, its E-utilities and its files give them.

The parts of a structured abstract keep their labels, `METHODS: We ...`. An abstract in another language stands in only
for one that isn't there. Collective authors stay whole; authors marked as invalid are left out.
"""

import re
from collections.abc import Iterator

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.xml_stream import Element, elements, text_at, text_in
from rag.readers.record_builder import build_record
from rag.records import Record

NAME = "PubMed XML"
ROOT = re.compile(r"<(?:Pubmed(?:Book)?Article(?:Set)?|BookDocumentSet)[\s>]")
RETRACTED_IN = ("RetractionIn", "PartialRetractionIn")
NAME_PARTS = ("ForeName", "LastName", "Suffix")
DATES = tuple(
    f"{date}/{part}"
    for date in ("Journal/JournalIssue/PubDate", "ArticleDate", "Book/PubDate", "ContributionDate")
    for part in ("Year", "MedlineDate")
)


def sniff(head: str) -> bool:
    """Tell whether a file begins as such a set."""
    return head.lstrip().startswith("<") and bool(ROOT.search(head))


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each article and book that has an abstract, a Problem for every other."""
    for found in elements(source, "PubmedArticle", "PubmedBookArticle"):
        yield found if isinstance(found, Problem) else _record(found.line, found.element)


def _record(line: int, element: Element) -> Record | Problem:
    work = element.find("MedlineCitation/Article")
    outer = element.find("MedlineCitation")
    if work is None:
        work = outer = element.find("BookDocument")
    if work is None or outer is None:
        return Problem(line, "neither an article nor a book")
    ids = {one.get("IdType"): text_in(one) for one in element.iterfind("*/ArticleIdList/ArticleId")}
    pages = text_in(work.find("Pagination/MedlinePgn")) or text_in(work.find("Pagination/StartPage"))
    pubmed_id = text_in(outer.find("PMID")) or ids.get("pubmed", "")
    return build_record(
        line,
        text_at(work, "ArticleTitle", "VernacularTitle", "Book/BookTitle"),
        _abstract(work.find("Abstract")) or _abstract(outer.find("OtherAbstract")),
        key=pubmed_id,
        authors=_authors(work),
        year=_year(work),
        doi=ids.get("doi") or text_in(work.find("ELocationID[@EIdType='doi']")),
        arxiv_id=pages if pages.lower().startswith("arxiv:") else "",
        pubmed_id=pubmed_id,
        retracted=_retraction(work, outer),
    )


def _retraction(work: Element, outer: Element) -> list[str]:
    """Return the kinds of a publication, and where it was retracted."""
    notices = (one for kind in RETRACTED_IN for one in outer.iterfind(f".//CommentsCorrections[@RefType='{kind}']"))
    kinds = (one for place in (work, outer) for one in place.iterfind("PublicationTypeList/PublicationType"))
    return [*map(text_in, kinds), *(f"Retraction in: {text_in(one.find('RefSource'))}" for one in notices)]


def _abstract(element: Element | None) -> str:
    parts = [] if element is None else element.findall("AbstractText")
    return " ".join(filter(None, map(_part, parts)))


def _part(element: Element) -> str:
    label, text = " ".join((element.get("Label") or "").split()), text_in(element)
    return f"{label}: {text}" if label and label.upper() != "UNLABELLED" and text else text


def _authors(work: Element) -> list[str]:
    """Return the authors; of a chapter its own, else those of the book, editors only where there are no others."""
    lists = [*work.findall("AuthorList"), *work.findall("Book/AuthorList")]
    lists.sort(key=lambda one: one.get("Type") == "editors")
    found = ([_author(one) for one in names.findall("Author") if one.get("ValidYN") != "N"] for names in lists)
    return next(filter(None, found), [])


def _author(author: Element) -> str:
    parts = {part.tag: part for part in author}
    if collective := text_in(parts.get("CollectiveName")):
        return collective
    given, *others = (text_in(parts.get(name)) for name in NAME_PARTS)
    return " ".join(filter(None, [given or text_in(parts.get("Initials")), *others]))


def _year(work: Element) -> str:
    """Return the first date that has any digits."""
    dates = (text_in(work.find(path)) for path in DATES)
    return next((date for date in dates if any(map(str.isdigit, date))), "")
