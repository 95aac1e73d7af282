"""What answers and their evidence look like: marks, tooltips, slices, lists; all that is data stays text."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.citations.rendering import Part, render
from rag.library import Library
from rag.records import Claim, Difference, Outcome, Searched
from tests.page.html import HOSTILE, QUESTION, Seen, cited, paper
from ui.page.views.answer_text import tooltip
from ui.page.views.evidence import evidence, highlighted
from ui.page.views.transcript import answer_parts


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
    own = "Reworded. Own words, with all names and numbers found; not otherwise checked: compare."
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
    html = answer_parts(model, 0.0)["answer"]
    shape = re.sub(r"<(?!/?(?:p|ul|ol|li)\b)[^>]*>", "", html[html.index("ap-answer") :].split("ap-line")[0])
    assert re.sub(r"[\s·]+", "", re.sub(r' start="1"', "", shape)).startswith(
        'ap-answerap-answered"><p>c0.c1.</p><p>c2.</p><ul><li>c3.</li><li>c4.</li></ul><ol><li>c5.</li></ol><p>c6.</p>'
    )


def test_every_citation_and_mark_of_an_answer_is_there(samples: Library) -> None:
    answer = samples.ask(QUESTION)
    shown, cards = answer_parts(answer, 0.0), evidence(answer)
    assert shown["answer"].count('data-do="cite"') == len(answer.claims)
    assert shown["answer"].count('data-do="mark"') == 0  # nobody has to look at a quote
    assert "40 papers searched" in shown["line"]
    assert cards.count('class="ap-card"') == len(answer.citations)
    for citation in answer.citations:
        assert f'data-number="{citation.number}"' in cards


def test_an_answer_that_is_none_says_so_and_names_the_nearest_papers(samples: Library) -> None:
    shown = answer_parts(samples.ask("What share of the weights can be pruned in a winning lottery ticket?"), 0.0)
    assert "ap-not_in_abstracts" in shown["answer"]
    assert shown["answer"].count('data-do="card"') == 3
    assert "ap-no_relevant_papers" in answer_parts(samples.ask("When do tulips bloom?"), 0.0)["answer"]


def test_hostile_papers_and_questions_are_shown_as_text(samples: Library) -> None:
    bad = paper(title=HOSTILE, abstract=HOSTILE, authors=(HOSTILE,), url="javascript:alert(1)", origins=(HOSTILE,))
    claim = Claim(HOSTILE, (cited(1, bad, 0, len(HOSTILE)),), missing_words=(HOSTILE,))
    hostile = replace(
        samples.ask(QUESTION), question=HOSTILE, searched=Searched(40, f"{HOSTILE} {HOSTILE}"), claims=(claim,),
        citations=claim.citations, nearest=(bad,), notes=(HOSTILE,),
    )  # fmt: skip
    for outcome in Outcome:
        answer = replace(hostile, outcome=outcome)
        shown = answer_parts(answer, 0.0)
        seen = Seen(shown["answer"] + shown["line"] + evidence(answer))
        assert not {"script", "img", "iframe", "style", "b"} & set(seen.tags)
        assert not [name for name, _ in seen.attributes if name.startswith("on") or name in {"src", "style"}]
        assert not [value for name, value in seen.attributes if name == "href" and not (value or "").startswith("http")]
