"""A cross-encoder as reranker: question and paper in, how well they fit out."""

from collections.abc import Sequence

from rag.errors import ModelError
from rag.models.cross_encoder import CrossEncoder, Role, load_cross_encoder, output_names
from rag.models.rerankers.base import text_of
from rag.records import Paper

ROLE = Role("reranker", "ASKPAPERS_RERANKER")
FITTING = frozenset("relevant yes true positive match matching entailment entailed duplicate pos".split())
UNFITTING = frozenset(
    "irrelevant notrelevant nonrelevant unrelated no false negative nomatch notmatching notentailment "
    "nonentailment contradiction notduplicate neg".split()
)


class OnnxReranker:
    """Scores by a cross-encoder with one output, or with two of which one says that the texts fit.

    A pair that is longer than the model's input is cut at the paper's end; a question that takes more than half of the
    input is cut to that half.
    """

    def __init__(self, model: CrossEncoder) -> None:
        """Find out which output says that texts fit. Raises ModelError when that can't be known."""
        self._model = model
        self._fitting = fitting_output(model)
        self._half = (model.longest - model.length("", "")) // 2
        self.name = model.name

    def close(self) -> None:
        """Nothing is held but memory."""

    def score(self, question: str, papers: Sequence[Paper]) -> list[float]:
        """Return each paper's logit; of two outputs, by how much one outweighs the other. Raises ModelError."""
        question = self._model.beginning(question, self._half)
        return [self._score(question, text_of(paper)) for paper in papers]

    def _score(self, question: str, text: str) -> float:
        logits = self._model.logits(question, text)
        if len(logits) == 1:
            return float(logits[0])
        return float(logits[self._fitting] - logits[1 - self._fitting])


def fitting_output(model: CrossEncoder) -> int:
    """Return which output says that two texts fit: the only one, or of two the one that is named so, else the second.

    The second (LABEL_1) is "relevant" wherever two outputs were left without a name. Raises ModelError for any other.
    """
    if model.outputs == 1:
        return 0
    names = ["".join(filter(str.isalpha, name.casefold())) for name in output_names(model.config)]
    has = f"{model.outputs} outputs" + (f" ({', '.join(output_names(model.config))})" if names else "")
    if model.outputs == 2 and not names:
        return 1
    if model.outputs == 2 and len(names) == 2:
        fitting = [name in FITTING or names[1 - place] in UNFITTING for place, name in enumerate(names)]
        if sum(fitting) == 1:
            return fitting.index(True)
    msg = (
        f"{model.name} is no reranker: it has {has}, and a reranker has one, or two named like "
        f'"id2label": {{"0": "irrelevant", "1": "relevant"}} in {model.config_file}. '
        f"Name another with {ROLE.setting}."
    )
    raise ModelError(msg)


def load_onnx(kind: str, value: str, threads: int) -> OnnxReranker:
    """Load the reranker `onnx:FOLDER` or `hf:ORG/NAME`, given as kind and value. Raises ModelError."""
    return OnnxReranker(load_cross_encoder(kind, value, threads, ROLE))
