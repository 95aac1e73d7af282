"""Follow-ups and changes of topic: which paper comes first, with and without the earlier question in front?

The follow-ups are the development set's own. A change of topic is one of its other questions after the next one,
which has nothing to do with it.
"""

from collections.abc import Callable
from pathlib import Path

from eval.gold import GoldQuestion, load_questions, shared_folder
from eval.metrics import mean, recall_at
from rag.conversation import standalone
from rag.datatypes import Turn
from rag.library import Library
from rag.settings import Settings

Asked = tuple[GoldQuestion, tuple[Turn, ...]]


def measure(work: Path) -> str:
    """Return a Markdown table of recall@1 for follow-ups and changes of topic."""
    rows = [row for row in load_questions(shared_folder() / "gold" / "dev.jsonl") if row.answerable]
    alone = [row for row in rows if not row.history]
    follow_ups: list[Asked] = [(row, row.history) for row in rows if row.history]
    changes: list[Asked] = [(row, (Turn(alone[place - 1].question),)) for place, row in enumerate(alone)]
    ways: dict[str, Callable[[str, tuple[Turn, ...]], str]] = {
        "the question alone": lambda question, history: question,
        "earlier questions always in front": lambda question, history: " ".join(
            [*(turn.question for turn in history), question]
        ),
        "rag.conversation.standalone": standalone,
    }
    with Library.open(work / "dev.library", Settings()) as library:
        library.ingest([shared_folder() / "papers"])

        def first(asked: list[Asked], way: Callable[..., str]) -> float:
            return mean(
                recall_at(
                    [hit.paper.title for hit in library.search(way(row.question, history), limit=1)],
                    row.gold_titles,
                    1,
                )
                for row, history in asked
            )

        lines = [f"| {name} | {first(follow_ups, way):.3f} | {first(changes, way):.3f} |" for name, way in ways.items()]
    return "\n".join(
        [
            f"| recall@1 | {len(follow_ups)} follow-ups | {len(changes)} changes of topic |",
            "|---|---|---|",
            *lines,
        ]
    )
