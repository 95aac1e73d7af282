"""What a text says the other way round: `increases` where a claim says `decreases`, or a `not` on one side only.

Only what is right nine times of ten: a word of direction is turned when a sentence that is like the claim has its
opposite beside two of the same words, and no other sentence has one that points the claim's way there. A negation is
turned when a like sentence says the same without it, or denies what the claim affirms, and no other sentence is
otherwise. It sees words beside each other, not meaning: **it can't see** that two sides of a comparison are swapped,
nor an opposite that is not in its list.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.citations.comparing.likeness import likeness
from rag.records import Difference
from rag.text.sentences import sentence_spans
from rag.text.words import STOP_WORDS, rarity, words

BESIDE = 5  # content words on each side of a word of direction that tell what it is about
REACH = 3  # words before it among which a negation is about it
SHARED = 2  # of those words that two directions, or two negations, must share
LIKE = 0.35  # share of a claim's content that a sentence has from which it is like it
VERY_LIKE = 0.5  # the same for negations
A_LITTLE = 0.25  # from which a sentence that denies too may be what the claim means
DENIED = 8  # words after a negation that it may deny
MOST_OF_IT = 0.6  # share of what a text denies that a claim must affirm

NEGATIONS = frozenset("not no never cannot neither nor without none fail fails failed unable lack lacks lacked".split())
HALF_NEGATIONS = NEGATIONS | frozenset(
    "nothing hardly rarely seldom little few less independent independently than rather instead absence impossible "
    "unlikely only except although however but".split()
)
# Words that deny by their sense: `avoids`, `eliminates`, `unknown`.
SOFT = re.compile(
    r"(?:avoid|prevent|eliminat|obviat|dispens|remov|skip|spar(?:e|ing)|bypass|circumvent|exclud|discard|omit|refus|forgo|"
    r"drop|resist|mitigat|overcom|un(?!der|ti|i)\w{4}|non\w{3}|dis(?!t|c|p)\w{4}|free$)"
)
SHORT_NOT = re.compile(r"n['\u2019]t\b", re.IGNORECASE)
NO_DENIAL = re.compile(r"\bnot only\b|^\W*no(?=\s*[,;:.])", re.IGNORECASE)  # "No, it ..." answers the question
BREAK = re.compile(r"[,;:.()]|\b(?:but|than)\b")

# Opposites: what stands left of a bar points one way, what stands right of it the other. A verb with * stands for its
# regular forms too. A list of everything that can be one (`loss`, `prevent`, `support`) accused more truths than lies.
PAIRS = """
increase* raise* elevate* enlarge* grow grows growing grew rise rises rising rose increased upregulate*
| decrease* reduce* lower* diminish* decline* lessen* shrink shrinks shrank fall falls fell downregulate*

higher greater larger bigger longer more
| lower smaller shorter less fewer

promote* activate* induce* stimulate*
| suppress* inhibit* repress*

speed speeds sped accelerate* faster quicker quickly fast | slow slows slowed slower slowly

improve* better best outperform* surpass* beat beats exceed* helps helped superior benefit*
| worsen* degrade* worse worst underperform* hurt hurts harm* inferior trail trails trailed

strengthen* stronger strong | weaken* weaker weak

maximize* maximum | minimize* minimum

overestimate* | underestimate*

easy easier simpler | hard harder difficult

cheap cheaper | expensive costly costlier

stable | unstable

sensitive susceptible | resistant insensitive

correct correctly | incorrect incorrectly wrong wrongly

common frequent frequently | rare rarely infrequent uncommon seldom

early earlier | late later

presence present | absence absent

upper | lower

gain gains gained | lose loses lost

positive positively | negative negatively
"""


class Cue(NamedTuple):
    """A word of direction, whether it is negated, and the stems of the content words beside it."""

    word: str
    negated: bool
    beside: frozenset[str]


class Denial(NamedTuple):
    """A negation, and the stems of the content words after it in its clause."""

    word: str
    after: frozenset[str]


class Told(NamedTuple):
    """A sentence as this module sees it: directions, negations, how rare its content words are by stem, its words."""

    cues: tuple[Cue, ...]
    denials: tuple[Denial, ...]
    rarities: Mapping[str, float]
    words: frozenset[str]


def _forms(entry: str) -> list[str]:
    """Return a word, or of a verb with * its regular forms.

    >>> _forms("raise*")
    ['raise', 'raises', 'raised', 'raising']
    >>> _forms("suppress*")
    ['suppress', 'suppresses', 'suppressed', 'suppressing']
    """
    if not entry.endswith("*"):
        return [entry]
    verb = entry[:-1]
    stem = verb.removesuffix("e")
    return [verb, f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s", f"{stem}ed", f"{stem}ing"]


def _sides() -> dict[str, dict[int, bool]]:
    """Return the side on which a word stands in each pair of opposites that it is of."""
    sides: dict[str, dict[int, bool]] = {}
    for number, pair in enumerate(PAIRS.split("\n\n")):
        for side, half in zip((True, False), pair.split("|"), strict=True):
            for entry in half.split():
                for word in _forms(entry):
                    sides.setdefault(word, {})[number] = side
    return sides


SIDES = _sides()


def contradictions(claim: str, texts: Sequence[str]) -> tuple[Difference, ...]:
    """Return what the texts say the other way round, as differences of kind `direction` or `negation`.

    >>> contradictions("Pruning lowers the accuracy of nets.", ["Pruning raises the accuracy of nets."])
    (Difference(kind='direction', said='lowers', told='raises'),)
    >>> contradictions("Pruning does not need many labels.", ["Pruning needs many labels."])
    (Difference(kind='negation', said='not', told='affirmed'),)
    """
    said, told = _told(claim), [sentence for text in texts for sentence in _told(text)]
    found = [one for sentence in said for one in (*_turned(sentence, told), *_unsaid(sentence, told))]
    return tuple(dict.fromkeys([*found, *(one for sentence in said for one in _affirmed(sentence, told))]))


@lru_cache(maxsize=1_000)
def _told(text: str) -> tuple[Told, ...]:
    return tuple(_read(text[start:end]) for start, end in sentence_spans(text))


def _read(sentence: str) -> Told:
    plain = NO_DENIAL.sub(" ", SHORT_NOT.sub(" not", sentence))
    found = list(words(plain))
    read = [(word.text.lower(), word.stem) for word in found]
    telling = [place for place, (word, _) in enumerate(read) if word not in STOP_WORDS and word not in NEGATIONS]
    cues, denials = [], []
    for place, (word, own) in enumerate(read):
        if word in SIDES:
            negated = any(before in NEGATIONS for before, _ in read[max(0, place - REACH) : place])
            left = [other for other in telling if other < place][-BESIDE:]
            right = [other for other in telling if other > place][:BESIDE]
            cues.append(Cue(word, negated, frozenset(read[other][1] for other in left + right) - {own}))
        if word in NEGATIONS:
            last = read[place + 1 : place + 1 + DENIED]
            stop = BREAK.search(plain, found[place].end)
            near = [one.stem for one in found[place + 1 : place + 1 + len(last)] if not stop or one.end <= stop.start()]
            denials.append(Denial(word, frozenset(near) & {read[other][1] for other in telling}))
    rarities = {read[place][1]: rarity(read[place][0]) for place in telling}
    return Told(tuple(cues), tuple(denials), rarities, frozenset(word for word, _ in read))


def _turned(said: Told, told: Sequence[Told]) -> Iterator[Difference]:
    """Yield the words of direction that a like sentence has the other way round, and none the same way."""
    for cue in said.cues:
        agreeing, contrary = 0, (0, "")
        for sentence in told:
            like = likeness(said.rarities, sentence.rarities) >= LIKE
            for other in sentence.cues:
                shared, alike = len(cue.beside & other.beside), _same_way(cue, other)
                if alike:
                    agreeing = max(agreeing, shared)
                elif alike is False and like and other.word != cue.word:
                    contrary = max(contrary, (shared, other.word))
        if contrary[0] >= SHARED and agreeing < SHARED:
            yield Difference("direction", cue.word, contrary[1])


def _same_way(one: Cue, other: Cue) -> bool | None:
    """Tell whether two words of direction point the same way; None when they have nothing to do with each other."""
    sides = SIDES[other.word]
    same = next((side == sides[pair] for pair, side in SIDES[one.word].items() if pair in sides), None)
    return None if same is None else same == (one.negated == other.negated)


def _half_denies(sentence: Told) -> bool:
    """Tell whether a sentence denies something without a plain negation, or may do so."""
    return bool(sentence.words & HALF_NEGATIONS) or any(SOFT.match(word) for word in sentence.words)


def _unsaid(said: Told, told: Sequence[Told]) -> Iterator[Difference]:
    """Yield the negations of a claim that a like sentence says without, when no near sentence has one."""
    for denial in said.denials:
        needed = min(SHARED, len(denial.after)) or len(said.rarities) + 1
        if any(
            one.denials
            and (
                likeness(said.rarities, one.rarities) >= A_LITTLE
                or any(denial.after & other.after for other in one.denials)
            )
            for one in told
        ):
            continue
        if any(
            len(denial.after & one.rarities.keys()) >= needed and likeness(said.rarities, one.rarities) >= VERY_LIKE
            for one in told
            if not _half_denies(one)
        ):
            yield Difference("negation", denial.word, "affirmed")


def _affirmed(said: Told, told: Sequence[Told]) -> Iterator[Difference]:
    """Yield what a claim affirms though a like sentence denies it, and no other sentence affirms it."""
    if _half_denies(said):
        return
    for sentence in told:
        if likeness(said.rarities, sentence.rarities) < VERY_LIKE:
            continue
        for denial in sentence.denials:
            both = denial.after & said.rarities.keys()
            elsewhere = any(len(denial.after & one.rarities.keys()) >= SHARED and not one.denials for one in told)
            if len(both) >= SHARED and len(both) >= MOST_OF_IT * len(denial.after) and not elsewhere:
                yield Difference("negation", "affirmed", denial.word)
