"""Recorded answers of a strong model's kind to questions of the development set: what such a model replies to a prompt.

Written by us, by two hands, in two styles: `fluent`, as such models answer an ordinary prompt, and `copied`, whose
sentences are the abstracts' and are given by reference, as no text of papers is kept here. A part of a reply that
needs a paper which a prompt doesn't show is not said.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.records import Paper
from rag.text.sentences import sentence_spans

DATA = Path(__file__).resolve().parents[1] / "data" / "replies"
STYLES = ("fluent", "copied")
MARKER = re.compile(r"\[([A-Z](?:, ?[A-Z])*)\]")


@dataclass(frozen=True, slots=True)
class Reply:
    """A recorded answer to the question `question_id`: how it ends, whether it leaves something open, its parts.

    `papers` gives the title of each letter that its markers use.
    """

    question_id: str
    style: str
    papers: Mapping[str, str]
    parts: Sequence[Mapping[str, Any]]
    outcome: str
    left_open: bool

    def said(self, shown: Mapping[str, int], papers: Mapping[str, Paper]) -> str:
        """Return the reply to a prompt that shows the papers of the titles in `shown`, numbered; `papers` by title."""
        numbers = {letter: shown[title] for letter, title in self.papers.items() if title in shown}
        text = ""
        for part in self.parts:
            if not set(part["needs"]) <= numbers.keys():
                continue
            if "copy" in part:
                letter, place = part["copy"]
                abstract = papers[self.papers[letter]].abstract
                span = sentence_spans(abstract)[place - 1]
                text += f"{abstract[span.start : span.end]} [{numbers[letter]}]"
            else:
                text += MARKER.sub(lambda found: f"[{_numbered(found[1], numbers)}]", part["text"])
        return text.strip()


def load_replies() -> list[Reply]:
    """Return all recorded answers."""
    rows = [json.loads(line) for path in sorted(DATA.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [
        Reply(row["id"], row["style"], row["papers"], row["parts"], row["outcome"], row["left_open"]) for row in rows
    ]


def _numbered(letters: str, numbers: Mapping[str, int]) -> str:
    return ", ".join(str(numbers[letter.strip()]) for letter in letters.split(","))
