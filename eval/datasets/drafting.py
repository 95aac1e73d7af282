"""Draft questions for one's own library, for a person to edit.

With a language model: a question and its facts from each abstract, kept when the facts stand in the abstract. Without:
known-item questions, which ask for what a title names. They are honest about one thing only, whether a paper is found,
and say so in their `type`.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from rag.answering.suggestions import ASKED, named_in
from rag.errors import ModelError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import ChatModel, Message
from rag.models.llms.prompts import as_data, load_prompt
from rag.models.llms.replies import Room, complete
from rag.records import Paper
from rag.settings import Settings

TOKENS = 120  # of a question with its facts
DRAFTED = re.compile(r"^\W*(question|fact)\W*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)


def known_items(papers: Sequence[Paper], number: int) -> list[dict[str, Any]]:
    """Return up to `number` known-item questions as rows of a question set, spread over the papers."""
    named = {paper.paper_id: ASKED[0].format(name) for name, paper in named_in(papers)}
    step = max(1, len(papers) // max(1, number))
    rows = []
    for paper in papers[::step][:number]:
        question = named.get(paper.paper_id) or f"What is known about {_lowered(paper.title).rstrip('.?!')}?"
        rows.append(_row(paper, question, "known-item", []))
    return rows


def drafted(
    papers: Sequence[Paper], number: int, model: ChatModel, settings: Settings, watch: Callable[[int, int], object]
) -> list[dict[str, Any]]:
    """Return up to `number` questions that a model wrote, each with facts that stand in its abstract.

    A reply without a question, or without a fact from the abstract, is left out. Raises ModelError, PromptError.
    """
    prompt = load_prompt("question", settings.prompts)
    step = max(1, len(papers) // max(1, number))
    rows: list[dict[str, Any]] = []
    chosen = papers[::step][:number]
    for done, paper in enumerate(chosen, start=1):
        filled = prompt.render(title=as_data(paper.title), abstract=as_data(paper.abstract))
        reply, _ = complete(
            model,
            [Message(role, text) for role, text in filled],
            max_tokens=TOKENS,
            stop=Cancellation(),
            room=Room.of(settings),
        )
        row = draft_of(reply, paper)
        rows += [row] if row else []
        watch(done, len(chosen))
    if not rows:
        msg = f"{model.name} wrote no question whose facts stand in an abstract. Use a larger model, or none."
        raise ModelError(msg)
    return rows


def draft_of(reply: str, paper: Paper) -> dict[str, Any] | None:
    """Return the question of a model's reply with those facts that stand in the abstract; None without either."""
    said = [(match[1].casefold(), match[2]) for match in DRAFTED.finditer(reply)]
    questions = [text for kind, text in said if kind == "question" and text.endswith("?")]
    text = " ".join(paper.abstract.casefold().split())
    facts = [text_ for kind, text_ in said if kind == "fact" and _bare(text_) and _bare(text_) in text]
    if not questions or not facts:
        return None
    nuggets = [{"text": fact, "any_of": [_bare(fact)]} for fact in dict.fromkeys(facts)]
    return _row(paper, questions[0], "drafted", nuggets)


def _bare(fact: str) -> str:
    return " ".join(fact.casefold().split()).strip(" .\"'`*")


def _row(paper: Paper, question: str, kind: str, nuggets: list[dict[str, Any]]) -> dict[str, Any]:
    row = {"id": f"{kind}-{paper.paper_id}", "type": kind, "question": question, "gold_titles": [paper.title]}
    return {**row, "nuggets": nuggets} if nuggets else row


def _lowered(title: str) -> str:
    """Return a title as it stands within a sentence: an ordinary first word in lower case."""
    first, _, rest = title.partition(" ")
    return f"{first.lower()} {rest}" if first[1:].islower() else title
