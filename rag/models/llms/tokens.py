"""How many tokens a text has, offline; the only module that imports tiktoken.

A model's own tokenizer is not known here, so this is an estimate: OpenAI's `o200k_base`. Where a server counts (its
`usage`), its numbers are the ones told.
"""

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

ENCODING = "o200k_base"
TABLES = "TIKTOKEN_CACHE_DIR"
TABLE = "fb374d419588a4632f3f557e76b4b70aebbca790"  # the encoding's file there: the SHA-1 of its address
CHARACTERS_PER_TOKEN = 4  # a cautious estimate


def count_tokens(text: str) -> int:
    """Return the number of tokens of a text.

    >>> count_tokens("late interaction")
    2
    """
    encoding = _encoding()
    if encoding is None:
        return len(text) // CHARACTERS_PER_TOKEN + 1
    return len(encoding.encode(text, disallowed_special=()))


@cache
def _encoding() -> "Encoding | None":
    """Return the encoding from the tables that llama-index-core ships; None when it ships none."""
    # tiktoken fetches its tables from the network unless the environment names a folder that holds them: so that of
    # LlamaIndex is named for the moment, found without importing it.
    import tiktoken

    spec = find_spec("llama_index.core")
    tables = Path(spec.origin).parent / "_static" / "tiktoken_cache" if spec and spec.origin else None
    if tables is None or not (tables / TABLE).is_file():
        return None
    before = os.environ.get(TABLES)
    os.environ[TABLES] = str(tables)
    try:
        return tiktoken.get_encoding(ENCODING)
    finally:
        if before is None:
            del os.environ[TABLES]
        else:
            os.environ[TABLES] = before
