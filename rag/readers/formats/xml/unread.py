"""What XML that no reader knows seems to be, and what to do instead: DBLP, feeds of other sites, MARC, web pages."""

import re

MOST_SHOWN = 60  # characters of a name
BEGUN = re.compile(r"\s*(?:<\?xml\b|<!DOCTYPE\s|<!--|<[A-Za-z_][\w.-]{0,60}(?::[A-Za-z_][\w.-]{0,60})?[\s>/])")
ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)(?=[\s>/])")
KINDS = (
    (
        re.compile(r"<dblp(?:person)?[\s>]"),
        "DBLP's XML: no abstracts in it; search its papers in OpenAlex or Semantic Scholar",
    ),
    (re.compile(r"<(?:\w+:)?feed\b"), "an Atom feed, but not arXiv's: export RIS, BibTeX or CSV where it comes from"),
    (
        re.compile(r"<(?:rss|rdf:RDF)\b"),
        "an RSS feed or RDF, but not Zotero's: export RIS, BibTeX or CSV where it comes from",
    ),
    (
        re.compile(r"MARC21/slim|<(?:\w+:)?leader>"),
        "MARC in XML, which holds no abstracts of papers: export RIS or MODS",
    ),
    (
        re.compile(r"<eSearchResult|<eSummaryResult"),
        "an answer of PubMed without abstracts: ask efetch for retmode=xml",
    ),
    (re.compile(r"<responseWrapper|<resultList"), "Europe PMC's XML: ask for format=json and resultType=core"),
)


def seen_in(head: str) -> str | None:
    """Return in one line what a file of XML is that begins so, and what to do; None where it is no XML."""
    if not BEGUN.match(head) or "<html" in head[:2_000].lower():
        return None
    kind = next((told for pattern, told in KINDS if pattern.search(head)), None)
    if kind:
        return kind
    root = ROOT.search(head)
    name = f" with the root <{root[1][:MOST_SHOWN]}>" if root else ""
    return f"XML{name}, which no reader knows: export RIS, BibTeX, CSV or PubMed XML instead"
