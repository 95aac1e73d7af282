"""PubMed's and arXiv's XML as the tests of these forms read it: articles, chapters of books, feeds."""

PROLOG = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"
 "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
"""
ARTICLE = """<PubmedArticle>
<MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>
<Article><Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>
<ArticleTitle>{title}</ArticleTitle>
<Abstract>{abstract}</Abstract>
{authors}
<ELocationID EIdType="pii">S1</ELocationID><ELocationID EIdType="doi">10.1000/elocation</ELocationID>
</Article></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>{ids}</ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/reference</ArticleId></ArticleIdList>
</Reference></ReferenceList></PubmedData>
</PubmedArticle>
"""
BOOK = """<PubmedBookArticle><BookDocument><PMID Version="1">29</PMID>
<ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
<Book><BookTitle>Quiet Reviews</BookTitle><PubDate><Year>1993</Year></PubDate>
<AuthorList Type="editors"><Author><LastName>Doe</LastName><ForeName>Cy</ForeName></Author></AuthorList></Book>
{title}<AuthorList Type="authors"><Author><LastName>Lee</LastName><Initials>A</Initials></Author></AuthorList>
<Abstract><AbstractText>We review.</AbstractText></Abstract></BookDocument></PubmedBookArticle>"""
AUTHORS = """<AuthorList CompleteYN="Y">
<Author ValidYN="Y"><LastName>Lee</LastName><ForeName>Ann B</ForeName><Suffix>Jr</Suffix><Initials>AB</Initials>
</Author>
<Author ValidYN="N"><LastName>Wrong</LastName></Author>
<Author><CollectiveName>Quiet Study Group</CollectiveName></Author></AuthorList>"""
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <link href="http://arxiv.org/api/query?search_query=all" rel="self"/>
  <title>ArXiv Query</title><id>http://arxiv.org/api/x</id>
{entries}</feed>
"""
ENTRY = """  <entry>
    <id>http://arxiv.org/abs/{id}</id><published>2017-06-12T17:57:34Z</published>
    <title>Attention
  is enough</title>
    <summary>  We attend to $x_i$ &lt; 3.
</summary>
    <author><name>Ann Lee</name><arxiv:affiliation xmlns:arxiv="http://arxiv.org/schemas/atom">X</arxiv:affiliation></author>
    <author><name>Bo Roe</name></author>
    <arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1000/ABC</arxiv:doi>
    <link href="http://arxiv.org/abs/{id}" rel="alternate" type="text/html"/>
  </entry>
"""


def article(number: int = 1, **changes: str) -> str:
    plain = {
        "pmid": str(number), "date": "<Year>2020</Year><Month>May</Month>", "title": f"Paper {number}.",
        "abstract": "<AbstractText>We rest.</AbstractText>", "authors": "", "ids": "",
    }  # fmt: skip
    return ARTICLE.format(**plain | changes)


def articles(*each: str) -> str:
    return f"{PROLOG}<PubmedArticleSet>\n{''.join(each)}</PubmedArticleSet>\n"


def feed(*ids: str) -> str:
    return FEED.format(entries="".join(ENTRY.format(id=one) for one in ids))
