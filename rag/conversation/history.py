"""A conversation in a file: JSON Lines, a turn a line, oldest first.

{"question": "...", "answer": "..."}            by hand, or
{"question": "...", "answer": {...}}            with the whole Answer, so that papers keep their numbers
"""

import json
import os
from pathlib import Path
from typing import Any

from rag.errors import SourceError, StorageError
from rag.records import Answer, Turn


def read_history(path: Path) -> list[Turn]:
    """Return the turns of a file; none when there is no file yet. Raises SourceError."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The history {path} can't be read ({error}). Choose another file."
        raise SourceError(msg) from error
    return read_turns(text, str(path))


def read_turns(text: str, name: str) -> list[Turn]:
    """Return the turns of a file's text; `name` is what the file is called in errors. Raises SourceError."""
    lines = text.split("\n")  # splitlines() would also split at what a question may hold
    return [_turn(line, f"{name} line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def append_turn(path: Path, turn: Turn) -> None:
    """Add a turn to a file, which is made when absent. Raises StorageError."""
    _append(path, turn_line(turn))


def turn_line(turn: Turn) -> str:
    """Return a turn as a line of such a file, ASCII alone."""
    answer = turn.answer.to_dict() if isinstance(turn.answer, Answer) else turn.answer
    return json.dumps({"question": turn.question, "answer": answer}) + "\n"


def check_writable(path: Path) -> None:
    """Raise StorageError when no turn could be added to a file: told before an answer is paid for."""
    _append(path, "")


def _append(path: Path, text: str) -> None:
    try:
        with path.open("ab+") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 1))
            torn = bool(text) and end > 0 and file.read(1) != b"\n"  # a last line written by hand
            file.write(("\n" * torn + text).encode("ascii"))
    except OSError as error:
        msg = f"The history {path} can't be written ({error.strerror}). Choose another file."
        raise StorageError(msg) from error


def _turn(line: str, place: str) -> Turn:
    try:
        row: Any = json.loads(line)
        question, answer = row["question"], row["answer"]
        turn = Turn(question, Answer.from_dict(answer) if isinstance(answer, dict) else answer)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_turn(place) from error
    if not isinstance(turn.question, str) or not isinstance(turn.answer, str | Answer):
        raise _no_turn(place)
    return turn


def _no_turn(place: str) -> SourceError:
    wanted = '{"question": "...", "answer": "..."}'
    return SourceError(f"{place}: this is no turn of a conversation. Each line needs: {wanted}")
