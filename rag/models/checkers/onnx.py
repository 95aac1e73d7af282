"""An NLI or fact-checking cross-encoder: an abstract and a claim in, what the one says of the other out.

What its outputs mean is read by rag.models.checkers.labels, from the config.json of its folder.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checked, ClaimToCheck, Place, Verdict
from rag.models.checkers.labels import LABELS, Label, read_labels
from rag.models.cross_encoder import CrossEncoder, Role, load_cross_encoder

ENTAILED = 0.5  # share from which a claim is supported
PARTLY = 0.2  # share from which one that isn't contradicted is partly so
ROUNDED = 1e-3  # by which the sum of shares may miss 1
ROLE = Role("checker", "ASKPAPERS_CHECK")


class Scores(NamedTuple):
    """How likely a premise entails and contradicts a claim, 0..1, and whether contradicting is the likeliest."""

    entailed: float
    contradicted: float
    turned: bool


class OnnxChecker:
    """Verdicts by a cross-encoder.

    The premises of a claim are each sentence of the abstracts that it cites, alone, and windows of as many sentences
    in a row as fit beside the claim into the model's longest input, the abstracts one after the other, each window
    beginning in the middle of the one before. Rule: entailment of at least .5 by any premise is `supported`; else, when
    for the window that entails most contradiction is likeliest, `not`; else `partly` from .2 on, and `not` below.
    It rests on the sentence that alone entails the claim most; of a contradicted one, that contradicts it most.
    """

    def __init__(self, model: CrossEncoder, labels: Sequence[Label]) -> None:
        self._model = model
        self._labels = labels
        self.name = model.name

    def close(self) -> None:
        """Nothing is held but memory."""

    def check(self, claims: Sequence[ClaimToCheck], stop: Cancellation) -> Checked:
        """Return a verdict for each claim; see Checker. Raises ModelError when the model is no such one."""
        return Checked(tuple(self._verdict(claim, stop) for claim in claims))

    def _verdict(self, claim: ClaimToCheck, stop: Cancellation) -> Verdict:
        places = [
            Place(number, place)
            for number, source in enumerate(claim.sources)
            for place in range(len(source.sentences))
        ]
        sentences = [claim.sources[place.source].sentences[place.sentence] for place in places]
        alone: list[Scores] = []
        for sentence in sentences:
            if stop:
                return Verdict(None)
            alone.append(self._scores(sentence, claim.text))
        windows: list[Scores] = []
        for window in self._windows(sentences, claim.text):
            if stop:
                return Verdict(None)
            windows.append(self._scores(window, claim.text))
        if not windows:
            return Verdict(None)
        widest = max(windows)
        entailed = max(*(one.entailed for one in alone), widest.entailed)
        if entailed < ENTAILED and widest.turned:
            best = max(range(len(alone)), key=lambda place: alone[place].contradicted)
            return Verdict("not", (places[best],), f"contradiction {widest.contradicted:.2f}")
        best = max(range(len(alone)), key=lambda place: alone[place].entailed)
        reply = f"entailment {entailed:.2f}"
        if entailed < PARTLY:
            return Verdict("not", (), reply)
        return Verdict("supported" if entailed >= ENTAILED else "partly", (places[best],), reply)

    def _windows(self, sentences: Sequence[str], claim: str) -> Iterator[str]:
        """Yield the sentences in as few stretches as fit beside the claim, each from the middle of the one before."""
        room = self._model.longest - self._model.length("", claim)
        ends = [0, *accumulate(map(self._model.pieces, sentences))]
        start = 0
        while start < len(sentences):
            end = start + 1
            while end < len(sentences) and ends[end + 1] - ends[start] <= room:
                end += 1
            yield " ".join(sentences[start:end])
            if end == len(sentences):
                return
            start = max(start + 1, (start + end) // 2)

    def _scores(self, premise: str, claim: str) -> Scores:
        shares = shares_of(self._model.logits(premise, claim))
        sums = {label: sum(shares[i] for i, one in enumerate(self._labels) if one == label) for label in LABELS}
        turned = sums["contradicted"] > max(sums["entailed"], sums["open"])
        return Scores(float(sums["entailed"]), float(sums["contradicted"]), turned)


def shares_of(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return outputs as shares: a softmax of several, unless they are shares by now; the sigmoid of a single one."""
    if len(logits) == 1:
        logits = np.append(logits, 0.0)  # of "not so"
        return shares_of(logits)[:1]
    if logits.min() >= 0 and abs(logits.sum() - 1) < ROUNDED:
        return logits
    grown = np.exp(logits - logits.max())
    shares: NDArray[np.float64] = grown / grown.sum()
    return shares


def load_onnx(kind: str, value: str, threads: int) -> OnnxChecker:
    """Load the checker `onnx:FOLDER` or `hf:ORG/NAME`, by kind and value. Raises ModelError that says what it lacks."""
    model = load_cross_encoder(kind, value, threads, ROLE)
    return OnnxChecker(model, read_labels(model))
