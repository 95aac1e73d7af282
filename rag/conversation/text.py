"""A conversation as plain text, for a mail or a text editor: no marks of Markdown, references as numbered lines.

Quotes keep the characters of their abstracts, so that they can be found there.
"""

from collections.abc import Sequence

from rag.citations.numbering import number_of, number_papers
from rag.conversation.markdown import NOT_SAID
from rag.conversation.numbered import answers_of, legend, numbered_text
from rag.export.markdown import plain_lines
from rag.export.references import Style, references
from rag.export.text import plain
from rag.export.unmarked import unmarked, unmarked_line
from rag.records import Answer, Paper, Turn
from rag.records.answers import CLOSEST, LEFT_OPEN, NEAREST_PAPERS, REFUSALS


def conversation_text(turns: Sequence[Turn], *, title: str = "") -> str:
    """Return a conversation as plain text: questions, answers with their [n], one list of references (IEEE), a legend.

    Numbers are those of the conversation, as in `conversation_markdown`.
    """
    numbers = number_papers((), turns)
    blocks = [plain(title)] if plain(title) else []
    cited: dict[int, Paper] = {}
    for turn in turns:
        blocks.append(plain(turn.question) or "Question")
        if isinstance(turn.answer, Answer):
            blocks += _answer(turn.answer, numbers)
            cited |= {citation.paper.paper_id: citation.paper for citation in turn.answer.citations}
        else:
            blocks.append(unmarked(_whole(turn.answer)) or "No answer.")
    if cited:
        lines = references(list(cited.values()), Style.IEEE, {one: number_of(cited[one], numbers) for one in cited})
        blocks.append("\n".join(["References", *lines]))
    answers = answers_of(turns)
    blocks.append("\n".join(dict.fromkeys(_origin(answer) for answer in answers)))
    blocks.append("\n".join(f"{one.sign} {one.word}: {one.meaning}" for one in legend(answers)))
    return "\n\n".join(filter(None, blocks)) + "\n"


def _answer(answer: Answer, numbers: dict[int, int]) -> list[str]:
    blocks = [plain(line) for line in (answer.joined, answer.read) if line]
    if answer.answered:
        blocks.append(_written(answer, numbers) or "No answer.")
    else:
        blocks.append(f"{REFUSALS[answer.outcome]}{f' {NEAREST_PAPERS}' if answer.nearest else ''}")
        blocks.append("\n".join(_nearest(answer)))
        blocks.append(f"{LEFT_OPEN} {unmarked_line(answer.left_open)}" if answer.left_open else "")
    return [*filter(None, blocks), *(f"Note: {plain(note)}" for note in answer.notes)]


def _nearest(answer: Answer) -> list[str]:
    """Return the nearest papers, a line each, and below it the sentence that comes closest."""
    lines = []
    for paper, closest in answer.nearest_with_closest:
        [reference] = references([paper], Style.APA)
        lines.append(f"- {reference}")
        lines += [f"  {CLOSEST} {plain(closest.text)}"] if closest else []
    return lines


def _written(answer: Answer, numbers: dict[int, int]) -> str:
    """Return an answer's text with the numbers of the conversation and a sign behind each claim to be compared."""
    text = numbered_text(answer, numbers, plain)
    if answer.is_markdown:
        return unmarked(NOT_SAID.sub(f"\n\n{LEFT_OPEN} ", _whole(text)))
    return "\n".join(plain(line) for line in text.split("\n")).strip("\n")


def _origin(answer: Answer) -> str:
    return plain(f"Answered by {answer.answerer}; {answer.searched.papers:,} papers searched.")


def _whole(text: str) -> str:
    """Return a text of several lines without control characters and halves of characters."""
    return plain_lines(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
