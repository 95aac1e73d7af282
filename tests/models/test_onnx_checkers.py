"""A cross-encoder as checker, whose weights are known: every verdict can be computed by hand.

Each word adds what it weighs to the three outputs, otherwise in a premise than in a claim.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.cancellation import Cancellation
from rag.models.checkers import load_checker
from rag.models.checkers.base import Checker, ClaimToCheck, Place, Source
from rag.models.checkers.onnx import shares_of
from rag.settings import Settings
from tests.models.cross_encoders import weighing, write
from tests.models.hub_server import hub_in_use

WORDS = ["[UNK]", "[CLS]", "[SEP]", "yes", "no", "maybe", "filler", "claim", "so"]
WEIGHTS = {"yes": (4.0, 0.0, 0.0), "no": (0.0, 4.0, 0.0), "maybe": (0.5, -1.0, 1.0), "filler": (0.0, 0.0, 0.05)}
OF_CLAIM = {"yes": (0.0, 3.0, 0.0)}  # what a word weighs in a claim, where it counts otherwise
LABELS = ("entailment", "contradiction", "neutral")  # in the order of WEIGHTS


def cross_encoder(outputs: int) -> bytes:
    """Return an ONNX file: the sum over all pieces of what each weighs, in premise or claim, as logits."""
    premise = [WEIGHTS.get(word, (0, 0, 0)) for word in WORDS]
    claim = [OF_CLAIM.get(word, WEIGHTS.get(word, (0, 0, 0))) for word in WORDS]
    first, second = (np.array(one, np.float32)[:, :outputs] for one in (premise, claim))
    return weighing(first, second)


MakeChecker = Callable[..., Checker]


@pytest.fixture
def checker(tmp_path: Path) -> MakeChecker:
    """Make the cross-encoder's folder, with these labels, and load it as a setting does."""

    def make(
        id2label: object = dict(enumerate(LABELS)), longest: int = 24, outputs: int = 3, **config: object
    ) -> Checker:
        told = {"max_position_embeddings": longest, "id2label": id2label} | config
        folder = write(tmp_path / "nli", cross_encoder(outputs), WORDS, told)
        found = load_checker(Settings(check=f"onnx:{folder}", threads=1), Silent())
        assert found is not None
        return found

    return make


class Silent:
    """A language model that nobody asks."""

    name = "silent"
    stream: Any = None

    def close(self) -> None:
        pass


def verdict(checker: Checker, claim: str, *abstracts: tuple[str, ...]) -> tuple[str | None, tuple[Place, ...]]:
    cited = tuple(Source("", sentences) for sentences in abstracts)
    [found] = checker.check([ClaimToCheck(claim, cited)], Cancellation()).verdicts
    return found.word, found.sentences


def shares(premise: Sequence[str], claim: Sequence[str]) -> NDArray[np.float64]:
    """Return what the cross-encoder must say, computed without it."""
    added = [WEIGHTS.get(word, (0, 0, 0)) for word in premise]
    added += [OF_CLAIM.get(word, WEIGHTS.get(word, (0, 0, 0))) for word in claim]
    grown = np.exp(np.sum(added or [(0, 0, 0)], axis=0, dtype=np.float64))
    return np.asarray(grown / grown.sum())


def test_the_shares_are_those_of_the_weights_with_the_abstract_as_premise_and_the_claim_after_it(
    checker: MakeChecker,
) -> None:
    found: Any = checker()
    for premise, claim in (("yes", "claim"), ("claim", "yes"), ("yes no", "so maybe"), ("maybe maybe", "claim")):
        entailed, contradicted, _ = found._scores(premise, claim)
        expected = shares(premise.split(), claim.split())
        assert (entailed, contradicted) == pytest.approx((expected[0], expected[1]), abs=1e-6)


def test_what_any_sentence_entails_is_supported_and_rests_on_it(checker: MakeChecker) -> None:
    abstracts = (("filler so", "no"), ("claim", "yes", "so"))
    assert verdict(checker(), "claim", *abstracts) == ("supported", (Place(1, 1),))


def test_what_is_contradicted_most_is_not_and_rests_on_the_sentence_that_says_so(checker: MakeChecker) -> None:
    assert verdict(checker(), "claim", ("filler", "no", "so")) == ("not", (Place(0, 1),))


def test_what_is_left_open_is_partly_there_or_not(checker: MakeChecker) -> None:
    share = shares(["maybe"], ["claim"])
    assert 0.2 <= share[0] < 0.5
    assert verdict(checker(), "claim", ("maybe",)) == ("partly", (Place(0, 0),))
    lower = shares(["maybe"] * 4, ["claim"])
    assert lower[0] < 0.2
    assert lower.argmax() == 2
    assert verdict(checker(), "claim", ("maybe maybe maybe maybe",)) == ("not", ())


def test_sentences_entail_together_what_none_does_alone(checker: MakeChecker) -> None:
    found: Any = checker()
    halves = ("yes maybe", "yes maybe")
    assert verdict(found, "yes no", *[halves])[0] == "supported"
    assert shares(["yes", "maybe"], ["yes", "no"])[0] < 0.5 < shares(["yes", "maybe"] * 2, ["yes", "no"])[0]


def test_an_abstract_longer_than_the_model_s_input_is_read_in_windows_of_whole_sentences(checker: MakeChecker) -> None:
    found: Any = checker(longest=16)
    sentences = [" ".join(["filler"] * 4)] * 5 + ["yes so so so"]
    windows = list(found._windows(sentences, "claim so"))
    assert all(found._model.pieces(window) + 2 + 3 <= 16 for window in windows)
    assert len(windows) > 2
    assert windows[-1].endswith("yes so so so")
    assert verdict(found, "claim so", tuple(sentences)) == ("supported", (Place(0, 5),))


def test_a_sentence_longer_than_the_input_is_cut_and_the_claim_is_not(checker: MakeChecker) -> None:
    assert verdict(checker(longest=16), "claim", ("yes " + "so " * 100,)) == ("supported", (Place(0, 0),))
    assert verdict(checker(longest=16), "claim", ("so " * 100 + "yes",))[0] == "partly"


def test_a_claim_longer_than_the_input_is_judged_by_what_there_is_of_it(checker: MakeChecker) -> None:
    assert verdict(checker(longest=16), "so " * 200, ("yes", "claim"))[0] == "supported"


@pytest.mark.parametrize(
    ("labels", "word"),
    [
        ({"0": "ENTAILMENT", "1": "Contradiction", "2": "NEUTRAL"}, "supported"),
        ({"2": "neutral", "1": "contradiction", "0": "entailment"}, "supported"),
        ({"0": "contradiction", "1": "entailment", "2": "neutral"}, "not"),
        ({"0": "REFUTES", "1": "SUPPORTS", "2": "NOT ENOUGH INFO"}, "not"),
        (["entailment", "contradiction", "neutral"], "supported"),
        (["ALIGNED", "CONTRADICT", "NEUTRAL"], "supported"),
        ({"0": "0_contradiction", "1": "1-Entailment", "2": "2 neutral"}, "not"),
    ],
)
def test_labels_in_any_order_and_case_say_what_an_output_means(checker: MakeChecker, labels: Any, word: str) -> None:
    assert verdict(checker(labels), "claim", ("yes",))[0] == word


def test_a_fact_checker_of_two_labels_or_of_a_single_output_gives_verdicts_too(checker: MakeChecker) -> None:
    two = checker({"0": "supported", "1": "unsupported"}, outputs=2)
    assert verdict(two, "claim", ("yes",))[0] == "supported"
    assert verdict(two, "claim", ("no",))[0] == "not"
    for supporting, other in (("consistent", "hallucinated"), ("GROUNDED", "Not Grounded"), ("faithful", "unfaithful")):
        assert verdict(checker({"1": other, "0": supporting}, outputs=2), "claim", ("yes",))[0] == "supported"
        assert verdict(checker({"0": other, "1": supporting}, outputs=2), "claim", ("yes",))[0] == "not"
    one: Any = checker({"0": "consistent"}, outputs=1)
    assert one._scores("yes", "claim").entailed == pytest.approx(1 / (1 + np.exp(-4.0)), abs=1e-6)
    assert one._scores("so", "claim").entailed == pytest.approx(0.5)


@pytest.mark.parametrize("labels", [None, {"0": "LABEL_0"}])
def test_a_single_output_without_a_name_is_that_of_a_fact_checker(checker: MakeChecker, labels: Any) -> None:
    assert verdict(checker(labels, outputs=1), "claim", ("yes",))[0] == "supported"
    assert verdict(checker(labels, outputs=1), "claim", ("so",))[0] == "supported"  # the sigmoid of nothing: one half


def test_labels_turned_round_say_what_an_output_means_where_the_others_do_not(checker: MakeChecker) -> None:
    turned = {"contradiction": 0, "entailment": 1, "neutral": 2}
    assert verdict(checker(None, label2id=turned), "claim", ("yes",))[0] == "not"
    untold = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    assert verdict(checker(untold, label2id=turned), "claim", ("yes",))[0] == "not"


def test_outputs_that_are_shares_by_now_are_not_made_shares_again() -> None:
    shares = np.array([0.45, 0.35, 0.2])
    assert shares_of(shares) == pytest.approx(shares)
    assert shares_of(np.array([0.45, 0.35, 0.3])).sum() == pytest.approx(1)
    assert shares_of(np.array([0.45, 0.35, 0.3]))[0] < 0.4


@pytest.mark.parametrize(
    "labels",
    [
        None,
        {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
        {"0": "neutral", "1": "contradiction"},
        {"0": "entailment", "1": "entails", "2": "neutral"},
        {"a": "entailment"},
        "entailment",
    ],
)
def test_labels_that_do_not_say_which_output_supports_are_refused_with_what_to_add(
    checker: MakeChecker, labels: Any
) -> None:
    with pytest.raises(
        ModelError, match=r"config\.json doesn't say which .*\"id2label\": {\"0\": \"entailment\""
    ) as error:
        checker(labels)
    assert len(str(error.value).splitlines()) == 1


def test_more_outputs_than_labels_are_an_error(checker: MakeChecker) -> None:
    with pytest.raises(ModelError, match="has 3 outputs and 2 labels"):
        checker({"0": "entailment", "1": "not_entailment"})


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("config.json", None, "holds no checker: it needs model.onnx"),
        ("config.json", b"{", "can't be read .* Delete the model's folder, and fetch or export it again"),
        ("model.onnx", b"no model", "can't be loaded"),
        ("tokenizer.json", None, "holds no checker: it needs model.onnx"),
        ("tokenizer.json", b"{}", "can't be loaded"),
    ],
)
def test_a_folder_that_is_no_checker_says_what_it_lacks(
    checker: MakeChecker, tmp_path: Path, file: str, content: bytes | None, reason: str
) -> None:
    checker()
    path = tmp_path / "nli" / file
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ModelError, match=reason) as error:
        load_checker(Settings(check=f"onnx:{tmp_path / 'nli'}"), Silent())
    assert len(str(error.value).splitlines()) == 1


def test_stop_leaves_the_claims_that_were_not_reached_without_a_verdict(checker: MakeChecker) -> None:
    stop = Cancellation()
    stop.set()
    found = checker().check([ClaimToCheck(text, (Source("", ("yes",)),)) for text in ("claim", "so")], stop)
    assert [verdict.word for verdict in found.verdicts] == [None, None]


# From a hub


def test_a_checker_of_the_hub_gives_verdicts_and_is_named_with_its_commit(tmp_path: Path) -> None:
    with hub_in_use(tmp_path / "hub") as hub:
        config = {"id2label": dict(enumerate(LABELS))}
        commit = hub.add("nli/tiny", write(tmp_path / "made", cross_encoder(3), WORDS, config))
        found = load_checker(Settings(check="hf:nli/tiny", threads=1), Silent())
        assert found is not None
        assert found.name == f"hf:nli/tiny@{commit[:12]}"
        assert verdict(found, "claim", ("yes",))[0] == "supported"


def test_a_checker_of_the_hub_whose_labels_tell_nothing_says_to_name_a_copy(tmp_path: Path) -> None:
    with hub_in_use(tmp_path / "hub") as hub:
        hub.add("nli/tiny", write(tmp_path / "made", cross_encoder(3), WORDS, {"id2label": {"0": "LABEL_0"}}))
        with pytest.raises(ModelError, match=r"Copy the folder, name the copy onnx:FOLDER, and there: Add its labels"):
            load_checker(Settings(check="hf:nli/tiny", threads=1), Silent())
        with pytest.raises(ModelError, match="The checker ASKPAPERS_CHECK=hf:nli/none can't be had: ") as error:
            load_checker(Settings(check="hf:nli/none", threads=1), Silent())
        assert len(str(error.value).splitlines()) == 1
