"""The fixed parts of the page as HTML: its head, the list of conversations, the ways to export."""

import hashlib
from html import escape

from ui.page.server_state import ServerState

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


def header(state: ServerState) -> str:
    """Return the head of the page: what is served, and who answers."""
    papers = state.library.papers(limit=1)[1]
    shelf = "sample papers" if state.is_samples else "papers"
    name = "Samples" if state.is_samples else state.home.stem
    return (
        f'<header class="ap-header" data-library="{identity(state)}"><h1>Askpapers</h1>'
        '<button type="button" class="ap-act ap-listing-button" data-do="list" aria-label="Conversations and filters">'
        "☰</button>"
        f'<p class="ap-what"><b>{escape(name)}</b> · {papers:,} {shelf} · answers by {escape(state.answerer)}</p>'
        '<button type="button" class="ap-act ap-theme" data-do="theme" aria-label="Light or dark">◐</button></header>'
    )


def identity(state: ServerState) -> str:
    """Return what the browser knows this library by: its folder, without telling it."""
    return hashlib.sha256(str(state.home.resolve()).encode()).hexdigest()[:16]
