"""What was asked and answered, as HTML: each sentence with its [n] and its mark, a quiet line under each answer.

What can be clicked says so in `data-do`; static/js/transcript.js puts the exchanges together and acts on it.
"""

from collections.abc import Iterable
from html import escape

from rag.records import Answer, Outcome, Paper, Passage
from rag.records.answers import CLOSEST, LEFT_OPEN, NEAREST_PAPERS, REFUSALS
from ui.page.views.answer_text import answer_text
from ui.page.views.evidence import retraction
from ui.page.views.line import line, short
from ui.page.views.markup import prose

HEADS = {  # what stands over an answer that is none
    Outcome.NOT_IN_ABSTRACTS: "◇",
    Outcome.NO_RELEVANT_PAPERS: "∅",
}


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


def answer_parts(answer: Answer, before: float) -> dict[str, str]:
    """Return what stands of an answer in the conversation, as HTML; `before` is what the conversation cost until then.

    `answer` is its text with notes, `line` the quiet line below it, `said` what a screen reader is told of it.
    """
    asked = _asked("ap-rewritten", answer.joined, "alone", "Ask it on its own")
    asked += _asked("ap-read", answer.read, "written", "Search as written")
    notes = "".join(f'<p class="ap-note">{escape(note)}</p>' for note in answer.notes)
    if answer.answered:
        body = answer_text(answer)
    else:
        shape, said = HEADS[answer.outcome], escape(REFUSALS[answer.outcome], quote=False)
        verdict = f'<p class="ap-verdict"><span aria-hidden="true">{shape}</span> {said}</p>'
        body = f"{verdict}{_left_open(answer)}{_nearest(answer)}"
    return {
        "answer": f'<div class="ap-answer ap-{answer.outcome}">{asked}{body}{notes}</div>',
        "line": line(answer, before),
        "said": short(answer) if answer.answered else REFUSALS[answer.outcome],
    }


def _asked(kind: str, line: str, act: str, label: str) -> str:
    """Return a line on what became of the question, with the button that asks it otherwise; nothing without a line."""
    button = f'<button type="button" class="ap-otherwise" data-do="{act}">{label}</button>'
    return f'<p class="{kind}"><span>{escape(line)}</span> {button}</p>' if line else ""


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
    byline = (f" <span>{escape(paper.byline)}</span>" if paper.byline else "") + retraction(paper)
    return (
        f'<button type="button" class="ap-paper" data-do="card" data-paper="{paper.paper_id}">{prose(paper.title)}'
        f"</button>{byline}"
    )
