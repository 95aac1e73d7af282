"""Small sound files of the forms of JSON and XML, to be damaged beside the seed of each reader: `READER: form`."""

import json
from collections.abc import Callable, Sequence
from typing import Any

Paper = dict[str, Any]


def _lines(each: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in each)


def _pretty(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _zotero(paper: Paper) -> Paper:
    people = [{"creatorType": "author", "firstName": "Ann", "lastName": name} for name in paper["authors"]]
    extra = f"PMID: {paper['pubmed_id']}\narXiv: {paper['arxiv_id']}"
    item = {"itemType": "journalArticle", "title": paper["title"], "abstractNote": paper["abstract"], "extra": extra}
    return {"key": paper["id"], "library": {}, "data": {**item, "creators": people, "date": f"May {paper['year']}"}}


def _note(paper: Paper) -> Paper:
    content = {name: {"value": paper[name]} for name in ("title", "abstract", "authors")}
    return {"id": paper["id"], "forum": paper["id"], "cdate": 1_600_000_000_000, "content": content}


def _doaj(paper: Paper) -> Paper:
    ids = [{"type": "doi", "id": paper["doi"]}, {"type": "pissn", "id": "1234-5678"}]
    people = [{"name": name} for name in paper["authors"]]
    inner = {"title": paper["title"], "abstract": paper["abstract"], "identifier": ids, "author": people}
    return {"id": paper["id"], "bibjson": {**inner, "year": str(paper["year"])}}


def _europe_pmc(paper: Paper) -> Paper:
    people = {"author": [{"fullName": "Lee A", "firstName": "Ann", "lastName": "Lee"}, {"collectiveName": "Group"}]}
    ids = {"id": paper["pubmed_id"], "pmid": paper["pubmed_id"], "doi": paper["doi"]}
    return {**ids, "title": paper["title"], "abstractText": paper["abstract"], "authorList": people, "pubYear": "2020"}


def _daily(paper: Paper) -> Paper:
    inner = {
        "id": paper["arxiv_id"],
        "title": paper["title"],
        "summary": paper["abstract"],
        "publishedAt": "2024-01-01",
    }
    return {"paper": {**inner, "authors": [{"name": "Ann Lee"}]}, "title": paper["title"], "publishedAt": "2024-01-02"}


def _by_column(papers: Sequence[Paper]) -> Paper:
    return {name: {str(n): paper[name] for n, paper in enumerate(papers)} for name in papers[0]}


def _split(papers: Sequence[Paper]) -> Paper:
    return {"columns": list(papers[0]), "index": [0, 1, 2], "data": [list(paper.values()) for paper in papers]}


JSON_FORMS: dict[str, Callable[[Sequence[Paper]], bytes]] = {
    "JSON: Zotero": lambda papers: _pretty(list(map(_zotero, papers))),
    "JSON: OpenReview": lambda papers: _pretty({"notes": list(map(_note, papers)), "count": 3}),
    "JSON: DOAJ": lambda papers: _pretty({"total": 3, "results": list(map(_doaj, papers))}),
    "JSON: Europe PMC": lambda papers: _pretty(
        {"hitCount": 3, "resultList": {"result": list(map(_europe_pmc, papers))}}
    ),
    "JSON: daily papers": lambda papers: _pretty(list(map(_daily, papers))),
    "JSON: by column": lambda papers: _pretty(_by_column(papers)),
    "JSON: split": lambda papers: _pretty(_split(papers)),
    "JSON: by name": lambda papers: _pretty({paper["id"]: paper for paper in papers}),
    "JSON: an unknown list": lambda papers: _pretty({"version": 1, "shelf": {"mine": papers}}),
    "JSON Lines: answers": lambda papers: _lines([{"messages": [{"n": 1}], "collection": [one]} for one in papers]),
}
STYLE = '<style face="normal" size="100%">{}</style>'
XML_FORMS: dict[str, tuple[str, str, str]] = {  # what is around the papers, before, of each, after
    "OAI-PMH answer": (
        '<?xml version="1.0"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>\n',
        """<record><header><identifier>oai:x.org:{id}</identifier></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>{title}</dc:title><dc:creator>Lee, Ann</dc:creator><dc:description>{abstract}</dc:description>
<dc:date>{year}</dc:date><dc:identifier>doi:{doi}</dc:identifier></oai_dc:dc></metadata></record>
""",
        "</ListRecords></OAI-PMH>\n",
    ),
    "OAI-PMH answer: arXiv": (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>\n',
        """<record><header/><metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{arxiv_id}</id>
<version version="v1"><date>Mon, 8 Sep {year} 10:00:00 GMT</date></version><title>{title}</title>
<authors>C. Bal\\'azs (1), E. Berger ((1) X)</authors><abstract>{abstract}</abstract></arXivRaw></metadata></record>
""",
        "</ListRecords></OAI-PMH>\n",
    ),
    "Zotero RDF": (
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:foaf="http://xmlns.com/foaf/0.1/"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:bib="http://purl.org/net/biblio#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">
""",
        """<bib:Article rdf:about="{url}"><z:itemType>journalArticle</z:itemType>
<dcterms:isPartOf rdf:resource="urn:{id}"/><bib:authors><rdf:Seq><rdf:li><foaf:Person>
<foaf:surname>Lee</foaf:surname></foaf:Person></rdf:li></rdf:Seq></bib:authors><dc:title>{title}</dc:title>
<dcterms:abstract>{abstract}</dcterms:abstract><dc:date>{year}</dc:date></bib:Article>
<bib:Journal rdf:about="urn:{id}"><dc:identifier>DOI {doi}</dc:identifier></bib:Journal>
""",
        "</rdf:RDF>\n",
    ),
    "MODS": (
        '<?xml version="1.0"?>\n<modsCollection xmlns="http://www.loc.gov/mods/v3">\n',
        """<mods ID="{id}"><titleInfo><title>{title}</title></titleInfo><name type="personal">
<namePart type="given">Ann</namePart><namePart type="family">Lee</namePart></name><abstract>{abstract}</abstract>
<originInfo><dateIssued>{year}</dateIssued></originInfo><identifier type="doi">{doi}</identifier></mods>
""",
        "</modsCollection>\n",
    ),
    "EndNote XML": (
        '<?xml version="1.0" encoding="UTF-8" ?><xml><records>\n',
        '<record><rec-number>1</rec-number><ref-type name="Article">17</ref-type><contributors><authors><author>'
        + STYLE.format("Lee, A.")
        + "</author></authors></contributors><titles><title>"
        + STYLE.format("{title}")
        + "</title></titles><dates><year>{year}</year></dates><abstract>"
        + STYLE.format("{abstract}")
        + "</abstract><electronic-resource-num>{doi}</electronic-resource-num></record>\n",
        "</records></xml>\n",
    ),
    "JATS articles": (
        "<articles>\n",
        """<article><front><article-meta><article-id pub-id-type="doi">{doi}</article-id><title-group>
<article-title>{title}</article-title></title-group><contrib-group><contrib contrib-type="author"><name>
<surname>Lee</surname><given-names>Ann</given-names></name></contrib></contrib-group><pub-date><year>{year}</year>
</pub-date><abstract><sec><title>Aim</title><p>{abstract}</p></sec></abstract></article-meta></front></article>
""",
        "</articles>\n",
    ),
}


def forms_of(papers: Sequence[Paper]) -> dict[str, bytes]:
    """Return a sound file of each form with these papers, by the name of its reader, a colon and the form's."""
    escaped = [
        {name: str(value).replace("&", "&amp;").replace("<", "&lt;") for name, value in paper.items()}
        for paper in papers
    ]
    xml = {
        name: (before + "".join(each.format(**paper) for paper in escaped) + after).encode()
        for name, (before, each, after) in XML_FORMS.items()
    }
    return xml | {name: write(papers) for name, write in JSON_FORMS.items()}
