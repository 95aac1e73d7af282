"""A server that is there but refuses what the page asks, as when a password ran out: told, not tried for ever."""

from typing import Any

from selenium.webdriver import Chrome

from tests.page.browser import LATE, OpenTab


def test_a_server_that_refuses_everything_is_told_in_the_answer_and_the_question_can_be_asked_again(
    open_tab: OpenTab, sample_page: Any, chromium: Chrome
) -> None:
    tab = open_tab(sample_page)
    tab.run(
        """window.asked = 0;
        const bare = window.fetch;
        window.fetch = (what, how) => String(what?.url ?? what).includes("component_server") && window.refuses
          ? (window.asked += 1, Promise.resolve(new Response("", { status: 401 }))) : bare(what, how);
        window.refuses = true;"""
    )
    tab.begin(LATE)
    tab.see(".ap-broken [role=alert]", "The server is there but refused this. Reload the page, and sign in again")
    asked = tab.run("return window.asked")
    tab.run("window.refuses = false")
    tab.click(".ap-turn [data-do='again']")
    tab.see(".ap-answered .ap-cite")
    assert asked < 30
