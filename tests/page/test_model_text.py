"""What a model wrote in Markdown, as the page shows it: set, with citations and marks in their places, and harmless."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Outcome, Standing
from rag.records.standings import needs_look
from tests.page.html import HOSTILE, LORA, Nested, assert_harmless, written
from ui.page.views.answer_text import answer_text
from ui.page.views.transcript import answer_parts

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
    assert "".join(page.said_in("p")[:8]) == (
        "LoRAfreezes the weights and trains low-rank matrices[1],whileadaptersadd small layers to each block[2]"
    )
    assert [claim.standing for claim in answer.claims[2:4]] == [Standing.REWORDED, Standing.DIFFERS]


def test_each_button_of_a_model_s_answer_belongs_to_its_claim_and_stands_in_it() -> None:
    html = answer_text(written(STRUCTURED))
    cites = re.findall(r'data-do="cite" data-number="(\d)" data-claim="(\d)"', html)
    assert cites == [("1", "0"), ("2", "1"), ("1", "2"), ("2", "3"), ("1", "4")]
    assert re.findall(r'data-do="mark" data-claim="(\d)"', html) == ["1", "2", "3", "4"]
    assert spans_of(html, 0) == ["LoRA freezes the weights and trains low-rank matrices [1],"]
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
    html = answer_parts(refused, 0.0)["answer"]
    Nested(html.replace("<br>", ""))
    assert '<p class="ap-left-open"><span>The abstracts leave open:</span> The price &amp; &lt;b&gt;.</p>' in html


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
    assert re.findall(r'data-do="mark" data-claim="(\d+)"', html) == [
        str(number) for number, claim in enumerate(answer.claims) if needs_look(claim)
    ]
