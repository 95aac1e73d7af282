"""Thinking taken off a reply as it is streamed: what is said comes at once, what was thought never.

What comes out doesn't depend on the pieces in which the text comes: what a mark does is settled when enough is known
of what stands behind it, or at the end. Thinking whose beginning was never written (`Okay, ... </think> A.`) has been
said by the time its end comes; then what is said begins anew.
"""

import re
from collections.abc import Iterator

from rag.models.llms.thinking.grammar import (
    BEGINNING,
    BRACKET,
    FINAL,
    FINAL_CHANNEL,
    FOLD,
    HARMONY,
    QUOTES,
    TOOL,
    UNPAIRED,
    Kind,
    Mark,
    is_mention,
    is_settled,
    mark_at,
    may_become_mark,
)
from rag.models.llms.thinking.openings import (
    BARE_ANALYSIS,
    BARE_FINAL,
    CITES,
    Block,
    Label,
    may_become_opening,
    opening_of,
)
from rag.records import Anew

LABEL, BLOCK, UNOPENED = "|label|", "|block|", "|unopened|"  # what opened thinking that has no mark at its beginning
LINE = 500  # characters of a line that are kept to tell what stands before a mark
MOST_RESTORED = 20  # marks that opened nothing: of more than these, the text is left as it is
FENCES = ("```", "~~~")
ENDS_MESSAGE = frozenset({"end", "return", "call", "start", "im_end", "eot_id", "endoftext", HARMONY})
UNQUOTED_FINAL = re.compile(f"(?<![{QUOTES}]){FINAL}")
SENTENCE_GOES_ON = re.compile(r"[ \t]+[a-z]")


class Unthinking:
    """A reply of which what is said is handed on in pieces; an `Anew` among them says that it begins anew.

    `thought` is what was thought. `unopened`: thinking ended that had never begun; with `hidden` such thinking is
    expected, and what comes is held back until it ends. `called`: it called a tool.
    """

    def __init__(self, *, hidden: bool = False) -> None:
        self.thought = ""
        self.unopened = False
        self.called = False
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
        self._block: Block | Label = Block()  # what the reply began with

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
            if self._stack in ([LABEL], [BLOCK]):
                if self._waits_for_block(ended=ended):
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
        elif opening := opening_of(head, ended=ended):
            length, self._block = opening
            self._unsure = None if self._block.certain else (head[:length], "")
            self._held, self._stack = head[length:], [BLOCK if length else LABEL]
        elif not ended and may_become_opening(head):
            return True
        self._head = False
        return False

    def _waits_for_block(self, *, ended: bool) -> bool:
        """Read on in the block that the reply began with; return whether more has to come to tell."""
        read = self._block.read(self._held, ended=ended)
        if read is None:
            return True
        self._think(self._held[: read.length])
        self._held = self._held[read.behind :]
        if read.ended:
            self._settle_thinking()
            self._stack.clear()
        return False

    def _is_text(self, mark: Mark) -> bool:
        """Tell whether a mark is only spoken of where it stands, at the beginning of what is held."""
        after, thinking = self._held[mark.end :], bool(self._stack)
        if mark.name in {HARMONY, FINAL_CHANNEL}:
            return False
        if not thinking and self._fenced != self._line.lstrip().startswith(FENCES):  # in code
            return True
        if mark.kind is Kind.CLOSES and mark.name in UNPAIRED and mark.name not in self._stack:
            return thinking or mark.name == FOLD
        if is_mention(mark, self._line, after, thinking=thinking):
            return True
        begins = mark.kind in BEGINNING and not mark.is_token
        return begins and not thinking and self.spoke and SENTENCE_GOES_ON.match(after) is not None

    def _marked(self, mark: Mark) -> Iterator[str]:
        """Do what a mark asks for, at the beginning of what is held."""
        text, self._held = self._held[: mark.end], self._held[mark.end :]
        self.called = self.called or mark.name == TOOL
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
        elif mark.kind is Kind.CLOSES and mark.name != TOOL:
            self._stale = bool(self._said.strip())
        self._gap = self._gap or ""
        yield from ()

    def _marked_in_thinking(self, mark: Mark, text: str) -> None:
        ends_message = mark.kind is Kind.ASIDE and self._stack == [HARMONY] and mark.name in ENDS_MESSAGE
        if mark.kind in {Kind.OPENS, Kind.MAY_OPEN}:
            if self._stack == [UNOPENED] and not (self._unsure or ("", ""))[1].strip():
                self._stack, self._unsure = [mark.name], None  # it begins as it should
            elif mark.name not in self._stack and self._stack != [UNOPENED]:
                self._stack.append(mark.name)
        elif mark.kind in {Kind.CLOSES, Kind.FRAMES} or ends_message:
            known = mark.name in self._stack and mark.kind is Kind.CLOSES
            self.unopened = self.unopened or self._stack == [UNOPENED]
            del self._stack[self._stack.index(mark.name) if known else 0 :]
            if not self._stack:
                self._settle_thinking()
                return
        self._think(text)

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
