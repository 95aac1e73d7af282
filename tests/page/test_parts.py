"""The page's plain functions: what comes from the browser, and what is shown for it. No gradio, no browser."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui.page.conversation import Conversation, Exchange, read_conversation
from ui.page.handlers import View

from rag.answering.suggestions import questions_from
from rag.citations.reading import read_answer
from rag.citations.rendering import Part, render
from rag.errors import QuestionError
from rag.library import Library
from rag.records import (
    Answer,
    Citation,
    Claim,
    Difference,
    Filters,
    IngestReport,
    Outcome,
    Paper,
    Rejection,
    Remark,
    Searched,
    Standing,
)
from rag.settings import Settings
from ui.filters import read_filters
from ui.page import handlers, library_handlers
from ui.page.server_state import CUT_OFF, ServerState
from ui.page.views import library as library_view
from ui.page.views.answer_text import answer_text, tooltip
from ui.page.views.evidence import evidence, highlighted
from ui.page.views.markup import ATTRIBUTES, document, link, prose
from ui.page.views.markup import MATH as MATHML
from ui.page.views.transcript import transcript, underway

QUESTION = "How does LoRA fine-tune a large model without changing its weights?"
HOSTILE = (
    "<script>hacked=1</script><img src=x onerror='hacked=1'>\"'></textarea>${hacked=1}{{hacked}} ![i](http://e.vil/i)"
)
ALLOWED = {"a", "em", "strong", "code", "math", "mrow", "mi", "mo", "mn", "msup", "msub", "mfrac", "mtext", "msqrt"}


class Seen(HTMLParser):
    """The tags, attributes and text of some HTML as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


class Nested(HTMLParser):
    """Asserts that the tags of some HTML nest; keeps for each text within which elements it stands, outermost first."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.within: list[str] = []
        self.found: list[tuple[tuple[str, ...], str]] = []
        self.feed(html)
        self.close()
        assert self.within == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "hr":
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.within, f"</{tag}> ends nothing"
        assert self.within.pop() == tag

    def handle_data(self, data: str) -> None:
        self.found.append((tuple(self.within), data))

    def around(self, text: str) -> tuple[str, ...]:
        """Return the elements around a text."""
        return next(within for within, data in self.found if text in data)

    def said_in(self, element: str) -> list[str]:
        """Return the texts that stand in an element, at any depth, but for white space."""
        return [data.strip() for within, data in self.found if element in within and data.strip()]


@pytest.fixture
def state(sample_folder: Path, tmp_path: Path) -> Iterator[ServerState]:
    opened = ServerState(Settings(), sample_folder, tmp_path / "none.library")
    yield opened
    opened.close()


def views(events: AsyncIterator[View]) -> list[View]:
    async def collect() -> list[View]:
        return [view async for view in events]

    return asyncio.run(collect())


def asked(state: ServerState, kept: object, question: str, index: int | None = None) -> View:
    return views(handlers.respond(state, kept, question, Filters(), index))[-1]


# Text


def test_emphasis_code_and_formulas_are_set_and_all_else_is_text() -> None:
    assert prose(r"*a* **b** `c<d>` 90\% x_1_y") == "<em>a</em> <strong>b</strong> <code>c&lt;d&gt;</code> 90% x_1_y"
    assert "<msup>" in prose("$x^2$")
    assert prose("it costs $5 and $10") == "it costs $5 and $10"
    assert prose(r"\emph{very} {\em so}") == "<em>very</em> <em>so</em>"


def test_an_address_becomes_a_link_that_opens_beside_the_page() -> None:
    assert prose("see https://a.org/b_c.") == (
        'see <a href="https://a.org/b_c" target="_blank" rel="noopener noreferrer">https://a.org/b_c</a>.'
    )


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "[x](javascript:alert(1))",
        r"$\text{<script>x</script>}$",
        r"$\href{javascript:x}{y}$",
        "<svg onload=x>",
    ],
)
def test_hostile_text_stays_text(text: str) -> None:
    seen = Seen(prose(text))
    assert set(seen.tags) <= ALLOWED
    assert {name for name, _ in seen.attributes} <= {"href", "target", "rel", "display", "stretchy"}
    assert all((value or "").startswith("http") for name, value in seen.attributes if name == "href")


MATH = ["\\frac", "{", "}", "x", "^", "_", "\\left", "\\right", "(", "\\begin{matrix}", "&", "\\\\", "\\sqrt", "[", "]",
        "\\text{<b>", "\\end{matrix}", "\\limits", "'", "\\hline", "\\color{red}", "<script>", "\\binom", "\\genfrac",
        "\\hspace", "\\overset", "\\not", "\\tag", "$", "*", "`", "\\"]  # fmt: skip


@given(st.lists(st.sampled_from(MATH), max_size=12).map("".join) | st.text())
def test_no_text_makes_a_tag_that_does_anything(text: str) -> None:
    for shown in (prose(text), prose(f"${text}$")):
        seen = Seen(shown)
        assert not {"script", "img", "iframe", "style", "svg", "b", "input", "form"} & set(seen.tags)
        assert not [name for name, _ in seen.attributes if name.startswith("on") or name in {"style", "src", "srcset"}]


@given(st.text(alphabet=st.characters(blacklist_characters="$*_`\\\0", blacklist_categories=["Cs", "Cc"])))
def test_text_without_markup_is_shown_as_it_is(text: str) -> None:
    assert Seen(prose(text)).text == text


def test_a_link_leads_to_http_alone() -> None:
    assert link("https://doi.org/10.1/x", "doi") == (
        '<a href="https://doi.org/10.1/x" target="_blank" rel="noopener noreferrer">doi</a>'
    )
    for url in ("javascript:alert(1)", "data:text/html,x", "//e.vil", 'https://a.b/"onx="'):
        assert "javascript:" not in str([value for name, value in Seen(link(url, "l")).attributes if name == "href"])
        assert {name for name, _ in Seen(link(url, "l")).attributes} <= {"href", "target", "rel"}


# Answers


def paper(paper_id: int = 1, **fields: Any) -> Paper:
    return Paper(**{"paper_id": paper_id, "title": "A title", "abstract": "One is 1. Two is 2. Three is 3.", **fields})


def cited(number: int, one: Paper, start: int, end: int) -> Citation:
    return Citation(number, one, one.abstract[start:end], start, end)


def test_overlapping_slices_are_marked_with_every_claim_that_rests_on_them() -> None:
    one = paper()
    html = highlighted(one, [(0, cited(1, one, 0, 19)), (2, cited(1, one, 10, 31))])
    assert re.findall(r'data-claims="([^"]*)">([^<]*)<', html) == [
        ("0", "One is 1. "),
        ("0 2", "Two is 2."),
        ("2", " Three is 3."),
    ]


@given(st.lists(st.tuples(st.integers(0, 31), st.integers(0, 31)), max_size=5))
def test_highlighting_changes_no_word_of_an_abstract(cuts: list[tuple[int, int]]) -> None:
    one = paper()
    slices = [(n, cited(1, one, min(pair), max(pair))) for n, pair in enumerate(cuts)]
    assert Seen(highlighted(one, slices)).text == one.abstract


def test_a_tooltip_says_how_a_claim_stands_and_what_the_cited_abstracts_lack() -> None:
    one = paper()
    claim = Claim("x", (cited(1, one, 0, 9),), 0.6, ("monkeys",), ("7.77",), found=0.6)
    partly = "Partly. A name, a number or a large part wasn't found in the cited abstract."
    assert tooltip(claim) == f"{partly} Missing there: numbers: 7.77; words: monkeys."
    own = "Own words. Own words, with all names and numbers found; not otherwise checked: compare."
    assert tooltip(replace(claim, missing_numbers=())) == own
    assert tooltip(Claim("x")) == "Uncited. It cites no paper."
    checked = replace(claim, verdict="supported", checker="llm", moved_from="Bees")
    assert tooltip(checked).endswith("llm's check: supported. Another paper was cited: Bees.")


def test_a_tooltip_shows_both_values_of_what_differs() -> None:
    claim = Claim("x", (cited(1, paper(), 0, 9),), found=0.6, differences=(Difference("number", "90 %", "92.8 %"),))
    assert "It says 90 %, the abstract 92.8 %." in tooltip(claim)


def test_claims_stand_in_paragraphs_and_lists_as_their_leads_tell(samples: Library) -> None:
    base = samples.ask(QUESTION)
    leads = ["", " ", "\n\n", "\n- ", "\n- ", "\n1. ", "\n\n"]
    written = render(Part(lead, (f"c{number}.",), Claim(f"c{number}.")) for number, lead in enumerate(leads))
    model = replace(base, text=written.text, claims=written.claims, answerer="tiny")
    exchange = Exchange("x", "q", model)
    html = transcript(Conversation("c", "now", (exchange,)), [""])
    shape = re.sub(r"<(?!/?(?:p|ul|ol|li)\b)[^>]*>", "", html[html.index("ap-answer") :].split("ap-line")[0])
    assert re.sub(r"[\s·]+", "", re.sub(r' start="1"', "", shape)).startswith(
        'ap-answerap-answered"><p>c0.c1.</p><p>c2.</p><ul><li>c3.</li><li>c4.</li></ul><ol><li>c5.</li></ol><p>c6.</p>'
    )


def test_every_citation_and_mark_of_an_answer_is_there(state: ServerState) -> None:
    view = asked(state, None, QUESTION)
    answer = read_conversation(view.conversation).exchanges[0].answer
    assert answer is not None
    assert view.transcript is not None
    assert view.evidence is not None
    assert view.transcript.count('data-do="cite"') == len(answer.claims)
    assert view.transcript.count('data-do="mark"') == len(answer.claims)
    assert "40 papers searched" in view.transcript
    assert view.evidence.count('class="ap-card"') == len(answer.citations)
    for citation in answer.citations:
        assert f'data-number="{citation.number}"' in view.evidence


def test_an_answer_that_is_none_says_so_and_names_the_nearest_papers(state: ServerState) -> None:
    view = asked(state, None, "What share of the weights can be pruned in a winning lottery ticket?")
    assert view.transcript is not None
    assert "ap-not_in_abstracts" in view.transcript
    assert view.transcript.count('data-do="card"') == 3
    nothing = asked(state, None, "When do tulips bloom?")
    assert nothing.transcript is not None
    assert "ap-no_relevant_papers" in nothing.transcript


def test_hostile_papers_and_questions_are_shown_as_text(state: ServerState) -> None:
    view = asked(state, None, QUESTION)
    conversation = read_conversation(view.conversation)
    answer = conversation.exchanges[0].answer
    assert answer is not None
    bad = paper(title=HOSTILE, abstract=HOSTILE, authors=(HOSTILE,), url="javascript:alert(1)", origins=(HOSTILE,))
    claim = Claim(HOSTILE, (cited(1, bad, 0, len(HOSTILE)),), missing_words=(HOSTILE,))
    hostile = replace(
        answer, question=HOSTILE, claims=(claim,), citations=claim.citations, nearest=(bad,), notes=(HOSTILE,)
    )
    for outcome in Outcome:
        exchange = Exchange("x", HOSTILE, replace(hostile, outcome=outcome), good=True, note=HOSTILE)
        broken = Exchange("y", HOSTILE, None, HOSTILE, HOSTILE)
        both = replace(conversation, exchanges=(exchange, broken))
        html = transcript(both, [HOSTILE, HOSTILE]) + evidence(exchange.answer)
        seen = Seen(html)
        assert not {"script", "img", "iframe", "style", "b"} & set(seen.tags)
        assert not [name for name, _ in seen.attributes if name.startswith("on") or name in {"src", "style"}]
        assert not [value for name, value in seen.attributes if name == "href" and not (value or "").startswith("http")]


# What a model wrote


LORA = Paper(
    1, "LoRA", "LoRA freezes the weights and trains low-rank matrices. It trains 10,000 times fewer parameters."
)
ADAPTERS = Paper(2, "Adapters", "Adapters add small layers to each block. They train 3.6% of the parameters.")
STRUCTURED = """### Two ways

**LoRA** freezes the weights and trains low-rank matrices [1], while *adapters* add small layers to each block [2].

| Method | Trains |
|---|---|
| **LoRA** | low-rank matrices [1] |
| Adapters [2] | 4.6% of the parameters |

- Both are small:
  - LoRA trains 10,000 times fewer parameters [1].

#### Costs

1. `code` costs nothing

NOT SAID: The price of either.
"""


def written(text: str, **fields: Any) -> Answer:
    """Return the answer of a model that wrote this of LoRA and adapters."""
    read = read_answer(text, "How are large models tuned?", {1: LORA, 2: ADAPTERS})
    shown = render(read.parts)
    return Answer(
        "How are large models tuned?", Outcome.ANSWERED, shown.text, shown.claims, shown.citations, (),
        Searched(2, "q"), "openai:tiny", left_open=read.left_open, **fields,
    )  # fmt: skip


def spans_of(html: str, claim: int) -> list[str]:
    """Return what stands in each span of a claim, without tags."""
    found = re.findall(rf'<span class="ap-claim ap-\w+" data-claim="{claim}">(.*?)(?=</(?:p|li|td|h4)>)', html)
    return [re.sub("<[^>]*>", "", one.split('<span class="ap-claim')[0]).strip() for one in found]


def test_what_a_model_wrote_in_markdown_is_set_with_its_citations_and_marks_in_their_places() -> None:
    answer = written(STRUCTURED)
    html = answer_text(answer)
    page = Nested(html)
    assert page.said_in("h4") == ["Two ways"]
    assert page.said_in("h5") == ["Costs"]
    assert page.said_in("th") == ["Method", "Trains"]
    assert page.said_in("td") == [
        "LoRA",
        "low-rank matrices",
        "[1]",
        "◌",
        "Adapters",
        "[2]",
        "4.6% of the parameters",
        "≠",
    ]
    assert page.said_in("strong") == ["LoRA", "LoRA"]
    assert page.said_in("em") == ["adapters"]
    assert page.said_in("code") == ["code"]
    assert page.around("10,000 times fewer")[:4] == ("ul", "li", "ul", "li")
    assert page.around("costs nothing")[:2] == ("ol", "li")
    assert "".join(page.said_in("p")[:9]) == (
        "LoRAfreezes the weights and trains low-rank matrices[1],●whileadaptersadd small layers to each block[2]"
    )
    assert [claim.standing for claim in answer.claims[2:4]] == [Standing.REWORDED, Standing.DIFFERS]


def test_each_button_of_a_model_s_answer_belongs_to_its_claim_and_stands_in_it() -> None:
    html = answer_text(written(STRUCTURED))
    cites = re.findall(r'data-do="cite" data-number="(\d)" data-claim="(\d)"', html)
    assert cites == [("1", "0"), ("2", "1"), ("1", "2"), ("2", "3"), ("1", "4")]
    assert re.findall(r'data-do="mark" data-claim="(\d)"', html) == ["0", "1", "2", "3", "4"]
    assert spans_of(html, 0) == ["LoRA freezes the weights and trains low-rank matrices [1],●"]
    assert spans_of(html, 1) == ["while adapters add small layers to each block [2].◌"]
    assert spans_of(html, 2) == ["LoRA", "low-rank matrices [1]◌"]  # a span in each cell
    assert spans_of(html, 3) == ["Adapters [2]", "4.6% of the parameters≠"]


def test_what_an_answer_leaves_open_is_a_paragraph_by_itself() -> None:
    for text in (STRUCTURED, "LoRA trains low-rank matrices [1].\nNOT SAID: The price of either."):
        html = answer_text(written(text))
        said = '<p class="ap-left-open"><span>The abstracts leave open:</span> The price of either.</p>'
        assert html.count(said) == 1
        assert "NOT SAID" not in html


def test_a_refusal_says_what_the_model_says_is_left_open() -> None:
    answer = written("NOT SAID: The *price* & <b>.")
    refused = replace(answer, outcome=Outcome.NOT_IN_ABSTRACTS, nearest=(LORA,))
    html = transcript(Conversation("c", "now", (Exchange("x", "q", refused),)), [""])
    Nested(html.replace("<br>", ""))
    assert '<p class="ap-left-open"><span>The abstracts leave open:</span> The price &amp; &lt;b&gt;.</p>' in html


def test_what_is_being_written_is_set_as_far_as_it_goes() -> None:
    html = underway("q", "**Bold** and **ope\n\n- a\n\n| a | b |\n|---|---|\n| <b> |", 0, "x")
    page = Nested(html)
    assert page.said_in("strong") == ["Bold"]
    assert page.said_in("td") == ["<b>"]


HARMFUL = [
    HOSTILE,
    "<script>hacked=1</script> [1]",
    "![x](http://e.vil/i) [1]",
    "[x](javascript:alert(1)) [1] and [1](javascript:alert(1)) [2]: javascript:alert(1)",
    "\U000f0000 private \U000f0001 [1] signs \U0001d800\U0001d801 \U0001d800 [2].",
    "**unbalanced [1]. And *more [2]** here* _too [1].",
    "*a [1] b* c *d [2] e* and `code [1] `` more` [2] `open [1].",
    "```python <img src=x onerror=hacked=1>\nx = a[1]\nunclosed & <script>",
    "| a | b |\n|---|---|\n| <img src=x onerror=hacked=1> [1] | **x [2] |\n| `| [1] | y** |\n| |\n|| [1] ||",
    "See https://a.org/x[1] and https://a.org/y [2].",
    "$x^2 [1] + \\text{<script>}$ and $\\text{<style>}$ goes on [2]. It costs $5 [1] and $10 [2].",
    "> quoted [1]\n> - list [2]\n>   # heading [1]\n\n    indented <b> [1]\n\n---\n[1]\n===\n<!-- [1] -->",
    "\\[1\\] \\`[1]\\` \\*[1]\\* \\| [2] \\<b> [1]\\",
]


@pytest.mark.parametrize("text", HARMFUL)
def test_hostile_text_of_a_model_does_no_harm_and_nests(text: str) -> None:
    for answer in (written(text), replace(written(text), answerer="extractive")):
        html = answer_text(answer)
        assert_harmless(html)
        assert html.count('data-do="mark"') == len(answer.claims)


def assert_harmless(html: str) -> None:
    """Assert that tags nest, that none but ours fetches or runs, and that nothing is left of what kept places."""
    Nested(html)
    seen = Seen(html)
    blocks = {"p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "pre", "hr"}
    assert set(seen.tags) <= {*ALLOWED, *MATHML, *blocks} | {"h4", "h5", "h6", "span", "button"}
    assert {name for name, _ in seen.attributes} <= {
        *("href", "target", "rel", "display", "stretchy", "start", "class", "type", "aria-label", "aria-hidden"),
        *("data-do", "data-number", "data-claim", "data-tip"),
        *(name for tag in MATHML for name in ATTRIBUTES.get(tag, ())),
    }
    assert all((value or "").startswith("http") for name, value in seen.attributes if name == "href")
    assert not re.search("[\U0001d800-\U0001d9ff]", html)


def test_a_formula_that_would_become_a_tag_is_shown_as_it_is_written_and_takes_nothing_along() -> None:
    assert Seen(document("A $\\text{<script>}$ and **more**.\n\nRest.")).text == "A \\text{<script>} and more.\nRest.\n"


def test_an_address_ends_where_a_citation_begins() -> None:
    html = answer_text(written("LoRA freezes the weights, see https://a.org/x[1]."))
    assert 'href="https://a.org/x"' in html
    assert html.count('data-do="cite"') == 1


def test_a_number_in_code_is_no_citation() -> None:
    html = answer_text(written("LoRA freezes the weights [1].\n\n```\nx = a[1]\n```\n"))
    assert "x = a[1]" in html
    assert html.count('data-do="cite"') == 1


BITS = ["**", "*", "_", "`", "```\n", "$", "|", "\n", "\n\n", "- ", "  - ", "1. ", "> ", "# ", "---\n", "[",
        "| a | b |\n|---|---|\n", "[1]", " [2]. ", "LoRA freezes the weights ", "Adapters add layers. ", "<b>", "](",
        "\\", "https://a.org/", "\\emph{", "}", "NOT SAID: ", "~~~", "&lt;", "x^2"]  # fmt: skip


@given(st.lists(st.sampled_from(BITS), max_size=25).map("".join))
def test_whatever_a_model_writes_nests_and_keeps_its_buttons(text: str) -> None:
    answer = written(text)
    html = answer_text(answer)
    assert_harmless(html)
    assert re.findall(r'data-do="mark" data-claim="(\d+)"', html) == [str(n) for n in range(len(answer.claims))]


# What the browser keeps


def test_a_conversation_comes_back_from_the_browser_as_it_was(state: ServerState) -> None:
    view = asked(state, None, QUESTION)
    again = asked(state, view.conversation, "How many parameters does it train?")
    conversation = read_conversation(again.conversation)
    assert conversation.to_dict() == again.conversation
    assert [exchange.question for exchange in conversation.exchanges] == [
        QUESTION,
        "How many parameters does it train?",
    ]
    opened = handlers.opening(state, again.conversation)
    assert (opened.transcript, opened.evidence) == (again.transcript, again.evidence)


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.update(exchanges=3),
        lambda kept: kept.pop("id"),
        lambda kept: kept["exchanges"].append("x"),
        lambda kept: kept["exchanges"][0].update(good="yes"),
        lambda kept: kept["exchanges"][0]["answer"].update(claims=[{}]),
        lambda kept: kept["exchanges"][0]["answer"].update(outcome="great"),
        lambda kept: kept["exchanges"][0]["answer"]["claims"][0]["citations"][0].update(start=5),
        lambda kept: kept["exchanges"][0]["answer"]["claims"][0]["citations"][0].update(paper_id=999),
        lambda kept: kept.update(exchanges=[kept["exchanges"][0]] * 501),
    ],
)
def test_a_conversation_that_was_tampered_with_is_refused(state: ServerState, change: Callable[[Any], object]) -> None:
    kept = asked(state, None, QUESTION).conversation
    change(kept)
    with pytest.raises(QuestionError, match="can't be read"):
        read_conversation(kept)
    opened = handlers.opening(state, kept)
    assert opened.live is not None
    assert "can&#x27;t be read" in opened.live


def test_asking_again_at_an_earlier_place_drops_what_followed(state: ServerState) -> None:
    kept = asked(state, None, QUESTION).conversation
    kept = asked(state, kept, "How many parameters does it train?").conversation
    edited = read_conversation(asked(state, kept, "What is late interaction?", 0).conversation)
    assert [exchange.question for exchange in edited.exchanges] == ["What is late interaction?"]


def test_an_empty_question_asks_nothing(state: ServerState) -> None:
    assert views(handlers.respond(state, None, "  ", Filters())) == [View(composer="")]


def test_an_error_becomes_a_line_and_the_conversation_goes_on(state: ServerState) -> None:
    view = asked(state, None, "?")
    exchange = read_conversation(view.conversation).exchanges[0]
    assert exchange.answer is None
    assert "too short" in exchange.ended
    assert view.transcript is not None
    assert "too short" in view.transcript
    assert read_conversation(asked(state, view.conversation, QUESTION).conversation).exchanges[1].answer


def test_what_was_stopped_keeps_its_text(state: ServerState) -> None:
    view = handlers.stopped(state, None, QUESTION, "LoRA freezes")
    exchange = read_conversation(view.conversation).exchanges[0]
    assert (exchange.text, exchange.ended) == ("LoRA freezes", handlers.STOPPED)
    assert exchange.turn.answer == "LoRA freezes"


def test_a_desk_that_closes_takes_no_more_questions(state: ServerState) -> None:
    state.closing = True
    exchange = read_conversation(asked(state, None, QUESTION).conversation).exchanges[0]
    assert "shutting down" in exchange.ended


def test_evidence_of_an_earlier_answer_comes_back(state: ServerState) -> None:
    first = asked(state, None, QUESTION)
    second = asked(state, first.conversation, "What is late interaction?")
    assert handlers.choose(second.conversation, 0).evidence == first.evidence != second.evidence
    with pytest.raises(QuestionError, match="not in the conversation"):
        handlers.choose(second.conversation, 2)


def test_filters_are_read_as_they_are_written() -> None:
    assert read_filters("", "", " ") == read_filters(None, None, None) == Filters()
    assert read_filters("2019..2021", "a.jsonl", "x") == Filters(2019, 2021, "a.jsonl", "x")
    assert read_filters("2019", None, None) == Filters(2019, 2019)
    assert read_filters("2019 ..", None, None) == Filters(year_from=2019)
    for wrong in ("19", "2019-2021", "2019..20", "new"):
        with pytest.raises(QuestionError, match=r"can't be read. Write 2020"):
            read_filters(wrong, None, None)
    with pytest.raises(QuestionError, match="Swap"):
        read_filters("2021..2019", None, None)


def test_filters_hold_and_are_told(state: ServerState) -> None:
    view = views(handlers.respond(state, None, "How are words embedded?", Filters(2013, 2014), None))[-1]
    answer = read_conversation(view.conversation).exchanges[0].answer
    assert isinstance(answer, Answer)
    assert {one.paper.year for one in answer.citations} | {one.year for one in answer.nearest} <= {2013, 2014}
    assert view.transcript is not None
    assert "of 2013..2014 searched" in view.transcript


# Rating, exporting


def test_a_rating_is_kept_changed_and_taken_back(tmp_path: Path, write_jsonl: Any, paper: Any) -> None:
    with Library.open(tmp_path / "own.library", Settings()) as library:
        library.ingest(write_jsonl(*map(paper, range(1, 6))))
    state = ServerState(Settings(), tmp_path / "own.library", tmp_path / "none")
    kept = asked(state, None, "How many points does the aaab method reach?").conversation
    rated = handlers.rate(state, kept, 0, False, " too short ")
    assert [(one.good, one.note) for one in state.library.ratings()] == [(False, "too short")]
    assert rated.transcript is not None
    assert rated.transcript.count('aria-pressed="true"') == 1
    handlers.rate(state, rated.conversation, 0, None)
    assert state.library.ratings() == []
    state.close()


def test_a_conversation_is_exported_in_every_form(state: ServerState, tmp_path: Path) -> None:
    from rag.conversation.history import read_history

    kept = asked(state, None, QUESTION).conversation
    name, text = handlers.exported(kept, "conversation")
    assert name == "conversation.md"
    assert QUESTION in text
    assert "LoRA: Low-Rank Adaptation" in text
    assert handlers.exported(kept, "bibtex")[0] == "cited.bib"
    assert handlers.exported(kept, "ris")[1].startswith("TY  -")
    (tmp_path / "h.jsonl").write_text(handlers.exported(kept, "history")[1])
    assert [turn.question for turn in read_history(tmp_path / "h.jsonl")] == [QUESTION]
    with pytest.raises(QuestionError, match="no form"):
        handlers.exported(kept, "docx")
    with pytest.raises(QuestionError, match="nothing to export"):
        handlers.exported(None, "bibtex")


# Library


def test_the_samples_make_room_for_the_first_papers_of_ones_own(tmp_path: Path, write_jsonl: Any, paper: Any) -> None:
    state = ServerState(Settings(), tmp_path / "own.library", tmp_path / "demo.library")
    assert state.is_samples
    assert not (tmp_path / "own.library").exists()
    path = write_jsonl(paper(1), "{broken", paper(2), name="mine.jsonl")

    async def add() -> list[str]:
        return [html async for html in library_handlers.add_files(state, [path])]

    told = asyncio.run(add())
    assert "2 added, 1 rejected" in told[-1]
    assert "<b>mine.jsonl</b> line 2" in told[-1]
    assert not state.is_samples
    assert state.library.papers()[1] == 2
    assert library_handlers.sources(state) == [
        ("All sources", ""),
        ("mine.jsonl", str(tmp_path / "own.library/uploads/mine.jsonl")),
    ]
    state.close()


def test_the_table_pages_sorts_and_searches(state: ServerState) -> None:
    from ui.page.views.library import Turned

    assert "1-40 of 40 papers" in library_handlers.table(state)
    assert "1-1 of 1 papers" in library_handlers.table(state, "random forests")
    by_year = library_handlers.table(state, "", Turned("year", descending=True))
    years = [int(year) for year in re.findall(r"<td>(\d{4})</td>", by_year)]
    assert years == sorted(years, reverse=True)
    assert 'aria-sort="descending"' in by_year
    assert "can&#x27;t be sorted" in library_handlers.table(state, "", Turned("size"))


def test_a_paper_opens_and_a_missing_one_is_told(state: ServerState) -> None:
    assert "LoRA" in library_handlers.paper(state, state.library.search("LoRA low-rank")[0].paper.paper_id)
    assert "no longer in the library" in library_handlers.paper(state, 12345)


def test_examples_name_what_titles_name_and_are_answered() -> None:
    papers = [paper(n, title=f"Na{n}Me: a thing") for n in range(3)] + [paper(9, title="About nothing in particular")]
    assert questions_from(papers, lambda question: "Na1Me" not in question) == (
        "What is Na0Me and how does it work?",
        "What problem does Na2Me solve?",
    )


def test_the_runs_of_a_library_are_listed_and_opened_as_reports(sample_folder: Path, tmp_path: Path) -> None:
    import shutil

    from eval.datasets.questions import load_questions
    from eval.runs.runner import evaluate
    from ui.page.views import runs as runs_view

    home = Path(shutil.copytree(sample_folder, tmp_path / "own.library"))
    assert "No run yet" in runs_view.runs(home)
    questions = load_questions(Path(__file__).resolve().parents[2] / "eval" / "data" / "sample_questions.jsonl")
    with Library.open(home, Settings()) as library:
        evaluate(library, questions[:3], home / "runs" / "first.jsonl")
    (home / "runs" / "broken.jsonl").write_text("{")
    assert runs_view.runs(home).count('data-do="open"') == 1
    opened = Seen(runs_view.report(home, "first.jsonl"))
    assert opened.tags == ["iframe"]
    assert dict(opened.attributes)["sandbox"] == "allow-scripts"
    assert "28.4 BLEU" in str(dict(opened.attributes)["srcdoc"])
    for name in ("none.jsonl", "../catalog.sqlite3"):
        assert "not there any more" in runs_view.report(home, name)
    assert "no run of this askpapers" in runs_view.report(home, "broken.jsonl")


@pytest.mark.parametrize("check", [True, False])
def test_a_check_that_is_switched_on_marks_each_claim_by_its_verdict(
    sample_folder: Path, tmp_path: Path, chat_server: Any, check: Any
) -> None:
    chat_server.says("Large nets are adapted through tiny extra matrices [1].", to="Question: ")
    chat_server.says("1: supported 1.1", to="Claim 1")
    state = ServerState(chat_server.settings(), sample_folder, tmp_path / "none.library")
    view = views(handlers.respond(state, None, QUESTION, Filters(), check=check))[-1]
    assert state.offers_check
    state.close()
    answer = read_conversation(view.conversation).exchanges[0].answer
    assert answer is not None
    assert [claim.verdict for claim in answer.claims] == ["supported" if check else None]


def test_a_conversation_with_a_verdict_that_is_none_cannot_be_read(state: ServerState) -> None:
    kept: Any = asked(state, None, QUESTION).conversation
    kept["exchanges"][0]["answer"]["claims"][0]["verdict"] = ["supported"]
    with pytest.raises(QuestionError, match="can't be read"):
        read_conversation(kept)
    assert not state.offers_check


def test_an_answer_without_end_is_told_when_the_server_has_no_time_left(
    sample_folder: Path, tmp_path: Path, chat_server: Any
) -> None:
    chat_server.says("LoRA freezes ", 0.05, "the weights and ", forever=True)
    state = ServerState(chat_server.settings(), sample_folder, tmp_path / "none.library")

    async def ask() -> list[View]:
        found = []
        async for view in handlers.respond(state, None, QUESTION, Filters()):
            found.append(view)
            state.ending = "freezes" in (view.live or "")
        return found

    exchange = read_conversation(asyncio.run(ask())[-1].conversation).exchanges[0]
    assert exchange.ended == CUT_OFF
    assert exchange.text.startswith("LoRA freezes")
    assert chat_server.left.wait(10)
    state.close()


def test_a_report_says_how_sources_were_read_and_what_was_not_as_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    told = IngestReport(
        added=2,
        rejected=(Rejection(f"/home/{hostile}", 3, hostile),),
        remarks=(Remark("/home/papers.csv", f"title from {hostile!r}"),),
    )
    seen = Seen(library_view.report(told))
    assert "img" not in seen.tags
    assert "2 added, 1 rejected." in seen.text
    assert f"papers.csv: title from {hostile!r}" in seen.text
    assert f"{hostile} line 3: {hostile}" in seen.text
