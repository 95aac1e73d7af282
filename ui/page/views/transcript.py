"""What was asked and answered, as HTML: each sentence with its [n] and its mark, a quiet line under each answer.

An exchange is an <article> named by its index; what can be clicked says so in `data-do`, and static/page.js acts on it.
"""

from collections.abc import Iterable, Sequence
from html import escape

from rag.records import Answer, Outcome, Paper, Passage
from rag.records.answers import CLOSEST, LEFT_OPEN, NEAREST_PAPERS, REFUSALS
from ui.page.conversation import Conversation, Exchange
from ui.page.views.answer_text import answer_text
from ui.page.views.markup import document, prose
from ui.wording import costs, stages, summary

THUMB = (  # drawn, for not every machine has a font with it; turned round for bad
    '<svg viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.4" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M1.5 7h3v7h-3zM4.5 7l3-5.5c1.3 0 2 .8 1.8 2L8.9 6h4.2c1 0 '
    '1.6.8 1.4 1.7l-1 5c-.2.8-.8 1.3-1.6 1.3H4.5"/></svg>'
)
HEADS = {  # what stands over an answer that is none
    Outcome.NOT_IN_ABSTRACTS: "◇",
    Outcome.NO_RELEVANT_PAPERS: "∅",
}


def transcript(conversation: Conversation, markdown: Sequence[str], *, chosen: int | None = None) -> str:
    """Return all exchanges; the one at `chosen` has its evidence shown.

    `markdown[i]` is what copying the answer of the i-th exchange gives.
    """
    return "".join(
        _article(conversation.exchanges, index, copied, chosen=index == chosen) for index, copied in enumerate(markdown)
    )


def welcome(papers: int, examples: Iterable[str], *, samples: bool) -> str:
    """Return what stands where nothing was asked yet: what this is, and questions to begin with."""
    shelf = "the sample papers" if samples else "your shelf"
    hint = "<p>These are samples: add your own papers under <b>Library</b>.</p>" if samples else ""
    if not papers:
        return (
            '<div class="ap-welcome"><h2>There are no papers here yet</h2>'
            "<p>Add files with abstracts under <b>Library</b>, then ask.</p></div>"
        )
    buttons = "".join(
        f'<button type="button" class="ap-example" data-do="example">{escape(question)}</button>'
        for question in examples
    )
    return (
        f'<div class="ap-welcome"><h2>Ask {shelf} of {papers:,} abstracts</h2>'
        "<p>Every sentence of an answer cites its papers and shows how well they carry it. "
        f"What the abstracts don't say is said.</p>{hint}"
        f'<div class="ap-examples" role="group" aria-label="Example questions">{buttons}</div></div>'
    )


def underway(question: str, text: str, index: int, exchange_id: str) -> str:
    """Return the exchange that is being answered: the question and the text so far."""
    body = document(text)
    waiting = "" if text else '<p class="ap-wait"><span></span><span></span><span></span> Looking in the abstracts</p>'
    asked = f'<h2 class="ap-asked">{_lines(question)}</h2>{_button("stop", "Stop", "Stop writing (Esc)")}'
    return (
        f'<article class="ap-turn" data-index="{index}" data-exchange="{exchange_id}">'
        f'<div class="ap-question">{asked}</div>'
        f'<div class="ap-answer ap-writing" aria-busy="true">{body}{waiting}</div></article>'
    )


def _article(exchanges: Sequence[Exchange], index: int, copied: str, *, chosen: bool) -> str:
    exchange, last = exchanges[index], index == len(exchanges) - 1
    answer, before = exchange.answer, costs(one.answer for one in exchanges[:index])
    return (
        f'<article class="ap-turn{" ap-chosen" * chosen}" data-index="{index}" aria-label="Question {index + 1}">'
        f'<div class="ap-question"><h2 class="ap-asked">{_lines(exchange.question)}</h2>'
        f"{_button('edit', 'Edit', 'Edit and ask again')}</div>"
        f"{_broken(exchange) if answer is None else _answer(answer, before)}"
        f"{_feet(exchange, copied, last=last)}</article>"
    )


def _answer(answer: Answer, before: float) -> str:
    rewritten = ""
    if answer.rewritten:
        rewritten = f'<p class="ap-rewritten"><span>Searched for</span> {escape(answer.rewritten)}</p>'
    notes = "".join(f'<p class="ap-note">{escape(note)}</p>' for note in answer.notes)
    if answer.answered:
        body = answer_text(answer)
    else:
        shape, said = HEADS[answer.outcome], escape(REFUSALS[answer.outcome], quote=False)
        verdict = f'<p class="ap-verdict"><span aria-hidden="true">{shape}</span> {said}</p>'
        body = f"{verdict}{_left_open(answer)}{_nearest(answer)}"
    return (
        f'<div class="ap-answer ap-{answer.outcome}">{rewritten}{body}{notes}</div>'
        f'<p class="ap-line" title="{escape(stages(answer))}">{escape(summary(answer, before))}</p>'
    )


def _nearest(answer: Answer) -> str:
    if not answer.nearest:
        return ""
    items = "".join(f"<li>{_paper_button(paper)}{_closest(one)}</li>" for paper, one in answer.nearest_with_closest)
    return f'<p class="ap-nearest">{NEAREST_PAPERS}</p><ul>{items}</ul>'


def _left_open(answer: Answer) -> str:
    return f'<p class="ap-left-open"><span>{LEFT_OPEN}</span> {prose(answer.left_open)}</p>' if answer.left_open else ""


def _closest(passage: Passage | None) -> str:
    return f'<p class="ap-closest"><span>{CLOSEST}</span> {prose(passage.text)}</p>' if passage else ""


def _paper_button(paper: Paper) -> str:
    byline = f" <span>{escape(paper.byline)}</span>" if paper.byline else ""
    return (
        f'<button type="button" class="ap-paper" data-do="card" data-paper="{paper.paper_id}">{prose(paper.title)}'
        f"</button>{byline}"
    )


def _broken(exchange: Exchange) -> str:
    return (
        f'<div class="ap-answer ap-broken">{document(exchange.text)}'
        f'<p class="ap-verdict" role="alert"><span aria-hidden="true">!</span> {escape(exchange.ended)}</p></div>'
    )


def _feet(exchange: Exchange, copied: str, *, last: bool) -> str:
    """Return what can be done with an answer, and the text that copying it gives."""
    rating = ""
    if exchange.answer is not None:
        rating = (
            f"{_button('good', THUMB, 'Good answer', pressed=exchange.good is True)}"
            f"{_button('bad', THUMB, 'Bad answer', pressed=exchange.good is False)}"
        )
        if exchange.good is not None:
            rating += (
                '<span class="ap-notebox"><input type="text" class="ap-noteinput" maxlength="2000" '
                f'aria-label="Note on this answer" placeholder="Why? (optional)" value="{escape(exchange.note)}">'
                f"{_button('note', 'Keep', 'Keep the note')}</span>"
            )
    evidence = _button("choose", "Evidence", "Show the evidence of this answer") if exchange.answer else ""
    again = _button("again", "Ask again", "Ask again") if last or exchange.answer is None else ""
    copy = _button("copy", "Copy", "Copy the answer with its references")
    return (
        f'<div class="ap-feet">{evidence}{copy}{again}{rating}'
        f'<textarea class="ap-copied" hidden aria-hidden="true" tabindex="-1">{escape(copied)}</textarea></div>'
    )


def _button(action: str, text: str, label: str, *, pressed: bool | None = None) -> str:
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    return (
        f'<button type="button" class="ap-act" data-do="{action}" aria-label="{label}" title="{label}"{state}>'
        f"{text}</button>"
    )


def _lines(text: str) -> str:
    return "<br>".join(map(escape, text.splitlines()))
