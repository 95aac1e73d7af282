"""What a language model is shown: numbered sources, as whole abstracts or with their best sentences, as many as fit.

Each source has a title, authors, year and numbered sentences. Text of papers is data: it stands between marks that it
can't write itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.answering.sentence_ranking import Candidate, best_first, candidates_of, firsts_of
from rag.models.llms.prompts import as_data_line
from rag.models.llms.tokens import count_tokens
from rag.records import Paper
from rag.retrieval.results import Retrieved, level
from rag.text.sentences import sentence_spans

LINE_TOKENS = 6  # of a sentence beside its text: its number
REMEDY = ": see ASKPAPERS_WINDOW and ASKPAPERS_ANSWER_TOKENS."
END_TOKENS = 4  # of a source's closing mark


@dataclass(frozen=True, slots=True)
class Shown:
    """The sources shown, numbered from 1 in the order of their rank, and what found no room."""

    papers: dict[int, Paper]
    text: str
    sentences_left_out: int = 0
    papers_left_out: int = 0

    @property
    def note(self) -> str | None:
        """What to tell the reader about what was left out; None when nothing was."""
        if not self.sentences_left_out:
            return None
        papers = f", among them all of {_count(self.papers_left_out, 'paper')}" if self.papers_left_out else ""
        return (
            f"{_count(self.sentences_left_out, 'sentence')} found no room in the model's context window{papers}{REMEDY}"
        )


def show(question: str, retrieved: Retrieved, *, papers: int, tokens: int, sentences: int | None = None) -> Shown:
    """Return the sources for a question in at most `tokens`: the abstracts of the best `papers`, whole.

    With `sentences` only so many of their sentences, the best (0: all), from papers that are not far behind the best.
    Of a list every paper shows at least one.
    When room is short the least worthy sentences go first, but every paper keeps its best one as long as it can:
    smaller sources before fewer sources. The best sentence of all is always shown.
    """
    whole, listed = sentences is None, retrieved.matching is not None
    if listed:
        retrieved = level(retrieved)
    ranked = best_first(candidates_of(question, retrieved, papers, every=whole))
    firsts = firsts_of(ranked, every=whole or listed)
    wanted = sorted(ranked, key=lambda one: firsts.get(one.rank) is not one)
    if sentences:
        wanted = wanted[: max(sentences, len(firsts))]
    best = {one.rank: one for one in reversed(wanted)}  # of each paper
    chosen: list[Candidate] = []
    opened: set[int] = set()  # papers with a sentence shown
    for one in sorted(wanted, key=lambda one: best[one.rank] is not one):
        is_best = best[one.rank] is one
        price = count_tokens(as_data_line(one.passage.text)) + LINE_TOKENS
        if is_best:
            price += count_tokens(_head(one.rank + 1, one.hit.paper)) + END_TOKENS
        if chosen and (price > tokens or not (is_best or one.rank in opened)):
            continue
        tokens -= price
        opened.add(one.rank)
        chosen.append(one)
    return _shown(chosen, len(wanted) - len(chosen), len(best) - len(opened))


def _shown(chosen: Sequence[Candidate], sentences_left_out: int, papers_left_out: int) -> Shown:
    ordered = sorted(chosen, key=lambda one: (one.rank, one.passage.start))
    papers: dict[int, Paper] = {}
    blocks: list[str] = []
    for number, (_, group) in enumerate(groupby(ordered, key=lambda one: one.rank), start=1):
        sentences = list(group)
        papers[number] = sentences[0].hit.paper
        blocks.append(_block(number, papers[number], sentences))
    return Shown(papers, "\n\n".join(blocks), sentences_left_out, papers_left_out)


def _block(number: int, paper: Paper, sentences: Sequence[Candidate]) -> str:
    places = {span.start: place for place, span in enumerate(sentence_spans(paper.abstract), start=1)}
    lines = [f"{number}.{places[one.passage.start]}: {as_data_line(one.passage.text)}" for one in sentences]
    return "\n".join([_head(number, paper), *lines, "</source>"])


def _head(number: int, paper: Paper) -> str:
    lines = [f'<source number="{number}">', f"Title: {as_data_line(paper.title)}"]
    if paper.authors:
        lines.append(
            f"Authors: {as_data_line(', '.join(paper.authors[:3]))}{' et al.' if len(paper.authors) > 3 else ''}"
        )
    if paper.year:
        lines.append(f"Year: {paper.year}")
    return "\n".join(lines)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"
