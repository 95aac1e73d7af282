"""What both faces say of an answer in words: what a claim lacks, and how the answer came about."""

import textwrap
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from rag.records import Answer, Claim, Merge, Searched, Standing
from rag.records.standings import SHOWN, SOUND, side_by_side
from rag.text.labels import one_line

REASONS = {"doi": "DOI", "arxiv_id": "arXiv id", "pubmed_id": "PubMed id"}


printable = one_line  # a text on one line without anything that a terminal would obey


def lacking(claim: Claim) -> str:
    """Return what a reader should look at in a claim; empty when its papers say it."""
    standing = claim.standing
    if standing in SOUND:
        return ""
    start = textwrap.shorten(printable(claim.text), 50, placeholder=" …")
    if standing is Standing.UNCITED:
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
        return "own words: compare"
    return f"not in the cited abstract: {', '.join(map(printable, missing))}"


def summary(answer: Answer, before: float = 0) -> str:
    """Return the one line under an answer: outcome, papers searched and cited, support, who wrote it, time, tokens.

    `before` is what the conversation had cost until then.
    """
    parts = [str(answer.outcome).replace("_", " "), searched(answer.searched)]
    if answer.partial:
        parts.append("partial")
    if answer.claims:
        score = (
            "" if answer.is_markdown else f"support {answer.support:.2f}, "
        )  # of words, which own words needn't share
        parts += [f"{len(answer.citations)} cited", f"{score}{legend(answer)}"]
    checkers = sorted({printable(claim.checker) for claim in answer.claims if claim.checker})
    parts += [f"checked by {', '.join(checkers)}"] if checkers else []
    parts += [answer.answerer, duration(sum(answer.timings.values()))]
    if answer.usage:
        parts.append(f"{answer.usage['input_tokens']:,} + {answer.usage['output_tokens']:,} tokens{_of_them(answer)}")
    if answer.cost is not None:
        whole = f" ({before + answer.cost:.4f} so far)" if before else ""
        parts.append(f"cost {answer.cost:.4f}{whole}")
    if answer.rewritten:
        parts.append(f"searched for: {printable(answer.rewritten)}")
    return " · ".join(parts)


def _of_them(answer: Answer) -> str:
    """Return how many of an answer's tokens went into thinking and into its check; nothing when none did."""
    usage = answer.usage
    thinking = f", {usage['thinking_tokens']:,} of them thinking" if usage.get("thinking_tokens") else ""
    if "check_input_tokens" not in usage:
        return thinking
    return f"{thinking}, {usage['check_input_tokens']:,} + {usage['check_output_tokens']:,} of them to check"


def costs(answers: Iterable[Answer | None]) -> float:
    """Return what answers cost, as far as it is known."""
    return sum(answer.cost or 0 for answer in answers if answer)


def legend(answer: Answer) -> str:
    """Return how an answer's claims stand: `3 ● quoted, 1 ◌ own words`."""
    counts = Counter(claim.standing for claim in answer.claims)
    return ", ".join(f"{counts[one]} {how.sign} {how.word}" for one, how in SHOWN.items() if counts[one])


def searched(what: Searched) -> str:
    """Return what was searched: `707 papers searched`, and under which filters."""
    papers = f"{what.papers:,} {'paper' if what.papers == 1 else 'papers'}"
    return " ".join([papers, *what.filters.told(), "searched"])


def because(merge: Merge) -> str:
    """Return why a record joined a paper: `the same DOI`."""
    return f"the same {REASONS.get(merge.reason, merge.reason)}"


def merged_titles(merge: Merge) -> str:
    """Return the title of a paper and that of the record that joined it, once when they are the same."""
    return merge.title if merge.title == merge.paper_title else f"{merge.title} → {merge.paper_title}"


def place(merge: Merge) -> str:
    """Return where the record of a merge was read: `export.bib line 12`."""
    return f"{PurePath(merge.source).name} line {merge.line}"


def stages(answer: Answer) -> str:
    """Return where the time of an answer went: `retrieve 12 ms, write 3 ms`."""
    return ", ".join(f"{stage} {duration(seconds)}" for stage, seconds in answer.timings.items())


def duration(seconds: float) -> str:
    """Return seconds for a person: `18 ms`, `2.4 s`."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
