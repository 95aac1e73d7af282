"""Asking in the terminal: one question, or a conversation line by line.

On a terminal an LLM's answer is shown as it is written; elsewhere, and with JSON, only the Answer is printed.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from rag.conversation.history import append_turn
from rag.errors import RagError
from rag.library import Library
from rag.records import Answer, Filters, Turn
from ui.cli.showing.rendering import show_answer, stream_answer

PROMPT = "[bold cyan]?[/] "
OPTIONS = {"--alone": "alone", "--as-written": "as_written"}


class Way(NamedTuple):
    """How questions are asked: `alone`, hanging on no earlier one; `as_written`, no word read as another."""

    alone: bool = False
    as_written: bool = False

    def of(self, line: str) -> tuple["Way", str]:
        """Return how a line is to be asked, and its question: it may begin with the options of the command line.

        >>> Way().of("--alone What is dropout?")
        (Way(alone=True, as_written=False), 'What is dropout?')
        """
        first, _, rest = line.partition(" ")
        if first not in OPTIONS or not rest.strip():
            return self, line
        return self._replace(**{OPTIONS[first]: True}).of(rest.strip())


PLAIN = Way()


@dataclass
class Conversation:
    """A conversation over a library: its turns so far, the file that keeps them, and how answers are printed."""

    library: Library
    turns: list[Turn]
    history: Path | None
    filters: Filters
    as_json: bool
    way: Way = PLAIN
    indent: int | None = 2  # of JSON; in a conversation None: an answer is a line
    _cost: float = 0  # of what was asked in this session, earlier turns of a file aside

    def ask(self, question: str) -> Answer:
        """Answer one question, show it, and add it to the turns and their file. Raises RagError."""
        console, before = Console(highlight=False), self._cost
        way, question = self.way.of(question)
        if self.as_json or not console.is_terminal:
            answer = self.library.ask(question, history=self.turns, filters=self.filters, **way._asdict())
            if self.as_json:
                sys.stdout.write(json.dumps(answer.to_dict(), ensure_ascii=False, indent=self.indent) + "\n")
            else:
                show_answer(console, answer, before)
        else:
            events = self.library.stream(question, history=self.turns, filters=self.filters, **way._asdict())
            with closing(events):
                answer = stream_answer(console, events, before)
        self.turns.append(Turn(question, answer))
        if self.history is not None:
            append_turn(self.history, self.turns[-1])
        self._cost += answer.cost or 0
        return answer

    def go_on(self) -> int:
        """Answer question after question until an empty line or the end of input; an error ends only its question.

        Return how many questions ended in an error.
        """
        self.indent = None
        console, errors, failed = Console(highlight=False), Console(stderr=True, highlight=False), 0
        for question in _questions(errors):
            try:
                self.ask(question)
            except RagError as error:
                failed += 1
                errors.print(f"Error: {' '.join(str(error).split())}", markup=False, soft_wrap=True)
            except KeyboardInterrupt:
                errors.print("Stopped. Ask something else, or end with an empty line.")
            if not self.as_json:
                console.print()
        return failed


def _questions(console: Console) -> Iterator[str]:
    """Yield what is typed or piped in, a question a line."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    console.print("Ask about the papers of this library. A follow-up may say 'it'. An empty line ends.", style="dim")
    while True:
        try:
            line = console.input(PROMPT).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not line:
            return
        yield line
