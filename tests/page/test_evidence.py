"""The evidence beside an answer, in a real browser: always that of the answer whose number was clicked."""

from typing import Any

from rag.library import Library
from tests.page.browser import BUDGET, CARD, LATE, OpenTab, Tab, turn


def test_each_cited_paper_has_a_card_with_its_slices_highlighted(tab: Tab, samples: Library) -> None:
    tab.ask(BUDGET)
    answer = samples.ask(BUDGET)
    assert len(answer.citations) == 2
    cards = tab.texts(CARD)
    for card, citation in zip(cards, answer.citations, strict=True):
        assert f"[{citation.number}] {citation.paper.title}" in card
        assert citation.paper.authors[0] in card
        assert str(citation.paper.year) in card
    quotes = {one.quote for claim in answer.claims for one in claim.citations}
    assert set(tab.texts("#ap-evidence mark")) == quotes
    link = tab.see(f"{CARD} a").get_attribute("href")
    assert link == answer.citations[0].paper.link


def test_a_number_brings_its_card_and_slice_into_view_and_lights_them(tab: Tab) -> None:
    tab.size(width=1300, height=420)
    tab.ask(BUDGET)
    last = tab.run("return [...document.querySelectorAll('.ap-cite')].at(-1).dataset")
    slices = f'{CARD}[data-number="{last["number"]}"] mark[data-claims~="{last["claim"]}"]'
    assert last["number"] == "2"
    assert not tab.in_view(slices)
    tab.click(f'.ap-cite[data-claim="{last["claim"]}"]')
    tab.until(lambda: tab.in_view(slices), "the slice in view")
    lit = tab.run("return [...document.querySelectorAll('.ap-card.ap-lit')].map(one => one.dataset.number)")
    assert lit == ["2"]
    claims = "return [...document.querySelectorAll('#ap-evidence mark.ap-lit')].map(one => one.dataset.claims)"
    assert tab.run(claims) == [last["claim"]]
    tab.click('.ap-cite[data-claim="0"]')
    tab.until(lambda: tab.run(claims) == ["0"], "another slice lit in its place")


def test_a_click_on_a_card_marks_the_sentences_that_rest_on_it(tab: Tab) -> None:
    tab.ask(BUDGET)
    resting = (
        "return [...document.querySelectorAll('.ap-claim')].filter(one => one.querySelector("
        '`.ap-cite[data-number="${arguments[0]}"]`)).map(one => one.dataset.claim)'
    )
    marked = "return [...document.querySelectorAll('.ap-claim.ap-rests')].map(one => one.dataset.claim)"
    for number in ("1", "2"):
        expected = tab.run(resting, number)
        tab.click(f'{CARD}[data-number="{number}"] .ap-byline')
        tab.until(lambda expected=expected: tab.run(marked) == expected, f"the sentences that rest on {number}")  # type: ignore[misc]
        assert expected


def titles(tab: Tab) -> list[str]:
    return tab.texts(f"{CARD} h4")


def test_the_evidence_is_that_of_the_answer_whose_number_is_clicked_whatever_was_rated(tab: Tab) -> None:
    tab.ask(LATE)
    first = titles(tab)
    tab.ask(BUDGET)
    tab.until(lambda: len(titles(tab)) == 2, "the evidence of the second answer")
    second = titles(tab)
    tab.click(f'{turn(0)} [data-do="good"]')
    tab.see(f'{turn(0)} [data-do="good"][aria-pressed="true"]')
    assert titles(tab) == second
    tab.click(f'{turn(0)} .ap-cite[data-number="1"]')
    tab.until(lambda: titles(tab) == first, "the evidence of the first answer")
    tab.see(f'{CARD}.ap-lit[data-number="1"]')
    tab.see(f".ap-chosen{turn(0)}")
    tab.click(f'{turn(0)} [data-do="bad"]')
    tab.see(f'{turn(0)} [data-do="bad"][aria-pressed="true"]')
    tab.see(f'{CARD}.ap-lit[data-number="1"]')  # a rating leaves what is lit
    tab.click(f'{turn(1)} .ap-cite[data-number="2"]')
    tab.until(lambda: titles(tab) == second, "the evidence of the second answer")
    tab.see(f'{CARD}.ap-lit[data-number="2"]')


def test_who_reads_the_evidence_of_an_earlier_answer_keeps_it_while_another_is_written(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    chat_server.says(BUDGET, to="Last question: ")
    first = hold("Late interaction compares tokens [1].", to=f"\nQuestion: {LATE}")
    second = hold("Scaling laws [1].", " And more [2].", to=f"\nQuestion: {BUDGET}")
    tab = open_tab(serve_page(settings=chat_server.settings(timeout=60)))
    first.release()
    tab.ask(LATE)
    shown = titles(tab)
    tab.begin(BUDGET)
    second.release()
    tab.see(".ap-writing", "Scaling laws")
    tab.click(f'{turn(0)} .ap-cite[data-number="1"]')
    tab.until(lambda: titles(tab) == shown, "the evidence of the first answer")
    second.release()
    tab.whole(2)
    assert titles(tab) == shown
    tab.see(f'{CARD}.ap-lit[data-number="1"]')
