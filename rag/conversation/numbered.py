"""What a conversation is told with in any form: the numbers of its papers, signs behind claims, a legend of them.

`rag.conversation.markdown` and `rag.conversation.text` set it.
"""

from collections.abc import Callable, Sequence

from rag.citations.numbering import number_of
from rag.citations.rendering import marked, markers_replaced
from rag.records import Answer, Claim, Standing, Turn
from rag.records.standings import SHOWN, Shown, needs_look, shown, side_by_side


def answers_of(turns: Sequence[Turn]) -> list[Answer]:
    """Return the answers of a conversation that are more than their text."""
    return [turn.answer for turn in turns if isinstance(turn.answer, Answer)]


def numbered_text(answer: Answer, numbers: dict[int, int], set_as: Callable[[str], str]) -> str:
    """Return an answer's text with the numbers of the conversation and a sign behind each claim to be compared.

    `set_as` makes a text fit for the form in which what differs is told.
    """
    here = {citation.number: number_of(citation.paper, numbers) for citation in answer.citations}
    text = marked(answer.text, answer.claims, lambda claim, _: _sign(claim, set_as))
    return markers_replaced(text, lambda match: f"[{here.get(int(match[0][1:-1]), match[0][1:-1])}]")


def legend(answers: Sequence[Answer]) -> list[Shown]:
    """Return the signs that stand behind claims of these answers, with what they mean, from the best standing on."""
    there = {claim.standing for answer in answers for claim in answer.claims if needs_look(claim)}
    return [one for standing, one in SHOWN.items() if standing in there]


def _sign(claim: Claim, set_as: Callable[[str], str]) -> str:
    """Return the sign of a claim that a reader should compare, and what differs."""
    if not needs_look(claim):
        return ""
    differs = f" ({set_as(side_by_side(claim))})" if claim.standing is Standing.DIFFERS and claim.differences else ""
    return f" {shown(claim).sign}{differs}"
