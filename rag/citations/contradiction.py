"""What a text says the other way round: `increases` where a claim says `decreases`, or a `not` on one side only.

A word of direction in a claim is compared with the words of direction in the text that stand beside the same words.
When the best such neighbour points the other way, the claim is turned there. A `not` flips the way a word points; a
claim with a `not` anywhere is turned as well when no sentence that is near to it has one. It sees words beside each
other, not meaning: **it can't see** that two sides of a comparison are swapped, that the text negates a word that has
no direction, or an opposite that is not in its lists.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.text.sentences import sentence_spans
from rag.text.words import STOP_WORDS, rarity, words

BESIDE = 3  # content words on each side of a word of direction that tell what it is about
REACH = 3  # words before it among which a negation is about it
NEAR = 0.6  # share of the best sentence's likeness to the claim from which a sentence is as near

NEGATIONS = frozenset(
    "not no never cannot neither nor without none nothing nobody unable fail fails failed failing lack lacks lacked "
    "lacking absent absence inability impossible unlikely hardly rarely independent independently unrelated".split()
)
SHORT_NOT = re.compile(r"n['\u2019]t\b", re.IGNORECASE)
NO_DENIAL = re.compile(r"\bnot only\b|^\W*no(?=\s*[,;:.])", re.IGNORECASE)  # "No, it ..." answers the question

# Opposites: what stands left of a bar points one way, what stands right of it the other. A verb with * stands for its
# regular forms too.
PAIRS = """
increase* raise* elevate* enhance* expand* amplify* augment* upregulate* elevation expansion growth grow grows rise
  rises rising gain gains higher greater larger more longer bigger high abundant upregulation enriched
| decrease* reduce* lower* diminish* decline* lessen* deplete* impair* attenuate* downregulate* reduction reductions
  depletion loss losses drop drops dropped less fewer smaller shorter low rare scarce deficient downregulation

promote* activate* induce* stimulate* facilitate* enable* enhance* boost* accelerate* increase* encourage* support*
  strengthen* trigger* potentiate* exacerbate* aggravate* promotion activation induction stimulation
| suppress* inhibit* block* prevent* attenuate* impair* abolish* hinder* disrupt* limit* reduce* decrease* discourage*
  obstruct* inactivate* deactivate* weaken* hamper* repress* mitigate* alleviate* ameliorate* delay* counteract*
  antagonize* slow slows slowed slowing suppression inhibition inhibitory prevention inactivation

improve* outperform* surpass* benefit* improvement improvements better best effective superior stronger faster
  beneficial successful strong positive efficient
| worsen* harm* underperform* degrade* worse worst ineffective inferior weaker slower harmful detrimental unsuccessful
  weak negative inefficient poor poorer poorly

positive positively | negative negatively

presence present | absence absent lack lacks lacking

more | less

many | few

common frequent frequently abundant widespread | rare rarely infrequent scarce uncommon

maximize* maximum maximal | minimize* minimum minimal

overestimate* | underestimate*

strengthen* | weaken*

major essential important crucial significant substantial
| minor trivial negligible unimportant insignificant unnecessary

early earlier | late later

easy easier simple | hard harder difficult

cheap cheaper | expensive costly costlier

stable | unstable

sensitive susceptible | resistant insensitive

correct | incorrect wrong

similar same | different dissimilar

always | never
"""


class Cue(NamedTuple):
    """A word of direction, whether it is negated, and the stems of the content words beside it."""

    word: str
    negated: bool
    beside: frozenset[str]


class Told(NamedTuple):
    """A sentence as this module sees it: its words of direction, its other content words and its first negation.

    `rarities` gives how rare each content word is, by stem.
    """

    cues: tuple[Cue, ...]
    rarities: Mapping[str, float]
    negation: str | None


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


def contradicted_words(claim: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a claim that the texts say the other way round, in lower case.

    >>> contradicted_words("Pruning lowers the accuracy.", ["Pruning raises accuracy."])
    ('lowers',)
    >>> contradicted_words("Pruning lowers the error.", ["Pruning raises accuracy and lowers the error."])
    ()
    >>> contradicted_words("Pruning does not need labels.", ["Pruning needs labels."])
    ('not',)
    """
    said, told = _told(claim), [sentence for text in texts for sentence in _told(text)]
    directions = [cue for sentence in told for cue in sentence.cues]
    found = [cue.word for sentence in said for cue in sentence.cues if _agreement(cue, directions) < 0]
    if not found:
        found = [sentence.negation for sentence in said if sentence.negation and _is_affirmed(sentence, told)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1_000)
def _told(text: str) -> tuple[Told, ...]:
    return tuple(_read(text[start:end]) for start, end in sentence_spans(text))


def _read(sentence: str) -> Told:
    plain = NO_DENIAL.sub(" ", SHORT_NOT.sub(" not", sentence))
    read = [(word.text.lower(), word.stem) for word in words(plain)]
    telling = [place for place, (word, _) in enumerate(read) if word not in STOP_WORDS and word not in NEGATIONS]
    cues = []
    for place, (word, _) in enumerate(read):
        if word in SIDES:
            negated = any(before in NEGATIONS for before, _ in read[max(0, place - REACH) : place])
            left = [other for other in telling if other < place][-BESIDE:]
            right = [other for other in telling if other > place][:BESIDE]
            cues.append(Cue(word, negated, frozenset(read[other][1] for other in left + right)))
    rarities = {read[place][1]: rarity(read[place][0]) for place in telling if read[place][0] not in SIDES}
    return Told(tuple(cues), rarities, next((word for word, _ in read if word in NEGATIONS), None))


def _agreement(cue: Cue, others: Iterable[Cue]) -> int:
    """Return how many more neighbours a word of direction shares with one that points its way than with a contrary."""
    alike = {True: 0, False: 0}
    for other in others:
        if (same := _same_way(cue, other)) is not None:
            alike[same] = max(alike[same], len(cue.beside & other.beside))
    return alike[True] - alike[False]


def _same_way(one: Cue, other: Cue) -> bool | None:
    """Tell whether two words of direction point the same way; None when they have nothing to do with each other."""
    sides = SIDES[other.word]
    same = next((side == sides[pair] for pair, side in SIDES[one.word].items() if pair in sides), None)
    return None if same is None else same == (one.negated == other.negated)


def _is_affirmed(sentence: Told, told: Sequence[Told]) -> bool:
    """Tell whether no sentence that is near to a negated one has a negation too, or the contrary of what it denies."""
    directions = [cue for other in told for cue in other.cues]
    if any(cue.negated and _agreement(cue, directions) > 0 for cue in sentence.cues):
        return False
    likeness = [sum(sentence.rarities[stem] for stem in sentence.rarities.keys() & other.rarities) for other in told]
    nearest = max(likeness, default=0.0)
    return nearest > 0 and not any(
        other.negation for other, value in zip(told, likeness, strict=True) if value >= NEAR * nearest
    )
