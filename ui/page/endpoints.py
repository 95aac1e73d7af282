"""What programs may ask: `ask` and `search`, for gradio_client as `/ask` and `/search`, for agents as tools (MCP).

Their names, hints and docstrings are what a caller is told of them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from rag.errors import QuestionError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.records import Answer, Turn
from ui.filters import read_filters
from ui.page.kept import read_answer
from ui.page.server_state import ServerState

MOST_HITS = 100

Endpoint = Callable[..., Awaitable[Any]]


def endpoints(state: ServerState) -> tuple[Endpoint, Endpoint]:
    """Return `ask` and `search` over the library that is served. They raise RagError."""
    return _ask(state), _search(state)


def _ask(state: ServerState) -> Endpoint:
    async def ask(
        question: str,
        history: list[dict[str, Any]] | None = None,
        years: str = "",
        origin: str = "",
        title: str = "",
        alone: bool = False,
        as_written: bool = False,
        without_retracted: bool = False,
    ) -> dict[str, Any]:
        """Answer a question from the paper abstracts of this library, each sentence with its citations.

        The answer's `outcome` is `answered`, `not_in_abstracts` (relevant papers found, but they don't say) or
        `no_relevant_papers`. `text` is the answer with [n] markers; `claims` are its sentences with `support` (0 to 1),
        what the cited abstracts lack, and `citations` that quote the abstracts verbatim; `papers` has the full records.
        `searched` tells how the question was understood: `query` is what was searched for, `after` the earlier question
        that it was put after, `readings` the mistyped words that were read as others.

        Args:
            question: what to ask, at most 4000 characters
            history: earlier turns, oldest first, each {"question": ..., "answer": ...}, for follow-ups; an answer is
                its text, or all that this tool returned
            years: only papers of these years: 2020, 2018..2021, 2020.. or ..2015
            origin: only papers that came from this file (name, path or glob)
            title: only papers with all these words in the title
            alone: the question hangs on no earlier turn
            as_written: read no word as another
            without_retracted: leave out papers that a source says were retracted

        Returns:
            The whole answer as JSON.
        """
        filters = read_filters(years, origin, title, without_retracted=without_retracted)
        asked = QuestionBundle(question, history=_turns(history), filters=filters, alone=alone, as_written=as_written)
        return (await _answered(state, asked)).to_dict()

    return ask


async def _answered(state: ServerState, asked: QuestionBundle) -> Answer:
    async with state.answering() as answering:
        answer = await state.engine().aanswer(asked)
        answering.outcome = answer.outcome
        return answer


def _search(state: ServerState) -> Endpoint:
    async def search(
        query: str,
        limit: int = 10,
        years: str = "",
        origin: str = "",
        title: str = "",
        as_written: bool = False,
        without_retracted: bool = False,
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
            as_written: read no mistyped word as another
            without_retracted: leave out papers that a source says were retracted

        Returns:
            The papers found as JSON.
        """
        filters = read_filters(years, origin, title, without_retracted=without_retracted)
        limit = max(1, min(MOST_HITS, limit))
        found = await state.library.asearch(query, limit=limit, filters=filters, as_written=as_written)
        return [asdict(hit) for hit in found]

    return search


def _turns(history: list[dict[str, Any]] | None) -> list[Turn]:
    try:
        return [Turn(str(turn["question"]), _answer(turn.get("answer", ""))) for turn in history or []]
    except (KeyError, TypeError, AttributeError) as error:
        msg = 'history can\'t be read. Each turn needs: {"question": "...", "answer": "..."}'
        raise QuestionError(msg) from error


def _answer(given: Any) -> str | Answer:
    """Return an answer of the history: a text, or the whole one. Raises TypeError for a whole one that is none."""
    if not isinstance(given, dict):
        return str(given)
    answer = read_answer(given)
    if answer is None:
        raise TypeError
    return answer
