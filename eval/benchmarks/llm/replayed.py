"""What becomes of a strong model's answers: recorded ones (eval.datasets.replies), replayed by a server.

Whether the model is asked and what it is shown, over the whole development set; then, of 40 questions in two styles,
whether the outcome is right, what is left of what was written, and how the claims, all of them true, are marked.
"""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from eval.benchmarks.llm.replay_server import replaying
from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import GoldQuestion, load_questions
from eval.datasets.replies import STYLES, Reply, load_replies
from eval.metrics.nuggets import mean, nugget_recall
from rag.answering.abstaining import is_hopeless
from rag.answering.context import show
from rag.answering.pipeline import OF_SEVERAL
from rag.collection import Collection
from rag.conversation.follow_ups import standalone
from rag.library import Library
from rag.models.llms.prompts import load_prompt
from rag.records import Answer, Paper, Standing
from rag.retrieval.retriever import Retriever
from rag.settings import Settings, load_settings
from rag.text.questions.several import asks_for_several

STANDINGS = tuple(one for one in Standing if one is not Standing.SUPPORTED)  # nothing but words checks here
ROOM = 6_000  # tokens of sources that a window of 8,192 has room for


@dataclass(frozen=True, slots=True)
class Replayed:
    """One recorded answer, what the server said, and what the library made of it in how many seconds without it."""

    reply: Reply
    row: GoldQuestion
    said: str
    answer: Answer
    seconds: float


def measure(work: Path) -> str:
    """Return what is asked and shown, and a table of the replayed answers by style."""
    rows = load_questions(shared_folder() / "gold" / "dev.jsonl")
    folder = work / "dev.library"
    with closing(Collection.open(folder, load_settings())) as collection:
        collection.ingest([shared_folder() / "papers"])
        papers = {paper.title: paper for paper in collection.selected()}
        asked = _asked(collection, [row for row in rows if row.answerable])
    by_id = {row.id: row for row in rows}
    replayed = {
        style: _replay(
            folder, [(reply, by_id[reply.question_id]) for reply in load_replies() if reply.style == style], papers
        )
        for style in STYLES
    }
    prompt = load_prompt("answer").prompt_id
    return "\n\n".join((asked, f"Replies by hand; prompt: {prompt}.", *_tables(replayed)))


def _asked(collection: Collection, rows: Sequence[GoldQuestion]) -> str:
    """Return how many answerable questions a model is asked, and what of their facts it is shown."""
    retriever, settings = Retriever(collection.storage, collection.embedder()), collection.settings
    lines = [
        "| shown | model asked | nuggets in the prompt | all gold papers shown, several asked | tokens |",
        "|---|---|---|---|---|",
    ]
    found = [
        retriever.retrieve(
            standalone(row.question, row.history),
            limit=settings.papers + OF_SEVERAL * asks_for_several(row.question),
        )
        for row in rows
    ]
    share = mean(float(not is_hopeless(one)) for one in found)
    for name, sentences in (("whole abstracts", None), ("best sentences", settings.excerpts)):
        shown = [
            show(row.question, one, papers=len(one.hits), tokens=ROOM, sentences=sentences)
            for row, one in zip(rows, found, strict=True)
        ]
        nuggets = mean(nugget_recall(one.text, row.nuggets) for row, one in zip(rows, shown, strict=True))
        several = [
            float(set(row.gold_titles) <= {paper.title for paper in one.papers.values()})
            for row, one in zip(rows, shown, strict=True)
            if len(row.gold_titles) > 1
        ]
        tokens = statistics.median(len(one.text) // 4 for one in shown)
        cells = (
            f"{share:.3f} of {len(rows)}",
            f"{nuggets:.3f}",
            f"{mean(several):.3f} of {len(several)}",
            f"{tokens:.0f}",
        )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _replay(folder: Path, replies: Sequence[tuple[Reply, GoldQuestion]], papers: Mapping[str, Paper]) -> list[Replayed]:
    """Ask every question of a library whose model gives the recorded answers."""
    now: list[tuple[Reply, GoldQuestion, str]] = []  # the question that is asked, and what was said to it

    def answer(shown: dict[str, int]) -> str:
        reply, row, _ = now[-1]
        if not shown:  # to be made to stand alone
            return standalone(row.question, row.history).replace("\n", " ")
        now[-1] = (reply, row, reply.said(shown, papers))
        return now[-1][2]

    done: list[Replayed] = []
    with replaying(answer) as address:
        settings = Settings(openai_base_url=address, openai_api_key="recorded", llm="openai:recorded")
        with Library.open(folder, settings) as library:
            for reply, row in replies:
                now.append((reply, row, ""))
                started = perf_counter()
                told = library.ask(row.question, history=row.history)
                model = sum(told.timings.get(stage, 0.0) for stage in ("model", "rewrite"))
                done.append(Replayed(reply, row, now[-1][2], told, perf_counter() - started - model))
    return done


def _tables(replayed: Mapping[str, Sequence[Replayed]]) -> list[str]:
    head = ("style", "answers", "outcome right", "left open told", "nugget recall", "words kept", "our own median ms")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    marks = [f"| style | claims | {' | '.join(STANDINGS)} |", "|---|---|" + "---|" * len(STANDINGS)]
    for style, some in replayed.items():
        answered = [one for one in some if one.reply.outcome == "answered"]
        cells = (
            str(len(some)),
            f"{mean(float(one.answer.outcome == one.reply.outcome) for one in some):.3f}",
            f"{mean(float(bool(one.answer.left_open) == one.reply.left_open) for one in answered):.3f}",
            f"{mean(nugget_recall(one.answer.text, one.row.nuggets) for one in answered):.3f}",
            f"{mean(map(_kept, answered)):.3f}",
            f"{statistics.median(one.seconds for one in some) * 1000:.0f}",
        )
        lines.append(f"| {style} | {' | '.join(cells)} |")
        counts = Counter(claim.standing for one in some for claim in one.answer.claims)
        total = max(1, sum(counts.values()))
        marks.append(f"| {style} | {total} | {' | '.join(f'{counts[one] / total:.3f}' for one in STANDINGS)} |")
    return ["\n".join(lines), "\n".join(marks)]


def _kept(one: Replayed) -> float:
    """Return the share of the words that the model wrote which are in the answer's text."""
    left = Counter(one.answer.text.split())
    words = Counter(one.said.split())
    return sum((words & left).values()) / max(1, sum(words.values()))
