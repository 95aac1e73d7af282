"""The head of the page, and what the browser is to know of the library that is served."""

import hashlib
from dataclasses import asdict
from html import escape
from typing import Any

from rag.text.source_names import short_name
from rag.utils.places import Place, ServerAddress
from ui.page.server_state import ServerState


def about(state: ServerState) -> dict[str, Any]:
    """Return what is served, and who answers."""
    return {
        "library": identity(state),
        "name": "Samples" if state.is_samples else _name(state.home),
        "papers": state.library.papers(limit=1)[1],
        "samples": state.is_samples,
        "answerer": state.answerer,
        "answerers": [asdict(one) for one in state.library.answerers()],
        "check": state.settings.check != "off",
        "sources": [[short_name(source), source] for source in state.library.sources()],
    }


def header(state: ServerState) -> str:
    """Return the head of the page: what is served, and who answers."""
    known = about(state)
    shelf = "sample papers" if known["samples"] else "papers"
    return (
        f'<header class="ap-header" data-library="{known["library"]}"><h1>Askpapers</h1>'
        f'<p class="ap-what"><b>{escape(known["name"])}</b> · {known["papers"]:,} {shelf} · '
        f"answers by {escape(known['answerer'])}</p>"
        '<button type="button" class="ap-act ap-theme" data-do="theme" aria-label="Light or dark">◐</button></header>'
    )


def identity(state: ServerState) -> str:
    """Return what the browser knows this library by: its folder or database, without telling it."""
    home = state.home
    return (
        home.key if isinstance(home, ServerAddress) else hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
    )


def _name(home: Place) -> str:
    return home.database if isinstance(home, ServerAddress) else home.stem
