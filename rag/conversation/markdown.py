"""A conversation as Markdown: questions as headings, answers with their numbers, one list of references at the end."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rag.citations.numbering import number_of, number_papers
from rag.export.markdown import inline, line, reference
from rag.records import Answer, Claim, Paper, Passage, Standing, Turn
from rag.records.answers import CLOSEST, NEAREST_PAPERS, REFUSALS
from rag.records.standings import SHOWN, SOUND, shown, side_by_side

ITEM = re.compile(r"\s*(?:(?P<bullet>[-*•–])|(?P<number>\d{1,3})[.)])(?:\s+|\Z)")  # noqa: RUF001


class _Line(NamedTuple):
    """A line of an answer, ready as Markdown: its list marker, its text, whether a new paragraph starts with it."""

    marker: str
    text: str
    new: bool


def conversation_markdown(turns: Sequence[Turn], *, title: str = "Conversation") -> str:
    """Return a conversation as Markdown.

    Papers keep the numbers that they have in the text; where answers of different conversations gave one number to two
    papers, the later one gets another, as it would in a conversation that goes on from here.
    """
    numbers = number_papers((), turns)
    cited: dict[int, Paper] = {}
    blocks = [f"# {inline(title) or 'Conversation'}"]
    for turn in turns:
        blocks.append(f"## {inline(turn.question) or 'Question'}")
        if isinstance(turn.answer, Answer):
            blocks += _answer(turn.answer, numbers, cited)
        else:
            blocks.append(_laid_out(_lines(turn.answer)) or "*No answer.*")
    if cited:
        references = [f"- [{number}] {reference(cited[number])}" for number in sorted(cited)]
        blocks += ["## References", "\n".join(references)]
    answers = [turn.answer for turn in turns if isinstance(turn.answer, Answer)]
    if answers:
        blocks += ["## How the answers came about", "\n".join(dict.fromkeys(f"- {_origin(one)}" for one in answers))]
    there = {claim.standing for answer in answers for claim in answer.claims} - SOUND
    legend = [f"- {one.sign} {one.word}: {one.meaning}" for standing, one in SHOWN.items() if standing in there]
    blocks += ["\n".join(legend)] * bool(legend)
    return "\n\n".join(blocks) + "\n"


def _answer(answer: Answer, numbers: dict[int, int], cited: dict[int, Paper]) -> list[str]:
    """Return the blocks of an answer; the papers that it cites are added to `cited` by number."""
    blocks: list[str] = []
    if answer.rewritten:
        blocks.append(f"*Searched for: {inline(answer.rewritten)}*")
    if not answer.answered:
        blocks.append(f"*{REFUSALS[answer.outcome]}*{f' {NEAREST_PAPERS}' if answer.nearest else ''}")
    if not answer.answered and answer.nearest:
        blocks.append("\n".join(f"- {reference(paper)}{_closest(one)}" for paper, one in answer.nearest_with_closest))
    if answer.claims:
        for claim in answer.claims:
            for citation in claim.citations:
                cited[number_of(citation.paper, numbers)] = citation.paper
        blocks.append(_laid_out(_claims(answer.claims, numbers)))
    elif answer.answered:
        blocks.append(_laid_out(_lines(answer.text)) or "*No answer.*")
    return [*blocks, *(f"*Note: {inline(note)}*" for note in answer.notes)]


def _closest(passage: Passage | None) -> str:
    return f"\n  *{CLOSEST}* {inline(passage.text)}" if passage else ""


def _claims(claims: Iterable[Claim], numbers: dict[int, int]) -> list[_Line]:
    """Return claims, each with its numbers and the sign of its support, as the lines that they form in the text."""
    lines: list[_Line] = []
    for claim in claims:
        papers = dict.fromkeys(numbers[citation.paper.paper_id] for citation in claim.citations)
        rest = f"{' ' * bool(papers)}{''.join(f'[{number}]' for number in papers)}{_mark(claim)}"
        if lines and "\n" not in claim.lead:
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text} {inline(claim.text)}{rest}")
        else:
            item = ITEM.match(claim.lead)
            lines.append(_Line(_marker(item), f"{line(claim.text)}{rest}", new=True))
    return lines


def _mark(claim: Claim) -> str:
    """Return the sign of a claim that a reader should compare, and what differs."""
    if claim.standing in SOUND:
        return ""
    differs = f" ({inline(side_by_side(claim))})" if claim.standing is Standing.DIFFERS and claim.differences else ""
    return f" {shown(claim).sign}{differs}"


def _lines(text: str) -> list[_Line]:
    """Return the lines of a text that has no claims."""
    lines: list[_Line] = []
    new = True
    for raw in text.splitlines():
        item = ITEM.match(raw)
        shown = line(raw[item.end() :] if item else raw, markers=True)
        if shown:
            lines.append(_Line(_marker(item), shown, new))
        new = not shown
    return lines


def _marker(item: re.Match[str] | None) -> str:
    if item is None:
        return ""
    return f"{item['number']}. " if item["number"] else "- "


def _laid_out(lines: Iterable[_Line]) -> str:
    """Return lines as one text; a list and what stands around it are apart."""
    text = ""
    last: _Line | None = None
    for one in lines:
        if last is not None:
            apart = bool(one.marker) != bool(last.marker) or (one.new and not one.marker)
            text += "\n\n" if apart else "\n"
        text += f"{one.marker}{one.text}"
        last = one
    return text


def _origin(answer: Answer) -> str:
    prompts = f", prompts {', '.join(answer.prompts)}" if answer.prompts else ""
    return inline(f"{answer.answerer}{prompts}; {answer.searched.papers:,} papers searched")
