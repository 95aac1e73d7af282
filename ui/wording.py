"""What both faces say of an answer in words: what a claim lacks, and how the answer came about."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.records import Answer, Claim, Comparison, Found, Merge, Paper, Searched, Standing
from rag.records.standings import SHOWN, needs_look, side_by_side
from rag.text.labels import one_line
from rag.text.source_names import short_name

if TYPE_CHECKING:  # they load every reader and index, which who asks a question doesn't need
    from rag.gathering.asking import Preview
    from rag.gathering.kept import KeptQuery

REASONS = {"doi": "DOI", "arxiv_id": "arXiv id", "pubmed_id": "PubMed id"}


printable = one_line  # a text on one line without anything that a terminal would obey


def lacking(claim: Claim) -> str:
    """Return what a reader should look at in a claim; empty when its papers say it."""
    if not needs_look(claim):
        return ""
    start = textwrap.shorten(printable(claim.text), 50, placeholder=" …")
    if claim.standing is Standing.UNCITED:
        return f"cites no paper: {start}"
    moved = f"; cited there: {printable(claim.moved_from)}" if claim.moved_from else ""
    checker = f"{printable(claim.checker)}'s" if claim.checker else "the"
    verdict = f"; {checker} check: {claim.verdict}" if claim.verdict else ""
    return f"{start} ({_why(claim)}{verdict}{moved})"


def _why(claim: Claim) -> str:
    if claim.differences:
        return printable(side_by_side(claim))
    missing = [*claim.missing_numbers, *(claim.missing_names or claim.missing_words)]
    if claim.standing is Standing.REWORDED or not missing:
        return "reworded: compare"
    return f"not in the cited abstract: {', '.join(map(printable, missing))}"


def summary(answer: Answer, before: float = 0) -> str:
    """Return the one line under an answer: how its sentences stand, papers, who wrote and checked it, time, tokens.

    `4 of 4 sentences quoted · 1 paper · 707 papers searched · extractive · 18 ms`. Where there is no answer it begins
    with the outcome. `before` is what the conversation had cost until then.
    """
    cited = len(answer.citations)
    parts = [legend(answer), counted(cited, "paper") * bool(cited)] if answer.claims else [_outcome(answer)]
    parts = [*filter(None, parts), searched(answer.searched), *["partial"] * answer.partial]
    checkers = sorted({printable(claim.checker) for claim in answer.claims if claim.checker})
    parts += [f"checked by {', '.join(checkers)}"] if checkers else []
    parts += [answer.answerer, duration(sum(answer.timings.values()))]
    if answer.usage:
        parts.append(
            f"{answer.usage['input_tokens']:,} + {answer.usage['output_tokens']:,} tokens{_of_them(answer.usage)}"
        )
    if answer.cost is not None:
        whole = f" ({before + answer.cost:.4f} so far)" if before else ""
        parts.append(f"cost {answer.cost:.4f}{whole}")
    return " · ".join(parts)


def _outcome(answer: Answer) -> str:
    return str(answer.outcome).replace("_", " ")


def compared(comparison: Comparison) -> str:
    """Return the one line under a comparison: papers, cells filled, who filled them, time, tokens, cost."""
    cells = [cell for row in comparison.rows for cell in row.cells]
    papers = len(comparison.rows)
    parts = [
        f"{papers:,} paper{'s' * (papers != 1)} compared",
        f"{sum(cell.said for cell in cells):,} of {len(cells):,} cells filled",
        comparison.answerer,
        duration(sum(comparison.timings.values())),
    ]
    if comparison.usage:
        usage = comparison.usage
        parts.append(f"{usage['input_tokens']:,} + {usage['output_tokens']:,} tokens{_of_them(usage)}")
    if comparison.cost is not None:
        parts.append(f"cost {comparison.cost:.4f}")
    return " · ".join(parts)


def _of_them(usage: Mapping[str, int]) -> str:
    """Return how many of the tokens went into thinking and into a check; nothing when none did."""
    thinking = f", {usage['thinking_tokens']:,} of them thinking" if usage.get("thinking_tokens") else ""
    if "check_input_tokens" not in usage:
        return thinking
    return f"{thinking}, {usage['check_input_tokens']:,} + {usage['check_output_tokens']:,} of them to check"


def costs(answers: Iterable[Answer | None]) -> float:
    """Return what answers cost, as far as it is known."""
    return sum(answer.cost or 0 for answer in answers if answer)


def legend(answer: Answer) -> str:
    """Return how many of an answer's sentences stand how: `4 of 6 sentences quoted, 2 reworded`."""
    counts = Counter(claim.standing for claim in answer.claims)
    (first, how_many), *others = [(how.word, counts[one]) for one, how in SHOWN.items() if counts[one]]
    all_of_them = counted(len(answer.claims), "sentence")
    head = f"{how_many} of {all_of_them} {first}" if len(answer.claims) > 1 else f"{all_of_them} {first}"
    return ", ".join([head, *(f"{number} {word}" for word, number in others)])


def place_found(answer: Answer, paper: Paper) -> str:
    """Return which place a paper had among those found for an answer: `no. 1 of the 5 nearest`.

    A score is relative within one search, so it is a place that is told, and not as one of those that match, which may
    be fewer; nothing where the papers found don't answer,
    since the first of them is near to nothing.
    """
    found = [paper_id for paper_id, _ in answer.searched.scores]
    if not answer.answered or paper.paper_id not in found:
        return ""
    return f"no. {found.index(paper.paper_id) + 1} of the {len(found)} nearest"


def counted(number: int, what: str) -> str:
    """Return how many there are of something: `1 paper`, `1,200 papers`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def searched(what: Searched) -> str:
    """Return what was searched: `707 papers searched`, and under which filters; `3 chosen papers searched`."""
    chosen = what.filters.papers
    if chosen is not None and len(set(chosen)) == what.papers:
        others = replace(what.filters, papers=None).told()
        return " ".join([counted(what.papers, "chosen paper"), *others, "searched"])
    return " ".join([counted(what.papers, "paper"), *what.filters.told(), "searched"])


def matching(found: Found, offset: int = 0) -> str:
    """Return how many papers match, and how to see those behind a page that begins at `offset`.

    >>> matching(Found("dropout", (), 12, 707, more=True))
    'At least 12 papers match; the next: --offset 0'
    """
    papers = f"{'At least ' * found.more}{found.matching:,} paper{'s match' if found.matching != 1 else ' matches'}"
    shown = offset + len(found.hits)
    return f"{papers}; the next: --offset {shown}" if shown < found.matching else f"{papers}."


def because(merge: Merge) -> str:
    """Return why a record joined a paper: `the same DOI`."""
    return f"the same {REASONS.get(merge.reason, merge.reason)}"


def merged_titles(merge: Merge) -> str:
    """Return the title of a paper and that of the record that joined it, once when they are the same."""
    return merge.title if merge.title == merge.paper_title else f"{merge.title} → {merge.paper_title}"


def place(merge: Merge) -> str:
    """Return where the record of a merge was read: `export.bib line 12`."""
    return f"{short_name(merge.source)} line {merge.line}"


def coming(preview: "Preview") -> str:
    """Return how many papers a fetch would bring: `12 papers`, `at most 100 of 2,311 papers`."""
    if preview.total is None:
        return f"at most {counted(preview.limit, 'paper')}; the index doesn't say how many there are"
    if preview.coming != preview.total:
        return f"at most {preview.limit:,} of {counted(preview.total, 'paper')}"
    return counted(preview.total, "paper") if preview.total else "no paper"


def last_refreshed(query: "KeptQuery") -> str:
    """Return when a kept query last brought all that there was: `last on 2026-11-26`."""
    return f"last on {query.refreshed[:10]}" if query.refreshed else "not yet whole"


def stages(answer: Answer) -> str:
    """Return where the time of an answer went: `retrieve 12 ms, write 3 ms`."""
    return ", ".join(f"{stage} {duration(seconds)}" for stage, seconds in answer.timings.items())


def duration(seconds: float) -> str:
    """Return seconds for a person: `18 ms`, `2.4 s`."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
