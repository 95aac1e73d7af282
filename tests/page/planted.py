"""Conversations that a browser keeps, put there by a test as if they had been asked, and how their rows are named."""

import json
from typing import Any

from tests.page.browser import LISTED, Tab

MODULE = """
const modules = [...document.querySelectorAll('link[rel=modulepreload]')].map((one) => one.href);
const module = (name) => import(modules.find((one) => one.endsWith(`/${name}.js`)));
"""


def stores(tab: Tab, script: str, *given: Any) -> Any:
    """Return what a script returns that may await, with `store` and `library` at hand."""
    body = f"""
        const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);
        (async () => {{ {MODULE}
            const store = await module('store'), {{ library }} = await (await module('desk')).known;
            {script} }})().then((value) => done([value ?? null]), (error) => done(String(error)));"""
    tab.driver.set_script_timeout(60)
    found = tab.driver.execute_async_script(body, *given)
    assert isinstance(found, list), found
    return found[0]


def plant(tab: Tab, *conversations: dict[str, Any]) -> None:
    """Keep conversations in the browser as if they had been asked: {id, title, days ago, texts}."""
    stores(
        tab,
        """for (const { id, title, ago = 0, texts = ["An answer."] } of given[0]) {
            const at = Date.now() - ago * 1000;
            const rows = texts.map((text, place) => ({
              id: `${id}-${place}`, parent: place ? `${id}-${place - 1}` : null, at, text, answer: null, html: null,
              question: place ? `Question ${place} of ${title}` : title, ended: "Stopped.", good: null, note: "",
              bounds: {}, done: true }));
            await store.bringIn(library, { id, title }, rows);
            await store.alter(id, { saved: at });
        }""",
        list(conversations),
    )
    tab.see(LISTED, conversations[:50][-1]["title"])  # more are drawn when the reader scrolls on


def row(title: str) -> str:
    """Return what selects the row of a conversation."""
    return f'.ap-listing li:has([data-do="open"][title^={json.dumps(title)}])'
