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


def count_tokens(text: str) -> int:
    """Return the number of tokens of a text.

    >>> count_tokens("late interaction")
    2
    """
    return len(_encoding().encode(text, disallowed_special=()))


@cache
def _encoding() -> "Encoding":
    # tiktoken fetches its tables from the network unless a folder holds them; llama-index-core ships that folder.
    # It is found without importing LlamaIndex, and nobody's environment is left changed.
    import tiktoken

    before = os.environ.get(TABLES)
    spec = find_spec("llama_index.core")
    if before is None and spec is not None and spec.origin:
        os.environ[TABLES] = str(Path(spec.origin).parent / "_static" / "tiktoken_cache")
    try:
        return tiktoken.get_encoding(ENCODING)
    finally:
        if before is None:
            os.environ.pop(TABLES, None)
