"""Cross-encoders as rerankers: scores are the weights', and a model that is none is refused when it is loaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelError, SettingsError
from rag.library import Library
from rag.models.rerankers import load_reranker
from rag.models.rerankers.base import Reranker
from rag.records import Paper
from rag.settings import Settings, load_settings
from tests.models.cross_encoders import Random, write
from tests.models.hub_server import Hub, hub_in_use

WORDS = "bees dance tea cools fast slow why do the how far . ?".split()


def paper(title: str, abstract: str, paper_id: int = 1) -> Paper:
    return Paper(paper_id, title, abstract)


PAPERS = [paper("tea", "tea cools fast."), paper("bees?", "the bees dance far."), paper("the slow", "how slow.")]
TEXTS = ["tea. tea cools fast.", "bees? the bees dance far.", "the slow. how slow."]


def load(folder: Path, known: Random, **config: Any) -> Reranker:
    write(folder, known.file(), known.vocabulary, config)
    found = load_reranker(Settings(reranker=f"onnx:{folder}", threads=1))
    assert found is not None
    return found


def test_nobody_reranks_unless_a_reranker_is_named() -> None:
    assert load_reranker(Settings()) is None


def test_the_score_of_a_paper_is_the_logit_of_the_question_with_title_and_abstract(tmp_path: Path) -> None:
    known = Random(WORDS)
    found = load(tmp_path / "tiny", known)
    question = "why do bees dance?"
    expected = [known.logits(question, text)[0] for text in TEXTS]
    assert found.score(question, PAPERS) == pytest.approx(expected, abs=1e-4)
    assert found.name == "onnx:tiny"
    assert found.score(question, []) == []


@pytest.mark.parametrize(
    ("labels", "fitting"),
    [
        (None, 1),
        ({"0": "LABEL_0", "1": "LABEL_1"}, 1),
        ({"0": "irrelevant", "1": "relevant"}, 1),
        ({"0": "Relevant", "1": "Not Relevant"}, 0),
        ({"0": "yes", "1": "no"}, 0),
        ({"0": "false", "1": "true"}, 1),
        ({"0": "entailment", "1": "not_entailment"}, 0),
        ({"0": "negative", "1": "something"}, 1),
    ],
)
def test_of_two_outputs_the_one_that_is_named_so_or_else_the_second_says_that_texts_fit(
    tmp_path: Path, labels: Any, fitting: int
) -> None:
    known = Random(WORDS, 2)
    found = load(tmp_path, known, id2label=labels)
    logits = [known.logits("bees dance", text) for text in TEXTS]
    expected = [one[fitting] - one[1 - fitting] for one in logits]
    assert found.score("bees dance", PAPERS) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("outputs", "labels"),
    [
        (2, {"0": "sports", "1": "politics"}),
        (2, {"0": "relevant", "1": "positive"}),
        (2, {"0": "no", "1": "yes", "2": "maybe"}),
        (3, {"0": "entailment", "1": "neutral", "2": "contradiction"}),
        (3, None),
        (30, None),
    ],
)
def test_outputs_of_which_none_is_known_to_say_that_texts_fit_are_refused_with_what_to_do(
    tmp_path: Path, outputs: int, labels: Any
) -> None:
    with pytest.raises(ModelError, match=rf"no reranker: it has {outputs} outputs.*ASKPAPERS_RERANKER") as error:
        load(tmp_path, Random(WORDS, outputs), id2label=labels)
    assert len(str(error.value).splitlines()) == 1


def test_a_long_paper_is_cut_at_its_end_and_the_question_is_not(tmp_path: Path) -> None:
    known = Random(WORDS)
    found = load(tmp_path, known, max_position_embeddings=32)
    question = "why do the bees dance how far?"
    text = f"tea. {'tea cools ' * 100}"
    room = 32 - 3 - 8
    kept = " ".join(text.replace(".", " .").split()[:room])
    long = paper("tea", "tea cools " * 100)
    assert found.score(question, [long])[0] == pytest.approx(known.logits(question, kept)[0], abs=1e-4)


def test_of_a_question_that_takes_more_than_half_of_the_input_only_that_half_is_read(tmp_path: Path) -> None:
    known = Random(WORDS)
    found = load(tmp_path, known, max_position_embeddings=33)
    half = " ".join(["why", "far"] * 7 + ["why"])  # (33 - 3) / 2 pieces
    short = paper("tea", "tea cools fast.")
    assert found.score(f"{half} {'dance ' * 300}", [short])[0] == pytest.approx(
        known.logits(half, TEXTS[0])[0], abs=1e-4
    )


@pytest.mark.parametrize("value", ["bge", "onnx:", "hf:", "rerank:", "openai:", "http://127.0.0.1/rerank"])
def test_a_setting_that_names_no_reranker_is_an_error_with_its_value(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ASKPAPERS_RERANKER", value)
    with pytest.raises(SettingsError, match="ASKPAPERS_RERANKER") as error:
        load_settings()
    assert repr(value) in str(error.value)


# From a hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with hub_in_use(tmp_path / "hub") as known:
        yield known


def test_a_model_of_the_hub_is_fetched_once_and_scores_as_its_weights_say(hub: Hub, tmp_path: Path) -> None:
    known = Random(WORDS)
    commit = hub.add("cross/tiny", write(tmp_path / "made", known.file(), known.vocabulary, {}))
    for _ in range(2):
        found = load_reranker(Settings(reranker="hf:cross/tiny", threads=1))
        assert found is not None
        assert found.name == f"hf:cross/tiny@{commit[:12]}"
        expected = [known.logits("bees", text)[0] for text in TEXTS]
        assert found.score("bees", PAPERS) == pytest.approx(expected, abs=1e-4)
    assert len(hub.fetched) == len(set(hub.fetched))


@pytest.mark.parametrize("value", ["hf:cross/none", "hf:tiny", "hf:cross/tiny@nowhere"])
def test_a_name_that_the_hub_does_not_know_is_an_error_with_the_setting(hub: Hub, tmp_path: Path, value: str) -> None:
    known = Random(WORDS)
    hub.add("cross/tiny", write(tmp_path / "made", known.file(), known.vocabulary, {}))
    with pytest.raises(ModelError, match=f"The reranker ASKPAPERS_RERANKER={value} can't be had: ") as error:
        load_reranker(Settings(reranker=value, threads=1))
    assert len(str(error.value).splitlines()) == 1


def test_a_reranker_that_cannot_be_loaded_is_an_error_before_anything_is_asked_and_the_library_stays(
    own_samples: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in own_samples.rglob("*") if path.is_file()}
    with Library.open(own_samples, Settings(reranker=f"onnx:{tmp_path / 'none'}")) as library:
        for ask in (library.ask, library.search, library.retrieve):
            with pytest.raises(ModelError, match="is no folder with a reranker"):
                ask("What is late interaction?")
        with pytest.raises(ModelError, match="is no folder with a reranker"):
            library.as_query_engine()
    changed = [path for path, content in before.items() if path.suffix == ".sqlite" and path.read_bytes() != content]
    assert changed == []
    with Library.open(own_samples, Settings()) as library:
        assert library.search("late interaction")


def test_a_model_of_the_hub_that_was_damaged_on_the_way_says_what_to_delete(hub: Hub, tmp_path: Path) -> None:
    known = Random(WORDS)
    folder = write(tmp_path / "made", known.file(), known.vocabulary, {})
    (folder / "model.onnx").write_bytes(known.file()[:200])
    hub.add("cross/tiny", folder)
    with pytest.raises(ModelError, match=r"can't be loaded .*Delete \S*models--cross--tiny, and it is fetched anew"):
        load_reranker(Settings(reranker="hf:cross/tiny", threads=1))
    hub.add("cross/whole", write(tmp_path / "other", known.file(), known.vocabulary, {}))
    hub.cut = 100
    with pytest.raises(ModelError, match="ASKPAPERS_RERANKER=hf:cross/whole can't be had: ") as error:
        load_reranker(Settings(reranker="hf:cross/whole", threads=1))
    assert len(str(error.value).splitlines()) == 1
    hub.cut = None
    assert load_reranker(Settings(reranker="hf:cross/whole", threads=1)) is not None
