"""The development questions over the real papers: what is found, said, cited and refused."""

from pathlib import Path

from eval.gold import GoldQuestion, load_questions, shared_folder
from eval.metrics import mean, nugget_recall, recall_at, reciprocal_rank
from rag.conversation import standalone
from rag.datatypes import Answer
from rag.library import Library
from rag.settings import Settings


def measure(work: Path) -> str:
    """Return a Markdown report of retrieval and extractive answers on gold/dev.jsonl."""
    questions = load_questions(shared_folder() / "gold" / "dev.jsonl")
    with Library.open(work / "dev.library", Settings()) as library:
        library.ingest([shared_folder() / "papers"])
        found = {
            row.id: [hit.paper.title for hit in library.search(standalone(row.question, row.history), limit=10)]
            for row in questions
        }
        answers = {row.id: library.ask(row.question, history=row.history) for row in questions}
    return "\n".join([_retrieval(questions, found), "", _answers(questions, answers)])


def _retrieval(questions: list[GoldQuestion], found: dict[str, list[str]]) -> str:
    rows = [row for row in questions if row.answerable]
    recalls = [f"{mean(recall_at(found[row.id], row.gold_titles, k) for row in rows):.3f}" for k in (1, 3, 5, 10)]
    rank = mean(reciprocal_rank(found[row.id], row.gold_titles) for row in rows)
    return "\n".join(
        [
            "| questions | recall@1 | @3 | @5 | @10 | MRR@10 |",
            "|---|---|---|---|---|---|",
            f"| {len(rows)} | {' | '.join(recalls)} | {rank:.3f} |",
        ]
    )


def _answers(questions: list[GoldQuestion], answers: dict[str, Answer]) -> str:
    lines = [
        "| type | n | nugget recall | words | cited papers gold or fine | not answered |",
        "|---|---|---|---|---|---|",
    ]
    kinds = sorted({row.kind for row in questions if row.answerable})
    for name, chosen in [("answerable", set(kinds)), *((kind, {kind}) for kind in kinds)]:
        rows = [row for row in questions if row.kind in chosen]
        given = [(row, answers[row.id]) for row in rows]
        cited = [c.paper.title in row.fine_titles for row, answer in given for c in answer.citations]
        answered = [answer for _, answer in given if answer.answered]
        lines.append(
            f"| {name} | {len(rows)} | {mean(nugget_recall(_said(a), row.nuggets) for row, a in given):.3f} "
            f"| {mean(len(answer.text.split()) for answer in answered):.0f} "
            f"| {mean(cited):.3f} of {len(cited)} | {len(rows) - len(answered)} |"
        )
    rows = [row for row in questions if not row.answerable]
    refused = sum(not answers[row.id].answered for row in rows)
    lines.append(f"| unanswerable | {len(rows)} | | | | {refused} |")
    quotes = [c for answer in answers.values() for claim in answer.claims for c in claim.citations]
    verbatim = sum(c.paper.abstract[c.start : c.end] == c.quote for c in quotes)
    lines += ["", f"Quotes that are verbatim slices: {verbatim} of {len(quotes)}."]
    return "\n".join(lines)


def _said(answer: Answer) -> str:
    """Return the text that counts: a refusal that names a paper has said nothing."""
    return answer.text if answer.answered else ""
