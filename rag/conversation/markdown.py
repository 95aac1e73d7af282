"""A conversation as Markdown: questions as headings, answers with their numbers, one list of references at the end."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rag.citations.numbering import number_of, number_papers
from rag.conversation.numbered import answers_of, legend, numbered_text
from rag.export.dollars import with_dollars
from rag.export.markdown import as_part, inline, line, reference
from rag.export.text import plain
from rag.records import Answer, Paper, Passage, Turn
from rag.records.answers import CLOSEST, LEFT_OPEN, MARK, NEAREST_PAPERS, REFUSALS

ITEM = re.compile(r"\s*(?:(?P<bullet>[-*•–])|(?P<number>\d{1,3})[.)])(?:\s+|\Z)")  # noqa: RUF001


NOT_SAID = re.compile(rf"\n\s*(?:{MARK}|\*\*{MARK}\*\*)[ \t]*", re.IGNORECASE)  # at the end of an answer


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
    answers = answers_of(turns)
    if answers:
        blocks += ["## How the answers came about", "\n".join(dict.fromkeys(f"- {_origin(one)}" for one in answers))]
    signs = [f"- {one.sign} {one.word}: {one.meaning}" for one in legend(answers)]
    blocks += ["\n".join(signs)] * bool(signs)
    return "\n\n".join(blocks) + "\n"


def _answer(answer: Answer, numbers: dict[int, int], cited: dict[int, Paper]) -> list[str]:
    """Return the blocks of an answer; the papers that it cites are added to `cited` by number."""
    blocks = [f"*{inline(line)}*" for line in (answer.joined, answer.read) if line]
    if not answer.answered:
        blocks.append(f"*{REFUSALS[answer.outcome]}*{f' {NEAREST_PAPERS}' if answer.nearest else ''}")
    if not answer.answered and answer.nearest:
        blocks.append("\n".join(f"- {reference(paper)}{_closest(one)}" for paper, one in answer.nearest_with_closest))
    if not answer.answered and answer.left_open:
        blocks.append(f"*{LEFT_OPEN}* {inline(answer.left_open)}")
    for citation in answer.citations:
        cited[number_of(citation.paper, numbers)] = citation.paper
    if answer.answered:
        blocks.append(_written(answer, numbers) or "*No answer.*")
    return [*blocks, *(f"*Note: {inline(note)}*" for note in answer.notes)]


def _written(answer: Answer, numbers: dict[int, int]) -> str:
    """Return an answer's text with the numbers of the conversation and a sign behind each claim to be compared."""
    text = numbered_text(answer, numbers, inline if answer.is_markdown else plain)  # plain text is set line by line
    return as_part(with_left_open(with_dollars(text))) if answer.is_markdown else _laid_out(_lines(text))


def with_left_open(markdown: str) -> str:
    """Return a model's text in which what the sources leave open is told as elsewhere, a paragraph by itself."""
    return NOT_SAID.sub(f"\n\n*{LEFT_OPEN}* ", markdown)


def _closest(passage: Passage | None) -> str:
    return f"\n  *{CLOSEST}* {inline(passage.text)}" if passage else ""


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
