"""The fixed parts of the page as HTML: its head, the list of conversations, the ways to export."""

import hashlib
from html import escape

from ui.page.server_state import Desk

FORMS = (
    ("conversation", "Conversation, Markdown"),
    ("history", "Conversation, JSON Lines"),
    ("bibtex", "Cited papers, BibTeX"),
    ("ris", "Cited papers, RIS"),
    ("csl-json", "Cited papers, CSL-JSON"),
)
EXPORTS = '<div class="ap-forms">{}</div>'.format(
    "".join(f'<button type="button" class="ap-act" data-form="{form}">{name}</button>' for form, name in FORMS)
)
SIDE = (
    '<nav class="ap-conversations" aria-label="Conversations">'
    '<button type="button" class="ap-new" data-do="new">New conversation</button><ul class="ap-list"></ul></nav>'
)


def header(desk: Desk) -> str:
    """Return the head of the page: what is served, and who answers."""
    papers = desk.library.papers(limit=1)[1]
    shelf = "sample papers" if desk.is_samples else "papers"
    name = "Samples" if desk.is_samples else desk.home.stem
    return (
        f'<header class="ap-header" data-library="{identity(desk)}"><h1>Askpapers</h1>'
        '<button type="button" class="ap-act ap-listing-button" data-do="list" aria-label="Conversations and filters">'
        "☰</button>"
        f'<p class="ap-what"><b>{escape(name)}</b> · {papers:,} {shelf} · answers by {escape(desk.answerer)}</p>'
        '<button type="button" class="ap-act ap-theme" data-do="theme" aria-label="Light or dark">◐</button></header>'
    )


def identity(desk: Desk) -> str:
    """Return what the browser knows this library by: its folder, without telling it."""
    return hashlib.sha256(str(desk.home.resolve()).encode()).hexdigest()[:16]
