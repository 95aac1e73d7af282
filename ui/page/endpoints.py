"""What programs may ask: `ask` and `search`, for gradio_client as `/ask` and `/search`, for agents as tools (MCP).

Their names, hints and docstrings are what a caller is told of them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from rag.errors import QuestionError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.records import Turn
from ui.filters import read_filters
from ui.page.server_state import ServerState

MOST_HITS = 100

Endpoint = Callable[..., Awaitable[Any]]


def endpoints(state: ServerState) -> tuple[Endpoint, Endpoint]:
    """Return `ask` and `search` over the library that is served. They raise RagError."""
    return _ask(state), _search(state)


def _ask(state: ServerState) -> Endpoint:
    async def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        years: str = "",
        origin: str = "",
        title: str = "",
    ) -> dict[str, Any]:
        """Answer a question from the paper abstracts of this library, each sentence with its citations.

        The answer's `outcome` is `answered`, `not_in_abstracts` (relevant papers found, but they don't say) or
        `no_relevant_papers`. `text` is the answer with [n] markers; `claims` are its sentences with `support` (0 to 1),
        what the cited abstracts lack, and `citations` that quote the abstracts verbatim; `papers` has the full records.

        Args:
            question: what to ask, at most 4000 characters
            history: earlier turns, oldest first, each {"question": ..., "answer": ...}; for follow-ups
            years: only papers of these years: 2020, 2018..2021, 2020.. or ..2015
            origin: only papers that came from this file (name, path or glob)
            title: only papers with all these words in the title

        Returns:
            The whole answer as JSON.
        """
        filters = read_filters(years, origin, title)
        async with state.answering():
            answer = await state.engine().aanswer(QuestionBundle(question, history=_turns(history), filters=filters))
        return answer.to_dict()

    return ask


def _search(state: ServerState) -> Endpoint:
    async def search(
        query: str,
        limit: int = 10,
        years: str = "",
        origin: str = "",
        title: str = "",
    ) -> list[dict[str, Any]]:
        """Find papers of this library by meaning and words, best first.

        Each hit has `paper` (title, abstract, authors, year, identifiers), `score` (0 to 1 within this search) and its
        best `passages` with their place in the abstract.

        Args:
            query: what to look for
            limit: how many papers, 1 to 100
            years: only papers of these years: 2020, 2018..2021, 2020.. or ..2015
            origin: only papers that came from this file (name, path or glob)
            title: only papers with all these words in the title

        Returns:
            The papers found as JSON.
        """
        filters = read_filters(years, origin, title)
        found = await state.library.asearch(query, limit=max(1, min(MOST_HITS, limit)), filters=filters)
        return [asdict(hit) for hit in found]

    return search


def _turns(history: list[dict[str, str]] | None) -> list[Turn]:
    try:
        return [Turn(str(turn["question"]), str(turn.get("answer", ""))) for turn in history or []]
    except (KeyError, TypeError, AttributeError) as error:
        msg = 'history can\'t be read. Each turn needs: {"question": "...", "answer": "..."}'
        raise QuestionError(msg) from error
