"""The words of many languages that this project knows, kept as data: rag/data/languages."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "data" / "languages"


@cache
def word_lists(name: str) -> dict[str, Any]:
    """Return what a file of words says: words in a text, parted by blanks, or patterns in a list."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def any_of(patterns: Iterable[str]) -> str:
    """Return the pattern of one of several.

    >>> any_of(["a+", "b"])
    '(?:a+|b)'
    """
    return f"(?:{'|'.join(patterns)})"
