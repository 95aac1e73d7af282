"""Papers and conversations as files: whatever a record holds, other programs read it back as it was."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pybtex.database
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from rag.citations.rendering import Part, render
from rag.conversation.markdown import conversation_markdown
from rag.export import Form, export
from rag.export.keys import citation_keys
from rag.export.latex import escaped_title
from rag.ingestion.finding import find_files
from rag.library import Library
from rag.readers import read_file
from rag.readers.cleaning.text import clean
from rag.records import Answer, Citation, Claim, Difference, Outcome, Paper, Record, Searched, Turn
from rag.records.identity import worth
from rag.text.author_names import Name, parse_name
from tests.export.papers import PAPERS, TEXTS

PROPERTY = settings(deadline=None, max_examples=100)
ATTENTION = Paper(
    paper_id=7,
    title="Attention Is All You Need",
    abstract="The Transformer needs $O(n^2)$ steps, 50% less & is_better.",
    authors=("Ashish Vaswani", "Noam Shazeer"),
    year=2017,
    arxiv_id="1706.03762",
    url="https://arxiv.org/abs/1706.03762",
)
TIE = replace(ATTENTION, paper_id=9, title="Attention: A Survey")
SPAN = Paper(
    paper_id=3,
    title="On <b>spans</b> & *stars* of $\\ell_1$",
    abstract="A span {of} text.",
    authors=("Guido van Rossum", "ATLAS Collaboration", "Martin Luther King, Jr."),
    year=2012,
    doi="10.1002/(sici)1097(199808)17:15<1661::aid-sim968>3.0.co;2-2",
)
NASTY = [
    "{" * 200 + "x" + "}" * 200,
    "}{",
    "{{{",
    "ends with \\",
    "$\\{$ and $\\}$",
    "$a\\\\}b{$",
    "$\\`$",
    "from $5 to $10, 7% & more",
    "a\n@misc{b, title={c}}",
    "\x00\x1f\u2028 \ud83d",
    "$" * 301,
]


def spaced(text: str) -> str:
    """Return a text as every file may hold it: one line, no control characters, no halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join("".join(c for c in whole if c.isspace() or unicodedata.category(c) != "Cc").split())


def latex_reader() -> Callable[[str], str]:
    """Return what reads LaTeX as a person reads its print: pylatexenc, and the names that it lacks."""
    known = get_default_latex_context_db()
    lacking = {"textless": "<", "textgreater": ">", "textbar": "|", "textasciicircum": "^"}
    lacking |= {"textbraceleft": "{", "textbraceright": "}"}
    macros = [MacroTextSpec(name, simplify_repl=character) for name, character in lacking.items()]
    known.add_context_category("lacking", prepend=True, macros=macros)
    read: Callable[[str], str] = LatexNodes2Text(latex_context=known, math_mode="verbatim").latex_to_text
    return read


READ_LATEX = latex_reader()


def read_bibtex(text: str) -> list[dict[str, Any]]:
    """Return the entries of a BibTeX file as two parsers read it, which must agree on every one."""
    text.encode()
    library = parse_string(text, append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    assert not library.failed_blocks
    assert not library.comments
    others = pybtex.database.parse_string(text, "bibtex").entries
    assert [entry.key for entry in library.entries] == list(others)
    read = []
    for entry in library.entries:
        fields = {field.key: field.value for field in entry.fields}
        names = fields.pop("author", [])
        other = others[entry.key]
        assert {name: " ".join(value.split()) for name, value in fields.items()} == dict(other.fields)
        people = other.persons.get("author", [])
        parts = [(one.first, one.von, one.last, one.jr) for one in names]
        assert parts == [(p.bibtex_first_names, p.prelast_names, p.last_names, p.lineage_names) for p in people]
        for name in ("title", "abstract"):
            fields[name] = READ_LATEX(fields.get(name, ""))
        shown = [[READ_LATEX(" ".join(part)) for part in one] for one in parts]
        fields["author"] = [
            Name(" ".join(filter(None, (von, last))), first, suffix) for first, von, last, suffix in shown
        ]
        read.append({"key": entry.key, **fields})
    return read


def words_of(name: str) -> list[str]:
    return sorted(spaced(name).replace(",", " ").split())


def tokens_of(markdown: str) -> list[Token]:
    """Return what Markdown makes of a text, with tables and crossed-out words as GitHub has them."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def types_of(markdown: str) -> set[str]:
    return {token.type for token in tokens_of(markdown)}


def shown_in(markdown: str) -> str:
    """Return the text that a reader of a rendered file sees."""
    return " ".join("".join(token.content for token in tokens_of(markdown) if token.type == "text").split())


def seen(text: str) -> str:
    """Return what is seen of a text in Markdown; formulas lose their spaces, and their backslashes before signs."""
    text = spaced(text)
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])|\s", "", text.replace("\\ast", "*")) if text.count("$") > 1 else text


def answer(*claims: Claim, outcome: Outcome = Outcome.ANSWERED, **fields: Any) -> Answer:
    """Make up an answer of these claims, each with its lead before it and its markers behind it."""
    cited = {citation.number: citation for claim in claims for citation in claim.citations}
    text, spans = "", []
    for claim in claims:
        markers = "".join(f"[{citation.number}]" for citation in claim.citations)
        start = len(text) + len(claim.lead)
        text += f"{claim.lead}{claim.text}{' ' * bool(markers)}{markers}"
        spans.append(replace(claim, start=start, end=len(text)))
    known: dict[str, Any] = {
        "question": "What?",
        "text": text,
        "nearest": (),
        "searched": Searched(1_707, "What?"),
        "answerer": "extractive",
    }
    return Answer(outcome=outcome, claims=tuple(spans), citations=tuple(cited.values()), **known | fields)


def cites(number: int, paper: Paper) -> Citation:
    return Citation(number, paper, paper.abstract[:3], 0, 3)


def test_a_bibtex_entry_reads_as_a_researcher_would_write_it() -> None:
    assert export([ATTENTION], Form.BIBTEX) == (
        "@misc{vaswani2017attention,\n"
        "  title = {Attention Is All You Need},\n"
        "  author = {Vaswani, Ashish and Shazeer, Noam},\n"
        "  year = {2017},\n"
        "  eprint = {1706.03762},\n"
        "  archiveprefix = {arXiv},\n"
        "  url = {https://arxiv.org/abs/1706.03762},\n"
        "  abstract = {The Transformer needs $O(n^2)$ steps, 50\\% less \\& is\\_better.},\n"
        "}\n"
    )


@PROPERTY
@given(PAPERS)
def test_two_parsers_read_bibtex_back_as_it_was(papers: list[Paper]) -> None:
    read = read_bibtex(export(papers, Form.BIBTEX))
    assert len(read) == len(papers)
    for fields, paper in zip(read, papers, strict=True):
        assert fields["title"] == spaced(paper.title)
        assert fields["abstract"] == spaced(paper.abstract)
        assert fields.get("year") == (str(paper.year) if paper.year else None)
        assert fields.get("doi") == paper.doi
        assert fields.get("url") == paper.url
        assert fields.get("eprint") == paper.arxiv_id
        assert fields.get("pmid") == paper.pubmed_id
        assert fields.get("archiveprefix") == ("arXiv" if paper.arxiv_id else None)
        authors = [author for author in paper.authors if spaced(author)]
        assert [words_of(str(name)) for name in fields["author"]] == [words_of(author) for author in authors]
        assert fields["author"] == [parse_name(spaced(author)) for author in authors]


@pytest.mark.parametrize("text", NASTY, ids=repr)
def test_no_text_breaks_a_file(text: str, tmp_path: Path) -> None:
    paper = Paper(1, text, text, key=text, authors=(text, text), doi=text, arxiv_id=text, url=text)
    papers = [paper, ATTENTION]
    fields, after = read_bibtex(export(papers, Form.BIBTEX))
    assert fields["title"] == fields["abstract"] == spaced(text)
    assert after["title"] == ATTENTION.title
    for form in Form:
        (tmp_path / f"papers{form.suffix}").write_text(export(papers, form), "utf-8")
    assert [record["title"] for record in rispy.loads(export(papers, Form.RIS))] == [spaced(text), ATTENTION.title]
    assert [item["title"] for item in json.loads(export(papers, Form.CSL_JSON))] == [spaced(text), ATTENTION.title]
    assert export(papers, Form.JSONL).count("\n") == export(papers, Form.MARKDOWN).count("\n") == 2


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Path-Level Network Transformation", "Path-Level Network Transformation"),
        ("A Study of ImageNet, 3D and Vitamin K", "A Study of {ImageNet}, {3D} and Vitamin {K}"),
        ("Q-Learning in Transformer-XL (and LLMs)", "{Q-Learning} in {Transformer-XL} (and {LLMs})"),
        ("Density estimation using Real NVP", "Density estimation using {Real} {NVP}"),
        ("On Bayesian inference: What remains open?", "On {Bayesian} inference: What remains open?"),
        ("The $\\Gamma_K$ Function", "The {$\\Gamma_K$} Function"),
        ("Saving ($5)-($10) or $2 to $3", "Saving (\\$5)-(\\$10) or \\$2 to \\$3"),
        ("Attention Is All You Need", "Attention Is All You Need"),
        ("王 and Ελλάδα", "王 and Ελλάδα"),
    ],
)
def test_what_a_style_must_not_lower_stands_in_braces(title: str, written: str) -> None:
    assert escaped_title(title) == written


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Ashish Vaswani", Name("Vaswani", "Ashish")),
        ("Vaswani, Ashish", Name("Vaswani", "Ashish")),
        ("Guido van Rossum", Name("van Rossum", "Guido")),
        ("Charles de la Vallée Poussin", Name("de la Vallée Poussin", "Charles")),
        ("García Márquez, Gabriel", Name("García Márquez", "Gabriel")),
        ("Jean le Rond d'Alembert", Name("le Rond d'Alembert", "Jean")),
        ("bell hooks", Name("hooks", "bell")),
        ("john paul smith", Name("smith", "john paul")),
        ("Martin Luther King Jr.", Name("King", "Martin Luther", "Jr.")),
        ("Martin Luther King, Jr.", Name("King", "Martin Luther", "Jr.")),
        ("King, Martin Luther, III", Name("King", "Martin Luther", "III")),
        ("Al Gore", Name("Gore", "Al")),
        ("J. R. R. Tolkien", Name("Tolkien", "J. R. R.")),
        ("ATLAS Collaboration", Name("ATLAS Collaboration")),
        ("The LIGO Scientific Collaboration, Virgo", Name("The LIGO Scientific Collaboration, Virgo")),
        ("Smith and Wesson", Name("Smith and Wesson")),
        ("others", Name("others")),
        ("Plato", Name("Plato")),
        ("王小明", Name("王小明")),
        ("C-3PO Unit", Name("C-3PO Unit")),
        ("Vaswani,", Name("Vaswani,")),
    ],
)
def test_a_name_is_split_where_it_surely_is_a_persons(author: str, name: Name) -> None:
    assert parse_name(author) == name
    assert read_bibtex(export([replace(SPAN, authors=(author, "Bo Li"))], Form.BIBTEX))[0]["author"] == [
        name,
        Name("Li", "Bo"),
    ]


def test_papers_get_keys_to_cite_by() -> None:
    assert citation_keys([ATTENTION, SPAN]) == {7: "vaswani2017attention", 3: "vanrossum2012bspansb"}
    accents = replace(ATTENTION, authors=("Łukasz Müller-Östlund",), title="What Is the Ångström?")
    assert citation_keys([accents]) == {7: "mullerostlund2017angstrom"}
    assert citation_keys([Paper(1, "Learning to Forget with Nets", "x")]) == {1: "learningforgetnets"}
    assert citation_keys([Paper(1, "学习", "x", year=2020)]) == {1: "paper1"}


def test_clashing_keys_are_told_apart_by_the_order_of_their_ids() -> None:
    twins = [replace(ATTENTION, paper_id=number) for number in (30, 2, 10)]
    wanted = {2: "vaswani2017attention", 10: "vaswani2017attentiona", 30: "vaswani2017attentionb"}
    assert citation_keys(twins) == citation_keys(twins[::-1]) == wanted
    many = citation_keys(replace(ATTENTION, paper_id=number) for number in range(60))
    assert (many[26], many[27], many[53]) == (
        "vaswani2017attentionz",
        "vaswani2017attentionaa",
        "vaswani2017attentionba",
    )


@pytest.mark.parametrize("key", ["Vaswani2017", "DBLP:conf/nips/VaswaniSPUJGKP17", "vaswani_attention-2017", "k1"])
def test_a_key_that_can_be_cited_is_kept_whoever_else_wants_it(key: str) -> None:
    keys = citation_keys([replace(ATTENTION, paper_id=1), replace(ATTENTION, paper_id=2, key=key)])
    assert keys == {1: "vaswani2017attention", 2: key}
    in_use = replace(ATTENTION, paper_id=2, key="vaswani2017attention")
    assert citation_keys([replace(ATTENTION, paper_id=1), in_use]) == {1: f"{in_use.key}a", 2: in_use.key}
    wants_it_too = replace(ATTENTION, paper_id=1, key=key.lower())
    assert citation_keys([wants_it_too, replace(ATTENTION, paper_id=2, key=key)]) == {1: key.lower(), 2: f"{key}a"}


@pytest.mark.parametrize(
    "key",
    [
        *(
            "12345",
            "1706.03762v5",
            "arXiv:1706.03762",
            "hep-th/9901001",
            "10.1000/xyz",
            "doi:10.1000/xyz",
            "PMID:31452104",
        ),
        *(
            "PMC1234567",
            "W2741809807",
            "34553e02b2040663",
            "a b",
            "a,b",
            "a{b",
            "a%b",
            "clé",
            "a\n",
            "x",
            "~",
            "a" * 200,
        ),
    ],
)
def test_a_key_that_names_a_record_or_breaks_latex_is_replaced(key: str) -> None:
    assert citation_keys([replace(ATTENTION, key=key)]) == {7: "vaswani2017attention"}


@PROPERTY
@given(PAPERS)
def test_keys_are_valid_and_unique_in_any_case(papers: list[Paper]) -> None:
    keys = list(citation_keys(papers).values())
    assert len({key.casefold() for key in keys}) == len(papers)
    assert all(key.isascii() and not set(key) & set(" ,{}%#~\\\"'()=@$&^") for key in keys)


@PROPERTY
@given(PAPERS)
def test_ris_is_read_back_as_it_was(papers: list[Paper]) -> None:
    text = export(papers, Form.RIS)
    assert all(line[2:6] == "  - " for line in text.split("\n") if line)
    records = rispy.loads(text)
    keys = citation_keys(papers)
    assert len(records) == len(papers)
    for record, paper in zip(records, papers, strict=True):
        assert record["id"] == keys[paper.paper_id]
        assert record.get("title", "") == spaced(paper.title)
        assert record.get("abstract", "") == spaced(paper.abstract)
        assert record.get("year") == (str(paper.year) if paper.year else None)
        assert record.get("doi") == paper.doi
        assert record.get("accession_number") == (paper.arxiv_id or paper.pubmed_id)
        assert ";".join(record.get("urls", [])) == (paper.url or "")  # rispy takes a URL apart at each semicolon
        page = f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id and not paper.url else None
        assert record.get("file_attachments2") == page
        authors = [words_of(author) for author in paper.authors if spaced(author)]
        assert [words_of(name) for name in record.get("authors", [])] == authors
        assert "unknown_tag" not in record


def test_ris_has_names_as_reference_managers_want_them() -> None:
    record = rispy.loads(export([SPAN], Form.RIS))[0]
    assert record["authors"] == ["van Rossum, Guido", "ATLAS Collaboration", "King, Martin Luther, Jr."]
    assert record["type_of_reference"] == "GEN"


@PROPERTY
@given(PAPERS)
def test_csl_json_is_read_back_as_it_was(papers: list[Paper]) -> None:
    items = json.loads(export(papers, Form.CSL_JSON).encode())
    keys = citation_keys(papers)
    assert len(items) == len(papers)
    for item, paper in zip(items, papers, strict=True):
        assert item["id"] == keys[paper.paper_id]
        assert item.get("title", "") == spaced(paper.title)
        assert item.get("abstract", "") == spaced(paper.abstract)
        assert item.get("DOI") == paper.doi
        assert item.get("issued") == ({"date-parts": [[paper.year]]} if paper.year else None)
        assert item.get("PMID") == paper.pubmed_id
        assert item.get("number") == (f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else None)
        authors = [words_of(author) for author in paper.authors if spaced(author)]
        assert [words_of(" ".join(name.values())) for name in item.get("author", [])] == authors


def test_csl_json_tells_a_preprint_from_what_it_cannot_know() -> None:
    preprint, unknown = json.loads(export([replace(ATTENTION, doi="10.48550/arxiv.1706.03762"), SPAN], Form.CSL_JSON))
    published = json.loads(export([replace(ATTENTION, doi="10.1000/x")], Form.CSL_JSON))[0]
    assert (published["type"], published["number"]) == ("document", "arXiv:1706.03762")
    assert "publisher" not in published
    assert (preprint["type"], preprint["publisher"], unknown["type"]) == ("article", "arXiv", "document")
    assert unknown["author"] == [
        {"family": "van Rossum", "given": "Guido"},
        {"literal": "ATLAS Collaboration"},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
    ]


@PROPERTY
@given(PAPERS)
def test_our_own_reader_reads_json_lines_back(tmp_path_factory: pytest.TempPathFactory, papers: list[Paper]) -> None:
    path = tmp_path_factory.getbasetemp() / "export.jsonl"
    path.write_text(export(papers, Form.JSONL), "utf-8")
    records = {record.line: record for _, record in read_file(path) if isinstance(record, Record)}
    for line, paper in enumerate(papers, start=1):
        if line not in records:
            title, abstract = clean(spaced(paper.title)), clean(spaced(paper.abstract))
            assert not all(any(map(str.isalpha, one)) for one in (title, worth(abstract)))
            continue
        assert records[line].year == paper.year
        assert records[line].arxiv_id == paper.arxiv_id
        assert records[line].url == paper.url
        assert records[line].pubmed_id == paper.pubmed_id


def test_a_library_survives_the_way_through_json_lines(samples: Library, tmp_path: Path) -> None:
    papers = samples._collection.storage.catalog.all_papers(limit=1_000)
    path = tmp_path / "samples.jsonl"
    path.write_text(export(papers, Form.JSONL), "utf-8")
    again = [one for _, one in read_file(path)]
    for line, (record, paper) in enumerate(zip(again, papers, strict=True), start=1):
        same = {name: getattr(paper, name) for name in ("key", "authors", "year", "doi", "arxiv_id", "url")}
        assert record == Record(paper.title, paper.abstract, line, **same)


def test_a_reference_in_markdown_names_authors_year_title_and_link() -> None:
    assert export([ATTENTION, SPAN], Form.MARKDOWN) == (
        "1. Ashish Vaswani, Noam Shazeer (2017). *Attention Is All You Need*. <https://arxiv.org/abs/1706.03762>\n"
        "2. Guido van Rossum, ATLAS Collaboration, Martin Luther King Jr. (2012). "
        "*On \\<b>spans\\</b> & \\*stars\\* of $\\ell_1$*. "
        "<https://doi.org/10.1002/(sici)1097(199808)17:15%3C1661::aid-sim968%3E3.0.co;2-2>\n"
    )
    crowd = replace(ATTENTION, authors=tuple(f"Ada {letter}ee" for letter in "BCDFGHL"), title="Why?", url=None)
    assert "Ada Hee et al. (2017). *Why?* <" in export([crowd], Form.MARKDOWN)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://", "x.y"])
def test_only_web_addresses_become_links(url: str) -> None:
    text = export([replace(ATTENTION, arxiv_id=None, url=url)], Form.MARKDOWN)
    assert text == "1. Ashish Vaswani, Noam Shazeer (2017). *Attention Is All You Need*.\n"


@PROPERTY
@given(PAPERS)
@example([Paper(1, "- a", "x", authors=("- b", "1. c")), Paper(2, "", "", authors=("0",))])
def test_no_title_or_name_becomes_markup(papers: list[Paper]) -> None:
    text = export(papers, Form.MARKDOWN)
    assert types_of(text) <= {
        *("ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close", "paragraph_open"),
        *("paragraph_close", "inline", "text", "em_open", "em_close", "link_open", "link_close"),
    }
    tokens = tokens_of(text)
    assert sum(token.type == "list_item_open" for token in tokens) == len(papers)
    assert all(str(token.attrGet("href")).startswith("https://") for token in tokens if token.type == "link_open")
    titles = ["".join(t.content for t in tokens[start + 1 : end]) for start, end in emphasised(tokens)]
    wanted = [spaced(paper.title) for paper in papers if spaced(paper.title)]
    assert list(map(seen, titles)) == list(map(seen, wanted))


def emphasised(tokens: list[Token]) -> list[tuple[int, int]]:
    starts = [place for place, token in enumerate(tokens) if token.type == "em_open"]
    ends = [place for place, token in enumerate(tokens) if token.type == "em_close"]
    return list(zip(starts, ends, strict=True))


@pytest.mark.parametrize("formula", ["$x_i$", "$\\mathcal{O}(n^{2})$", "$[0,1]^d$", "$\\ell_1$", "$\\{a\\}$"])
def test_a_formula_stays_as_it_is(formula: str) -> None:
    paper = replace(ATTENTION, title=f"Bounds of {formula} for nets")
    assert f"*Bounds of {formula} for nets*" in export([paper], Form.MARKDOWN)
    assert f"title = {{Bounds of {{{formula}}} for nets}}" in export([paper], Form.BIBTEX)


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("$[a](http://x.y)$", "$[a] (http://x.y)$"),
        ("$p^*$ and $q^*$", "$p^\\ast$ and $q^\\ast$"),
        ("$a*b*c$", "$a\\ast b\\ast c$"),
        ("$\\hat{x}_{i} \\hat{y}_{i}$", "$\\hat{x}_ {i} \\hat{y}_ {i}$"),
        ("$a<b>c$", "$a< b>c$"),
        ("$`a`$ &lt;", "\\$\\`a\\`\\$ \\&lt;"),
    ],
)
def test_markdown_finds_nothing_to_act_on_in_a_formula(formula: str, written: str) -> None:
    text = export([Paper(1, f"X {formula}", "x")], Form.MARKDOWN)
    assert text == f"1. *X {written}*.\n"
    assert not types_of(text) & {"html_inline", "code_inline", "link_open"}
    assert sum(token.type == "em_open" for token in tokens_of(text)) == 1


@pytest.mark.parametrize("form", list(Form))
def test_no_papers_are_no_error_and_a_paper_given_twice_is_written_once(form: Form) -> None:
    assert export([], form).strip() in {"", "[]"}
    assert export([ATTENTION, SPAN, ATTENTION], form) == export(iter([ATTENTION, SPAN]), form)


def test_every_form_has_its_suffix() -> None:
    assert [form.suffix for form in Form] == [".bib", ".ris", ".json", ".jsonl", ".md", ".txt", ".txt"]
    assert Form("csl-json") is Form.CSL_JSON


def test_a_conversation_has_questions_numbered_answers_and_one_list_of_references() -> None:
    first = answer(
        Claim("It needs $O(n^2)$ steps.", (cites(1, ATTENTION),), support=1.0, verbatim=True),
        Claim("Much *more*.", (cites(1, ATTENTION), cites(2, SPAN)), support=0.6, found=0.4, lead=" "),
        Claim("First", (cites(2, SPAN),), support=0.9, verdict="not", lead="\n- "),
        Claim("Second", (), support=0.0, lead="\n- "),
        Claim("Then prose.", (cites(1, ATTENTION),), support=0.9, found=0.9, lead="\n\n"),
        Claim("Eight.", (cites(1, ATTENTION),), differences=(Difference("number", "8", "*6*"),), lead=" "),
    )
    second = answer(
        Claim("Again.", (cites(2, SPAN),), support=1.0, verbatim=True),
        answerer="tiny",
        prompts=("answer@1a2b", "check@3c4d"),
    )
    turns = [Turn("What is it?", first), Turn("And <i>why</i>?", second)]
    assert conversation_markdown(turns, title="On attention") == (
        "# On attention\n\n"
        "## What is it?\n\n"
        "It needs $O(n^2)$ steps. [1] Much \\*more\\*. [1][2] ◐\n\n"
        "- First [2] ○\n"
        "- Second ·\n\n"
        "Then prose. [1] ◌ Eight. [1] ≠ (says 8, the abstract \\*6\\*)\n\n"
        "## And \\<i>why\\</i>?\n\n"
        "Again. [2]\n\n"
        "## References\n\n"
        "- [1] Ashish Vaswani, Noam Shazeer (2017). *Attention Is All You Need*. <https://arxiv.org/abs/1706.03762>\n"
        "- [2] Guido van Rossum, ATLAS Collaboration, Martin Luther King Jr. (2012). "
        "*On \\<b>spans\\</b> & \\*stars\\* of $\\ell_1$*. "
        "<https://doi.org/10.1002/(sici)1097(199808)17:15%3C1661::aid-sim968%3E3.0.co;2-2>\n\n"
        "## How the answers came about\n\n"
        "- extractive; 1,707 papers searched\n"
        "- tiny, prompts answer@1a2b, check@3c4d; 1,707 papers searched\n\n"
        "- ◌ reworded: Own words, with all names and numbers found; not otherwise checked: compare.\n"
        "- ◐ partly: A name, a number or a large part wasn't found in the cited abstract.\n"
        "- ≠ differs: The cited abstract says something otherwise.\n"
        "- ○ not found: Hardly anything of it is in the cited abstract.\n"
        "- · uncited: It cites no paper.\n"
    )


STRUCTURED = """# Two ways

**It** is all you need [1].

| Method | Needs |
|---|---|
| *Attention* | $O(n^2)$ [1] |

- Spans
  - of text [2]

## Costs

NOT SAID: The price."""


def test_an_answer_in_markdown_keeps_its_structure_and_its_headings_are_below_the_document_s() -> None:
    parts = [
        Part("", ("# Two ways",)),
        Part("\n\n", ("**It** is all you need ", (7,), "."), Claim("It is all you need.", (cites(1, ATTENTION),), 1.0)),
        Part("\n\n", ("| Method | Needs |",)),
        Part("\n", ("|---|---|",)),
        Part("\n", ("| *Attention* | $O(n^2)$ ", (7,), " |"), Claim("x", (cites(1, ATTENTION),), 1.0, found=0.9)),
        Part("\n\n- ", ("Spans",)),
        Part("\n  - ", ("of text ", (3,)), Claim("of text", (cites(1, SPAN),), 1.0, verbatim=True)),
        Part("\n\n## ", ("Costs",)),
        Part("\n\n", ("NOT SAID: The price.",)),
    ]
    shown = render(parts)
    assert shown.text == STRUCTURED
    model = replace(answer(answerer="tiny", text=shown.text), claims=shown.claims, citations=shown.citations)
    text = conversation_markdown([Turn("Q", model)])
    assert (
        "## Q\n\n#### Two ways\n\n**It** is all you need [1]. ○\n\n"
        "| Method | Needs |\n|---|---|\n| *Attention* | $O(n^2)$ [1] ◌ |\n\n"
        "- Spans\n  - of text [2]\n\n##### Costs\n\n*The abstracts leave open:* The price.\n\n## References\n"
    ) in text
    assert {"table_open", "strong_open", "bullet_list_open"} <= types_of(text)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<img src=x> a < b \\<b> \\\\<i>", "\\<img src=x> a < b \\<b> \\\\\\<i>"),
        ("![x](http://a.b) [y](javascript:z)", "![x] (http://a.b) [y] (javascript:z)"),
        ("[1]: http://a.b", "[1] : http://a.b"),
        ("Title\n===\nSub\n---\nx", "Title\n\\===\nSub\n***\nx"),
        ("> # quoted\n- ## item", "> #### quoted\n- ##### item"),
        ("```\n<b> # open", "```\n<b> # open\n```"),
        ("- ```\n  <b>", "- \\```\n  \\<b>"),
    ],
)
def test_what_a_model_wrote_arms_nothing_and_ends_where_it_ends(said: str, shown: str) -> None:
    text = conversation_markdown([Turn("Q", answer(answerer="tiny", text=said))])
    assert f"## Q\n\n{shown}\n\n## How the answers came about" in text
    assert not types_of(text) & {"html_inline", "html_block", "image", "link_open"}


MARKDOWN = st.sampled_from(
    [
        *(
            "<img src=x>",
            "[a]: javascript:x\n",
            "[a]",
            "[a](javascript:x)",
            "![i](http://e)",
            "<!--",
            "\n===\n",
            "\n---\n",
        ),
        *(
            "\n-\n",
            "\t",
            "    ",
            "````\n",
            "```\n",
            "~~~",
            "+ ",
            "10) ",
            "- ",
            "> ",
            "<http://x.y>",
            "\\",
            "`",
            "*",
            "# ",
        ),
        *("\n", "\n\n", "said", "| a | b |\n|---|---|\n", "[1]", "$", "_", "&lt;"),
    ]
)


@PROPERTY
@given(st.lists(MARKDOWN, max_size=14).map("".join))
def test_whatever_a_model_writes_what_stands_around_it_stays(said: str) -> None:
    text = conversation_markdown([Turn("Q", answer(answerer="tiny", text=said))])
    assert not types_of(text) & {"html_inline", "html_block", "image", "link_open"}
    tokens = tokens_of(text)
    headings = [(one.tag, tokens[n + 1].content) for n, one in enumerate(tokens) if one.type == "heading_open"]
    assert headings[:2] == [("h1", "Conversation"), ("h2", "Q")]
    assert headings[-1] == ("h2", "How the answers came about")
    assert {tag for tag, _ in headings[2:-1]} <= {"h4", "h5", "h6"}


def test_a_refusal_of_a_model_says_what_it_leaves_open() -> None:
    silent = answer(outcome=Outcome.NOT_IN_ABSTRACTS, nearest=(ATTENTION,), left_open="The *price*.", answerer="tiny")
    text = conversation_markdown([Turn("Price?", silent)])
    assert "*The abstracts leave open:* The \\*price\\*.\n" in text


def test_an_answer_that_is_none_says_so_and_names_the_nearest_papers() -> None:
    silent = answer(outcome=Outcome.NOT_IN_ABSTRACTS, nearest=(ATTENTION,), text="They don't say.")
    unknown = answer(outcome=Outcome.NO_RELEVANT_PAPERS, notes=("Cut <b>off</b>.",), text="None.")
    text = conversation_markdown([Turn("Price?", silent), Turn("Weather?", unknown)])
    assert (
        "## Price?\n\n*The abstracts in this library don't say.* The nearest papers:\n\n- Ashish Vaswani, Noam" in text
    )
    assert "## Weather?\n\n*No paper in this library is about that.*\n\n*Note: Cut \\<b>off\\</b>.*" in text
    assert "## References" not in text


def test_a_follow_up_tells_what_was_searched_for() -> None:
    follow_up = answer(Claim("It."), searched=Searched(3, "What is ColBERT for?"), question="What for?")
    assert "*Searched for: What is ColBERT for?*" in conversation_markdown([Turn("What for?", follow_up)])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "*No answer.*"),
        (" \n ", "*No answer.*"),
        ("Plain [1] text.", "Plain [1] text."),
        ("One:\n- a\n* b\n\nEnd.\nMore.", "One:\n\n- a\n- b\n\nEnd.\nMore."),
        ("1. a\n2) b", "1. a\n2. b"),
        ("# no heading\n```\n| a |\n|---|", "\\# no heading\n\\`\\`\\`\n\\| a |\n\\|---|"),
        ("[1](http://x.y) [2]: z <img src=x>", "\\[1\\](http://x.y) \\[2\\]: z \\<img src=x>"),
    ],
)
def test_an_answer_that_is_text_keeps_its_lists_and_nothing_else(text: str, shown: str) -> None:
    assert conversation_markdown([Turn("Q", text)]) == f"# Conversation\n\n## Q\n\n{shown}\n"


def test_papers_keep_the_numbers_that_they_have_in_the_text() -> None:
    text = conversation_markdown(
        [Turn("A?", answer(Claim("One.", (cites(5, ATTENTION), cites(3, SPAN)), 1.0, verbatim=True)))]
    )
    assert "One. [5][3]\n" in text
    assert text.index("- [3] Guido") < text.index("- [5] Ashish")


def test_a_number_of_two_papers_is_told_apart() -> None:
    turns = [
        Turn("A?", answer(Claim("One.", (cites(1, ATTENTION),), support=1.0))),
        Turn("B?", answer(Claim("Two.", (cites(1, SPAN),), support=1.0))),
    ]
    text = conversation_markdown(turns)
    assert "One. [1]" in text
    assert "Two. [2]" in text
    assert "- [2] Guido van Rossum" in text


@PROPERTY
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["", " ", "\n\n", "\n- ", "\n7. ", "x"]), TEXTS)
@example("#", "a\n===", "b\n---", "", "c #")
def test_no_text_of_a_conversation_becomes_markup(title: str, question: str, said: str, lead: str, told: str) -> None:
    claims = (Claim(said, (cites(1, ATTENTION),), 1.0), Claim(told, (cites(2, SPAN),), 0.1, lead=lead))
    noted = answer(*claims, notes=(said,), prompts=(told,), searched=Searched(1, told))
    turns = [Turn(question, noted), Turn(told, said), Turn(said, answer(text=told))]
    text = conversation_markdown(turns, title=title)
    text.encode()
    tokens = tokens_of(text)
    assert not {token.type for token in tokens} & {
        *("html_inline", "html_block", "code_inline", "code_block", "fence", "image", "strong_open", "s_open"),
        *("table_open", "blockquote_open", "hr", "hardbreak"),
    }
    links = [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]
    assert [link[:20] for link in links] == ["https://arxiv.org/ab", "https://doi.org/10.1"]
    headings = [tokens[n + 1].children for n, token in enumerate(tokens) if token.type == "heading_open"]
    shown = ["".join(child.content for child in children or ()) for children in headings]
    assert seen(shown[0]) == (seen(title) or "Conversation")
    assert list(map(seen, shown[1:4])) == [seen(one) or "Question" for one in (question, told, said)]
    assert shown[4:] == ["References", "How the answers came about"]


def test_a_real_conversation_is_exported_with_every_paper_it_cites(samples: Library) -> None:
    first = samples.ask("What is late interaction in ColBERT?")
    turns = [Turn(first.question, first)]
    second = samples.ask("Who won the football world cup in 2018?")
    text = conversation_markdown([*turns, Turn(second.question, second)])
    for citation in first.citations:
        assert f"- [{citation.number}] " in text
        assert citation.paper.title in shown_in(text)
    assert text.count("## References") == 1
    assert f"{first.searched.papers} papers searched" in text


@pytest.mark.papers
def test_the_real_papers_survive_every_form(shared: Path, tmp_path: Path) -> None:
    found = [one for path in find_files([shared / "papers"]) for _, one in read_file(path)]
    records = [one for one in found if isinstance(one, Record)]
    papers = [Paper(number, one.title, one.abstract) for number, one in enumerate(records, start=1)]
    for fields, paper in zip(read_bibtex(export(papers, Form.BIBTEX)), papers, strict=True):
        assert (fields["title"], fields["abstract"]) == (spaced(paper.title), spaced(paper.abstract))
    for form, read in ((Form.RIS, rispy.loads), (Form.CSL_JSON, json.loads)):
        assert [one["abstract"] for one in read(export(papers, form))] == [spaced(paper.abstract) for paper in papers]
    for form in (Form.JSONL, Form.CSL_JSON):
        (tmp_path / "papers").write_text(export(papers, form), "utf-8")
        again = [one for _, one in read_file(tmp_path / "papers") if isinstance(one, Record)]
        assert [(one.title, one.abstract) for one in again] == [(spaced(one.title), one.abstract) for one in papers]
