"""Text of papers as HTML: a little is set properly, all else is shown as it is and does no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.page.html import ALLOWED, HOSTILE, Seen
from ui.page.views.markup import document, link, prose


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


def test_a_formula_that_would_become_a_tag_is_shown_as_it_is_written_and_takes_nothing_along() -> None:
    assert Seen(document("A $\\text{<script>}$ and **more**.\n\nRest.")).text == "A \\text{<script>} and more.\nRest.\n"
