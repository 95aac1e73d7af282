"""The text of an answer as HTML: Markdown set, each citation and each mark a button, each claim told apart.

What is put between the words goes through Markdown as signs that nobody writes (`rag` and models never see them), so
that it can't be mistaken for what the model wrote, nor the other way round.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from html import escape
from itertools import groupby

from rag.citations.rendering import marked, markers_replaced
from rag.records import Answer, Claim, Standing
from rag.records.answers import LEFT_OPEN, MARK
from rag.records.standings import SOUND, needs_look, shown, side_by_side
from ui.page.views.markup import PLACE, document, place, place_of, prose, without_places

STYLES = {
    Standing.QUOTED: "ok", Standing.SUPPORTED: "ok", Standing.REWORDED: "own", Standing.PARTLY: "partly",
    Standing.DIFFERS: "missing", Standing.NOT_FOUND: "missing", Standing.UNCITED: "own",
}  # fmt: skip
PIECE = re.compile(rf'({PLACE.pattern}|<(?:"[^"]*"|[^">])*>)')  # of HTML: a place, a tag, and text between them
OPEN_LINE = re.compile(rf"\n\s*(?=(?:\*\*)?{MARK})", re.IGNORECASE)
NOT_SAID = re.compile(rf"<p>(?:{MARK}|<strong>{MARK}</strong>)\s*", re.IGNORECASE)
STOPS = re.compile(r"[.,;:!?]+")
INLINE = re.compile(r"<(/?)(em|strong|code|a|math)\b")


SetCite = Callable[[int, int | None], str]  # of a paper's number, and of the place of the claim that cites it
SetMark = Callable[[Claim, int], str]  # of a claim and its place


def cite_button(answer: Answer, number: int, claim: int | None) -> str:
    """Return a citation of an answer as a button that shows the evidence."""
    style, of_claim, stands = "", "", ""
    if claim is not None:
        made = answer.claims[claim]
        style, of_claim, stands = f" ap-{STYLES[made.standing]}", _of(made, claim), f", {shown(made).word}"
    return (
        f'<button type="button" class="ap-cite{style}" data-do="cite" data-number="{number}"{of_claim} '
        f'aria-label="[{number}]{stands}: evidence in this paper">[{number}]</button>'
    )


def mark_button(claim: Claim, number: int) -> str:
    """Return the mark of a claim as a button that says what it means; nothing where no reader has to look."""
    if not needs_look(claim):
        return ""
    tip = escape(tooltip(claim))
    return (
        f'<button type="button" class="ap-mark ap-{STYLES[claim.standing]}" data-do="mark" data-claim="{number}" '
        f'aria-label="{tip}" data-tip="{tip}"><span aria-hidden="true">{shown(claim).sign}</span></button>'
    )


def answer_text(answer: Answer, *, cite: SetCite | None = None, mark: SetMark = mark_button) -> str:
    """Return the text of an answer as safe HTML, with what `cite` and `mark` make of its citations and marks.

    What they return stands as it is: it has to be safe. An empty mark is none.
    """
    return _Setter(answer, cite or partial(cite_button, answer), mark).html()


class _Setter:
    """Puts one answer's text together, and keeps what stands for each place in it."""

    def __init__(self, answer: Answer, cite: SetCite, mark: SetMark) -> None:
        self.answer = answer
        self.cite, self.mark = cite, mark
        self.text = without_places(answer.text)
        self.instead: list[str | int | None] = []  # a button, the claim that begins there, or None where one ends

    def html(self) -> str:
        cited = {citation.number for citation in self.answer.citations}
        text, at = "", 0
        for number, claim in enumerate(self.answer.claims):
            text += self._between(at, claim.start, cited) + self._claim(claim, number)
            at = claim.end
        text += self._between(at, len(self.text), cited)
        if self.answer.is_markdown:
            html = document(text)
            if len(PLACE.findall(html)) < len(self.instead):  # as in a row longer than its table
                html = "".join(f"<p>{prose(line)}</p>" for line in text.split("\n") if line.strip())
        else:
            html = "".join(f"<p>{prose(paragraph)}</p>" for paragraph in text.split("\n\n"))
        html = NOT_SAID.sub(f'<p class="ap-left-open"><span>{LEFT_OPEN}</span> ', html)
        return _Spans(self.answer.claims, self.instead).put_into(html)

    def _between(self, start: int, end: int, cited: Collection[int]) -> str:
        """Return what claims nothing; what is left open is a paragraph by itself."""
        return self._cites(OPEN_LINE.sub("\n\n", self.text[start:end]), cited)

    def _put(self, what: str | int | None) -> str:
        """Return the place of a piece of HTML, or of where a claim begins or ends."""
        self.instead.append(what)
        return place(len(self.instead) - 1)

    def _claim(self, claim: Claim, number: int) -> str:
        written = self.text[claim.start : claim.end]
        alone = replace(claim, start=0, end=len(written))
        mark = self.mark(claim, number)
        said = marked(written, [alone], lambda *_: self._put(mark) if mark else "")
        said = self._cites(said, {citation.number for citation in claim.citations}, number)
        row = said.startswith("|") and said.endswith("|") and len(said) > 1
        before, said, behind = ("|", said[1:-1], "|") if row else ("", said, "")  # of a row: inside of its cells
        return f"{before}{self._put(number)}{said}{self._put(None)}{behind}"

    def _cites(self, text: str, cited: Collection[int], claim: int | None = None) -> str:
        """Return a text with its markers as buttons that show the evidence."""

        def cite(found: re.Match[str]) -> str:
            number = int(found[0][1:-1])
            return self._put(self.cite(number, claim)) if number in cited else found[0]

        return markers_replaced(text, cite)


class _Spans:
    """Puts what stands for the places of an answer into its HTML.

    A claim is a span, or several where it goes on in another element, such as the cells of a row: tags stay nested
    whatever a model wrote. Buttons with nothing between them stay on one line.
    """

    def __init__(self, claims: tuple[Claim, ...], instead: list[str | int | None]) -> None:
        self.claims = claims
        self.instead = instead
        self.done: list[str] = []
        self.claim: int | None = None
        self.within = False  # a span of the claim is open
        self.code = False

    def put_into(self, html: str) -> str:
        pieces = [piece for piece in PIECE.split(html) if piece]
        whole = 0  # up to where elements are whole parts of a claim
        for at, is_button, group in self._runs(pieces):
            if group[0] in {"<pre>", "</pre>"}:
                self.code = group[0] == "<pre>"
            if is_button and self.code and self.claim is None:
                self.done += [re.sub("<[^>]*>", "", button) for button in group]  # x[1] is no citation
            elif is_button:
                self._say(f'<span class="ap-markers">{"".join(group)}</span>')
            elif PLACE.fullmatch(group[0]):
                self._turn_to(self.instead[place_of(group[0])])
            elif not group[0].startswith("<"):
                self._say(group[0])
            else:
                whole = max(whole, self._end_of_whole(pieces, at))
                if at < whole:
                    self._say(group[0])
                else:
                    self._close()
                    self.done.append(group[0])
        self._close()
        return "".join(self.done)

    def _runs(self, pieces: list[str]) -> list[tuple[int, bool, list[str]]]:
        """Return where each piece stands, whether it is buttons, and itself; buttons and stops in a row are one."""
        runs: list[tuple[int, bool, list[str]]] = []
        for _, group in groupby(enumerate(pieces), lambda one: self._button(one[1]) is not None or _is_stop(one[1])):
            found = list(group)
            if any(self._button(piece) for _, piece in found):
                runs.append((found[0][0], True, [self._button(piece) or piece for _, piece in found]))
            else:
                runs += [(at, False, [piece]) for at, piece in found]
        return runs

    def _button(self, piece: str) -> str | None:
        """Return the button that a piece stands for."""
        instead = self.instead[place_of(piece)] if PLACE.fullmatch(piece) else None
        return instead if isinstance(instead, str) else None

    def _end_of_whole(self, pieces: list[str], at: int) -> int:
        """Return the place behind an inline element when no claim begins or ends in it; else 0."""
        opened = INLINE.match(pieces[at])
        if not opened or opened[1] or self.claim is None:
            return 0
        depth = 0
        for end in range(at, len(pieces)):
            tag = INLINE.match(pieces[end])
            depth += 0 if tag is None or tag[2] != opened[2] else -1 if tag[1] else 1
            if not depth:
                return end + 1
            if PLACE.fullmatch(pieces[end]) and self._button(pieces[end]) is None:
                return 0
        return 0

    def _turn_to(self, claim: str | int | None) -> None:
        self._close()
        self.claim = claim if isinstance(claim, int) else None

    def _say(self, html: str) -> None:
        if self.claim is not None and not self.within and html.strip():
            style = STYLES[self.claims[self.claim].standing]
            self.done.append(f'<span class="ap-claim ap-{style}" data-claim="{self.claim}">')
            self.within = True
        self.done.append(html)

    def _close(self) -> None:
        if self.within:
            self.done.append("</span>")
        self.within = False


def _is_stop(piece: str) -> bool:
    return STOPS.fullmatch(piece) is not None


def _of(claim: Claim, number: int) -> str:
    """Return what an [n] says of the claim that it stands in, for its card."""
    return f' data-claim="{number}" data-style="ap-{STYLES[claim.standing]}" data-said="{escape(tooltip(claim))}"'


def tooltip(claim: Claim) -> str:
    """Return what a mark means: how the claim stands, what differs, and what the cited abstracts lack."""
    standing, told = claim.standing, shown(claim)
    parts = [f"{told.word[0].upper()}{told.word[1:]}. {told.meaning}"]
    if claim.differences and standing not in SOUND:
        parts.append(f"It {side_by_side(claim)}.")
    if standing in {Standing.PARTLY, Standing.NOT_FOUND}:
        missing = [
            f"{what}: {', '.join(lacking)}"
            for what, lacking in (("numbers", claim.missing_numbers), ("words", claim.missing_words))
            if lacking
        ]
        parts += [f"Missing there: {'; '.join(missing)}."] * bool(missing)
    if claim.verdict:
        parts.append(f"{claim.checker or 'The model'}'s check: {claim.verdict}.")
    if claim.moved_from:
        parts.append(f"Another paper was cited: {claim.moved_from}.")
    return " ".join(parts)
