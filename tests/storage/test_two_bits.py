"""Two bits a number: what is packed comes back as the level that is nearest to it, in its place."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag.models.embedders import minilm
from rag.storage.index import two_bits
from rag.storage.index.token_embeddings import (
    PRINCIPAL_MODEL,
    Form,
    compress,
    expand,
    forms_of,
    project,
)
from rag.utils.arrays import Matrix, unit

LEVELS = np.unique(two_bits.unpack(np.arange(256, dtype=np.uint8).repeat(two_bits.SIZE).reshape(256, -1)))
ROWS = arrays(
    np.float32,
    st.tuples(st.integers(0, 5), st.just(two_bits.DIMENSION)),
    elements=st.floats(min_value=-1, max_value=1, width=32),
)


def states(tokens: int, length: float = 8.0, seed: int = 3) -> Matrix:
    return length * unit(np.random.default_rng(seed).standard_normal((tokens, 384)).astype(np.float32))


@settings(deadline=None, max_examples=100)
@given(ROWS)
def test_every_number_becomes_the_nearest_of_four_levels_in_its_place(rows: Matrix) -> None:
    packed = two_bits.pack(rows)
    assert packed.dtype == np.uint8
    assert packed.shape == (len(rows), 48)
    found = two_bits.unpack(packed)
    assert found.shape == rows.shape
    nearest = np.abs(rows[..., None] - LEVELS / two_bits.GAIN).min(axis=-1)
    assert np.abs(found / two_bits.GAIN - rows) == pytest.approx(nearest, abs=1e-4)


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=480).map(lambda found: found[: len(found) // 48 * 48]))
def test_any_bytes_stand_for_numbers_that_pack_to_the_same_bytes(codes: bytes) -> None:
    packed = np.frombuffer(codes, np.uint8).reshape(-1, two_bits.SIZE)
    assert two_bits.pack(two_bits.unpack(packed)).tobytes() == codes


def test_the_levels_lose_least_of_normally_distributed_numbers() -> None:
    numbers = np.random.default_rng(1).standard_normal(200_000).astype(np.float32)
    rows = numbers[: len(numbers) // 192 * 192].reshape(-1, 192) / np.sqrt(192, dtype=np.float32)
    found = two_bits.unpack(two_bits.pack(rows))
    assert ((found / two_bits.GAIN - rows) ** 2).sum() / (rows**2).sum() == pytest.approx(0.1175, abs=0.002)


def test_the_axes_lie_in_a_package_that_is_installed() -> None:
    root = Path(__file__).resolve().parents[2]
    built = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert two_bits.AXES.resolve().relative_to(root).parts[0] in built["packages"]
    assert built.keys() == {"packages"}  # whatever lies in one is shipped


def test_the_axes_never_change_for_stored_states_depend_on_them() -> None:
    axes = two_bits.axes()
    assert axes.shape == (384, two_bits.DIMENSION)
    assert np.abs(axes.T @ axes - np.eye(two_bits.DIMENSION)).max() < 1e-3
    assert axes[0, :4].tolist() == pytest.approx([-0.05457, -0.04309, -0.01520, 0.04007], abs=1e-5)


def test_tokens_of_the_bundled_model_keep_their_likeness() -> None:
    embedder = minilm.load_minilm(threads=1)
    [asked, told] = [one.tokens for one in embedder.embed(["cheap attention", "Attention layers that cost little."])]
    before = unit(asked) @ unit(told).T
    small = expand(compress(told, np.zeros(len(told), np.uint16), Form.PRINCIPAL))
    kept = before
    assert project(asked, Form.PRINCIPAL) @ small.T == pytest.approx(kept, abs=0.25)
    assert np.corrcoef((project(asked, Form.PRINCIPAL) @ small.T).ravel(), kept.ravel())[0, 1] > 0.9


def test_only_tokens_in_telling_words_are_kept_and_all_of_a_sentence_without_any() -> None:
    words = np.array([True, False, True, False, False, False])
    sentences = np.array([0, 0, 1, 1, 4, 4], np.uint16)
    small = compress(states(6), sentences, Form.PRINCIPAL, words)
    assert small.sentences.tolist() == [0, 1, 4, 4]
    assert small.values.tobytes() == two_bits.pack(project(states(6)[[0, 2, 4, 5]], Form.PRINCIPAL)).tobytes()
    assert len(compress(states(6), sentences, Form.PRINCIPAL).sentences) == 6
    assert len(compress(states(6), sentences, Form.SIGNED, words).sentences) == 6


def test_no_tokens_are_none_kept() -> None:
    small = compress(np.empty((0, 384), np.float32), np.empty(0, np.uint16), Form.PRINCIPAL)
    assert expand(small).shape == (0, two_bits.DIMENSION)


def test_only_the_bundled_model_has_axes_of_its_own() -> None:
    assert minilm.NAME == PRINCIPAL_MODEL
    assert forms_of(minilm.NAME) == (Form.PRINCIPAL, Form.SIGNED)
    assert forms_of("hf:a/b@0123 (mean pooling)") == (Form.SIGNED,)
