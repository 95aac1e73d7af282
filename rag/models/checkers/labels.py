"""What the outputs of a checking model mean, by the names that its config.json gives them.

NLI models say entailment, neutral, contradiction; fact-checkers supported, consistent, grounded, hallucinated, and the
like. Which output is which is never guessed: a wrong guess turns every verdict round.
"""

import re
from typing import Literal

from rag.errors import ModelError
from rag.models.cross_encoder import CrossEncoder, output_names

Label = Literal["entailed", "open", "contradicted"]
LABELS: dict[Label, frozenset[str]] = {
    "entailed": frozenset(
        "entailment entail entails entailed support supports supported supporting consistent factual true aligned "
        "align grounded faithful attributable attributed verified correct yes pass nothallucinated nohallucination "
        "nonhallucinated factuallyconsistent".split()
    ),
    "contradicted": frozenset(
        "contradiction contradict contradicts contradicted contradictory contradicting refute refutes refuted conflict "
        "conflicting conflicts".split()
    ),
    "open": frozenset(
        "neutral nei notenoughinfo notenoughinformation insufficient unknown unrelated irrelevant unverifiable "
        "baseless notentailment nonentailment unsupported notsupported notsupport inconsistent notconsistent "
        "hallucinated hallucination nonfactual notfactual unfactual false notaligned unaligned misaligned ungrounded "
        "notgrounded unfaithful notfaithful notattributable unattributable unverified incorrect no fail "
        "factuallyinconsistent".split()
    ),
}
REMEDY = 'Add its labels in the order of its outputs, like "id2label": {"0": "entailment", "1": "neutral", ...}.'


def read_labels(model: CrossEncoder) -> list[Label]:
    """Return what each output of a model means. Raises ModelError when its config.json doesn't tell.

    A single output without a name is taken for that of a fact-checker: the higher, the better supported.
    """
    names, file = output_names(model.config), model.config_file
    if not names and model.outputs == 1:
        return ["entailed"]
    found = [label_of(name) for name in names]
    known = [label for label in found if label is not None]
    copied = f"Copy the folder, name the copy onnx:FOLDER, and there: {REMEDY}" if model.name[:3] == "hf:" else REMEDY
    if len(known) < len(found) or known.count("entailed") != 1:
        has = ", ".join(names) or "no id2label that tells"
        msg = f"{file} doesn't say which output means that a claim is supported (it has {has}). {copied}"
        raise ModelError(msg)
    if model.outputs != len(known):
        msg = f"The checker {model.name} has {model.outputs} outputs and {len(known)} labels. {copied}"
        raise ModelError(msg)
    return known


def label_of(name: str) -> Label | None:
    """Return what an output of this name means; None for a name that isn't known.

    >>> label_of("Not-Entailment"), label_of("1_SUPPORTS"), label_of("LABEL_1")
    ('open', 'entailed', None)
    """
    bare = re.sub(r"^label(?=.)", "", "".join(filter(str.isalpha, name.casefold())))
    return next((label for label, names in LABELS.items() if bare in names), None)
