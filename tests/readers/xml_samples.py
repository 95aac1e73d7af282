"""XML as libraries, repositories and programs write it, by form: what the tests of these forms read."""

TEXT = "We count quiet things in every stream that we could find. They rest, and nobody had measured how long they do."
OAI = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="/oai2.xsl"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<responseDate>2024-01-01T00:00:00Z</responseDate><request verb="ListRecords">http://x.org/oai</request>
<ListRecords>
{}
<resumptionToken cursor="0">x</resumptionToken></ListRecords></OAI-PMH>
"""
OAI_RECORD = """<record><header{status}><identifier>{id}</identifier><datestamp>2024-01-05</datestamp></header>
<metadata>{metadata}</metadata></record>"""
ARXIV_RAW = rf"""<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>math/0309136</id><submitter>X</submitter>
<version version="v1"><date>Mon, 8 Sep 2003 10:00:00 GMT</date><size>9kb</size></version>
<version version="v2"><date>Tue, 1 Feb 2005 10:00:00 GMT</date><size>9kb</size></version>
<title>Quiet G\"odel nets</title><authors>C. Bal\'azs (1), E. L. Berger and Yuan ((1) Argonne, IL)</authors>
<categories>math.GT</categories><comments>12 pages</comments><doi>10.1000/A</doi><abstract> {TEXT}
</abstract></arXivRaw>"""
DUBLIN_CORE = f"""<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Quiet nets</dc:title><dc:creator>Lee, Ann</dc:creator><dc:creator>van Beethoven, Ludwig</dc:creator>
<dc:subject>Rest</dc:subject><dc:description>{TEXT}</dc:description>
<dc:description>Comment: 12 pages, 3 figures</dc:description>
<dc:date>2021-05-04T10:00:00Z</dc:date><dc:date>2019</dc:date><dc:type>article</dc:type>
<dc:identifier>http://x.org/handle/1</dc:identifier><dc:identifier>doi:10.1000/A</dc:identifier></oai_dc:dc>"""
MODS = f"""<mods ID="lee2021" xmlns="http://www.loc.gov/mods/v3" version="3.7">
<titleInfo type="abbreviated"><title>Q. n.</title></titleInfo>
<titleInfo><nonSort>The</nonSort><title>Quiet nets</title><subTitle>a study</subTitle></titleInfo>
<name type="personal"><namePart type="family">Itor</namePart><namePart type="given">Ed</namePart>
<role><roleTerm type="text">editor</roleTerm></role></name>
<name type="personal"><namePart type="family">Lee</namePart><namePart type="given">Ann</namePart>
<namePart type="given">B.</namePart><role><roleTerm authority="marcrelator" type="code">aut</roleTerm></role></name>
<name type="corporate"><namePart>Quiet Group</namePart><role><roleTerm type="text">Author</roleTerm></role></name>
<abstract>{TEXT}</abstract>
<relatedItem type="host"><titleInfo><title>Journal of Rest</title></titleInfo><abstract>No.</abstract>
<originInfo><dateIssued>2021-03</dateIssued></originInfo>
<identifier type="doi">10.1000/journal</identifier></relatedItem>
<identifier type="doi">10.1000/A</identifier><identifier type="pmid">77</identifier>
<location><url>https://a.org/x</url></location></mods>"""
RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:link="http://purl.org/rss/1.0/modules/link/" xmlns:bib="http://purl.org/net/biblio#"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
{}
</rdf:RDF>
"""
ITEM = f"""<{{tag}} rdf:about="{{about}}">
<z:itemType>{{kind}}</z:itemType>{{part}}
<bib:editors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Itor</foaf:surname></foaf:Person></rdf:li></rdf:Seq></bib:editors>
<bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>van Beethoven</foaf:surname>
<foaf:givenName>Ludwig</foaf:givenName></foaf:Person></rdf:li>
<rdf:li><foaf:Person><foaf:surname>Quiet Group</foaf:surname></foaf:Person></rdf:li></rdf:Seq></bib:authors>
<link:link rdf:resource="#item_9"/><dc:title>{{title}}</dc:title>
<dcterms:abstract>{TEXT}</dcterms:abstract><dc:date>March 2021</dc:date>
<dc:identifier><dcterms:URI><rdf:value>https://a.org/x</rdf:value></dcterms:URI></dc:identifier>
<dc:description>PMID: 77</dc:description><z:citationKey>lee2021</z:citationKey></{{tag}}>
"""
JOURNAL = """<bib:Journal{about}><dc:title>Rest</dc:title><dc:identifier>DOI 10.1000/A</dc:identifier>
<dc:identifier>ISSN 1234-5678</dc:identifier></bib:Journal>
"""
BESIDE = """<z:Attachment rdf:about="#item_9"><z:itemType>attachment</z:itemType><dc:title>Full Text</dc:title>
<link:type>application/pdf</link:type></z:Attachment>
<bib:Memo rdf:about="#item_8"><rdf:value>&lt;p&gt;A note.&lt;/p&gt;</rdf:value></bib:Memo>
<z:Collection rdf:about="#collection_1"><dc:title>Mine</dc:title></z:Collection>
"""
STYLE = '<style face="normal" font="default" size="100%">{}</style>'
ENDNOTE = """<record><database name="我的文献.enl" path="C:\\我的文献.enl">我的文献.enl</database>
<source-app name="EndNote" version="21.2">EndNote</source-app><rec-number>{number}</rec-number>
<foreign-keys><key app="EN" db-id="x" timestamp="1">1</key></foreign-keys><ref-type name="期刊文章">17</ref-type>
<contributors><authors><author><style face="normal" font="default" charset="134" size="100%">张三</style></author>
<author>{lee}</author><author>{group}</author></authors></contributors>
<titles><title><style face="normal" size="100%">Quiet nets of </style><style face="italic">E. coli</style>
</title><secondary-title>{journal}</secondary-title></titles><periodical><full-title>Rest</full-title></periodical>
<dates><year>{year}</year><pub-dates><date>{day}</date></pub-dates></dates><accession-num>{pmid}</accession-num>
<abstract>{abstract}</abstract><urls><related-urls><url>{url}</url><url>https://a.org/x</url></related-urls></urls>
<electronic-resource-num>{doi}</electronic-resource-num><remote-database-name>PubMed</remote-database-name></record>"""
JATS = f"""<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) v1.3//EN" "JATS-archivearticle1-3.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article"><front>
<journal-meta><journal-title-group><journal-title>Rest</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="pmc">PMC1</article-id><article-id pub-id-type="pmid">77</article-id>
<article-id pub-id-type="doi">10.1000/A</article-id>
<title-group><article-title>Quiet nets of <italic>E. coli</italic></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Lee</surname><given-names>Ann B.</given-names></name>
<xref ref-type="aff" rid="a1"><sup>1</sup></xref></contrib>
<contrib contrib-type="author"><collab>Quiet Group</collab></contrib>
<contrib contrib-type="editor"><name><surname>Itor</surname><given-names>Ed</given-names></name></contrib>
</contrib-group>
<pub-date pub-type="ppub"><year>2022</year></pub-date><pub-date pub-type="epub"><year>2021</year></pub-date>
<abstract abstract-type="teaser"><p>Read this.</p></abstract>
<abstract><title>Abstract</title><sec><title>Aim</title><p>{TEXT}</p></sec>
<sec><title>Results</title><p>31 of 42.</p></sec></abstract>
</article-meta></front><body><sec><title>Aim</title><p>Body.</p></sec></body></article>"""


def oai(*metadata: str, identifier: str = "oai:x.org:1", status: str = "") -> str:
    each = (OAI_RECORD.format(status=status, id=identifier, metadata=one) for one in metadata)
    return OAI.format("\n".join(each))


def item(tag: str = "bib:Article", about: str = "https://a.org/x", title: str = "Quiet nets", part: str = "") -> str:
    kind = "journalArticle" if tag == "bib:Article" else "conferencePaper"
    return ITEM.format(tag=tag, about=about, kind=kind, part=part, title=title)


def endnote(*numbers: int, **changes: str) -> str:
    plain = {
        "lee": "Lee, Ann B.", "group": "Quiet Group,", "journal": "Rest", "year": "2021", "day": "Mar", "pmid": "77",
        "abstract": f"{TEXT}&#xD;Second part.", "url": "&lt;Go to ISI&gt;://WOS:1", "doi": "https://doi.org/10.1000/A",
    } | changes  # fmt: skip
    styled = {name: STYLE.format(value) for name, value in plain.items()}
    records = "".join(ENDNOTE.format(number=number, **styled) for number in numbers)
    return f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>{records}</records></xml>'
