"""Tokens are counted offline, whatever the text, and nobody's environment is left changed."""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.models.llms.tokens import TABLES, count_tokens

PROPERTY = settings(deadline=None, max_examples=100)
ROOT = Path(__file__).resolve().parents[2]

OFFLINE = """
import os, sys

def forbid(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"the network was asked: {event} {arguments}")

sys.addaudithook(forbid)
before = dict(os.environ)
from rag.models.llms.tokens import count_tokens
print(count_tokens("late interaction"), before == dict(os.environ), "llama_index.core" in sys.modules)
"""


def counted(**environment: str) -> subprocess.CompletedProcess[str]:
    """Count in a fresh interpreter that may open no socket, and that is told nothing but these variables."""
    known = {name: value for name, value in os.environ.items() if name not in {TABLES, "DATA_GYM_CACHE_DIR"}}
    return subprocess.run(
        [sys.executable, "-c", OFFLINE],
        env={**known, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_tokens_are_counted_without_a_network_and_the_environment_stays_as_it_was(tmp_path: Path) -> None:
    # A temporary folder of its own: tables that another program left in the common one would hide a download.
    done = counted(TMPDIR=str(tmp_path), TEMP=str(tmp_path), TMP=str(tmp_path))
    assert done.stdout.split() == ["2", "True", "False"], done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_of_tables_that_the_user_names_is_not_relied_on(tmp_path: Path) -> None:
    done = counted(**{TABLES: str(tmp_path)})  # it is empty, and the network is not there
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["<|endoftext|>", "<|endofprompt|>", "a <|endoftext|> b <|im_start|>"])
def test_the_special_tokens_of_a_model_are_counted_as_the_text_that_they_are(text: str) -> None:
    assert count_tokens(text) > 3


def test_no_text_has_no_token() -> None:
    assert count_tokens("") == 0


@pytest.mark.parametrize("unit", ["a", " ", "\n", "!", "é", "漢", "😀"])
def test_a_long_run_of_the_same_character_is_counted_in_reasonable_time(unit: str) -> None:
    before = perf_counter()
    assert 0 < count_tokens(unit * 100_000) <= 3 * 100_000
    assert perf_counter() - before < 10  # seconds


@PROPERTY
@given(st.text(max_size=300))
def test_any_text_has_at_most_as_many_tokens_as_bytes(text: str) -> None:
    assert bool(text) <= count_tokens(text) <= len(text.encode())


def test_half_an_emoji_is_counted_too() -> None:
    assert count_tokens("\ud83d") > 0


@PROPERTY
@given(st.text(max_size=100), st.text(max_size=100))
def test_texts_put_together_have_no_more_tokens_than_their_lines(first: str, second: str) -> None:
    assert count_tokens(f"{first}\n{second}") <= count_tokens(first) + count_tokens(second) + 2
