"""What the columns of tables of papers are called, by field of a record.

By reference managers, databases, screening tools, notebooks, and by people whose Excel speaks another language.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

# By field, the better name first; case, accents, spaces and signs don't count.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "title": (
        *("title", "articletitle", "documenttitle", "papertitle", "displayname", "primarytitle", "titles", "ti", "t1"),
        *("itemtitle", "worktitle", "publishedtitle", "titleofpaper", "originaltitle"),
        *("titel", "titeldesartikels", "artikeltitel", "titre", "titredelarticle", "titulo", "titulodelarticulo"),
        *(
            "titulodoartigo",
            "titolo",
            "titolodellarticolo",
            "标题",
            "题名",
            "篇名",
            "题目",
            "论文题目",
            "論文題目",
            "標題",
        ),
        *("題名", "タイトル", "название", "заголовок", "заглавие", "названиестатьи", "tytuł"),
    ),
    "abstract": (
        *("abstract", "abstractnote", "abstracttext", "paperabstract", "abstracts", "ab", "notesabstract", "n2"),
        *("articleabstract", "abstractofpaper", "papersummary", "abstractinvertedindex"),
    ),
    "translated": (  # the abstract in another language, or the only one
        *("zusammenfassung", "kurzfassung", "resume", "resumen", "resumo", "riassunto", "sommario", "samenvatting"),
        *("摘要", "中文摘要", "文摘", "抄録", "要旨", "аннотация", "реферат", "streszczenie"),
    ),
    "text": ("summary", "summaries", "description", "text"),  # where nothing is called abstract
    "authors": (
        *("authorfullnames", "authorsfullnames", "af", "authors", "author", "authornames", "authorlist", "authorss"),
        *("authorsnames", "creators", "creator", "au", "contributors", "authorshipsauthordisplayname", "paperauthors"),
        *("authorships", "articleauthors", "primaryauthors", "firstauthors", "a1"),
        *("autor", "autoren", "autorin", "autorinnen", "verfasser", "auteur", "auteurs", "autores", "autora", "autori"),
        *("autore", "作者", "作者姓名", "著者", "автор", "авторы", "autorzy"),
    ),
    "year": (
        *("year", "publicationyear", "pubyear", "py", "yearpublished", "publishedyear", "date", "publicationdate"),
        *("datepublished", "published", "pubdate", "publishtime", "publisheddate", "publishedat", "coverdate", "y1"),
        *("dateofpublication", "yearofpublication", "issuedate", "issued", "datepublication", "versions", "updatedate"),
        *(
            "jahr",
            "erscheinungsjahr",
            "veroffentlichungsjahr",
            "publikationsjahr",
            "datum",
            "annee",
            "anneedepublication",
        ),
        *("ano", "anodepublicacion", "anodepublicacao", "fecha", "data", "anno", "annodipubblicazione", "jaar"),
        *(
            "publicatiejaar",
            "年",
            "年份",
            "出版年",
            "发表年份",
            "发表时间",
            "出版时间",
            "発行年",
            "год",
            "годпубликации",
            "rok",
        ),
    ),
    "doi": (
        *("doi", "do", "di", "articledoi", "doilink", "digitalobjectidentifier", "itemdoi", "paperdoi", "doiurl"),
        *("externalidsdoi", "idsdoi", "doinumber", "dl"),
    ),
    "arxiv_id": ("arxivid", "arxiv", "eprint", "externalidsarxiv", "paperarxivid"),
    "pubmed_id": (
        *("pubmedid", "pmid", "pubmed", "pm", "medlineid", "medlinepmid", "externalidspubmed", "idspmid"),
        *("pubmedidpmid", "pmidpubmed"),
    ),
    "url": (
        *("url", "link", "articleurl", "links", "pdflink", "urls", "sourceurls", "documenturl", "plink", "permalink"),
        *("dimensionsurl", "externalurl", "fulltextlink", "embaselink", "consensuslink", "abstractlink", "linkpage"),
        *("primarylocationlandingpageurl", "pdfurl"),
    ),
    "key": (
        *("key", "citationkey", "bibtexkey", "citekey", "id", "paperid", "recordid", "lensid", "utuniquewosid", "ut"),
        *("eid", "publicationid", "corduid", "entryid", "openalexid", "corpusid"),
    ),
    "ids": ("externalids", "ids", "identifiers"),  # several of them in one cell
    "notes": ("extra", "notes", "note", "archiveid", "usernotes"),  # where ids are written into a text
    "type": ("documenttype", "publicationtype", "publicationtypes", "dt", "doctype", "type"),
    "retracted": ("isretracted", "retracted", "retraction", "retractionstatus"),
}
SILENT = frozenset(("notes", "ids", "type", "retracted"))  # fields that don't make a table one of papers
LANGUAGE = re.compile(r"[\s_.(\[-]+(?:en|eng|english|orig|original|de|fr|es|pt|it|zh|nl|ru)[)\]]?$", re.IGNORECASE)
PARENTHESIS = re.compile(r"\s*[(\[（].*?[)\]）]\s*$")  # noqa: RUF001  (as Chinese programs write it)
PREFIX = re.compile(r"(?:paper|article|record|work)\.", re.IGNORECASE)  # of what stood within another, flattened
LONGEST_NAME = 80  # characters; a longer one is a text


def plain_name(name: str) -> str:
    """Return the name of a column or a field as it is compared.

    >>> plain_name("Author(s)"), plain_name("  Résumé"), plain_name("pubmed_id")
    ('authors', 'resume', 'pubmedid')
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if c.isalnum())


@cache
def _ranks() -> Mapping[str, tuple[str, int]]:
    """Return the field that each name stands for, and how good a name it is for it, 0 the best."""
    return {
        plain_name(spelling): (field, rank)
        for field, spellings in SPELLINGS.items()
        for rank, spelling in reversed(list(enumerate(spellings)))
    }


def fields_of(names: Iterable[str]) -> dict[str, list[str]]:
    """Return by field the names that stand for it, the better first; of names that are the same the first alone.

    >>> fields_of(["Key", "Publication Year", "Title", "Abstract Note", "Year"])
    {'title': ['Title'], 'abstract': ['Abstract Note'], 'year': ['Year', 'Publication Year'], 'key': ['Key']}
    """
    found: dict[str, dict[int, str]] = {field: {} for field in SPELLINGS}
    for name in names:
        field, rank = _meaning(name)
        if field:
            found[field].setdefault(rank, name)
    return {field: [ranked[rank] for rank in sorted(ranked)] for field, ranked in found.items() if ranked}


@lru_cache(maxsize=4_096)
def _known(name: str) -> tuple[str, int] | None:
    return _ranks().get(plain_name(name))


def _meaning(name: str) -> tuple[str, int]:
    """Return the field that a name stands for, as it is or without what is in brackets at its end, and its rank."""
    if len(name) > LONGEST_NAME:
        return "", 0
    if known := _known(name):
        return known
    if (prefix := PREFIX.match(name)) and (known := _known(name[prefix.end() :])):
        return known[0], known[1] + 100
    for ending in (LANGUAGE, PARENTHESIS):
        shorter = ending.sub("", name)
        if shorter != name and (known := _known(shorter)) and known[0] in {"title", "abstract", "translated", "year"}:
            return known[0], known[1] + 100
    return "", 0
