"""Follow-ups and changes of topic: which paper comes first, with and without the earlier question in front?

The first two kinds are of the development set: its follow-ups, and its other questions, each after one that it has
nothing to do with. The others are the turns of gold/conversations.jsonl. With a language model (OPENAI_BASE_URL) its
rewriting is measured too, on fewer changes.
"""

import json
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from eval.benchmarks.shared import opened_storage, shared_folder
from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.nuggets import mean
from eval.metrics.ranking import ranked
from rag.conversation.follow_ups import rewrite, standalone
from rag.conversation.gate import hangs
from rag.library import Library
from rag.models.cancellation import Cancellation
from rag.models.llms import load_model
from rag.models.llms.prompts import load_prompt
from rag.records import Turn
from rag.retrieval.retriever import Retriever
from rag.settings import load_settings

FEWER = 8  # every so many changes of topic are rewritten by a model
Asked = tuple[GoldQuestion, tuple[Turn, ...]]
Way = Callable[[str, tuple[Turn, ...]], str]
WAYS: dict[str, Way] = {
    "the question alone": lambda question, history: question,
    "earlier questions always in front": lambda question, history: " ".join(
        [*(turn.question for turn in history), question]
    ),
    "by its words (follow_ups.standalone)": standalone,
}


def measure(work: Path) -> str:
    """Return a Markdown table of success@1 for follow-ups and changes of topic."""
    kinds = {**_of_dev(), **_conversations()}
    follow_ups, changes = kinds["follow-ups"], kinds["changes of topic"]
    settings = load_settings()
    with Library.open(work / "dev.library", settings) as library:
        library.ingest([shared_folder() / "papers"])

        def first(asked: list[Asked], way: Callable[..., str]) -> float:
            return mean(
                ranked(
                    [hit.paper.title for hit in library.search(way(row.question, history), limit=1)],
                    dict.fromkeys(row.gold_titles, 1),
                )["success@1"]
                for row, history in asked
            )

        with closing(opened_storage(library.folder)) as storage:
            tied = partial(hangs, retriever=Retriever(storage, library.embedder()))
            ways: dict[str, Way] = {**WAYS, "by what both find (gate.hangs)": partial(standalone, hangs=tied)}
            lines = [
                f"| {name} | {' | '.join(f'{first(kind, way):.3f}' for kind in kinds.values())} |"
                for name, way in ways.items()
            ]
        model = load_model(settings)
        if model is not None:
            prompt = load_prompt("rewrite", settings.prompts)

            def rewritten(question: str, history: tuple[Turn, ...]) -> str:
                return rewrite(question, history, Cancellation(), model=model, prompt=prompt).question

            some = changes[::FEWER]
            found = f"{first(follow_ups, rewritten):.3f} | {first(some, rewritten):.3f} of {len(some)}"
            lines.append(f"| {model.name}, {prompt.prompt_id} | {found} |{' |' * (len(kinds) - 2)}")
            model.close()
    head = f"| success@1 | {' | '.join(f'{len(asked)} {kind}' for kind, asked in kinds.items())} |"
    return "\n".join([head, f"|---|{'---|' * len(kinds)}", *lines])


def _of_dev() -> dict[str, list[Asked]]:
    """Return the follow-ups of gold/dev.jsonl, and its other questions, each after the one before it."""
    rows = [row for row in load_questions(shared_folder() / "gold" / "dev.jsonl") if row.answerable]
    alone = [row for row in rows if not row.history]
    return {
        "follow-ups": [(row, row.history) for row in rows if row.history],
        "changes of topic": [(row, (Turn(alone[place - 1].question, "..."),)) for place, row in enumerate(alone)],
    }


def _conversations() -> dict[str, list[Asked]]:
    """Return the turns of gold/conversations.jsonl by kind; a change comes after the next conversation's question."""
    text = (shared_folder() / "gold" / "conversations.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    first = [row for row in rows if "question" in row]
    short = [row for row in rows if "short_question" in row]

    def asked(row: dict[str, str], name: str, before: str) -> Asked:
        gold = GoldQuestion("", "", row[name], (), frozenset({row["title"]}), frozenset())
        return gold, (Turn(before, "..."),)

    return {
        "short follow-ups": [asked(row, "follow_up", row["question"]) for row in first],
        "long follow-ups": [asked(row, "long_follow_up", row["question"]) for row in first if "long_follow_up" in row],
        "changes in conversations": [
            asked(row, "question", first[place - 1]["question"]) for place, row in enumerate(first)
        ],
        "short new questions": [
            asked(row, "short_question", first[place]["question"]) for place, row in enumerate(short)
        ],
    }
