"""An NLI or fact-checking cross-encoder on onnxruntime: an abstract and a claim in, what the one says of the other out.

A folder holds model.onnx (or onnx/model.onnx), tokenizer.json and config.json, whose `id2label` says which output
means what. Every call runs one pair: no padding, and memory stays that of one text.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checked, ClaimToCheck, Place, Verdict
from rag.models.onnx_session import load_session, model_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

ENTAILED = 0.5  # share from which a claim is supported
PARTLY = 0.2  # share from which one that isn't contradicted is partly so
LONGEST = 512  # word pieces of premise and claim, where the folder doesn't tell
SHIFTED = 2  # positions that RoBERTa's kin keep for padding
LARGEST = 100_000  # more than this is what exports write for "unknown"

Label = Literal["entailed", "open", "contradicted"]
LABELS: dict[Label, frozenset[str]] = {
    "entailed": frozenset(
        "entailment entail entails entailed support supports supported consistent factual true".split()
    ),
    "contradicted": frozenset("contradiction contradict contradicts contradicted refute refutes refuted".split()),
    "open": frozenset(
        "neutral nei notenoughinfo unknown notentailment nonentailment unsupported notsupported inconsistent "
        "hallucinated hallucination nonfactual notfactual false".split()
    ),
}
REMEDY = 'Add its labels in the order of its outputs, like "id2label": {"0": "entailment", "1": "neutral", ...}.'


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

    def __init__(self, name: str, session: "InferenceSession", tokenizer: "Tokenizer", labels: Sequence[Label]) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._labels = labels
        self._inputs = [given.name for given in session.get_inputs()]
        outputs = [given.name for given in session.get_outputs()]
        self._output = "logits" if "logits" in outputs else outputs[0]
        self._longest = (tokenizer.truncation or {}).get("max_length", LONGEST)
        self.name = name

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
        room = self._longest - len(self._tokenizer.encode("", claim).ids)
        ends = [0, *accumulate(len(self._tokenizer.encode(one, add_special_tokens=False).ids) for one in sentences)]
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
        encoding = self._tokenizer.encode(premise, claim)
        rows = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        given = {name: np.asarray([rows[name]], dtype=np.int64) for name in self._inputs}
        logits = np.asarray(self._session.run([self._output], given)[0], dtype=np.float64).reshape(-1)
        if len(logits) != len(self._labels):
            msg = f"The checker {self.name} has {len(logits)} outputs and {len(self._labels)} labels. {REMEDY}"
            raise ModelError(msg)
        shares = shares_of(logits)
        sums = {label: sum(shares[i] for i, one in enumerate(self._labels) if one == label) for label in LABELS}
        turned = sums["contradicted"] > max(sums["entailed"], sums["open"])
        return Scores(float(sums["entailed"]), float(sums["contradicted"]), turned)


def shares_of(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return outputs as shares: a softmax of several, the sigmoid of a single one."""
    if len(logits) == 1:
        logits = np.append(logits, 0.0)  # of "not so"
        return shares_of(logits)[:1]
    grown = np.exp(logits - logits.max())
    shares: NDArray[np.float64] = grown / grown.sum()
    return shares


def load_onnx(folder: str, threads: int) -> OnnxChecker:
    """Load the checker of a folder. Raises ModelError that says what it lacks."""
    from tokenizers import Tokenizer

    root = Path(folder).expanduser()
    model, tokenizer_file, config_file = model_file(root), root / "tokenizer.json", root / "config.json"
    if model is None or not tokenizer_file.is_file() or not config_file.is_file():
        msg = f"{root} holds no checker: it needs model.onnx (or onnx/model.onnx), tokenizer.json and config.json."
        raise ModelError(msg)
    config = _read_json(config_file)
    labels = read_labels(config, config_file)
    try:
        session = load_session(model, threads)
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
    except Exception as error:  # tokenizers raises bare Exception
        reason = str(error).splitlines()[0]
        msg = f"The checker {root} can't be loaded ({reason}). Export it again, or name another with ASKPAPERS_CHECK."
        raise ModelError(msg) from error
    unknown = {given.name for given in session.get_inputs()} - {"input_ids", "attention_mask", "token_type_ids"}
    if unknown:
        msg = f"The checker {root} wants inputs that no cross-encoder of texts has: {', '.join(sorted(unknown))}."
        raise ModelError(msg)
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest_input(root, config))  # of whichever is longer
    return OnnxChecker(f"onnx:{root.name}", session, tokenizer, labels)


def read_labels(config: Mapping[str, Any], file: Path) -> list[Label]:
    """Return what each output of a model means, by `id2label` of its config. Raises ModelError when that doesn't tell.

    >>> read_labels({"id2label": {"1": "NEUTRAL", "0": "Entailment", "2": "contradiction"}}, Path("config.json"))
    ['entailed', 'open', 'contradicted']
    """
    told: Any = config.get("id2label")
    told = dict(enumerate(told)) if isinstance(told, list) else told
    try:
        names = [str(told[key]) for key in sorted(told, key=int)]
    except (TypeError, ValueError, KeyError):
        names = []
    found = [_label(name) for name in names]
    known = [label for label in found if label is not None]
    if len(known) < len(found) or known.count("entailed") != 1:
        has = ", ".join(names) or "no id2label"
        msg = f"{file} doesn't say which output means that a claim is supported (it has {has}). {REMEDY}"
        raise ModelError(msg)
    return known


def _label(name: str) -> Label | None:
    bare = "".join(filter(str.isalpha, name.casefold()))
    return next((label for label, names in LABELS.items() if bare in names), None)


def longest_input(root: Path, config: Mapping[str, Any]) -> int:
    """Return how many word pieces a model takes, by tokenizer_config.json and config.json; 512 when they don't tell."""
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and "roberta" in str(config.get("model_type", "")).casefold():
        positions -= SHIFTED
    file = root / "tokenizer_config.json"
    told = _read_json(file).get("model_max_length") if file.is_file() else None
    known = [int(one) for one in (positions, told) if isinstance(one, int | float) and 16 <= one <= LARGEST]
    return min(known, default=LONGEST)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{file} can't be read ({error}). Export the checker again."
        raise ModelError(msg) from error
    return value if isinstance(value, dict) else {}
