"""Follow-ups and changes of topic: which paper comes first, with and without the earlier question in front?

The first two kinds are of the development set: its follow-ups, and its other questions, each after one that it has
nothing to do with. The others are the turns of gold/conversations.jsonl. Questions of no paper have none that could
come first: claims of SciFact, the development set's unanswerable questions and everyday ones, each after a question
that has a paper; counted is how many stand alone. With a language model (OPENAI_BASE_URL) its rewriting is measured
too, on fewer changes.
"""

import json
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from eval.benchmarks.shared import opened_storage, shared_folder
from eval.datasets.beir import load_queries
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

EVERYDAY = (  # not in the fit of rag.conversation.gate, but seen in choosing its signs
    "How long should rice be boiled?",
    "Which wine goes with grilled salmon?",
    "Can you freeze cooked potatoes?",
    "What temperature should a roast chicken reach?",
    "How do I get red wine stains out of a shirt?",
    "Who holds the record in the 100 metres?",
    "What is the offside rule?",
    "How long is a marathon?",
    "Who invented basketball?",
    "Who was the first president of the United States?",
    "When was the Berlin wall built?",
    "Why did the Titanic sink?",
    "How high is Mount Everest?",
    "What is the population of Brazil?",
    "How do I treat a sprained ankle?",
    "Why do cats purr?",
    "What do hedgehogs eat?",
    "What time is it in Tokyo?",
    "Where can I buy cheap shoes?",
    "What is the best car for a family of five?",
    "Sing me a song about the sea",
    "Who wrote Romeo and Juliet?",
    "What are the lyrics of Yesterday?",
    "Should I buy shares or gold?",
    "Thank you very much",
    "Good morning!",
    "Great, bye",
    "Nice weather today, isn't it?",
    "You are wonderful",
    "Good night and see you tomorrow",
)
NO_PAPER = "questions of no paper"
CLAIMS = 8  # every so many claims of SciFact are asked
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
    kinds, foreign = {**_of_dev(), **_conversations()}, _of_no_paper()
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

        def stands(way: Callable[..., str]) -> float:
            return mean(float(way(row.question, history) == row.question) for row, history in foreign)

        with closing(opened_storage(library.folder)) as storage:
            tied = partial(hangs, retriever=Retriever(storage, library.embedder()))
            ways: dict[str, Way] = {**WAYS, "by what both find (gate.hangs)": partial(standalone, hangs=tied)}
            lines = [
                f"| {name} | {' | '.join(f'{first(kind, way):.3f}' for kind in kinds.values())} | {stands(way):.3f} |"
                for name, way in ways.items()
            ]
        model = load_model(settings)
        if model is not None:
            prompt = load_prompt("rewrite", settings.prompts)

            def rewritten(question: str, history: tuple[Turn, ...]) -> str:
                return rewrite(question, history, Cancellation(), model=model, prompt=prompt).question

            some = changes[::FEWER]
            found = f"{first(follow_ups, rewritten):.3f} | {first(some, rewritten):.3f} of {len(some)}"
            lines.append(f"| {model.name}, {prompt.prompt_id} | {found} |{' |' * (len(kinds) - 1)}")
            model.close()
    asked_of = [*(f"{len(asked)} {kind}" for kind, asked in kinds.items()), f"{len(foreign)} {NO_PAPER}, alone"]
    return "\n".join([f"| success@1 | {' | '.join(asked_of)} |", f"|---|{'---|' * len(asked_of)}", *lines])


def _of_dev() -> dict[str, list[Asked]]:
    """Return the follow-ups of gold/dev.jsonl, and its other questions, each after the one before it."""
    rows = [row for row in load_questions(shared_folder() / "gold" / "dev.jsonl") if row.answerable]
    alone = [row for row in rows if not row.history]
    return {
        "follow-ups": [(row, row.history) for row in rows if row.history],
        "changes of topic": [(row, (Turn(alone[place - 1].question, "..."),)) for place, row in enumerate(alone)],
    }


def _of_no_paper() -> list[Asked]:
    """Return questions that the papers can't answer, each after one of the development set that they can."""
    rows = load_questions(shared_folder() / "gold" / "dev.jsonl")
    before = [row.question for row in rows if row.answerable and not row.history]
    asked = [row.question for row in rows if not row.answerable]
    texts = [*asked, *list(load_queries(shared_folder() / "bench" / "scifact").values())[::CLAIMS], *EVERYDAY]
    return [
        (GoldQuestion("", "", text, (), frozenset(), frozenset()), (Turn(before[place % len(before)], "..."),))
        for place, text in enumerate(texts)
    ]


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
