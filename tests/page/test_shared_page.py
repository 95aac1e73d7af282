"""A conversation as one HTML page: every [n] leads to its quote and back, and nothing on it can run or be fetched."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium.webdriver import Chrome

from rag.citations.reading import read_answer
from rag.citations.rendering import render
from rag.library import Library
from rag.records import Answer, Outcome, Paper, Searched, Turn
from rag.records.standings import SOUND
from tests.export.papers import TEXTS
from tests.page.browser import AXE, lacking, start_chromium
from ui.page.sharing.shared_page import POLICY, conversation_html

QUESTION = "What is late interaction in ColBERT?"
REFUSED = "Who won the football world cup in 2018?"
MODEL = """## Two ways

Late interaction **encodes** queries apart [1]. Its cost is $O(n^2)$ on 16 GPUs [1].

| Method | What it does | Source |
|---|---|---|
| ColBERT | late interaction over BERT | [1] |

- Squirrels eat nuts in every park [1]

$$\\sum_i x_i \\text{ of } <b>.$$

NOT SAID: what <script>alert(1)</script> costs."""
ALLOWED = {
    *"html head meta title style body header h1 h2 h3 h4 h5 h6 p nav ol ul li a main article div".split(),
    *"span section".split(),
    *"details summary mark strong em code pre blockquote table thead tbody tr th td hr footer dl dt dd i".split(),
    *"math mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover".split(),
    *"mtable mtr mtd mstyle mpadded mphantom menclose".split(),
}


class Read(HTMLParser):
    """The elements of a page: their names, attributes and ids, and the text of all."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        """Return the values of an attribute."""
        return [value or "" for _, attributes in self.tags if (value := attributes.get(name)) is not None]


def harmless(html: str) -> Read:
    """Return a page as it is read, once it is sure that it can do nothing and that its links lead somewhere."""
    page = Read(html)
    assert {tag for tag, _ in page.tags} <= ALLOWED
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    assert not page.all("src")
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    for address in page.all("href"):
        assert address.startswith(("http://", "https://")) or address.removeprefix("#") in ids
    return page


@pytest.fixture
def talk(samples: Library) -> list[Turn]:
    """A conversation of all kinds of answers: quoted, of a model, refused, stopped."""
    first = samples.ask(QUESTION)
    read = render(read_answer(MODEL, "q", {1: first.citations[0].paper}).parts)
    model = replace(
        first, text=read.text, claims=read.claims, citations=read.citations, answerer="tiny", notes=("Cut <i>off</i>.",)
    )
    return [
        Turn(QUESTION, first),
        Turn("How do <b>they</b> compare?", model),
        Turn(REFUSED, samples.ask(REFUSED)),
        Turn("Stopped?", "Half of *it*"),
    ]


def test_every_number_leads_to_its_quote_and_back(talk: list[Turn]) -> None:
    html = conversation_html(talk, title="On ColBERT")
    page = harmless(html)
    answer = talk[0].answer
    assert isinstance(answer, Answer)
    for place, claim in enumerate(answer.claims):
        for citation in claim.citations:
            target = f"q1-p{citation.number}-s{place}"
            assert f'href="#{target}"' in html
            behind = html.partition(f'id="{target}"')[2]
            assert Read(behind.partition("<mark>")[2].partition("</mark>")[0]).text in claim.text
            assert f'href="#q1-s{place}"' in html
            assert f'id="q1-s{place}"' in html
    assert all(turn.question in page.text for turn in talk)


def test_it_says_what_was_asked_when_and_who_answered(talk: list[Turn]) -> None:
    page = harmless(conversation_html(talk, title="On <ColBERT>", library="my.library", date="26 November 2026"))
    assert (
        "26 November 2026 · my.library (40 papers) · answered with quotes, no language model · answered by tiny"
        in page.text
    )
    assert page.text.count("On <ColBERT>") == 2  # heading and window
    assert "○ not found" in page.text
    assert "The abstracts leave open:" in page.text
    assert "No paper in this library is about that." in page.text
    assert "Closest, but no answer:" in page.text


def test_only_what_should_be_compared_has_a_sign_and_each_is_explained(talk: list[Turn]) -> None:
    quoted = harmless(conversation_html(talk[:1], title="x"))
    assert "mark ok" not in quoted.all("class")
    mixed = harmless(conversation_html(talk, title="x"))
    signs = [attributes for _, attributes in mixed.tags if str(attributes.get("class")).startswith("mark ")]
    claims = [claim for turn in talk if isinstance(turn.answer, Answer) for claim in turn.answer.claims]
    compared = [str(claim.standing) for claim in claims if claim.standing not in SOUND]
    assert [one["href"] for one in signs] == [f"#mark-{standing.replace(' ', '-')}" for standing in compared]
    assert len(set(compared)) > 1
    assert all(one["title"] for one in signs)


def test_nothing_on_it_may_run_or_be_fetched(talk: list[Turn]) -> None:
    html = conversation_html(talk, title="x")
    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in html
    assert POLICY.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "url(" not in html
    assert "@import" not in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_conversation_in_which_nothing_was_said_is_a_page_too() -> None:
    assert "Conversation" in harmless(conversation_html([], title=" ")).text
    assert "No answer." in harmless(conversation_html([Turn("Q")], title="x")).text


HOSTILE = st.sampled_from(
    [
        *("<script>alert(1)</script>", "</style>", '" onclick="x', "](javascript:x)", "![a](http://b.c)", "&lt;"),
        *("<img src=x onerror=y>", "</span></div>", "[1]", "$\\text{<script>}$", "$$", "\n- ", "```", "http://a.b"),
        "| a | [1] |\n|---|---|\n",
    ]
)
SAID = st.lists(HOSTILE | TEXTS | st.just("It grows [1]. "), max_size=8).map("".join)


@settings(deadline=None, max_examples=150)
@given(title=SAID, abstract=SAID, said=SAID)
def test_whatever_was_written_stays_text(title: str, abstract: str, said: str) -> None:
    paper = Paper(1, title, f"It grows. {abstract}", authors=(title,), year=2000, url=title, origins=(title,))
    answered = render(read_answer(said, "q", {1: paper}).parts)
    answer = Answer(
        said, Outcome.ANSWERED, answered.text, answered.claims, answered.citations, (), Searched(3, title), title or "t"
    )
    silent = replace(
        answer, outcome=Outcome.NOT_IN_ABSTRACTS, nearest=(paper,), left_open=said, claims=(), citations=()
    )
    harmless(conversation_html([Turn(title, answer), Turn(said, silent), Turn(said, said)], title=title, library=said))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    chrome = start_chromium(tmp_path_factory.mktemp("downloads"))
    yield chrome
    chrome.quit()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_read_in_a_browser_without_a_script(
    browser: Chrome, talk: list[Turn], tmp_path: Path, width: int, theme: str
) -> None:
    (tmp_path / "talk.html").write_text(conversation_html(talk, title="On ColBERT"), "utf-8")
    scheme = {
        "features": [
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
    }
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(f"file://{tmp_path}/talk.html")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.find_elements("css selector", ".cite")[-1].click()
    assert browser.execute_script(SEEN, "mark"), "the quote is on the screen"
    assert browser.execute_script(LIGHT), "and lit"
    browser.find_elements("css selector", ".card:has(:target) .back a")[0].click()
    assert browser.execute_script(SEEN, ""), "the sentence is on the screen"
    if not AXE.is_file():
        lacking(f"axe-core is not at {AXE}")
    found = browser.execute_async_script(
        f"{AXE.read_text('utf-8')}; axe.run().then((found) => arguments[0](found.violations))"
    )
    assert [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]] == []
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


SEEN = """
const target = document.querySelector(":target"), shown = arguments[0] ? target.nextElementSibling : target;
const box = shown.getBoundingClientRect();
const seen = box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
return seen && shown.localName === (arguments[0] || shown.localName);
"""
LIGHT = """
const [lit, other] = [document.querySelector(":target + mark"), document.querySelector("mark")].map(
  (one) => getComputedStyle(one).backgroundColor);
return lit !== other && lit !== "rgba(0, 0, 0, 0)"
"""
