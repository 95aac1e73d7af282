"""Tries in which one answer, conversation or tab might come into another's."""

import time

from eval.benchmarks.page.browser import Page
from eval.benchmarks.page.model import TAG
from eval.benchmarks.page.tries import (
    CHANCE,
    NUMBERS,
    TOPICS,
    Reader,
    Tried,
    begun,
    judged,
    new_question,
    pause,
    worst,
)  # fmt: skip


def rated_then_cited(reader: Reader) -> Tried:
    """1: rate one answer, open the [n] of another: the pane shows the paper that was clicked."""
    page = reader.page
    if len(page.asked()) != len(TOPICS):
        page.new()
        for topic in TOPICS:
            page.ask(f"{topic}, in the words of k{next(NUMBERS)}k?")
            pause(0.2)
            page.whole()
    rated, cited = CHANCE.sample(range(len(TOPICS)), 2)
    page.click(f'.ap-turn[data-index="{rated}"] [data-do="{CHANCE.choice(["good", "bad"])}"]')
    pause(0.3)
    page.click(f'.ap-turn[data-index="{cited}"] .ap-cite')
    wanted = "return document.querySelector(`.ap-turn[data-index='${arguments[0]}']`).dataset.exchange"
    exchange = page.run(wanted, cited)
    answer = next(one["answer"] for one in page.stored() if one["id"] == exchange)
    papers = [one["paper_id"] for one in answer["claims"][0]["citations"]][:1]
    lit = (
        "return [...document.querySelectorAll('#ap-evidence .ap-card.ap-lit')].map((one) => Number(one.dataset.paper))"
    )
    right = page.until(lambda: page.run(lit) == papers, 5)
    pause(0.3)
    return Tried() if right and page.run(lit) == papers else Tried(wrong="evidence of another answer")


def opened_while_writing(reader: Reader) -> Tried:
    """2: while an answer streams open an old conversation, press Esc or not, ask there: nothing is mixed."""
    page = reader.page
    old = begun(page, CHANCE.choice([1, 2]))
    page.new()
    asked = new_question()
    page.ask(asked)
    page.until(lambda: asked in page.asked())
    pause(1.0)
    page.open(old[0])
    page.until(lambda: page.asked() == old)
    if CHANCE.random() < 0.5:
        page.escape()
    more = [new_question()] if CHANCE.random() < 0.5 else []
    for question in more:
        page.ask(question)
    foreign = False
    end = time.monotonic() + CHANCE.uniform(0.2, 1.5)
    while time.monotonic() < end:
        foreign = foreign or bool(set(TAG.findall(page.shown())) - set(TAG.findall(" ".join(old + more))))
    found = judged(page, [*old, *more, asked])
    page.until(lambda: page.asked() == old + more, 5)
    if foreign or page.asked() != old + more:
        return worst(found, Tried(wrong="an answer inside another conversation"))
    page.open(asked)
    return worst(found, Tried() if page.until(lambda: page.asked() == [asked], 5) else Tried(lost="a conversation"))


def edited(reader: Reader) -> Tried:
    """3: edit an early question: the later exchanges are still there behind the first version."""
    page = reader.page
    old = begun(page, 3)
    place = CHANCE.choice([0, 1])
    new = new_question()
    edit(page, place, new)
    page.until(lambda: page.asked() == [*old[:place], new])
    if CHANCE.random() < 0.5:
        pause(1.0)
        page.reload()
    found = judged(page, [*old, new])
    page.click(f'.ap-turn[data-index="{place}"] [data-do="earlier"]')
    there = page.until(lambda: page.asked() == old, 10)
    return worst(found, Tried() if there else Tried(lost="what followed an edited question"))


def edit(page: Page, place: int, question: str) -> None:
    """Ask another question in the place of the one there."""
    page.click(f'.ap-turn[data-index="{place}"] [data-do="edit"]')
    page.run("document.querySelector('.ap-editing').value = arguments[0]", question)
    page.click('.ap-editbox [data-do="save"]')


def two_tabs(reader: Reader) -> Tried:
    """4: two tabs on one conversation, asking and editing in both: all exchanges are there."""
    page = reader.page
    asked = begun(page, 2)
    other = page.beside()
    other.open(asked[0])
    other.until(lambda: other.asked() == asked)
    for _ in range(2):
        new = [new_question(), new_question()]
        other.ask(new[0], after=CHANCE.uniform(0.3, 0.8))
        page.front()
        if CHANCE.random() < 0.5 and not page.run("return document.querySelector('.ap-turn .ap-writing')"):
            edit(page, CHANCE.choice([0, 1]), new[1])
        else:
            page.ask(new[1], after=CHANCE.uniform(0.0, 0.5))
        # Whoever asks while the other's answer is written is told to wait, and keeps the question as a draft.
        time.sleep(1.0)
        kept = {one["question"] for one in page.stored()}
        drafts = {page.draft(), other.front().draft(), page.front().draft()}
        if not set(new) <= kept | drafts:
            other.front().driver.close()
            page.front()
            return Tried(lost="a question of one of two tabs")
        asked += [one for one in new if one in kept]
        page.whole()
        other.front()
    found = judged(page, asked)
    same = other.until(lambda: other.front().asked() == page.front().asked(), 10)
    other.front().driver.close()
    page.front()
    page.run("document.querySelector('#ap-composer textarea').value = ''")
    return worst(found, Tried() if same else Tried(wrong="two tabs that show different versions"))
