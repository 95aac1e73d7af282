"""The quiet line under an answer: how many of its sentences its papers carry; behind a small `?` how it came about."""

from html import escape

from rag.records import Answer
from rag.records.standings import SHOWN
from ui.page.views.answer_text import STYLES
from ui.wording import legend, searched, stages, summary


def line(answer: Answer, before: float = 0) -> str:
    """Return the line as HTML, what is behind it folded away; `before` is what the conversation cost until then."""
    return (
        f'<details class="ap-line"><summary>{escape(short(answer))}<span class="ap-why" aria-hidden="true">?</span>'
        f"</summary><p>{escape(details(answer, before))}</p>{_legend(answer)}</details>"
    )


def short(answer: Answer) -> str:
    """Return what matters of an answer in a few words: how its sentences stand, on how many papers."""
    if not answer.answered:
        return searched(answer.searched)
    papers = _count(len(answer.citations), "paper")
    if not answer.claims:
        return papers
    return " · ".join([legend(answer), papers, *["partial"] * answer.partial])


def details(answer: Answer, before: float = 0) -> str:
    """Return how an answer came about: what was searched, who wrote it, how long each stage took, tokens, cost."""
    known = {*short(answer).split(" · "), "answered"}
    told = [one for one in summary(answer, before).split(" · ") if one not in known]
    return " · ".join([*told, stages(answer)] if answer.timings else told)


def _legend(answer: Answer) -> str:
    """Return what the colours and signs of an answer mean: of the standings that its claims have."""
    there = {claim.standing for claim in answer.claims}
    items = "".join(
        f'<dt class="ap-{STYLES[one]}">{how.sign} {how.word}</dt><dd>{escape(how.meaning)}</dd>'
        for one, how in SHOWN.items()
        if one in there
    )
    return f'<dl class="ap-legend">{items}</dl>' if items else ""


def _count(many: int, what: str) -> str:
    return f"{many:,} {what}" if many == 1 else f"{many:,} {what}s"
