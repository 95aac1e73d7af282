"""What XML that no reader knows seems to be, and what to do instead: DBLP, feeds of other sites, MARC, web pages."""

import re

MOST_SHOWN = 60  # characters of a name
BEGUN = re.compile(r"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w.:-]{0,120}(?:\s[^<>]{0,500})?\sxmlns[:=])")
ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)(?=[\s>/])")
EXPORT = "export RIS, BibTeX or CSV where it comes from"
KINDS = (  # by how the file begins
    (r"<dblp(?:person)?[\s>]", "DBLP's XML: no abstracts in it; find its papers in OpenAlex, and export there"),
    (r"<(?:\w+:)?feed\b", f"an Atom feed, but not arXiv's: {EXPORT}"),
    (r"<(?:rss|rdf:RDF)\b", f"an RSS feed or RDF, but not Zotero's: {EXPORT}"),
    (r"MARC21/slim|<(?:\w+:)?leader>", "MARC in XML, which isn't read: export RIS or MODS"),
    (r"<eSearchResult|<eSummaryResult", "an answer of PubMed without abstracts: ask efetch for retmode=xml"),
    (r"<responseWrapper|<resultList", "Europe PMC's XML: ask for format=json and resultType=core"),
)


def seen_in(head: str) -> str | None:
    """Return in one line what a file of XML is that begins so, and what to do; None where it is no XML."""
    if not head.lstrip().startswith("<") or "<html" in head[:2_000].lower():
        return None
    if kind := next((told for pattern, told in KINDS if re.search(pattern, head)), None):
        return kind
    if not BEGUN.match(head):
        return None
    root = ROOT.search(head)
    name = f" with the root <{root[1][:MOST_SHOWN]}>" if root else ""
    return f"XML{name}, which no reader knows: export RIS, BibTeX, CSV or PubMed XML instead"
