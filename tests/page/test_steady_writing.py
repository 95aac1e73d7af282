"""An answer while it is being written looks steady: what stands stays, and who reads further up is left alone."""

from typing import Any

from tests.page.browser import ENCODED, LATE, MAXIMA, WRITING, OpenTab

AT_END = """
    const one = document.querySelector('#ap-transcript');
    return one.scrollHeight - one.scrollTop - one.clientHeight < 3;"""
TALL = "return document.querySelector(arguments[0]).offsetHeight"


def test_a_block_that_is_whole_stays_the_same_element_until_the_answer_is(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    reply = hold(f"{ENCODED} [1].\n\n", f"{MAXIMA} [1].\n\n", "And more of", " it.")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.begin(LATE)
    tab.see(f"{WRITING} .ap-wait")
    reply.release(2)
    tab.see(f"{WRITING} p", MAXIMA)
    first = tab.see(f"{WRITING} p:not(.ap-plain)", ENCODED)
    tall = tab.run(TALL, WRITING)
    reply.release()
    tab.see(f"{WRITING} p", "And more of")
    assert first.is_displayed()  # a new element in its place would be stale
    assert tab.run(TALL, WRITING) >= tall
    reply.release()
    tab.whole(1)


def test_who_is_at_the_end_follows_the_text_and_who_reads_further_up_does_not(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    piece = f"{MAXIMA} [1].\n\n" * 6
    reply = hold(piece, piece, piece)
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.size(width=1300, height=420)
    tab.begin(LATE)
    reply.release(2)
    tab.until(lambda: tab.run(TALL, WRITING) > 420, "more than the window holds")
    tab.until(lambda: tab.run(AT_END), "the end in view")
    tab.run("document.querySelector('#ap-transcript').scrollTop = 40")
    before = tab.run(TALL, WRITING)
    reply.release()
    tab.whole(1)
    assert tab.run("return document.querySelector('.ap-answer').offsetHeight") > before
    assert tab.run("return document.querySelector('#ap-transcript').scrollTop") == 40


def test_an_answer_that_comes_at_once_is_read_from_its_question_on(open_tab: OpenTab, sample_page: Any) -> None:
    tab = open_tab(sample_page)
    tab.size(width=1300, height=420)
    for turns in (1, 2):
        tab.ask(LATE)
        tab.whole(turns)
    tab.until(lambda: tab.in_view('.ap-turn[data-index="1"] .ap-asked'), "the question above its answer")
