"""What both faces say of an answer in words: what a claim lacks, and how the answer came about."""

import textwrap
from pathlib import PurePath

from rag.citations.support import MARKS, standing
from rag.records import Answer, Claim, Merge, Searched

REASONS = {"doi": "DOI", "arxiv_id": "arXiv id", "pubmed_id": "PubMed id"}


def printable(text: str) -> str:
    """Return a text on one line without anything that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())


def lacking(claim: Claim) -> str:
    """Return what a claim says that its papers don't; empty when it is supported."""
    missing = [*claim.missing_numbers, *claim.missing_words]
    if standing(claim) == "supported" and claim.verdict in {None, "supported"}:
        return ""
    start = textwrap.shorten(printable(claim.text), 50, placeholder=" …")
    if not claim.citations:
        return f"no paper carries: {start}"
    said = f"not in the cited abstract: {', '.join(map(printable, missing))}" if missing else "worded differently there"
    checker = printable(claim.checker) if claim.checker else "the LLM"
    verdict = f"; {checker}'s check: {claim.verdict}" if claim.verdict else ""
    return f"{start} ({said}{verdict})"


def summary(answer: Answer) -> str:
    """Return the one line under an answer: outcome, papers searched and cited, support, who wrote it, time, tokens."""
    parts = [str(answer.outcome).replace("_", " "), searched(answer.searched)]
    if answer.partial:
        parts.append("partial")
    if answer.claims:
        sound = all(standing(claim) == "supported" for claim in answer.claims)
        marks = " ".join(MARKS.values())
        legend = f"{MARKS['supported']} supported" if sound else f"{marks} supported, partly, not"
        parts += [f"{len(answer.citations)} cited", f"support {answer.support:.2f} ({legend})"]
    checkers = sorted({printable(claim.checker) for claim in answer.claims if claim.checker})
    parts += [f"checked by {', '.join(checkers)}"] if checkers else []
    parts += [answer.answerer, duration(sum(answer.timings.values()))]
    if answer.usage:
        parts.append(
            f"{answer.usage['input_tokens']:,} + {answer.usage['output_tokens']:,} tokens{_of_the_check(answer)}"
        )
    if answer.cost is not None:
        parts.append(f"cost {answer.cost:.4f}")
    if answer.rewritten:
        parts.append(f"searched for: {printable(answer.rewritten)}")
    return " · ".join(parts)


def _of_the_check(answer: Answer) -> str:
    """Return how many of an answer's tokens went into its check; nothing when none did."""
    if "check_input_tokens" not in answer.usage:
        return ""
    read, wrote = answer.usage["check_input_tokens"], answer.usage["check_output_tokens"]
    return f", {read:,} + {wrote:,} of them to check"


def searched(what: Searched) -> str:
    """Return what was searched: `707 papers searched`, and under which filters."""
    filters = what.filters
    years = (
        str(filters.year_from)
        if filters.year_from == filters.year_to
        else f"{filters.year_from or ''}..{filters.year_to or ''}"
    )
    bounds = [
        f"of {years}" if filters.year_from or filters.year_to else "",
        f"from {PurePath(filters.origin).name}" if filters.origin else "",
        f"with {printable(filters.title)!r} in the title" if filters.title else "",
    ]
    papers = f"{what.papers:,} {'paper' if what.papers == 1 else 'papers'}"
    return " ".join([papers, *filter(None, bounds), "searched"])


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
