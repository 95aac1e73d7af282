"""Thinking taken off a reply as it is streamed: what is said comes at once, what was thought never.

What comes out doesn't depend on the pieces in which the text comes: what a mark does is settled when enough is known
of what stands behind it, or at the end. Thinking whose beginning was never written (`Okay, ... </think> A.`) has been
said by the time its end comes; then what is said begins anew.
"""

import re
from collections.abc import Iterator

from rag.models.llms.thinking.grammar import (
    BARE_ANALYSIS,
    BARE_FINAL,
    BEGINNING,
    BRACKET,
    CITES,
    CLOSING_LABEL,
    FINAL,
    FINAL_CHANNEL,
    HARMONY,
    OPENING_LABEL,
    QUOTES,
    Kind,
    Mark,
    is_mention,
    is_settled,
    mark_at,
    may_become_label,
    may_become_mark,
)
from rag.records import Anew

LABEL, UNOPENED = "|label|", "|unopened|"  # what opened thinking that has no mark at its beginning
LINE = 500  # characters of a line that are kept to tell what stands before a mark
LABEL_LINE = 80  # characters in which a label of the answer stands
MOST_RESTORED = 20  # marks that opened nothing: of more than these, the text is left as it is
FENCES = ("```", "~~~")
ENDS_MESSAGE = frozenset({"end", "return", "call", "start", "im_end", "eot_id", "endoftext", HARMONY})
UNQUOTED_FINAL = re.compile(f"(?<![{QUOTES}]){FINAL}")
SENTENCE_GOES_ON = re.compile(r"[ \t]+[a-z]")


class Unthinking:
    """A reply of which what is said is handed on in pieces; an `Anew` among them says that it begins anew.

    `thought` is what was thought. `unopened`: thinking ended that had never begun; with `hidden` such thinking is
    expected, and what comes is held back until it ends.
    """

    def __init__(self, *, hidden: bool = False) -> None:
        self.thought = ""
        self.unopened = False
        self._held = ""  # not settled yet
        self._line = ""  # what stands before it, on its line
        self._fenced = False
        self._stack = [UNOPENED] if hidden else []  # names of the marks that opened the thinking we are in
        self._unsure: tuple[str, str] | None = ("", "") if hidden else None  # thinking if it ends: its mark and text
        self._head = not hidden  # nothing but blanks has come
        self._gap: str | None = ""  # blanks where something was taken off
        self._said = ""
        self._stale = False  # what was said was thinking, if anything follows
        self._final = False  # Harmony's last channel has begun
        self._over = False
        self._looked = 0  # how far a label of the answer was looked for

    @property
    def spoke(self) -> bool:
        """True when something was said, and still stands."""
        return bool(self._said.strip()) and not self._stale

    @property
    def said(self) -> str:
        """What was said so far."""
        return "" if self._stale else self._said

    @property
    def broke_off(self) -> bool:
        """True when it ended while it was thinking."""
        return bool(self._stack) or (self._final and not self.spoke)

    def feed(self, piece: str) -> Iterator[str]:
        """Take a piece; yield what can be told now."""
        self._held += piece
        yield from self._settled()

    def end(self, *, whole: bool) -> Iterator[str]:
        """Yield the rest; `whole`: the reply ended by itself, so that what never stopped being thinking may be none."""
        yield from self._settled(ended=True)
        for restored in range(MOST_RESTORED):
            if self._unsure is None or not whole:
                break
            (mark, text), self._unsure = self._unsure, None
            self._stack.clear()
            if restored == MOST_RESTORED - 1:
                mark, text = mark + text, ""
            yield from self._say(mark)
            self._line, self._held = self._line + mark, text
            yield from self._settled(ended=True)
        if self._stack == [LABEL] and (whole or CITES.search(self._held)):
            self._stack.clear()
            yield from self._settled(ended=True)
        self._settle_thinking()
        if self._stack == [LABEL]:
            self.thought += self._held
        if self._stale and (self._final or not whole):
            self._stack += [UNOPENED] * (not self._final)
            yield from self._begin_anew()
        self._stale = False

    def _settled(self, *, ended: bool = False) -> Iterator[str]:
        """Yield what is said in what is held, as far as it is settled what that is."""
        while self._held and not self._over:
            if self._head and self._waits_for_head(ended=ended):
                return
            if self._stack[-1:] == [LABEL]:
                if self._waits_for_label(ended=ended):
                    return
                continue
            bracket = BRACKET.search(self._held)
            if bracket is None or bracket.start():
                yield from self._take(bracket.start() if bracket else len(self._held))
                continue
            if not ended and may_become_mark(self._held):
                return
            mark = mark_at(self._held)
            if mark and not ended and not is_settled(mark, self._line, self._held[mark.end :]):
                return
            if mark is None or self._is_text(mark):
                yield from self._take(mark.end if mark else 1)
            else:
                yield from self._marked(mark)
        if self._over:
            self._held = ""

    def _waits_for_head(self, *, ended: bool) -> bool:
        """Look at the beginning for a label or a channel; return whether more has to come to tell."""
        head = self._held.lstrip()
        if not head:
            return True
        if final := BARE_FINAL.match(head):
            self._held, self._final = head[final.end() :], True
        elif analysis := BARE_ANALYSIS.match(head):
            self._held, self._stack = head[analysis.end() :], [HARMONY]
        elif OPENING_LABEL.match(head):
            self._stack = [LABEL]
        elif not ended and may_become_label(head):
            return True
        self._head = False
        return False

    def _waits_for_label(self, *, ended: bool) -> bool:
        """Look for the label of the answer behind a label of thinking; return whether more has to come to tell.

        What cites papers is no thinking, whatever its label; and nothing is, when no label of an answer follows.
        """
        label = CLOSING_LABEL.search(self._held, self._looked)
        if label and (ended or label.end() < len(self._held)):
            if not CITES.search(self._held, 0, label.start()):
                self.thought += self._held[: label.start()]
                self._held, self._gap = self._held[label.end() :], ""
            self._stack.clear()
            return False
        self._looked = max(0, self._held.rfind("\n", 0, max(0, len(self._held) - LABEL_LINE)) + 1)
        return True

    def _is_text(self, mark: Mark) -> bool:
        """Tell whether a mark is only spoken of where it stands, at the beginning of what is held."""
        after, thinking = self._held[mark.end :], bool(self._stack)
        if mark.name in {HARMONY, FINAL_CHANNEL}:
            return False
        if not thinking and self._in_code():
            return True
        if is_mention(mark, self._line, after, thinking=thinking):
            return True
        begins = mark.kind in BEGINNING and not mark.is_token
        return begins and not thinking and self.spoke and SENTENCE_GOES_ON.match(after) is not None

    def _in_code(self) -> bool:
        return self._fenced != self._line.lstrip().startswith(FENCES)

    def _marked(self, mark: Mark) -> Iterator[str]:
        """Do what a mark asks for, at the beginning of what is held."""
        text, self._held = self._held[: mark.end], self._held[mark.end :]
        if mark.kind is not Kind.ASIDE:
            self._line = ""
        if mark.kind is Kind.ANOTHER:
            self._over = True
        elif mark.name == FINAL_CHANNEL:
            self._finally()
        elif self._stack:
            self._marked_in_thinking(mark, text)
        elif mark.kind in {Kind.OPENS, Kind.MAY_OPEN}:
            certain = mark.name == HARMONY or (mark.kind is Kind.OPENS and self._at_line_start())
            self._stack, self._unsure = [mark.name], None if certain else (text, "")
        elif mark.kind is Kind.CLOSES:
            self._stale = bool(self._said.strip())
        self._gap = self._gap or ""
        yield from ()

    def _marked_in_thinking(self, mark: Mark, text: str) -> None:
        if mark.kind in {Kind.OPENS, Kind.MAY_OPEN}:
            if self._stack == [UNOPENED] and not self._unsure_text().strip():
                self._stack, self._unsure = [mark.name], None  # it begins as it should
            elif mark.name not in self._stack and self._stack != [UNOPENED]:
                self._stack.append(mark.name)
        elif mark.kind is Kind.CLOSES or mark.kind is Kind.FRAMES or self._ends_message(mark):
            known = mark.name in self._stack and mark.kind is Kind.CLOSES
            self.unopened = self.unopened or self._stack == [UNOPENED]
            del self._stack[self._stack.index(mark.name) if known else 0 :]
            if not self._stack:
                self._settle_thinking()
                return
        self._think(text)

    def _ends_message(self, mark: Mark) -> bool:
        return mark.kind is Kind.ASIDE and self._stack == [HARMONY] and mark.name in ENDS_MESSAGE

    def _at_line_start(self) -> bool:
        """Tell whether nothing was said yet, or a line begins here."""
        return not self.spoke or (self._gap or self._said)[-1:] == "\n"

    def _finally(self) -> None:
        """Begin the answer of a reply that says where it begins: all before it was thinking."""
        self._settle_thinking()
        self._stack.clear()
        if not self._final:
            self._stale = bool(self._said.strip())
        self._final, self._fenced = True, False
        self._gap = self._gap or ""

    def _take(self, length: int) -> Iterator[str]:
        """Take so much of what is held as what it is now: said, or thought."""
        text, self._held = self._held[:length], self._held[length:]
        before = self._line[-len(FINAL) :]
        final = UNQUOTED_FINAL.search(before + text, max(0, len(before) + 1 - len(FINAL)))
        if final and not self._final:
            self._held, self._line = (before + text)[final.end() :] + self._held, ""
            self._think(text[: max(0, final.start() - len(before))])
            self.unopened = self.unopened or not self._stack
            self._finally()
            return
        whole = self._line + text
        *lines, last = whole.split("\n")
        if self._stack:
            self._think(text)
        else:
            yield from self._say(text)
            self._fenced ^= sum(line.lstrip().startswith(FENCES) for line in lines) % 2 == 1
        self._line = last[-LINE:]

    def _think(self, text: str) -> None:
        if self._unsure is None:
            self.thought += text
        else:
            self._unsure = self._unsure[0], self._unsure[1] + text

    def _unsure_text(self) -> str:
        return self._unsure[1] if self._unsure else ""

    def _settle_thinking(self) -> None:
        """Count as thinking what only might have been."""
        self.thought += "".join(self._unsure or ())
        self._unsure = None

    def _say(self, text: str) -> Iterator[str]:
        if self._gap is not None:
            text = self._gap + text
            self._gap = text if not text.strip() else None
            if self._gap is not None:
                return
            blanks, text = text[: len(text) - len(text.lstrip())], text.lstrip()
            if self._stale:
                yield from self._begin_anew()
            elif self._said:
                text = self._joined(blanks) + text
        self._said += text
        yield text

    def _joined(self, blanks: str) -> str:
        """Return the white space between what was said before something taken off and what is said behind it."""
        if self._said[-1].isspace():
            return blanks.lstrip(" \t") if "\n" in blanks else ""
        return blanks or " "

    def _begin_anew(self) -> Iterator[str]:
        self.thought += self._said
        self._said, self._stale, self._fenced, self.unopened = "", False, False, True
        yield Anew()


def without_thinking(text: str) -> str:
    """Return what is said in a whole reply.

    >>> without_thinking("<think>Is it 4?</think> It is 4.")
    'It is 4.'
    """
    filtered, said = Unthinking(), ""
    for piece in (*filtered.feed(text), *filtered.end(whole=True)):
        said = "" if isinstance(piece, Anew) else said + piece
    return said
