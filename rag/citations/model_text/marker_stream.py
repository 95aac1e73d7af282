"""A model's text while it is streamed: what a reader can be shown of it now."""

import re
from collections.abc import Callable, Mapping

from rag.citations.model_text.forms.brackets import IS_ADDRESS
from rag.citations.model_text.forms.marker_contents import pointed_at
from rag.citations.model_text.forms.other_markers import plain_markers
from rag.citations.model_text.forms.patterns import TAGS
from rag.citations.model_text.forms.shielding import NUMBERS, is_value
from rag.citations.model_text.forms.unwrapping import as_markdown, may_be_json
from rag.citations.model_text.marker_grammar import LABEL_BEGINS, WHOLE, is_interval, known_among, label_of, numbers_in
from rag.records import Paper

BRACKETS = {"]": "[", "\u3011": "\u3010", "\uff3d": "\uff3b", "\uff09": "\uff08", ")": "("}
OPENING = frozenset(BRACKETS.values())
MARKER = re.compile(r"\[(\d+)\]")
WRAPPED = re.compile(r"\[(?:\[\d+\])+\]")
TAG_BEGINS = re.compile(rf"<(?:/?(?:[a-z]{{0,9}}|(?:{TAGS})\b[^<>\n]*(?:>[^<>\n]*(?:</?[a-z]*)?)?))\Z", re.IGNORECASE)
MENDED_IN_TAG = re.compile(rf"<(?P<tag>{TAGS})\b[^<>]*>\s?(?P<inside>(?:\[\d+\])+)\s?</(?P=tag)>", re.IGNORECASE)
LATEX_BEGINS = re.compile(r"\\(?:[A-Za-z]{0,14}\*?(?:\[[^\[\]\n]*\]?){0,2}(?:\{[^{}\n]*)?|\[[^\[\]\n]*)\Z")
ENDS_ADDRESS = frozenset("[]\u3010\u3011\n")
IS_JSON = re.compile(r"\s*(?:(?:```|~~~)json|[{\[]\s*[{\"'])", re.IGNORECASE)
LINE = 2_000  # characters of a line that are looked at for code
BEFORE = 80  # characters of what was shown that tell what a bracket is


class Preview:
    """A text as it is streamed: markers in brackets are held back until they are whole, then shown with final numbers.

    Markers of which only what follows tells what they are, `(1)` and `¹`, are shown as they were written; in the Answer
    they are mended too. A reply in JSON is shown when it is whole, as what it says. `show` gives the number that a
    source has for the reader. What is shown doesn't depend on the pieces in which the text comes.
    """

    HELD = 62  # characters: the longest marker with its brackets
    ADDRESS = 400  # the longest address behind one

    def __init__(self, sources: Mapping[int, Paper], show: Callable[[int], int]) -> None:
        self._sources = sources
        self._show = show
        self._held = ""
        self._before = ""  # what was shown last
        self._begins = True  # a line, with which a label may be copied
        self._linked = -1  # where in what is held a marker ends, behind which an address may stand; -1 for nowhere
        self._line, self._fenced = "", False  # what is written of the line, for code
        self._start: str | None = ""  # of a reply that may be JSON; None when it is none

    def feed(self, piece: str) -> str:
        """Take a piece; return what can be shown now."""
        if self._start is None:
            return "".join(map(self._take, piece))
        start = self._start + piece
        if IS_JSON.match(start) or not start.strip() or (len(start) < self.HELD and may_be_json(start)):
            self._start = start
            return ""
        self._start = None
        return "".join(map(self._take, start))

    def rest(self) -> str:
        """Return what is still held back, at the end."""
        begun = ""
        if self._start:
            start, self._start = self._start, None
            begun = "".join(map(self._take, as_markdown(start)))
        held, self._held = self._held, ""
        return begun + held

    def _take(self, character: str) -> str:
        held = self._held + character
        if self._begins:
            if LABEL_BEGINS.fullmatch(held) and character != "\n":
                self._held = held
                return ""
            label = label_of(held, self._sources)
            held = label[1] + held[label.end() :] if label else held
        self._begins = character == "\n"
        if self._linked >= 0:
            behind = self._behind_a_marker(held[self._linked :])
            if behind is None:
                self._held = held
                return ""
            held, self._linked = held[: self._linked] + behind, -1
        if not self._in_code(character):
            held = self._mended(held, character)
        keep = self._kept_from(held)
        self._held = held[keep:]
        self._linked = self._linked - keep if self._linked >= keep else -1
        self._before = (self._before + held[:keep])[-BEFORE:]
        return held[:keep]

    def _in_code(self, character: str) -> bool:
        """Take the next sign of the line; tell whether it stands in code."""
        if character == "\n":
            self._fenced ^= self._line.lstrip().startswith(("```", "~~~"))
            self._line = ""
        elif len(self._line) < LINE:
            self._line += character
        return self._fenced or self._line.count("`") % 2 == 1

    def _mended(self, held: str, character: str) -> str:
        """Return a held text that ends with a sign, with the marker that this sign ends."""
        command = held.rfind("\\", 0, max(0, len(held) - 2)) if character in "}]" else -1
        if command >= 0 and (said := self._rewritten(held[command:])) != held[command:]:
            return held[:command] + said
        if character in BRACKETS and held:
            opened = max(held.rfind(BRACKETS[character]), 0)
            if character in "]\u3011":
                opened = max(held.rfind("["), held.rfind("\u3010"), 0)
                opened -= WRAPPED.match(held, max(0, opened - 1)) is not None
            held = self._closed(held, opened)
        elif character == ">" and (tag := held.rfind("<", 0, max(0, held.rfind("</")))) >= 0:
            mended = MENDED_IN_TAG.fullmatch(held, tag)
            held = held[:tag] + (mended["inside"] if mended else self._rewritten(held[tag:]))
        return held

    def _behind_a_marker(self, held: str) -> str | None:
        """Return what is left of a text behind a marker, without its address; None when that isn't whole yet."""
        waits = held.startswith("(") and not held.endswith(")") and len(held) < self.ADDRESS
        if waits and ENDS_ADDRESS.isdisjoint(held):
            return None
        is_address = held.startswith("(") and held.endswith(")") and IS_ADDRESS.match(held[1:-1])
        return "" if is_address else held

    def _closed(self, held: str, opened: int) -> str:
        """Return a held text whose last bracket is closed, with the marker that this is."""
        bracket = held[opened:]
        if bracket[0] not in "[\u3010":
            return held if "[" in bracket else held[:opened] + self._rewritten(bracket)
        if WRAPPED.fullmatch(bracket):  # [[1]](http://...)
            self._linked = len(held) - 2
            return held[:opened] + bracket[1:-1]
        said = WHOLE.sub(lambda match: self._shown(match, self._before + held[:opened]), bracket)
        if said != bracket or MARKER.fullmatch(bracket):
            self._linked = opened + len(said)
        return held[:opened] + said

    def _rewritten(self, written: str) -> str:
        """Return a marker of another form as it will stand, or what else was written."""
        plain, _ = plain_markers(written, self._sources)
        if plain == written or not all(int(number) in self._sources for number in MARKER.findall(plain)):
            return written
        return MARKER.sub(lambda one: f"[{self._show(int(one[1]))}]", plain)

    def _kept_from(self, held: str) -> int:
        """Return from where on a text may still become a marker."""
        opened: list[int] = []
        for at, character in enumerate(held):
            if character in OPENING:
                opened.append(at)
            elif character in BRACKETS:
                del opened[-1:]
            elif character == "\n":
                opened.clear()
        begun = [
            at
            for at, sign in enumerate(held)
            if sign in "<\\" and (TAG_BEGINS.match(held, at) or LATEX_BEGINS.match(held, at))
        ]
        return min((at for at in (*opened, *begun) if len(held) - at < self.HELD), default=len(held))

    def _shown(self, match: re.Match[str], before: str) -> str:
        found = numbers_in(match[1])
        if is_interval(match[0], self._sources):
            return match[0]
        if NUMBERS.fullmatch(match[0]) and before[-1:] not in tuple("\\^:"):
            line = before.rpartition("\n")[2]
            if is_value(match[1], line[-BEFORE:], "", self._sources):
                return match[0]
        if found is None:
            pointed = pointed_at(match[1], self._sources, tolerant=True)
            if pointed is None:
                return match[0]
            numbers = [*known_among(pointed.ranges, self._sources), *pointed.named]
            return "".join(f"[{self._show(number)}]" for number in dict.fromkeys(numbers)) or match[0]
        return "".join(f"[{self._show(number)}]" for number in known_among(found, self._sources))
