"""Questions in other languages than English: how many are seen, and how many English texts are taken for such.

The questions are our own (eval/data/languages), `later` those written when the rules stood. English are the shared
questions, claims and titles; fragments, the first six and the last five words of each sentence of SciFact's abstracts,
stand for what is typed into a search box.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus, load_queries
from rag.readers.reading import read_file
from rag.records import Record
from rag.text.questions.languages import question_language
from rag.text.sentences import sentence_spans

QUESTIONS = Path(__file__).resolve().parents[2] / "data" / "languages" / "questions.jsonl"


def measure(work: Path) -> str:
    """Return two Markdown tables: what is seen of each language, and what is taken for one falsely."""
    del work
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    lines = ["| language | questions | seen | called by its name |", "|---|---|---|---|"]
    groups = {"all": [row for row in rows if row["language"] != "en"]}
    groups |= {"all, written later": [row for row in groups["all"] if row["later"]]}
    groups |= {code: [row for row in groups["all"] if row["language"] == code] for code in _codes(groups["all"])}
    for name, some in groups.items():
        told = [question_language(row["question"]) for row in some]
        right = sum(one == row["language"] for one, row in zip(told, some, strict=True))
        lines.append(f"| {name} | {len(some)} | {sum(map(bool, told))} | {right} |")
    lines += ["", "| English | texts | taken for another language |", "|---|---|---|"]
    own = [row["question"] for row in rows if row["language"] == "en"]
    for name, texts in {"our own, short, with foreign names": own, **_english(shared_folder())}.items():
        different = dict.fromkeys(texts)
        lines.append(f"| {name} | {len(different):,} | {sum(map(bool, map(question_language, different)))} |")
    return "\n".join(lines)


def _codes(rows: Iterable[dict[str, str]]) -> list[str]:
    return sorted({row["language"] for row in rows})


def _english(shared: Path) -> dict[str, list[str]]:
    """Return English texts by where they are from."""
    scifact = shared / "bench" / "scifact"
    corpus = load_corpus(scifact)
    read = (one for path in sorted((shared / "papers").iterdir()) for _, one in read_file(path))
    return {
        "gold questions and follow-ups": list(_asked(shared / "gold")),
        "SciFact's claims": list(load_queries(scifact).values()),
        "titles of the 707 papers": [one.title for one in read if isinstance(one, Record)],
        "titles of SciFact's abstracts": [row["title"] for row in corpus],
        "fragments of SciFact's abstracts": [part for row in corpus for part in _fragments(row["text"])],
    }


def _asked(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield from (row[name] for name in row if name == "question" or "follow_up" in name)
            yield from (turn["question"] for turn in row.get("history", ()))


def _fragments(text: str) -> Iterator[str]:
    for start, end in sentence_spans(text):
        words = text[start:end].split()
        yield " ".join(words[:6])
        yield " ".join(words[-5:])
