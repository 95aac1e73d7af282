"""Follow-ups and changes of topic: which paper comes first, with and without the earlier question in front?

The follow-ups are the development set's own. A change of topic is one of its other questions after the next one,
which has nothing to do with it. With a language model (OPENAI_BASE_URL) its rewriting is measured too, on fewer
changes.
"""

from collections.abc import Callable
from pathlib import Path

from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.nuggets import mean
from eval.metrics.ranking import ranked
from rag.conversation.follow_ups import rewrite, standalone
from rag.library import Library
from rag.models.cancellation import Cancellation
from rag.models.llms import load_model
from rag.models.llms.prompts import load_prompt
from rag.records import Turn
from rag.settings import load_settings

FEWER = 8  # every so many changes of topic are rewritten by a model
Asked = tuple[GoldQuestion, tuple[Turn, ...]]
WAYS: dict[str, Callable[[str, tuple[Turn, ...]], str]] = {
    "the question alone": lambda question, history: question,
    "earlier questions always in front": lambda question, history: " ".join(
        [*(turn.question for turn in history), question]
    ),
    "rag.conversation.follow_ups.standalone": standalone,
}


def measure(work: Path) -> str:
    """Return a Markdown table of success@1 for follow-ups and changes of topic."""
    rows = [row for row in load_questions(shared_folder() / "gold" / "dev.jsonl") if row.answerable]
    alone = [row for row in rows if not row.history]
    follow_ups: list[Asked] = [(row, row.history) for row in rows if row.history]
    changes: list[Asked] = [(row, (Turn(alone[place - 1].question),)) for place, row in enumerate(alone)]
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

        lines = [f"| {name} | {first(follow_ups, way):.3f} | {first(changes, way):.3f} |" for name, way in WAYS.items()]
        model = load_model(settings)
        if model is not None:
            prompt = load_prompt("rewrite", settings.prompts)

            def rewritten(question: str, history: tuple[Turn, ...]) -> str:
                return rewrite(question, history, Cancellation(), model=model, prompt=prompt).question

            some = changes[::FEWER]
            found = f"{first(follow_ups, rewritten):.3f} | {first(some, rewritten):.3f} of {len(some)}"
            lines.append(f"| {model.name}, {prompt.prompt_id} | {found} |")
            model.close()
    return "\n".join(
        [
            f"| success@1 | {len(follow_ups)} follow-ups | {len(changes)} changes of topic |",
            "|---|---|---|",
            *lines,
        ]
    )
