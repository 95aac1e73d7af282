"""A text of any length, seen through a window: values of JSON are taken from its start, more is added at its end.

Only what is being read is in memory. A value is told whole from cut by where its decoding fails, so that a long one
is decoded a few times, not once a piece. For JSON
documents and JSON Lines.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from rag.readers.inputs.source import LONGEST_LINE

VALUE = re.compile(r"[^\s,\ufeff\x1e]")  # beyond white space, commas, a byte order mark and a sequence's separator
FIRST = re.compile(r"\[\s*")
LONGEST_WORD = 16  # characters: `Infinity`, `\ud83d\ude00`; an error nearer to the end may be one of these, cut
OVERLAP = 1_000  # characters that a search keeps, in which what it looks for may begin


class Broken(str):
    """Why no value could be taken."""

    __slots__ = ()


class Window:
    """What is left of a text, from `line` on."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.line = 1
        self.passed = 0  # characters
        self._text = ""
        self._place = 0
        self._ended = False
        self._pieces = pieces
        # A byte that is none becomes half a surrogate pair, which no decoded text can hold: its value is found out.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder()

    def sign(self) -> str:
        """Pass over what stands between values and return the next character, which stays; empty at the end."""
        while True:
            if found := VALUE.search(self._text, self._place):
                self._pass(found.start())
                return found[0]
            self._pass(len(self._text))
            if not self._more():
                return ""

    def pass_sign(self) -> None:
        """Pass over the next character."""
        self._pass(self._place + 1)

    def value(self) -> Any:
        """Take the value that begins here and return it; of what is none, return Broken and stay."""
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                near = error.msg.startswith("Unterminated") or len(self._text) - error.pos < LONGEST_WORD
                trouble = Broken(error.msg)
            except (ValueError, RecursionError) as error:  # a number of many digits, lists within lists
                return Broken(error)
            else:
                if isinstance(value, str | dict | list) or end < len(self._text) or self._ended:
                    return self._taken(value, end)
                near, trouble = True, Broken("a number without an end")
            if not near:
                return trouble
            if len(self._text) - self._place > LONGEST_LINE:
                return Broken(f"longer than {LONGEST_LINE:,} characters")
            if not self._double():
                return Broken("the file ends inside it")

    def first(self) -> Any:
        """Return the first value of the list that begins here, which stays; None where there is none to be seen."""
        while len(self._text) - self._place <= LONGEST_LINE:
            begun = FIRST.match(self._text, self._place)
            try:
                return self._json.raw_decode(self._text, begun.end())[0] if begun else None
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or len(self._text) - error.pos < LONGEST_WORD
                if not cut or not self._double():
                    return None
            except (ValueError, RecursionError):
                return None
        return None

    def seek(self, pattern: re.Pattern[str]) -> bool:
        """Pass on to where this is found, at the next character or behind it, or to the end; return whether it was."""
        start = self._place + 1
        while not (match := pattern.search(self._text, start)):
            if self._ended:
                self._pass(len(self._text))
                return False
            self._pass(max(start, len(self._text) - OVERLAP))
            self._more()
            start = self._place
        self._pass(match.start())
        return True

    def begins(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match what comes next, as far as it is in sight."""
        return pattern.match(self._text, self._place)

    def _taken(self, value: Any, end: int) -> Any:
        raw = self._text[self._place : end]
        try:
            raw.encode()
        except UnicodeEncodeError as error:
            self._pass(end)
            return Broken(f"not UTF-8 text (byte 0x{ord(raw[error.start]) - 0xDC00:02x})")
        self._pass(end)
        return value

    def _pass(self, place: int) -> None:
        self.line += self._text.count("\n", self._place, place)
        self.passed += place - self._place
        self._place = place

    def _double(self) -> bool:
        """Look at twice as much; return False when there is no more."""
        wanted = 2 * (len(self._text) - self._place)
        more = False
        while len(self._text) - self._place < wanted and self._more():
            more = True
        return more

    def _more(self) -> bool:
        if self._ended:
            return False
        raw = next(self._pieces, b"")
        self._ended = not raw
        self._text = self._text[self._place :] + self._decoder.decode(raw, final=not raw)
        self._place = 0
        return True
