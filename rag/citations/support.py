"""How well do the cited abstracts carry a claim? A score with its reasons, without a model.

A blend of four shares of the claim found in the cited text: its words, its words in the best window of three sentences
(rare words count more than common ones), its word pairs, and its character 4-grams. From it go costs for numbers and
names that are nowhere there, and for what the text has otherwise (rag.citations.comparing). What a claim has none of,
as "Yes." has no pairs, doesn't count. A quote scores 1.

It sees words, not meaning: **it can't see** a synonym or a translation, nor who did what to whom. So the score ranks;
what a reader is told rests on what was found (rag.records.claims), where few words alone accuse nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.citations.comparing import translated
from rag.citations.comparing.differences import differences, missing_quantities
from rag.citations.comparing.names import missing_names
from rag.citations.comparing.quantities import SPELLED, quantities
from rag.citations.comparing.quotation import is_quoted
from rag.citations.comparing.translated import comparables, in_common, is_translated
from rag.records import Claim, Paper, Support
from rag.records.claims import MOST
from rag.text.sentences import sentence_spans
from rag.text.words import STOP_WORDS, Word, rarity, words

SUPPORTED, PARTLY = 0.8, 0.5  # support from which offline and model judges count a claim as carried, and as partly so

# Shares of a claim and how much each counts, untuned: no other blend is better on all labelled sets (eval/RESULTS.md).
WORDS, WINDOW, PAIRS, GRAMS = 2, 2, 1, 1
A_NUMBER, ALL_NUMBERS = 0.2, 0.3  # cost of a missing number, and beyond it when all of them are missing
A_NAME, ALL_NAMES = 0.2, 0.4  # cost of each missing name, and of all together at most
OTHERWISE = 0.5  # cost when the text has something otherwise
SENTENCES = 3  # of a window
MOST_AUTHORS = 20  # that a claim may name
ACROSS, EACH = 0.6, 0.25  # support of a claim in another language at most, and by each number or name that is there
SIGNS = {"%": "percent", "x": "times"}  # words that a text may write as a sign


class Text(NamedTuple):
    """One cited text, read once: what a claim is looked up in."""

    stems: frozenset[str]
    windows: tuple[frozenset[str], ...]  # the stems of every three sentences in a row
    forms: frozenset[str]  # words, and two words in a row as one: `finetuning` for `fine-tuning`
    pairs: frozenset[tuple[str, ...]]
    grams: frozenset[str]


class Wanted(NamedTuple):
    """A content word of a claim: how much it counts, and whether the cited texts have it."""

    word: Word
    weight: float
    known: bool


def support(claim: str, abstracts: Sequence[str]) -> Support:
    """Return how well `abstracts`, the texts that a claim cites, carry it: 0..1, what is missing, what differs.

    A claim without words is carried by anything; a claim without a citation by nothing.
    """
    if is_translated(claim, abstracts) and not is_quoted(claim, abstracts):
        return _across_languages(claim, abstracts)
    said = list(words(claim))
    texts = [_read(abstract) for abstract in abstracts]
    wanted = _wanted(said, texts)
    numbers = tuple(dict.fromkeys(one.text for one in missing_quantities(claim, abstracts)))
    names = missing_names(claim, abstracts)
    lacking = tuple(dict.fromkeys(each.word.text for each in wanted if not each.known))
    if not texts:
        return Support(0.0, lacking, numbers, names)
    found, quoted = _found(said, wanted, texts), is_quoted(claim, abstracts)
    against = () if quoted else differences(claim, abstracts)
    cost = _cost(claim, numbers, names) + OTHERWISE * bool(against)
    score = 1.0 if quoted else max(0.0, _blend(said, wanted, texts) - cost)
    return Support(score, lacking, numbers, names, found, quoted, against)


def _across_languages(claim: str, abstracts: Sequence[str]) -> Support:
    """Return what can be told of a claim in another language: which of its numbers and names the texts have.

    Where it has none, nothing speaks against it; nor does anything for it, so it carries no claim without a citation.
    """
    numbers, names = translated.missing_numbers(claim, abstracts), translated.missing_names(claim, abstracts)
    compared = comparables(claim)
    found = 1 - len({*numbers, *names} & set(compared)) / len(compared) if compared else 1.0
    return Support(found * min(ACROSS, EACH * len(compared)), (), numbers, names, max(found, MOST))


def share_found(claim: str, texts: Sequence[str]) -> float:
    """Return the share of a claim's content that texts have, 0..1: the `found` of `support`, at a tenth of its time.

    All of it for a claim in another language: whose it is can't be told by words.
    """
    if is_translated(claim, texts):
        return 1.0
    said, read = list(words(claim)), [_read(text) for text in texts]
    return _found(said, _wanted(said, read), read)


def nearness(claim: str, text: str) -> float:
    """Return how near a text's words and numbers are to a claim's, 0..1; the contrary is as near as the same."""
    if is_translated(claim, [text]):
        return len(in_common(claim, text)) / max(1, len(comparables(claim)))
    said, read = list(words(claim)), [_read(text)]
    lacking = len(missing_quantities(claim, [text])) / max(1, len(quantities(claim)))
    return _blend(said, _wanted(said, read), read) * (1 - OTHERWISE * lacking)


def verified(claim: Claim) -> Claim:
    """Return a claim with its support by the papers that it cites, and by those alone."""
    papers = {citation.paper.paper_id: citation.paper for citation in claim.citations}
    found = support(claim.text, list(dict.fromkeys(map(cited_text, papers.values()))))
    return replace(
        claim,
        support=found.score,
        missing_words=found.missing_words,
        missing_numbers=found.missing_numbers,
        missing_names=found.missing_names,
        found=found.found,
        verbatim=found.verbatim,
        differences=found.differences,
    )


def cited_text(paper: Paper) -> str:
    """Return what a claim that cites a paper may rest on: its title, its abstract, and who wrote it when."""
    title = paper.title.strip()
    byline = ", ".join((*paper.authors[:MOST_AUTHORS], *([str(paper.year)] if paper.year else ())))
    return f"{title}{'' if title.endswith(('.', '?', '!')) else '.'} {paper.abstract}{f' ({byline})' if byline else ''}"


def nothing_holds(claims: Sequence[Claim]) -> bool:
    """Tell whether not one of the claims is carried by what it cites; so it is without claims."""
    return not any(claim.holds for claim in claims)


def _cost(claim: str, numbers: Sequence[str], names: Sequence[str]) -> float:
    share = len(numbers) / max(1, len({one.text for one in quantities(claim)}))
    return A_NUMBER * bool(numbers) + ALL_NUMBERS * share + min(ALL_NAMES, A_NAME * len(names))


def _found(said: Sequence[Word], wanted: Sequence[Wanted], texts: Sequence[Text]) -> float:
    """Return the share of a claim's content words that the texts have; of its word pairs where it has none."""
    if wanted:
        return _weighed(wanted, [each.known for each in wanted])
    pairs = _pairs(said)
    return sum(any(pair in text.pairs for text in texts) for pair in pairs) / len(pairs) if pairs else 1.0


def _blend(said: Sequence[Word], wanted: Sequence[Wanted], texts: Sequence[Text]) -> float:
    """Return the weighted mean of the shares of a claim that the texts have; 1 for a claim without parts."""
    shares: list[tuple[int, float]] = []
    if wanted:
        shares.append((WORDS, _weighed(wanted, [each.known for each in wanted])))
        shares.append((WINDOW, _best_window(wanted, texts)))
    for weight, parts, known in (
        (PAIRS, _pairs(said), [text.pairs for text in texts]),
        (GRAMS, _four_grams(_letters(said)), [text.grams for text in texts]),
    ):
        if parts:
            shares.append((weight, sum(any(part in one for one in known) for part in parts) / len(parts)))
    return sum(weight * share for weight, share in shares) / sum(weight for weight, _ in shares) if shares else 1.0


def _wanted(said: Sequence[Word], texts: Sequence[Text]) -> list[Wanted]:
    """Return the content words of a claim, but for numbers, also those in letters.

    A word is known in any of its forms, or as one with the word beside it: `fine-tuning` where a text has `finetuning`.
    """
    wanted: list[Wanted] = []
    written = [word.text.lower() for word in said]
    for place, (word, lower) in enumerate(zip(said, written, strict=True)):
        if lower in STOP_WORDS or len(lower) < 2 or lower.isdigit() or lower in SPELLED:
            continue
        joined = {lower, "".join(written[max(0, place - 1) : place + 1]), "".join(written[place : place + 2])}
        known = any(word.stem in text.stems or not joined.isdisjoint(text.forms) for text in texts)
        wanted.append(Wanted(word, rarity(lower), known))
    return wanted


def _best_window(wanted: Sequence[Wanted], texts: Sequence[Text]) -> float:
    """Return the share of the words in the best window; what is known only in another form stands in every one."""
    anywhere = {each.word.stem for each in wanted if each.known}.difference(*(text.stems for text in texts))
    windows = [window | anywhere for text in texts for window in text.windows]
    return max((_weighed(wanted, [each.word.stem in window for each in wanted]) for window in windows), default=0.0)


def _weighed(wanted: Sequence[Wanted], found: Sequence[bool]) -> float:
    """Return the share of the words that were found, each by its weight."""
    whole = sum(each.weight for each in wanted)
    return sum(each.weight for each, is_found in zip(wanted, found, strict=True) if is_found) / whole


@lru_cache(maxsize=128)
def _read(text: str) -> Text:
    """Return what a claim is looked up in; kept, for the same abstract is asked about every claim."""
    found = list(words(text))
    written = [word.text.lower() for word in found]
    counted = {one.unit for one in quantities(text)}
    spelled = {word for unit, word in SIGNS.items() if unit in counted}
    neighbours = {one.text.lower() + two.text.lower() for one, two in pairwise(found) if two.start - one.end < 2}
    return Text(
        frozenset(word.stem for word in found),
        tuple(_windows(text, found)),
        frozenset({*written, *neighbours, *spelled}),
        frozenset([*_pairs(found), *((word.stem,) for word in found)]),
        frozenset(_four_grams(_letters(found))),
    )


def _windows(text: str, found: Sequence[Word]) -> Iterator[frozenset[str]]:
    """Yield the stems of every three sentences in a row."""
    spans = sentence_spans(text)
    for number, span in enumerate(spans):
        end = spans[min(number + SENTENCES, len(spans)) - 1].end
        yield frozenset(word.stem for word in found if span.start <= word.start < end)


def _pairs(found: Sequence[Word]) -> list[tuple[str, ...]]:
    """Return the pairs of words in a row, by stem; of a single word itself."""
    stems = [word.stem for word in found]
    return list(pairwise(stems)) if len(stems) > 1 else [(stem,) for stem in stems]


def _letters(found: Sequence[Word]) -> str:
    return " ".join(word.text.lower() for word in found)


def _four_grams(letters: str) -> list[str]:
    return [letters[place : place + 4] for place in range(len(letters) - 3)]
